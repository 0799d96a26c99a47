"""The shop's arithmetic on its own: the tie, the modes, the share-out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.platforms.woocommerce.simulator.discounts import Deal, Item, ShareOut
from tillbridge.platforms.woocommerce.simulator.reckoning import Article, Place, TaxRate, TaxSettings, recompute

RATES = (
    TaxRate(1, Decimal(20), tax_class="r20"),
    TaxRate(2, Decimal(19), tax_class="r19"),
    TaxRate(3, Decimal("5.5"), tax_class="r55"),
)
SETTINGS = TaxSettings(rates=RATES, base=Place("FR"))
GOODS = {
    1: Article(Decimal("9.99"), "r20"),
    2: Article(Decimal("99.00"), "r19"),
    3: Article(Decimal("7.35"), "r55"),
}


def basket(places: int) -> dict[str, Any]:
    """3 x 9.99 at 20 % less 10 %, 1 x 99.00 at 19 %, 3 x 7.35 at 5.5 %: the till wants 148.02."""
    nets = (Decimal("26.97") / Decimal("1.2"), Decimal(99) / Decimal("1.19"), Decimal("22.05") / Decimal("1.055"))
    lines = [
        {"product_id": n, "quantity": quantity, "subtotal": f"{net:.{places}f}", "total": f"{net:.{places}f}"}
        for n, (net, quantity) in enumerate(zip(nets, (3, 1, 3), strict=True), 1)
    ]
    return {"line_items": lines}


@pytest.mark.parametrize(
    ("with_tax", "at_subtotal", "places", "total"),
    [
        (True, False, 6, "148.02"),
        (True, True, 6, "148.02"),
        (False, True, 6, "148.02"),
        (False, False, 6, "148.03"),
        (True, False, 2, "148.03"),
    ],
)
def test_the_tie_falls_as_the_mode_says(with_tax: bool, at_subtotal: bool, places: int, total: str) -> None:
    settings = replace(SETTINGS, prices_include_tax=with_tax, round_at_subtotal=at_subtotal)
    body = basket(places)
    if places == 2:
        body["line_items"][0] |= {"total": "22.48", "subtotal": "24.98"}
    assert recompute(body, GOODS, settings).total == Decimal(total)


def test_a_rounding_fee_without_tax_brings_the_cent_back() -> None:
    settings = replace(SETTINGS, prices_include_tax=False)
    body = basket(6) | {"fee_lines": [{"name": "Rounding", "total": "-0.01", "tax_status": "none"}]}
    assert recompute(body, GOODS, settings).total == Decimal("148.02")


def test_without_totals_the_catalogue_price_counts() -> None:
    body = {"line_items": [{"product_id": 1, "quantity": 3}]}
    assert recompute(body, GOODS, SETTINGS).total == Decimal("29.97")


def test_unknown_goods_cost_nothing() -> None:
    assert recompute({"line_items": [{"product_id": 9, "quantity": 3}]}, GOODS, SETTINGS).total == 0


def test_a_compound_rate_is_taken_on_top() -> None:
    rates = (TaxRate(1, Decimal(10)), TaxRate(2, Decimal(5), priority=2, compound=True))
    settings = TaxSettings(rates=rates, base=Place("CA"), prices_include_tax=False)
    totals = recompute({"line_items": [{"product_id": 1, "quantity": 1}]}, {1: Article(Decimal(100))}, settings)
    assert (totals.total, totals.total_tax) == (Decimal("115.50"), Decimal("15.50"))


def test_ten_percent_is_floored_per_line_and_the_rest_given_to_the_dearest() -> None:
    out = ShareOut([Item(1, Decimal(3798), 2), Item(2, Decimal(6995), 1)])
    given = out.apply(Deal("ten", "percent", Decimal(10)), {1, 2})
    assert [given, out.on(1), out.on(2)] == [Decimal(1079), Decimal(379), Decimal(700)]


def test_a_fixed_amount_is_shared_per_piece_and_its_rest_cent_by_cent() -> None:
    out = ShareOut([Item(1, Decimal(1000), 1), Item(2, Decimal(3000), 2)])
    given = out.apply(Deal("five", "fixed_cart", Decimal(5)), {1, 2})
    assert [given, out.on(2), out.on(1)] == [Decimal(500), Decimal(334), Decimal(166)]


def test_no_line_goes_below_zero() -> None:
    out = ShareOut([Item(1, Decimal(399), 1)])
    assert out.apply(Deal("five", "fixed_cart", Decimal(5)), {1}) == 399


def test_a_limit_of_pieces_is_kept() -> None:
    out = ShareOut([Item(1, Decimal(3000), 3)])
    assert out.apply(Deal("half", "percent", Decimal(50), limit_items=1), {1}) == 500

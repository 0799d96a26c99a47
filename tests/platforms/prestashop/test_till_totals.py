"""The shop reckons tax and rounding itself, and still arrives at the till's total, in all three ways it may round."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.clock import VirtualClock
from tests.support.till import paid
from tillbridge.domain.basket import BasketLine, Discount, TaxRate
from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import TotalsDisagree
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order
from tillbridge.platforms.prestashop.order_writing import allowance, shop_total, sold_of
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator

from .adapter import Bench, bench, eur

RATES = ("23", "13.5", "9", "4.8", "19", "7", "20", "5.5", "25", "21", "8.1", "0")
EACH, LINE, SUM = "1", "2", "3"


def taxed(shop: PrestaShopSimulator) -> None:
    """An article for every rate, all at 9.99 before tax."""
    for number, rate in enumerate(RATES, 100):
        tax = shop.shop.add("taxes", {"rate": rate, "active": 1, "name": f"VAT {rate}%"})
        shop.shop.add("tax_rules", {"id_tax_rules_group": number, "id_country": 26, "id_tax": tax})
        goods = {"price": "9.99", "id_tax_rules_group": number, "active": 1, "state": 1, "name": f"Article {rate}"}
        key = shop.shop.add("products", {**goods, "reference": f"RATE-{rate}"})
        shop.shop.add("stock_availables", {"id_product": key, "id_product_attribute": 0, "quantity": 9, "id_shop": 1})


def article(at: Bench, rate: str) -> Listing:
    row = next(iter(at.shop.shop.matching("products", reference=f"RATE-{rate}")))
    return Listing(str(row["id"]), f"{row['id']}:0", f"{row['id']}:0", f"RATE-{rate}")


def line(at: Bench, number: int, rate: str, price: Money, quantity: int = 1) -> BasketLine:
    return BasketLine(
        id=str(number),
        kind=LineKind.PRODUCT,
        title=f"Article {rate}",
        quantity=Decimal(quantity),
        unit_price=price,
        taxes=(TaxRate("VAT", Decimal(rate) / 100),),
        listing=article(at, rate),
    )


def basket(at: Bench, rng: random.Random, receipt: str) -> Order:
    """One to five articles of different rates at any prices, and some discount or other."""
    rates = rng.sample(RATES, rng.randint(1, 5))
    lines = [
        line(at, number, rate, Money.of_minor(rng.randint(1, 12_000), "EUR"), rng.randint(1, 4))
        for number, rate in enumerate(rates, 1)
    ]
    chance = rng.random()
    discounts = []
    if chance < 0.3:
        discounts = [Discount("autumn", DiscountType.PERCENTAGE, Decimal(rng.choice(["7.5", "10", "15", "33"])))]
    elif chance < 0.6:
        discounts = [Discount("off", DiscountType.FIXED, Decimal(rng.randint(1, 900)) / 100)]
    return paid(lines, at.clock, receipt=receipt, discounts=discounts)


async def sell(rounding: str, seed: int, count: int) -> None:
    """Random baskets, each placed at the till's total."""
    rng = random.Random(seed)
    async with bench(settings={"PS_ROUND_TYPE": rounding}, change=taxed) as at:
        for number in range(count):
            order = basket(at, rng, f"R-{number}")
            placed = await at.orders.create_order(order, at.keep)
            assert (placed.total, placed.paid) == (order.totals.total, True), (order, placed)
            row = at.row(placed.platform_order_id)
            assert row["total_paid_real"] == row["total_paid"] == row["total_paid_tax_incl"]
        assert at.mails == []


@pytest.mark.parametrize("rounding", [EACH, LINE, SUM], ids=["each piece", "each line", "the sum"])
async def test_random_baskets_arrive_to_the_cent_at_many_rates_with_discounts(rounding: str) -> None:
    await sell(rounding, 20261124, 8)


@pytest.mark.soak
@pytest.mark.parametrize("rounding", [EACH, LINE, SUM], ids=["each piece", "each line", "the sum"])
async def test_hundreds_of_random_baskets_arrive_to_the_cent(rounding: str) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  so that a failure can be repeated
    await sell(rounding, seed, 200)


async def test_where_pieces_are_rounded_three_for_ten_is_booked_with_two_cents_of_discount() -> None:
    async with bench(settings={"PS_ROUND_TYPE": EACH}, change=taxed) as at:
        five = Discount("three for ten", DiscountType.FIXED, Decimal(5))
        order = paid([line(at, 1, "23", eur("5.00"), 3)], at.clock, receipt="R-1", discounts=[five])
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.paid, placed.discount) == (eur("10.00"), True, eur("0.02"))
        row = at.row(placed.platform_order_id)
        assert (row["total_products_wt"], row["total_discounts"]) == ("10.020000", "0.020000")
        payments = list(at.shop.shop.matching("order_payments", order_reference=row["reference"]))
        assert [each["amount"] for each in payments] == ["10.000000"]


async def test_where_lines_are_rounded_three_for_ten_needs_nothing() -> None:
    async with bench(settings={"PS_ROUND_TYPE": LINE}, change=taxed) as at:
        five = Discount("three for ten", DiscountType.FIXED, Decimal(5))
        order = paid([line(at, 1, "23", eur("5.00"), 3)], at.clock, receipt="R-1", discounts=[five])
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.discount) == (eur("10.00"), eur("0"))


async def test_a_tax_rate_other_than_the_tills_moves_the_tax_and_not_the_total() -> None:
    async with bench(change=taxed) as at:
        sold = line(at, 1, "9", eur("10.90"))
        order = paid([replace(sold, taxes=(TaxRate("VAT", Decimal("0.23")),))], at.clock, receipt="R-1")
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.tax) == (eur("10.90"), eur("0.90"))


def test_what_the_shop_will_make_of_a_basket_is_known_before_it_is_sent() -> None:
    """Recorded: three for 10.00 come to 9.99 where pieces are rounded at the exact third, and to 10.00 by lines."""
    sold = BasketLine(
        id="1", kind=LineKind.PRODUCT, title="Mug", quantity=Decimal(3), unit_price=eur("5.00"),
        taxes=(TaxRate("VAT", Decimal("0.23")),), listing=Listing("11", "11:0", "11:0", "MUG-01"),
    )  # fmt: skip
    five = Discount("off", DiscountType.FIXED, Decimal(5))
    order = paid([sold], VirtualClock(), receipt="R-1", discounts=[five])
    rows = sold_of(order, {("11", "0"): Decimal("0.23")})
    assert [shop_total(rows, way, "EUR") for way in (EACH, LINE, SUM)] == [Decimal("10.02"), Decimal(10), Decimal(10)]
    assert rows[0].unit(LINE, Decimal("0.01")) == Decimal("2.710027")
    assert allowance(order) == eur("0.03")


async def test_more_than_rounding_is_never_placed() -> None:
    async with bench(change=taxed) as at:
        order = paid([line(at, 1, "23", eur("5.00"), 3)], at.clock, receipt="R-1")
        wrong = replace(order, totals=replace(order.totals, total=eur("14.90")))
        with pytest.raises(TotalsDisagree) as caught:
            await at.orders.create_order(wrong, at.keep)
        assert (caught.value.params["ours"], caught.value.params["theirs"]) == ("14.90 EUR", "15.00 EUR")
        assert at.handles == []

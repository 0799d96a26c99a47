"""What a till may hand over, and what it is told when a record cannot be right."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sales import SHOP_SECRET, line, record
from tests.support.shops import SHOP
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.services.intake import MAX_LINE, parse_sale, schema
from tillbridge.services.reckoning import named_connections, reckon


def _order(text: str) -> Order:
    return reckon(parse_sale(text), SHOP, SHOP_SECRET, new_id())


def _refusal(text: str) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        _order(text)
    return refused.value.params["field"], refused.value.params["reason"]


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_plain_sale_becomes_an_order_with_tax_and_reference() -> None:
    order = _order(record(lines=[line(quantity="2")]))
    assert order.totals.total == _eur("49.80")
    assert order.totals.tax == _eur("9.31")
    assert order.reference.startswith("TB")
    assert len(order.reference) == 26
    assert order.business_date == date(2026, 11, 24)


def test_the_same_record_always_gets_the_same_reference() -> None:
    assert _order(record()).reference == _order(record()).reference
    assert _order(record()).reference != _order(record("1002")).reference


def test_codes_discounts_several_tenders_and_change() -> None:
    order = _order(
        record(
            lines=[
                line(quantity="2", discounts=[{"title": "Worn", "type": "fixed", "value": "4.80"}]),
                line("MUG-BLU", "1", "12.50"),
            ],
            discounts=[{"title": "Ten", "type": "percentage", "value": "10", "code": "HARBOUR10"}],
            tenders=[
                {"kind": "gift_card", "amount": "20.00", "card_id": "gid://1", "masked": "2222"},
                {"kind": "cash", "amount": "50.00", "change": "18.25"},
            ],
            totals={"total": "51.75", "discount": "10.55", "subtotal": "62.30", "tax": "9.67", "rounding": "0"},
        )
    )
    assert [each.amount for each in order.tenders] == [_eur("20.00"), _eur("31.75")]
    assert order.tenders[1].change == _eur("18.25")
    assert [(each.code, each.amount) for each in order.discounts] == [("HARBOUR10", _eur("5.75"))]


def test_cash_rounding_by_the_step_of_the_record() -> None:
    order = _order(
        record(
            lines=[line("NOTE-1", "1", "9.98")],
            tenders=[{"kind": "cash", "amount": "10.00"}],
            cash_step="0.05",
            totals={"total": "9.98", "rounding": "0.02"},
        )
    )
    assert order.totals.payable == _eur("10.00")


def test_goods_given_back_weighed_goods_free_text_and_a_gift_card_sold() -> None:
    order = _order(
        record(
            lines=[
                line(quantity="-1", return_of="1000"),
                line("CHEESE", "0.350", "18.00", unit="kg"),
                {"kind": "free_text", "title": "Alteration", "unit_price": "5.00"},
                {"kind": "gift_card", "title": "Gift card", "unit_price": "50.00"},
            ],
            tenders=[{"kind": "card", "amount": "36.40"}],
            totals={"total": "36.40"},
        )
    )
    assert [each.kind for each in order.lines][2:] == [LineKind.FREE_TEXT, LineKind.GIFT_CARD]
    assert order.lines[1].unit == "kg"
    assert order.lines[0].return_of == "1000"


def test_money_paid_out_for_a_pure_return() -> None:
    order = _order(
        record(
            lines=[line(quantity="-1", return_of="1000")],
            tenders=[{"kind": "cash", "amount": "-24.90"}],
            totals={"total": "-24.90"},
        )
    )
    assert [(each.kind, each.amount) for each in order.tenders] == [(TenderKind.CASH, _eur("-24.90"))]


def test_a_sale_of_nothing_to_pay_needs_no_tender() -> None:
    everything = [{"title": "Staff", "type": "percentage", "value": "100"}]
    order = _order(record(discounts=everything, tenders=[], totals={"total": "0.00"}))
    assert order.tenders == ()


def test_prices_without_tax_get_it_on_top() -> None:
    order = _order(
        record(
            lines=[line(unit_price="20.00")],
            prices_include_tax=False,
            tenders=[{"kind": "card", "amount": "24.60"}],
            totals={"total": "24.60", "tax": "4.60"},
        )
    )
    assert order.totals.total == _eur("24.60")


def test_lines_may_name_their_connection() -> None:
    parsed = parse_sale(record(lines=[line(), line("MUG-BLU", "1", "12.50", connection="outlet")]))
    assert list(named_connections(parsed)) == [("2", "outlet")]


def _without(name: str) -> str:
    body = json.loads(record())
    del body[name]
    return json.dumps(body)


@pytest.mark.parametrize(
    ("text", "field", "word"),
    [
        ("{", "line", "not JSON"),
        ("[]", "line", "not a JSON object"),
        ("NaN", "line", "not a number"),
        ('{"till": "a", "till": "b"}', "till", "twice"),
        ("[" * 100_000, "line", "not JSON"),
        (record(note="x" * MAX_LINE), "line", "longer"),
        (_without("receipt"), "receipt", "required"),
        (record(recipt="1"), "recipt", "not permitted"),
        (record(lines=[line(unit_price="-1")], totals={"total": "-1"}), "lines[0].unit_price", "greater"),
        (record(lines=[line(quantity="0")]), "lines[0].quantity", "other than zero"),
        (record(lines=[line(unit_price="1.999")], totals={"total": "2.00"}), "lines[0].unit_price", "decimals"),
        (record(lines=[line(taxes=[{"name": "VAT", "rate": "23"}])]), "lines[0].taxes[0].rate", "less than 1"),
        (record(lines=[line(return_of="1000")]), "lines[0].return_of", "negative"),
        (record(sold_at="2026-11-24T08:30:00"), "sold_at", "timezone"),
        (record(currency="euro"), "currency", "pattern"),
        (record(totals={"total": "24.91"}), "totals.total", "add up to 24.90"),
        (record(totals={"total": "24.90", "tax": "4.65"}), "totals.tax", "add up to 4.66"),
        (record(tenders=[{"kind": "card", "amount": "20.00"}]), "tenders", "4.90"),
        (record(tenders=[{"kind": "card", "amount": "30.00"}]), "card", "more than"),
        (record(tenders=[{"kind": "cash", "amount": "30.00", "change": "5.00"}]), "tenders[0].change", "5.10"),
        (record(tenders=[{"kind": "coins", "amount": "24.90"}]), "tenders[0].kind", "cash"),
        (record(lines=[{"unit_price": "24.90"} | {"quantity": "1"}]), "lines[0].sku", "SKU"),
        (
            record(lines=[line(kind="gift_card")]),
            "TEE-M",
            "without tax",
        ),
    ],
)
def test_a_record_that_cannot_be_right_is_refused_with_the_field(text: str, field: str, word: str) -> None:
    name, reason = _refusal(text)
    assert name == field
    assert word in reason


def test_a_refusal_never_repeats_what_a_shopper_typed() -> None:
    text = record(customer={"email": "not an address of Aoife"})
    name, reason = _refusal(text)
    assert name == "customer.email"
    assert "Aoife" not in reason


def test_the_published_schema_accepts_what_is_taken_in() -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(record(lines=[line(), line("MUG-BLU", "1", "12.50")])), published)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(where=st.sampled_from(sorted(json.loads(record()))), value=_json)
def test_no_record_raises_anything_but_a_refusal(where: str, value: Any) -> None:
    body = json.loads(record()) | {where: value}
    with contextlib.suppress(InvalidInput):
        order = _order(json.dumps(body))
        assert order.totals.total == _eur("24.90") or where == "currency"


def test_the_shops_own_cash_step_is_used_when_the_record_says_nothing() -> None:
    shop = replace(SHOP, cash_rounding=_eur("0.05"))
    text = record(lines=[line("NOTE-1", "1", "9.98")], tenders=[{"kind": "cash", "amount": "20"}])
    order = reckon(parse_sale(text), shop, SHOP_SECRET, new_id())
    assert order.totals.rounding == _eur("0.02")
    assert order.tenders[0].change == _eur("10.00")

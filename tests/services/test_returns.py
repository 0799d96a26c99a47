"""Goods given back become refunds of exactly the lines they were sold on."""

from __future__ import annotations

from decimal import Decimal

from tests.support.sales import goods, sold
from tillbridge.domain.basket import Payment
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, TenderKind
from tillbridge.services.returns import given_back, returned_lines


def _returned(*lines: tuple[str, str, str]) -> Order:
    """A return of (sku, quantity, price) lines of receipt 1001, paid out in cash."""
    owed = sum((Decimal(quantity) * Decimal(each) for _, quantity, each in lines), Decimal(0))
    out = Payment(TenderKind.CASH, "Cash", Money(owed, "EUR"))
    basket = [goods(str(at), sku, quantity, each, "1001") for at, (sku, quantity, each) in enumerate(lines)]
    return sold(basket, receipt="1002", payments=[out])


def test_a_returned_quantity_is_taken_from_the_lines_that_sold_it() -> None:
    original = sold([goods("a", quantity="1"), goods("b", "MUG-BLU", "2", "12.50"), goods("c", quantity="2")])
    back = _returned(("TEE-M", "-2", "24.90"))
    found = given_back(original, returned_lines(back)["1001"], "TBX", "too small")
    assert found is not None
    refund = found.refund
    assert not found.exceeds
    assert refund.amount == Money(Decimal("49.80"), "EUR")
    assert [(each.line_id, each.quantity) for each in refund.lines] == [("a", Decimal(1)), ("c", Decimal(1))]
    assert all(each.restock for each in refund.lines)


def test_goods_that_were_not_sold_there_make_no_refund() -> None:
    original = sold([goods("a")])
    assert given_back(original, returned_lines(_returned(("MUG-RED", "-1", "12.50")))["1001"], "TBX", "") is None


def test_more_than_was_sold_counts_as_what_was_left_and_says_so() -> None:
    original = sold([goods("a"), goods("b", "MUG-BLU", "1", "12.50")])
    found = given_back(original, returned_lines(_returned(("TEE-M", "-2", "24.90")))["1001"], "TBX", "")
    assert found is not None
    assert found.exceeds
    assert [(each.line_id, each.quantity) for each in found.refund.lines] == [("a", Decimal(1))]
    assert found.refund.amount == original.totals.total


def test_a_partial_price_given_back_is_the_tills_word() -> None:
    original = sold([goods("a")])
    found = given_back(original, returned_lines(_returned(("TEE-M", "-1", "20.00")))["1001"], "TBX", "worn")
    assert found is not None
    assert found.refund.amount == Money(Decimal("20.00"), "EUR")

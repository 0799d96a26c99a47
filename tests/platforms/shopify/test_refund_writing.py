"""A refund returns the right goods, and the money to the payments it came from, never more than is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.shopify.till import PLACE, goods, sold
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.shopify.refund_writing import refund_input


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def bag(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def payment(number: int, amount: str, gateway: str = "POS card", parent: int | None = None) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}", "kind": "SALE" if parent is None else "REFUND",
        "status": "SUCCESS", "gateway": gateway, "amountSet": bag(amount),
        "parentTransaction": None if parent is None else {"id": f"gid://shopify/OrderTransaction/{parent}"},
    }  # fmt: skip


def piece(number: int, line: str, quantity: int, left: int, variant: bool = True) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}", "title": "Goods", "sku": None, "quantity": quantity,
        "currentQuantity": left, "refundableQuantity": left, "customAttributes": [{"key": "_till_line", "value": line}],
        "variant": {"id": "gid://shopify/ProductVariant/1"} if variant else None,
        "originalUnitPriceSet": bag("1.00"), "discountedTotalSet": bag("1.00"), "taxLines": [],
    }  # fmt: skip


def placed(lines: list[dict[str, Any]], payments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Order/1", "name": "#1", "createdAt": "2026-11-24T09:00:00Z",
        "processedAt": "2026-11-24T09:00:00Z", "updatedAt": "2026-11-24T09:00:00Z", "cancelledAt": None,
        "sourceIdentifier": None, "currencyCode": "EUR", "taxesIncluded": True, "displayFinancialStatus": "PAID",
        "totalTaxSet": bag("0"), "totalPriceSet": bag("30.00"), "totalRefundedSet": bag("0"),
        "totalOutstandingSet": bag("0"), "transactions": payments,
        "lineItems": {"pageInfo": {"hasNextPage": False}, "nodes": lines},
    }  # fmt: skip


ORDER: Order = sold([goods(1, "10.00", "3"), goods(2, "19.90", "0.350", unit="kg")])


def back(amount: str, *lines: RefundLine) -> Refund:
    return Refund("TBREF-R1", eur(amount), lines, "too small")


def test_goods_go_back_to_the_location_and_money_to_the_payment() -> None:
    raw = placed([piece(1, "line-1", 3, 3)], [payment(1, "30.00")])
    body = refund_input(raw, ORDER, back("10.00", RefundLine("line-1", Decimal(1), restock=True)), PLACE)
    assert body["refundLineItems"] == [
        {"lineItemId": "gid://shopify/LineItem/1", "quantity": 1, "restockType": "RETURN", "locationId": PLACE}
    ]
    assert [(each["parentId"], each["amount"]) for each in body["transactions"]] == [
        ("gid://shopify/OrderTransaction/1", "10.00")
    ]
    assert body["note"] == "TBREF-R1 too small"
    assert body["notify"] is False


def test_a_line_that_stands_as_two_goes_back_from_both() -> None:
    raw = placed([piece(1, "line-1", 2, 1), piece(2, "line-1", 1, 1)], [payment(1, "30.00")])
    body = refund_input(raw, ORDER, back("20.00", RefundLine("line-1", Decimal(2), restock=False)), PLACE)
    assert [(each["lineItemId"][-1], each["quantity"], each["restockType"]) for each in body["refundLineItems"]] == [
        ("1", 1, "NO_RESTOCK"),
        ("2", 1, "NO_RESTOCK"),
    ]


def test_money_goes_back_to_several_payments_and_the_shops_own_rounding_last() -> None:
    payments = [
        payment(1, "0.02", "Cash rounding"), payment(2, "10.00", "gift card"), payment(3, "19.98"),
        payment(4, "4.00", "gift card", parent=2),
    ]  # fmt: skip
    body = refund_input(placed([], payments), ORDER, back("25.99"), PLACE)
    assert [(each["parentId"][-1], each["amount"]) for each in body["transactions"]] == [
        ("2", "6.00"), ("3", "19.98"), ("1", "0.01"),
    ]  # fmt: skip
    assert body["refundLineItems"] == []


def test_weighed_goods_go_back_whole_or_as_money() -> None:
    raw = placed([piece(1, "line-2", 1, 1, variant=False)], [payment(1, "30.00")])
    whole = refund_input(raw, ORDER, back("6.97", RefundLine("line-2", Decimal("0.350"), restock=True)), PLACE)
    assert [(each["quantity"], each["restockType"]) for each in whole["refundLineItems"]] == [(1, "NO_RESTOCK")]
    part = refund_input(raw, ORDER, back("2.00", RefundLine("line-2", Decimal("0.100"), restock=True)), PLACE)
    assert part["refundLineItems"] == []


def test_more_than_is_left_is_refused_in_words() -> None:
    raw = placed([piece(1, "line-1", 3, 1)], [payment(1, "30.00"), payment(2, "25.00", parent=1)])
    with pytest.raises(InvalidInput, match="more than can still go back"):
        refund_input(raw, ORDER, back("5.00", RefundLine("line-1", Decimal(2), restock=True)), PLACE)
    with pytest.raises(InvalidInput, match="more than was paid"):
        refund_input(raw, ORDER, back("5.01"), PLACE)
    with pytest.raises(InvalidInput, match="no line line-9"):
        refund_input(raw, ORDER, back("1.00", RefundLine("line-9", Decimal(1), restock=True)), PLACE)

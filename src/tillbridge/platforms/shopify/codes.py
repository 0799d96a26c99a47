"""Whether a sale's discount may go to Shopify as its code: only when Shopify then reckons the till's total. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import AppliedDiscount, LineKind, Order, OrderLine
from tillbridge.platforms.writing import is_whole


def code_form(order: Order) -> dict[str, Any] | None:
    """The ``discountCode`` input, or None: then lines go out at what they were sold for."""
    if len(order.discounts) != 1 or not order.discounts[0].code:
        return None
    discount = order.discounts[0]
    if discount.type is DiscountType.FREE_SHIPPING:
        return _free_shipping(order, discount)
    goods = [line for line in order.lines if line.kind is not LineKind.SHIPPING]
    if not all(_plain_line(line) for line in goods) or not _alone(order, discount, goods):
        return None
    if discount.type is DiscountType.PERCENTAGE:
        return _percentage(order, discount, goods)
    return _fixed(order, discount, goods)


def _plain_line(line: OrderLine) -> bool:
    """Sold at unit price times whole quantity, and of a kind a code takes its part from."""
    whole = is_whole(line.quantity)
    sellable = line.kind in (LineKind.PRODUCT, LineKind.FREE_TEXT)
    return whole and sellable and line.unit_price * line.quantity == line.subtotal


def _alone(order: Order, discount: AppliedDiscount, goods: list[OrderLine]) -> bool:
    """Nothing else came off, neither from goods nor from shipping."""
    off = total([line.discount for line in order.lines], order.currency)
    return off == discount.amount == total([line.discount for line in goods], order.currency)


def _percentage(order: Order, discount: AppliedDiscount, goods: list[OrderLine]) -> dict[str, Any] | None:
    """Shopify does not say whether it rounds per line or in total, so both must give what the till took off."""
    part = discount.value / Decimal(100)
    by_line = total([line.subtotal * part for line in goods], order.currency)
    at_once = total([line.subtotal for line in goods], order.currency) * part
    if not by_line == at_once == discount.amount:
        return None
    return {"itemPercentageDiscountCode": {"code": discount.code, "percentage": float(discount.value)}}


def _fixed(order: Order, discount: AppliedDiscount, goods: list[OrderLine]) -> dict[str, Any] | None:
    if Money(discount.value, order.currency) != discount.amount:
        return None
    worth = {"shopMoney": {"amount": str(discount.amount.amount), "currencyCode": order.currency}}
    return {"itemFixedDiscountCode": {"code": discount.code, "amountSet": worth}}


def _free_shipping(order: Order, discount: AppliedDiscount) -> dict[str, Any] | None:
    """Takes nothing off goods; with a shipping line it would be reckoned by Shopify, so that goes out priced."""
    shipped = any(line.kind is LineKind.SHIPPING for line in order.lines)
    untouched = not any(line.discount for line in order.lines)
    return {"freeShippingDiscountCode": {"code": discount.code}} if untouched and not shipped else None

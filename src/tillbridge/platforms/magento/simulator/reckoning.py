"""A cart's arithmetic in a shop whose prices include tax: rows rounded one by one, discount on prices with tax."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from .rest import Row, cents, dec, stamp
from .rules import takes
from .state import custom

if TYPE_CHECKING:
    from .state import Shop

_ZERO = Decimal(0)
_CENT = Decimal("0.01")


def rate_of(shop: Shop, product: Row) -> Decimal:
    """The tax rate of a product's class as a fraction."""
    return shop.tax_rates.get(str(custom(product, "tax_class_id") or "0"), _ZERO)


def price_of(shop: Shop, product: Row) -> Decimal:
    """Today's price with tax."""
    price, special = dec(product.get("price")), custom(product, "special_price")
    begins, today = str(custom(product, "special_from_date") or ""), stamp(shop.now())
    return min(price, dec(special)) if special and begins <= today else price


def line(shop: Shop, product: Row, quantity: Decimal) -> Row:
    """A line before any discount."""
    rate, paid = rate_of(shop, product), price_of(shop, product)
    if not shop.prices_include_tax:
        paid = cents(paid * (1 + rate))
    row = cents(paid * quantity)
    return {
        "sku": product["sku"],
        "name": product["name"],
        "product": product,
        "qty": quantity,
        "rate": rate,
        "price": cents(paid / (1 + rate)),
        "price_incl_tax": paid,
        "row_total": cents(row / (1 + rate)),
        "row_total_incl_tax": row,
        "discount_amount": _ZERO,
        "discount_percent": _ZERO,
    }


def reckon(lines: Sequence[Row], rule: Row | None) -> None:
    """Take the rule off the lines it covers, then tax what is left."""
    covered = [each for each in lines if rule is not None and takes(rule, each)]
    if rule is not None and covered:
        _take_off(covered, rule)
    for each in lines:
        left, rate = each["row_total_incl_tax"] - each["discount_amount"], each["rate"]
        each["tax_amount"] = cents(left * rate / (1 + rate))
        each["compensation"] = each["row_total_incl_tax"] - each["row_total"] - each["tax_amount"]


def _take_off(covered: Sequence[Row], rule: Row) -> None:
    amount, action = dec(rule["discount_amount"]), rule["simple_action"]
    if action == "by_percent":
        for each in covered:
            each["discount_amount"] = cents(each["row_total_incl_tax"] * amount / 100)
            each["discount_percent"] = amount
    elif action == "by_fixed":
        for each in covered:
            each["discount_amount"] = min(each["row_total_incl_tax"], amount * each["qty"])
    elif action == "cart_fixed":
        _share(covered, amount)


def _share(covered: Sequence[Row], amount: Decimal) -> None:
    """In proportion, the last line takes what is left."""
    whole = sum((each["row_total_incl_tax"] for each in covered), _ZERO)
    left = amount = min(amount, whole)
    for each in covered[:-1]:
        part = (amount * each["row_total_incl_tax"] / whole).quantize(_CENT, rounding=ROUND_DOWN)
        each["discount_amount"] = part
        left -= part
    covered[-1]["discount_amount"] = left


def summed(lines: Sequence[Row], name: str) -> Decimal:
    """The sum of one amount over all lines."""
    return sum((each[name] for each in lines), _ZERO)


def grand_total(lines: Sequence[Row]) -> Decimal:
    """What the shopper pays."""
    return summed(lines, "row_total_incl_tax") - summed(lines, "discount_amount")

"""A till's sale as the body of ``POST /1.0/commerce/orders``: imported as paid, with the till's own totals. Pure.

The same sale makes the same body to the byte, or its idempotency key would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, OrderLine
from tillbridge.platforms.squarespace import marks
from tillbridge.platforms.writing import is_whole, moment

_CODE = re.compile(r"[A-Za-z0-9_-]{1,50}")
_LONGEST_TITLE = 200
_ONE = Decimal(1)


def key_of(order: Order, *, move_stock: bool) -> str:
    """The idempotency key of a sale; the body without stock differs, so it has a key of its own."""
    return order.reference if move_stock else f"{order.reference}-stock-left"


def as_goods(line: OrderLine) -> bool:
    """Whether a line can travel as goods: things the shop knows, in whole pieces. The rest are lines by name."""
    return line.kind is LineKind.PRODUCT and line.listing is not None and is_whole(line.quantity) and not by_name(line)


def by_name(line: OrderLine) -> bool:
    """Whether the shop knows what is sold and yet an import cannot name it, so that its stock stays as it is."""
    return line.listing is not None and line.listing.inventory_id.startswith(marks.BY_NAME)


def order_body(order: Order, *, move_stock: bool, with_email: bool) -> dict[str, Any]:
    """The body: fulfilled, undiscounted lines, all money off as discount lines, and the totals as the till has them.

    Raises PlatformRefused for a returned line, which the platform cannot book.
    """
    if returned := next((each for each in order.lines if each.quantity < 0), None):
        reason = f"{returned.title} is a return; Squarespace books no returns"
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    sold_at, totals = moment(order.sold_at), order.totals
    email = order.customer.email if with_email and order.customer else ""
    return {
        "channelName": marks.CHANNEL if move_stock else marks.CHANNEL_STOCK_LEFT,
        "externalOrderReference": order.reference,
        "createdOn": sold_at,
        **({"customerEmail": email} if email else {}),
        "inventoryBehavior": "DEDUCT" if move_stock else "SKIP",
        "shopperFulfillmentNotificationBehavior": "SKIP",
        "fulfillmentStatus": "FULFILLED",
        "fulfilledOn": sold_at,
        "fulfillments": [],
        "priceTaxInterpretation": "INCLUSIVE" if order.prices_include_tax else "EXCLUSIVE",
        "lineItems": [_line(each) for each in order.lines],
        "discountLines": _discount_lines(order.lines, order.currency),
        "subtotal": _amount(totals.subtotal),
        "discountTotal": _amount(totals.discount),
        "taxTotal": _amount(totals.tax),
        "grandTotal": _amount(totals.total),
    }


def _amount(money: Money) -> dict[str, str]:
    """Money as it goes over the wire: both parts texts."""
    return {"currency": money.currency, "value": str(money.amount)}


def _line(line: OrderLine) -> dict[str, Any]:
    if as_goods(line):
        assert line.listing is not None
        return {
            "lineItemType": "PHYSICAL_PRODUCT",
            "variantId": line.listing.external_variant_id,
            "quantity": int(line.quantity),
            "unitPricePaid": _amount(line.unit_price),
        }
    pieces = is_whole(line.quantity) and line.unit == "piece"
    return {
        "lineItemType": "CUSTOM",
        "title": _title(line, pieces=pieces),
        # quantities are whole, so what was weighed is one piece that names its weight
        "quantity": int(line.quantity) if pieces else 1,
        "unitPricePaid": _amount(line.unit_price if pieces else line.subtotal),
    }


def _title(line: OrderLine, *, pieces: bool) -> str:
    measure = "" if pieces else f"{line.quantity.normalize():f} {line.unit} × {line.unit_price}, "
    sku = f" ({line.sku})" if line.sku else ""
    return f"{measure}{line.title or line.sku or line.kind}{sku}"[:_LONGEST_TITLE]


def _discount_lines(lines: Sequence[OrderLine], currency: str) -> list[dict[str, Any]]:
    """One per discount over all lines; together they are the order's discount to the cent."""
    sums: dict[tuple[str, str], Money] = {}
    for noted in (each for line in lines for each in line.discounts):
        key = (noted.title or noted.code or "Discount", noted.code)
        sums[key] = sums.get(key, Money.zero(currency)) + noted.amount
    return [_discount_line(title, code, amount) for (title, code), amount in sums.items() if amount]


def _discount_line(title: str, code: str, amount: Money) -> dict[str, Any]:
    """A code of another form than the platform's is no code there, so it stands in the name."""
    if code and not _CODE.fullmatch(code):
        return {"name": f"{title} ({code})"[:_LONGEST_TITLE], "amount": _amount(amount)}
    return {"name": title[:_LONGEST_TITLE], **({"promoCode": code} if code else {}), "amount": _amount(amount)}


def unknown_goods(order: Order) -> PlatformRefused:
    """The refusal for goods the shop has no more; it does not say which."""
    named = ", ".join(f"{each.title} ({each.sku})" for each in order.lines if as_goods(each))
    reason = f"the shop no longer has one of {named}; pull the catalogue and link it again"
    return PlatformRefused(field="lines", code="unknown_goods", reason=reason)

"""A till's sale in the form a Sylius cart takes: its goods, addresses and notes. Pure."""

from __future__ import annotations

from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import LineKind, Order, OrderLine
from tillbridge.platforms.sylius import marks, wire

_MOST = 9999
_SHORTEST_NAME = 2
_NOBODY = ("Till", "sale")


def goods_of(order: Order) -> dict[str, tuple[str, int]]:
    """What goes into the cart: variant code -> (product code, whole pieces), equal goods put together.

    Raises PlatformRefused for what the shop has no price of its own for, and for returns.
    """
    found: dict[str, tuple[str, int]] = {}
    for line in order.lines:
        if _is_free_shipping(line):
            continue
        if problem := _problem(line):
            raise PlatformRefused(field="lines", code=problem[0], reason=f"{line.title} {problem[1]}")
        assert line.listing is not None
        code = line.listing.external_variant_id
        already = found.get(code, ("", 0))[1]
        found[code] = (line.listing.external_product_id, already + int(line.quantity))
    if over := next((code for code, (_, quantity) in found.items() if quantity > _MOST), None):
        raise PlatformRefused(field="lines", code="quantity", reason=f"{over}: Sylius takes {_MOST} pieces at most")
    return found


def _is_free_shipping(line: OrderLine) -> bool:
    return line.kind is LineKind.SHIPPING and not line.gross


def _problem(line: OrderLine) -> tuple[str, str] | None:
    if line.quantity < 0:
        return "negative_quantity", "is a return; Sylius books returns as refunds of their own order"
    if line.kind is not LineKind.PRODUCT or line.listing is None:
        return "not_listed", "is not listed in the shop, and Sylius sells nothing else"
    if line.quantity % 1:
        return "fraction", "is weighed or measured, and Sylius sells whole pieces only"
    return None


def details(order: Order, own: wire.BillingData, till_email: str, *, shoppers: bool) -> dict[str, Any]:
    """E-mail and addresses. The place is always the shop's own, so that tax stays what the till reckoned.

    Raises PlatformRefused when the shop has no address of its own to give.
    """
    place = {
        "street": own.street,
        "city": own.city,
        "postcode": own.postcode,
        "countryCode": own.countryCode,
    }
    if missing := next((name for name, value in place.items() if not value), ""):
        reason = f"the channel's billing data lack the {missing}; fill them in at Configuration, Channels"
        raise PlatformRefused(field="the shop's address", code="incomplete", reason=reason)
    first, last = _names(order) if shoppers else _NOBODY
    address = {"firstName": first, "lastName": last, **place}
    if own.company:
        address["company"] = own.company
    known = order.customer.email if shoppers and order.customer is not None else ""
    return {"email": known or till_email, "billingAddress": address, "shippingAddress": address}


def _names(order: Order) -> tuple[str, str]:
    """The shopper's, where both are as long as Sylius wants names to be."""
    who = order.customer
    if who is None or min(len(who.first_name), len(who.last_name)) < _SHORTEST_NAME:
        return _NOBODY
    return who.first_name, who.last_name


def tagged(email: str, reference: str) -> str:
    """An address of the same mailbox that is no shopper yet: limits per shopper then do not hold till sales up."""
    name, _, host = email.rpartition("@")
    return f"{name.partition('+')[0]}+{reference.lower()}@{host}"


def codes_of(order: Order) -> tuple[str, ...]:
    """The codes the till honoured, in order, each once."""
    on_lines = [noted.code for line in order.lines for noted in line.discounts]
    return tuple(dict.fromkeys(code for code in (*(each.code for each in order.discounts), *on_lines) if code))


def notes_of(order: Order, *, counted: bool) -> str:
    """The notes an order is placed with."""
    return marks.notes(
        order.reference,
        order.till,
        order.receipt,
        code=", ".join(codes_of(order)),
        counted=counted,
        note=order.note,
    )

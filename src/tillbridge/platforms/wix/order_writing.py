"""A till's sale as the bodies of Wix's calls: the order with the till's own totals, then its payments. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import LineKind, Order, OrderLine, Tender, TenderKind
from tillbridge.platforms.wix import marks, wire_offers
from tillbridge.platforms.wix.places import for_order, person
from tillbridge.platforms.wix.spec import STORES_APP
from tillbridge.platforms.writing import is_whole

_LONGEST_NAME, _LONGEST_NOTE, _LONGEST_METHOD, _LONGEST_WORDS, _LONGEST_SKU = 200, 1000, 150, 200, 40
MOST_LINES, _MOST_PAYMENTS = 300, 50
_BY_NAME = {"custom": "till item"}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an order's form depends on beside the sale: whether it names the shopper, and Wix's own time."""

    names_shoppers: bool
    now: datetime


def is_guid(text: str) -> bool:
    """Whether a text has the form of Wix's ids; it refuses others before looking."""
    return _GUID.fullmatch(text) is not None


def codes_of(order: Order) -> tuple[str, ...]:
    """The codes the till honoured, in order, each once."""
    on_lines = [noted.code for line in order.lines for noted in line.discounts]
    return tuple(dict.fromkeys(code for code in (*(each.code for each in order.discounts), *on_lines) if code))


def as_goods(line: OrderLine) -> bool:
    """Whether a line can travel as goods: known to the shop and in whole pieces. The rest are lines by name."""
    return line.kind is LineKind.PRODUCT and line.listing is not None and is_whole(line.quantity)


def line_id(reference: str, line: str) -> str:
    """The id a line gets at Wix, which wants a GUID; a refund finds the line by it again."""
    return str(uuid5(NAMESPACE_URL, f"tillbridge:{reference}:{line}"))


def order_body(order: Order, at: Circumstances, coupon: wire_offers.Coupon | None = None) -> dict[str, Any]:
    """The body of ``POST /ecom/v1/orders``. ``coupon`` is named when the whole discount is its own.

    Raises PlatformRefused for a returned line, which belongs into a refund.
    """
    if returned := next((each for each in order.lines if each.quantity < 0), None):
        reason = f"{returned.title} is a return; Wix books returns as refunds of their own order"
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    if len(order.lines) > MOST_LINES:
        raise PlatformRefused(field="lines", code="too_many", reason=f"Wix takes {MOST_LINES} lines in an order")
    wanted: dict[str, Any] = {
        "channelInfo": {"type": "POS", "externalOrderId": order.reference},
        "currency": order.currency,
        "taxIncludedInPrices": order.prices_include_tax,
        # a till whose clock is ahead would be refused
        "purchasedDate": stamp(min(order.sold_at, at.now)),
        "lineItems": [_line(each, order) for each in order.lines],
        "priceSummary": {
            "subtotal": amount(order.totals.subtotal),
            "shipping": amount(Money.zero(order.currency)),
            "tax": amount(order.totals.tax),
            "discount": amount(order.totals.discount),
            "total": amount(order.totals.total),
        },
        "taxInfo": {"totalTax": amount(order.totals.tax), "taxBreakdown": _breakdown(order)},
        "customFields": marks.fields(_facts(order)),
    }
    optional = {
        "appliedDiscounts": _discounts(order, coupon),
        "buyerInfo": _buyer(order, at),
        "billingInfo": _billing(order),
        "recipientInfo": for_order(order.shipping) if order.shipping is not None else {},
        "buyerNote": order.note[:_LONGEST_NOTE],
    }
    silent = {"sendNotificationToBuyer": False, "sendNotificationsToBusiness": False}
    wanted |= {name: value for name, value in optional.items() if value}
    return {"order": wanted, "settings": {"notifications": silent}}


def amount(money: Money) -> dict[str, str]:
    """Money as Wix writes it."""
    return {"amount": str(money.amount)}


def stamp(at: datetime) -> str:
    """A moment to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(line: OrderLine, order: Order) -> dict[str, Any]:
    pieces = sent_pieces(line)
    paid = line.subtotal - line.discount
    found: dict[str, Any] = {
        "id": line_id(order.reference, line.id),
        "productName": {"original": sent_name(line)},
        "quantity": pieces,
        "itemType": {"preset": "PHYSICAL"} if as_goods(line) else _BY_NAME,
        # an unpaid online line would leave the order where no search finds it
        "paymentOption": "FULL_PAYMENT_OFFLINE",
        "price": amount(Money(paid.amount / pieces, order.currency)),
        "priceBeforeDiscounts": amount(Money(line.subtotal.amount / pieces, order.currency)),
        "totalDiscount": amount(line.discount),
        "lineItemPrice": amount(paid),
        "totalPriceBeforeTax": amount(line.net),
        "totalPriceAfterTax": amount(line.gross),
        "taxInfo": {
            "taxRate": _rate(sum((each.rate for each in line.taxes), Decimal(0))),
            "taxableAmount": amount(line.net),
            "taxAmount": amount(line.tax),
            "taxIncludedInPrice": order.prices_include_tax,
        },
    }
    if line.sku:
        found["physicalProperties"] = {"sku": line.sku[:_LONGEST_SKU], "shippable": as_goods(line)}
    if as_goods(line):
        assert line.listing is not None
        found["catalogReference"] = {
            "appId": STORES_APP,
            "catalogItemId": line.listing.external_product_id,
            "options": {"variantId": line.listing.external_variant_id},
        }
    return found


def sent_pieces(line: OrderLine) -> int:
    """The pieces of a line: what was weighed is one piece that names its weight."""
    return int(line.quantity) if is_whole(line.quantity) and (as_goods(line) or line.unit == "piece") else 1


def sent_name(line: OrderLine) -> str:
    """The name of a line, with the measure where it does not travel in pieces."""
    measure = "" if sent_pieces(line) == line.quantity else f"{line.quantity.normalize():f} {line.unit} "
    return f"{measure}{line.title or line.sku or line.kind}"[:_LONGEST_NAME]


def _rate(rate: Decimal) -> str:
    return f"{rate.quantize(Decimal('0.000001')).normalize():f}"


def _breakdown(order: Order) -> list[dict[str, Any]]:
    found: dict[tuple[str, Decimal], list[Money]] = {}
    for line in order.lines:
        for tax in line.taxes:
            found.setdefault((tax.name, tax.rate), []).append(tax.amount)
    return [
        {"taxName": name, "rate": _rate(rate), "aggregatedTaxAmount": amount(total(parts, order.currency))}
        for (name, rate), parts in found.items()
    ]


def _discounts(order: Order, coupon: wire_offers.Coupon | None) -> list[dict[str, Any]]:
    """All money off as one discount, with what of it fell on each line."""
    if not order.totals.discount:
        return []
    words = dict.fromkeys(each.code or each.title for each in order.discounts)
    words |= dict.fromkeys(noted.code or noted.title for line in order.lines for noted in line.discounts)
    off = amount(order.totals.discount)
    worth: dict[str, Any] = {"merchantDiscount": {"description": ", ".join(words)[:_LONGEST_WORDS], "amount": off}}
    if coupon is not None and len(words) == 1:
        spec = coupon.specification
        worth = {"coupon": {"id": coupon.id, "code": spec.code, "name": spec.name or spec.code, "amount": off}}
    parts = [
        {"id": line_id(order.reference, each.id), "totalDiscount": amount(each.discount)}
        for each in order.lines
        if each.discount
    ]
    return [{"discountType": "GLOBAL", **worth, "lineItemDiscounts": parts}]


def _facts(order: Order) -> Mapping[str, str]:
    return {
        marks.RECEIPT: order.receipt,
        marks.TILL: order.till,
        marks.LOCATION: order.location,
        marks.SOLD_AT: order.sold_at.isoformat(),
        marks.PAID_WITH: ", ".join(_method(each) for each in order.tenders),
        marks.CODES: ", ".join(codes_of(order)),
        marks.ROUNDING: str(order.totals.rounding) if order.totals.rounding else "",
    }


def _buyer(order: Order, at: Circumstances) -> dict[str, str]:
    """The shopper, only where the operator chose so: an order with an e-mail address is mailed about later."""
    if not at.names_shoppers or order.customer is None or not order.customer.email:
        return {}
    # Wix finds the contact by it; an id known from elsewhere could be another site's
    return {"email": order.customer.email}


def _billing(order: Order) -> dict[str, Any]:
    """Name and address, without e-mail."""
    if order.billing is not None:
        return for_order(order.billing)
    if order.customer is None:
        return {}
    whose = person(order.customer.first_name, order.customer.last_name, order.customer.phone)
    return {"contactDetails": whose} if whose else {}


def _method(tender: Tender) -> str:
    return " ".join(part for part in (tender.title or tender.kind, tender.masked) if part)


def payments_body(order: Order, booked: Money) -> dict[str, Any] | None:
    """The body of ``add-payment`` for what is not booked yet; None when nothing is.

    Each tender is a payment of its own. When Wix holds a part already, the rest is one payment.
    """
    due = order.totals.total - booked
    if due.minor <= 0:
        return None
    rows = _each_tender(order) if not booked else []
    counted = total([money for _, money, _ in rows], order.currency)
    if not rows or counted != due or len(rows) > _MOST_PAYMENTS:
        rows = [(", ".join(_method(each) for each in order.tenders) or "Till", due, due)]
    return {"payments": [_payment(order, *row) for row in rows]}


def _each_tender(order: Order) -> list[tuple[str, Money, Money]]:
    """Method, what counts towards the total, and what was handed over: cash may have been rounded."""
    paid = [each for each in order.tenders if each.amount.minor > 0]
    cash = next((each for each in paid if each.kind is TenderKind.CASH), None)
    return [
        (_method(each), each.amount - order.totals.rounding if each is cash else each.amount, each.amount)
        for each in paid
    ]


def _payment(order: Order, method: str, counted: Money, handed: Money) -> dict[str, Any]:
    name = method[:_LONGEST_METHOD]
    found: dict[str, Any] = {
        "amount": amount(handed),
        "createdDate": stamp(order.sold_at),
        "status": "APPROVED",
        # the older places of status and name are read until Wix has removed them
        "regularPaymentDetails": {
            "offlinePayment": True,
            "status": "APPROVED",
            "paymentMethod": name,
            "paymentMethodName": {"buyerLanguageName": name},
        },
    }
    return found | ({"cashRounding": {"unroundedAmount": amount(counted)}} if counted != handed else {})


def handed_over(order: Order) -> dict[str, Any]:
    """The body of ``create-fulfillment``: everything left the shop with the shopper."""
    rows: Sequence[dict[str, Any]] = [
        {"id": line_id(order.reference, each.id), "quantity": sent_pieces(each)} for each in order.lines
    ]
    return {"fulfillment": {"lineItems": list(rows)}}

"""A till's sale as the body of ``POST /v2/orders``: what was sold stands, since totals are sent along. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import LineKind, Order, OrderLine, Tender
from tillbridge.platforms.bigcommerce import marks
from tillbridge.platforms.bigcommerce.places import billing
from tillbridge.platforms.bigcommerce.shop_facts import Circumstances
from tillbridge.platforms.writing import is_whole

COMPLETED = 10
_FOUR = Decimal("0.0001")
_LONGEST_NAME, _LONGEST_METHOD = 250, 100
_NOBODY = {"first_name": "Till", "last_name": "customer"}
_NO_POSTCODE = "00"
"""An address without postcode is refused, and two characters are the fewest."""


def codes_of(order: Order) -> tuple[str, ...]:
    """The codes the till honoured, in order, each once."""
    on_lines = [noted.code for line in order.lines for noted in line.discounts]
    return tuple(dict.fromkeys(code for code in (*(each.code for each in order.discounts), *on_lines) if code))


def as_goods(line: OrderLine) -> bool:
    """Whether a line can travel as goods: known to the shop and in whole pieces. The rest are lines by name."""
    return line.kind is LineKind.PRODUCT and line.listing is not None and is_whole(line.quantity)


def order_body(order: Order, at: Circumstances, customer_id: int | None = None) -> dict[str, Any]:
    """The body: completed, undiscounted lines, the discount as a manual one, and all totals as the till has them.

    Raises PlatformRefused for a returned line, which belongs into a refund.
    """
    if returned := next((each for each in order.lines if each.quantity < 0), None):
        reason = f"{returned.title} is a return; BigCommerce books returns as refunds of their own order"
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    body: dict[str, Any] = {
        "status_id": COMPLETED,
        "customer_id": customer_id or 0,
        "channel_id": at.channel_id,
        "external_source": marks.SOURCE,
        "external_order_id": order.reference,
        "payment_method": tenders_text(order.tenders)[:_LONGEST_METHOD] or "Nothing to pay",
        "payment_provider_id": order.receipt,
        "staff_notes": marks.notes(_facts(order)),
        "billing_address": _billing(order, at),
        "products": [_line(each, order) for each in order.lines],
        "shipping_cost_ex_tax": four(Decimal(0)),
        "shipping_cost_inc_tax": four(Decimal(0)),
    }
    return body | totals_body(order) | ({"customer_message": order.note} if order.note else {})


def totals_body(order: Order) -> dict[str, str]:
    """The till's totals, each with and without tax, or the shop reckons them itself."""
    pairs = [_pair(each.subtotal.amount, each, order) for each in order.lines]
    total = order.totals.total.amount
    return {
        "discount_amount": four(order.totals.discount.amount),
        "subtotal_ex_tax": four(sum((ex for ex, _ in pairs), Decimal(0))),
        "subtotal_inc_tax": four(sum((inc for _, inc in pairs), Decimal(0))),
        "total_ex_tax": four(total - order.totals.tax.amount),
        "total_inc_tax": four(total),
    }


def four(amount: Decimal) -> str:
    """Money as v2 writes it."""
    return str(amount.quantize(_FOUR, rounding=ROUND_HALF_UP))


def tenders_text(tenders: Sequence[Tender]) -> str:
    """How the sale was paid, for people: "Cash, Gift card •••• 2222"."""
    return ", ".join(" ".join(part for part in (each.title or each.kind, each.masked) if part) for each in tenders)


def _facts(order: Order) -> Mapping[str, str]:
    paid = "; ".join(f"{each.title or each.kind} {each.masked}".strip() + f" {each.amount}" for each in order.tenders)
    return {
        marks.RECEIPT: order.receipt,
        marks.TILL: order.till,
        marks.LOCATION: order.location,
        marks.SOLD_AT: order.sold_at.isoformat(),
        marks.PAID_WITH: paid,
        marks.CODES: ", ".join(codes_of(order)),
        marks.ROUNDING: str(order.totals.rounding) if order.totals.rounding else "",
    }


def _pair(amount: Decimal, line: OrderLine, order: Order) -> tuple[Decimal, Decimal]:
    """An amount before discounts without and with tax, four decimals."""
    factor = 1 + sum((each.rate for each in line.taxes), Decimal(0))
    ex, inc = (amount / factor, amount) if order.prices_include_tax else (amount, amount * factor)
    return ex.quantize(_FOUR, rounding=ROUND_HALF_UP), inc.quantize(_FOUR, rounding=ROUND_HALF_UP)


def _line(line: OrderLine, order: Order) -> dict[str, Any]:
    if as_goods(line):
        assert line.listing is not None
        ex, inc = _pair(line.subtotal.amount / line.quantity, line, order)
        ids = (line.listing.external_product_id, line.listing.external_variant_id)
        if not all(each.isdigit() for each in ids):
            raise unknown_goods(line)
        named: dict[str, Any] = {"product_id": int(ids[0]), "variant_id": int(ids[1]), "quantity": int(line.quantity)}
    else:
        pieces = sent_pieces(line)
        ex, inc = _pair(line.subtotal.amount / pieces, line, order)
        named = {"name": sent_name(line), "quantity": pieces}
    sku = {"sku": line.sku} if line.sku and "name" in named else {}
    # the vendor's contract has numbers here and texts everywhere else
    return named | sku | {"price_ex_tax": float(ex), "price_inc_tax": float(inc)}


def sent_pieces(line: OrderLine) -> int:
    """The pieces of a line by name: only whole ones go, so what was weighed is one piece that names its weight."""
    return int(line.quantity) if is_whole(line.quantity) and line.unit == "piece" else 1


def sent_name(line: OrderLine) -> str:
    """The name of a line that does not travel as goods."""
    weighed = sent_pieces(line) != line.quantity or line.unit != "piece"
    measure = f"{line.quantity.normalize():f} {line.unit} × {line.unit_price}, " if weighed else ""
    return f"{measure}{line.title or line.sku or line.kind}"[:_LONGEST_NAME]


def unknown_goods(line: OrderLine) -> PlatformRefused:
    """The refusal for a line the shop has no goods for."""
    sku = f" ({line.sku})" if line.sku else ""
    reason = f"the shop no longer has {line.title}{sku}; pull the catalogue and link it again"
    return PlatformRefused(field=line.title or line.sku, code="unknown_goods", reason=reason)


def _billing(order: Order, at: Circumstances) -> dict[str, str]:
    """Name and address without e-mail: an order that has one is mailed about when its status changes."""
    known: dict[str, str] = {}
    if order.customer is not None:
        names = {"first_name": order.customer.first_name, "last_name": order.customer.last_name}
        known = {name: value for name, value in (names | {"phone": order.customer.phone}).items() if value}
    if order.billing is not None:
        known |= billing(order.billing)
    home = {"country": at.country, "country_iso2": at.country_code}
    if known.get("country_iso2"):
        home = {}
    found = _NOBODY | {name: value for name, value in home.items() if value} | known
    return found | {"zip": known.get("zip", "") if len(known.get("zip", "")) > 1 else _NO_POSTCODE}

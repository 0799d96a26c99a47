"""A till's sale as the cart, prices and order the shop makes the till's total of. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from tillbridge.domain.errors import PlatformRefused, TotalsDisagree
from tillbridge.domain.money import Money, quantum
from tillbridge.domain.orders import LineKind, Order, OrderLine
from tillbridge.platforms.prestashop import marks
from tillbridge.platforms.prestashop.xml_text import Links, Value
from tillbridge.platforms.writing import codes_of, is_whole, tenders_text, unknown_goods

_SIX = Decimal("0.000001")
_LONGEST_PAYMENT = 255
EACH, LINE = "1", "2"
"""The shop rounds each piece, or each line; anything else rounds the sum."""

Article = tuple[str, str]
"""Product and combination id, ``0`` for none."""


@dataclass(frozen=True, slots=True)
class Sold:
    """All pieces of one article: a cart has one row for them. ``gross`` is what was paid for them at the till."""

    article: Article
    quantity: int
    gross: Decimal
    net: Decimal
    rate: Decimal

    def unit(self, rounding: str, step: Decimal) -> Decimal:
        """The net price of a piece as sent. Where pieces are rounded it is a whole cent with tax, never too low."""
        gross = self.gross / self.quantity
        if rounding == EACH:
            gross = gross.quantize(step, rounding=ROUND_CEILING)
        return (gross / (1 + self.rate)).quantize(_SIX, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an order is for, and the address that decides its tax."""

    customer_id: str
    address_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """What carts and orders of this shop have in common."""

    currency_id: str
    language_id: str
    carrier_id: str
    shop_id: str
    shop_group_id: str
    module: str
    rounding: str


def article_of(line: OrderLine) -> Article:
    """The article of a line. Raises PlatformRefused for what a PrestaShop order cannot hold."""
    listing = line.listing
    if line.quantity < 0:
        reason = f"{line.title} is a return; PrestaShop books returns as credit slips of their own order"
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    if line.kind is not LineKind.PRODUCT or listing is None:
        reason = f"{line.title} is no article of the shop, and PrestaShop's orders hold nothing else"
        raise PlatformRefused(field=line.title, code="no_article", reason=reason)
    if not is_whole(line.quantity):
        reason = f"{line.title} was weighed, and PrestaShop sells whole pieces only"
        raise PlatformRefused(field=line.title, code="fraction", reason=reason)
    product, variant = listing.external_product_id, listing.external_variant_id
    head, colon, tail = variant.partition(":")
    attribute = (tail if head == product else "") if colon else variant
    if not (product.isdigit() and attribute.isdigit()):
        raise unknown_goods(line)
    return product, attribute


def sold_of(order: Order, rates: Mapping[Article, Decimal]) -> tuple[Sold, ...]:
    """The sale by article; equal articles of several lines become one row."""
    found: dict[Article, Sold] = {}
    for line in order.lines:
        article = article_of(line)
        before = found.get(article, Sold(article, 0, Decimal(0), Decimal(0), rates[article]))
        found[article] = Sold(
            article,
            before.quantity + int(line.quantity),
            before.gross + line.gross.amount,
            before.net + line.net.amount,
            before.rate,
        )
    return tuple(found.values())


def shop_total(sold: Sequence[Sold], rounding: str, currency: str) -> Decimal:
    """The total the shop will make of these rows."""
    step = quantum(currency)
    whole = Decimal(0)
    for each in sold:
        gross = each.unit(rounding, step) * (1 + each.rate)
        if rounding == EACH:
            whole += gross.quantize(step, rounding=ROUND_HALF_UP) * each.quantity
        elif rounding == LINE:
            whole += (gross * each.quantity).quantize(step, rounding=ROUND_HALF_UP)
        else:
            whole += gross * each.quantity
    return whole.quantize(step, rounding=ROUND_HALF_UP)


def allowance(order: Order) -> Money:
    """How far the shop's total may lie above the till's and still be rounding: less than a cent a piece."""
    pieces = sum(int(line.quantity) for line in order.lines)
    return Money(quantum(order.currency) * pieces, order.currency)


def demand_total(order: Order, sold: Sequence[Sold], rounding: str) -> None:
    """Raises TotalsDisagree when the shop cannot be made to arrive at the till's total, before anything is sent."""
    theirs = Money(shop_total(sold, rounding, order.currency), order.currency)
    judge_total(order, theirs)


def judge_total(order: Order, theirs: Money) -> Money:
    """The cents that are booked as a discount of the order. Raises TotalsDisagree for anything but rounding."""
    gap = theirs - order.totals.total
    if gap < Money.zero(order.currency) or gap > allowance(order):
        raise TotalsDisagree(ours=order.totals.total, theirs=theirs)
    return gap


def cart_body(sold: Sequence[Sold], buyer: Buyer, at: Place) -> tuple[dict[str, Value], Links]:
    """A cart handed over by the chosen carrier. The shop checks nothing of it."""
    values: dict[str, Value] = {
        **_parts(buyer, at),
        "delivery_option": json.dumps({buyer.address_id: f"{at.carrier_id},"}, separators=(",", ":")),
    }
    rows: list[Mapping[str, Value]] = [
        {
            "id_product": each.article[0],
            "id_product_attribute": each.article[1],
            "id_address_delivery": buyer.address_id,
            "quantity": each.quantity,
        }
        for each in sold
    ]
    return values, {"cart_rows": ("cart_row", rows)}


def price_body(each: Sold, cart_id: str, at: Place, currency: str) -> dict[str, Value]:
    """The till's price for one article in this cart alone. It names the combination, or its surcharge came on top."""
    never = "0000-00-00 00:00:00"
    return {
        "id_shop_group": 0,
        "id_shop": at.shop_id,
        "id_cart": cart_id,
        "id_product": each.article[0],
        "id_product_attribute": each.article[1],
        "id_currency": 0,
        "id_country": 0,
        "id_group": 0,
        "id_customer": 0,
        "price": each.unit(at.rounding, quantum(currency)),
        "from_quantity": 1,
        "reduction": 0,
        "reduction_tax": 1,
        "reduction_type": "amount",
        "from": never,
        "to": never,
    }


def order_body(
    order: Order, sold: Sequence[Sold], cart_id: str, buyer: Buyer, at: Place, paid: Money
) -> dict[str, Value]:
    """The order of a cart. Only ``paid`` is compared with the cart; all else the shop reckons itself."""
    net = sum((each.net for each in sold), Decimal(0))
    return {
        **_parts(buyer, at),
        "id_cart": cart_id,
        "module": at.module,
        "payment": payment_text(order),
        "total_paid": paid.amount,
        "total_paid_real": paid.amount,
        "total_products": net,
        "total_products_wt": order.totals.total.amount,
        "conversion_rate": 1,
    }


def _parts(buyer: Buyer, at: Place) -> dict[str, Value]:
    return {
        "id_address_delivery": buyer.address_id,
        "id_address_invoice": buyer.address_id,
        "id_currency": at.currency_id,
        "id_lang": at.language_id,
        "id_customer": buyer.customer_id,
        "id_carrier": at.carrier_id,
        "id_shop": at.shop_id,
        "id_shop_group": at.shop_group_id,
    }


def amount_sent(order: Order, *, quiet: bool) -> Money:
    """The till's total; in the quiet way an amount that is never right, so that the order waits unpaid and unmailed."""
    if not quiet:
        return order.totals.total
    zero = Money.zero(order.currency)
    return zero if order.totals.total else Money(quantum(order.currency), order.currency)


def payment_text(order: Order) -> str:
    """How it was paid, for people, and our reference, by which the order is found as well."""
    told = marks.tame(tenders_text(order.tenders) or "Nothing to pay")
    return f"{told[: _LONGEST_PAYMENT - len(order.reference) - 1]} {order.reference}"


def note_text(order: Order) -> str:
    """What the merchant reads at the order, and what we read back."""
    paid = ", ".join(f"{each.title or each.kind} {each.masked}".strip() + f" {each.amount}" for each in order.tenders)
    return marks.write(
        {
            marks.REFERENCE: order.reference,
            marks.RECEIPT: order.receipt,
            marks.TILL: order.till,
            marks.LOCATION: order.location,
            marks.SOLD_AT: order.sold_at.isoformat(),
            marks.TENDERS: paid,
            marks.CODES: ", ".join(codes_of(order)),
            marks.ROUNDING: str(order.totals.rounding) if order.totals.rounding else "",
            marks.NOTE: order.note,
        }
    )


def rounded_totals(order: Order, gap: Money, tax: Money) -> dict[str, Value]:
    """The order's totals once the cents of rounding are booked as a discount. ``tax``: what the shop reckoned."""
    whole = order.totals.total
    return {
        "total_discounts": gap.amount,
        "total_discounts_tax_incl": gap.amount,
        "total_discounts_tax_excl": gap.amount,
        "total_paid": whole.amount,
        "total_paid_tax_incl": whole.amount,
        "total_paid_tax_excl": (whole - tax).amount,
    }

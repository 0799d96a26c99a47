"""PrestaShop orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money, share, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import (
    AppliedDiscount,
    LineKind,
    Order,
    OrderLine,
    Origin,
    PaymentStatus,
    PlacedOrder,
    TaxLine,
    Tender,
    TenderKind,
)
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.prestashop import marks, wire
from tillbridge.platforms.reading import parse

_PER_MILLE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What orders refer to by id. Countries are ISO codes; slips and rules are those of the orders at hand."""

    states: Mapping[str, wire.OrderState] = field(default_factory=dict)
    canceled: str = "6"
    currencies: Mapping[str, str] = field(default_factory=lambda: {"1": "EUR"})
    customers: Mapping[str, Customer] = field(default_factory=dict)
    addresses: Mapping[str, Address] = field(default_factory=dict)
    slips: Sequence[wire.Slip] = ()
    rules: Sequence[wire.UsedRule] = ()
    walk_in: str = ""
    zone: str = "UTC"
    keeps_stock: bool = True

    def refunded(self, order: wire.Order, currency: str) -> Money:
        return total([Money(each.whole, currency) for each in self.slips if each.id_order == str(order.id)], currency)

    def codes(self, order: wire.Order) -> tuple[wire.UsedRule, ...]:
        return tuple(each for each in self.rules if each.id_order == str(order.id) and each.deleted != "1")


def map_to_unified_orders(payload: Iterable[Any], around: Surroundings | None = None) -> tuple[Order, ...]:
    """Orders of a ``GET /orders`` answer. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", around or Surroundings()) for at, each in enumerate(payload))


def currency_of(node: wire.Order, around: Surroundings, path: str) -> str:
    """The order's currency. Raises Drift for one the shop does not list: an amount without currency is nothing."""
    found = around.currencies.get(node.id_currency)
    if found is None:
        raise Drift(path=f"{path}.id_currency", expected="a currency of the shop", found=node.id_currency)
    return found


def map_order(raw: Any, path: str, around: Surroundings) -> Order:
    """One order. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    currency = currency_of(node, around, path)
    reference = marks.reference_of(node.payment, node.note)
    lines = _lines(node, currency)
    created = wire.utc(node.date_add, around.zone) or node.date_add
    customer = around.customers.get(node.id_customer) if node.id_customer != around.walk_in else None
    return Order(
        id=uuid5(NAMESPACE_URL, f"prestashop:order:{node.id}:{created.isoformat()}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=marks.read(node.note, marks.RECEIPT),
        currency=currency,
        prices_include_tax=True,
        lines=lines,
        discounts=_discounts(node, currency, around),
        tenders=_tenders(node, currency, around),
        totals=sum_lines(lines, currency, Money.zero(currency)),
        sold_at=created,
        business_date=created.astimezone(ZoneInfo(around.zone)).date(),
        till=marks.read(node.note, marks.TILL),
        location=marks.read(node.note, marks.LOCATION),
        customer=customer,
        billing=around.addresses.get(node.id_address_invoice) if customer else None,
        shipping=around.addresses.get(node.id_address_delivery) if customer else None,
        note=marks.read(node.note, marks.NOTE) if reference else node.note,
        external_id=str(node.id),
        number=node.reference,
        payment=_payment(node, currency, around),
        updated_at=wire.utc(node.date_upd, around.zone),
    )


def _payment(node: wire.Order, currency: str, around: Surroundings) -> PaymentStatus:
    state = around.states.get(node.current_state)
    if node.current_state == around.canceled:
        return PaymentStatus.CANCELLED
    refunded = around.refunded(node, currency)
    if refunded and refunded >= Money(node.total_paid, currency):
        return PaymentStatus.REFUNDED
    if state is None:
        return PaymentStatus.UNKNOWN
    if state.paid == "1":
        return PaymentStatus.PARTLY_REFUNDED if refunded else PaymentStatus.PAID
    return PaymentStatus.PENDING


def _lines(node: wire.Order, currency: str) -> tuple[OrderLine, ...]:
    """Goods with their share of the order's discount, shipping, and what rounding left over."""
    goods = [_goods(each, currency) for each in node.associations.order_rows]
    off = Money(node.total_discounts_tax_incl, currency)
    weights = [max(0, each.gross.minor) for each in goods]
    if off and any(weights):
        goods = [_reduced(line, part) for line, part in zip(goods, share(off, weights), strict=True)]
    extras = (
        ("shipping", "Shipping", node.total_shipping_tax_incl, node.total_shipping_tax_excl),
        ("wrapping", "Gift wrapping", node.total_wrapping_tax_incl, node.total_wrapping_tax_excl),
    )
    lines = [*goods, *(_extra(*each, currency) for each in extras if each[2])]
    rest = Money(node.total_paid, currency) - total([each.gross for each in lines], currency)
    return (*lines, _extra("rest", "Rounding", rest.amount, rest.amount, currency)) if rest else tuple(lines)


def _goods(row: wire.OrderRow, currency: str) -> OrderLine:
    quantity = row.product_quantity
    gross = Money(row.unit_price_tax_incl * quantity, currency)
    net = Money(row.unit_price_tax_excl * quantity, currency)
    attribute = row.product_attribute_id
    variant = attribute if attribute != "0" else f"{row.product_id}:0"
    keeper = f"{row.product_id}:{attribute}"
    known = row.product_id != "0"
    return OrderLine(
        id=row.id,
        kind=LineKind.PRODUCT if known else LineKind.FREE_TEXT,
        title=row.product_name,
        sku=row.product_reference,
        quantity=quantity,
        unit="piece",
        unit_price=Money(row.unit_price_tax_incl, currency),
        subtotal=gross,
        discount=Money.zero(currency),
        net=net,
        tax=gross - net,
        gross=gross,
        taxes=_taxes(row.unit_price_tax_incl, row.unit_price_tax_excl, gross - net),
        listing=Listing(row.product_id, variant, keeper, row.product_reference) if known else None,
        external_id=row.id,
    )


def _taxes(gross: Decimal, net: Decimal, tax: Money) -> tuple[TaxLine, ...]:
    """The rate follows from the two prices, which have six decimals."""
    if not tax:
        return ()
    rate = (gross / net - 1).quantize(_PER_MILLE) if net else Decimal(0)
    return (TaxLine("Tax", rate.normalize(), tax, included=True),)


def _reduced(line: OrderLine, off: Money) -> OrderLine:
    gross = line.gross - off
    net = Money(line.net.amount * gross.amount / line.gross.amount, off.currency) if line.gross else gross
    taxes = tuple(replace(each, amount=gross - net) for each in line.taxes)
    return replace(line, discount=off, gross=gross, net=net, tax=gross - net, taxes=taxes)


def _extra(line_id: str, title: str, gross: Decimal, net: Decimal, currency: str) -> OrderLine:
    whole, part = Money(gross, currency), Money(net, currency)
    zero = Money.zero(currency)
    return OrderLine(
        id=line_id,
        kind=LineKind.SHIPPING if line_id == "shipping" else LineKind.FREE_TEXT,
        title=title,
        sku="",
        quantity=Decimal(1) if whole >= zero else Decimal(-1),
        unit="piece",
        unit_price=abs(whole),
        subtotal=whole,
        discount=zero,
        net=part,
        tax=whole - part,
        gross=whole,
        taxes=_taxes(gross, net, whole - part),
    )


def _discounts(node: wire.Order, currency: str, around: Surroundings) -> tuple[AppliedDiscount, ...]:
    return tuple(
        AppliedDiscount(each.name, DiscountType.FIXED, each.value, Money(each.value, currency), each.name)
        for each in around.codes(node)
    )


def _tenders(node: wire.Order, currency: str, around: Surroundings) -> tuple[Tender, ...]:
    if _payment(node, currency, around) in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN, PaymentStatus.CANCELLED):
        return ()
    title = node.payment or "Online payment"
    return (Tender(TenderKind.OTHER, title, Money(node.total_paid, currency), Money.zero(currency)),)


def address_of(node: wire.Address, countries: Mapping[str, str], regions: Mapping[str, str]) -> Address:
    """An address with its country and state in letters."""
    return Address(
        first_name=node.firstname,
        last_name=node.lastname,
        company=node.company,
        line1=node.address1,
        line2=node.address2,
        city=node.city,
        region=regions.get(node.id_state, ""),
        postcode=node.postcode,
        country=countries.get(node.id_country, ""),
        phone=node.phone or node.phone_mobile,
    )


def map_placed(raw: Any, around: Surroundings, path: str = "$") -> PlacedOrder:
    """What a fresh read of an order shows. Amounts in the order's currency. Raises Drift with the path."""
    node = parse(wire.Order, raw, path)
    currency = currency_of(node, around, path)
    state = around.states.get(node.current_state)
    sold = [each for each in marks.read(node.note, marks.CODES).split(", ") if each]
    counted = {each.name.casefold() for each in around.codes(node)}
    return PlacedOrder(
        platform_order_id=str(node.id),
        number=node.reference,
        total=Money(node.total_paid, currency),
        tax=Money(node.total_paid_tax_incl - node.total_paid_tax_excl, currency),
        discount=Money(node.total_discounts_tax_incl, currency),
        paid=state is not None and state.paid == "1" and node.total_paid_real >= node.total_paid,
        stock=StockEffect.LOWERED if around.keeps_stock and node.valid == "1" else StockEffect.NOT_LOWERED,
        cancelled=node.current_state == around.canceled,
        refunded=around.refunded(node, currency),
        code_counted={each.casefold() for each in sold} <= counted if sold else None,
    )

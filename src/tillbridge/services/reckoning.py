"""Makes an order of a till's record and proves it: what is reckoned must be what the till printed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.basket import BasketLine, Discount, Payment, PricedBasket, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.clock import business_date
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, quantum
from tillbridge.domain.orders import LineKind, Order
from tillbridge.domain.references import order_reference
from tillbridge.domain.shop import Shop
from tillbridge.domain.verify import verify_order
from tillbridge.services.intake import AddressRecord, DiscountRecord, LineRecord, SaleRecord

_CHECKED = ("subtotal", "discount", "tax", "total", "rounding")


def reckon(record: SaleRecord, shop: Shop, shop_secret: bytes, sale_id: UUID) -> Order:
    """The order a record tells of. Raises InvalidInput naming the field that does not add up."""
    _check_amounts(record)
    basket = price(
        [_line(each, at, record) for at, each in enumerate(record.lines)],
        currency=record.currency,
        prices_include_tax=record.prices_include_tax,
        discounts=[_discount(each, record) for each in record.discounts],
        payments=[
            Payment(each.kind, each.title, Money(each.amount, record.currency), each.card_id, each.masked)
            for each in record.tenders
        ],
        cash_step=_cash_step(record, shop),
    )
    _check_totals(record, basket)
    if basket.due:
        raise InvalidInput(field="tenders", reason=f"leave {basket.due} of {basket.totals.payable} unpaid")
    _check_change(record, basket)
    order = to_order(basket, _facts(record, shop, shop_secret, basket, sale_id))
    verify_order(order)
    return order


def line_id(line: LineRecord, at: int) -> str:
    """A line's own id, or its place counted from 1."""
    return line.id or str(at + 1)


def _line(line: LineRecord, at: int, record: SaleRecord) -> BasketLine:
    if line.kind is LineKind.PRODUCT and not line.sku and not line.title:
        raise InvalidInput(field=f"lines[{at}].sku", reason="a product has a SKU or a title")
    if not line.quantity:
        raise InvalidInput(field=f"lines[{at}].quantity", reason="must be a number other than zero")
    if line.return_of and line.quantity > 0:
        raise InvalidInput(field=f"lines[{at}].return_of", reason="goods given back have a negative quantity")
    return BasketLine(
        id=line_id(line, at),
        kind=line.kind,
        title=line.title or line.sku,
        sku=line.sku,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=Money(line.unit_price, record.currency),
        taxes=tuple(TaxRate(each.name, each.rate) for each in line.taxes),
        discounts=tuple(_discount(each, record) for each in line.discounts),
        return_of=line.return_of,
    )


def _discount(record: DiscountRecord, sale: SaleRecord) -> Discount:
    return Discount(record.title or record.code or "Discount", record.type, record.value, record.code, record.lines)


def _cash_step(record: SaleRecord, shop: Shop) -> Money | None:
    """The record's own smallest coin, else the shop's; none when the till says it did not round."""
    if record.totals.rounding is not None and not record.totals.rounding:
        return None
    if record.cash_step:
        return Money(record.cash_step, record.currency)
    return shop.cash_rounding if record.currency == shop.currency else None


def _check_amounts(record: SaleRecord) -> None:
    """An amount finer than the currency's smallest unit would be rounded without anybody knowing."""
    amounts: list[tuple[str, Decimal | None]] = [(f"totals.{name}", getattr(record.totals, name)) for name in _CHECKED]
    amounts += [(f"lines[{at}].unit_price", each.unit_price) for at, each in enumerate(record.lines)]
    amounts += [(f"tenders[{at}].amount", each.amount) for at, each in enumerate(record.tenders)]
    step = quantum(record.currency)
    for name, amount in amounts:
        if amount is not None and amount != amount.quantize(step):
            raise InvalidInput(field=name, reason=f"{amount} has more decimals than {record.currency} has")


def _check_totals(record: SaleRecord, basket: PricedBasket) -> None:
    for name in _CHECKED:
        stated = getattr(record.totals, name)
        reckoned: Money = getattr(basket.totals, name)
        if stated is not None and stated != reckoned.amount:
            raise InvalidInput(field=f"totals.{name}", reason=f"is {stated}, but the lines add up to {reckoned.amount}")


def _check_change(record: SaleRecord, basket: PricedBasket) -> None:
    for at, (told, booked) in enumerate(zip(record.tenders, basket.tenders, strict=True)):
        if told.change is not None and told.change != booked.change.amount:
            raise InvalidInput(
                field=f"tenders[{at}].change", reason=f"is {told.change}, but {booked.change.amount} is due back"
            )


def _facts(record: SaleRecord, shop: Shop, shop_secret: bytes, basket: PricedBasket, sale_id: UUID) -> SaleFacts:
    who = record.customer
    return SaleFacts(
        id=sale_id,
        reference=order_reference(shop_secret, record.till, record.receipt, record.sold_at, basket.totals.total),
        receipt=record.receipt,
        sold_at=record.sold_at,
        business_date=_business_date(record, shop),
        till=record.till,
        location=record.location,
        customer=Customer(email=who.email, first_name=who.first_name, last_name=who.last_name, phone=who.phone)
        if who
        else None,
        billing=_address(record.billing),
        shipping=_address(record.shipping),
        note=record.note,
    )


def _business_date(record: SaleRecord, shop: Shop) -> date:
    return business_date(record.sold_at, shop.zone, shop.day_cut)


def _address(record: AddressRecord | None) -> Address | None:
    return Address(**record.model_dump()) if record else None


def named_connections(record: SaleRecord) -> Sequence[tuple[str, str]]:
    """(line id, connection name) of the lines that name one."""
    return tuple((line_id(each, at), each.connection) for at, each in enumerate(record.lines) if each.connection)

"""Sales and their deliveries. A sale is written once; its deliveries move, its cancellation and refunds are noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from tortoise.exceptions import IntegrityError

from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput, NotFound
from tillbridge.domain.money import Money
from tillbridge.domain.orders import (
    Handle,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    Origin,
    PaymentStatus,
    TaxLine,
    Tender,
    TenderKind,
    Totals,
)
from tillbridge.domain.stock import StockEffect
from tillbridge.storage import documents
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import DeliveryRow, HandleRow, SaleLineRow, SaleRow, SaleTaxRow, SaleTenderRow

_NEWEST = 100
Part = TypeVar("Part", SaleLineRow, SaleTaxRow, SaleTenderRow)


class SaleRepository:
    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes

    async def add(self, order: Order, deliveries: Sequence[Delivery]) -> None:
        """The sale whole, with its deliveries. Jobs and movements join in the caller's transaction.

        Raises InvalidInput when its till and receipt, or its reference, are recorded already.
        """
        async with self._db.transaction():
            values = _sale_values(order)
            values["document"]["parts"] = {str(each.connection_id): each.lines for each in deliveries if each.lines}
            try:
                await SaleRow.create(**values)
            except IntegrityError:
                raise InvalidInput(field="receipt", reason=f"{order.receipt} is already recorded") from None
            await self._add_parts(order)
            await DeliveryRow.bulk_create([DeliveryRow(**_delivery_values(each)) for each in deliveries])
            await self._changes.note("sale", order.id)

    async def online(self, connection_id: UUID, external_id: str) -> Order | None:
        """The online order a connection told of."""
        rows = await DeliveryRow.filter(connection_id=connection_id, platform_order_id=external_id)
        return await self._one(id__in=[row.sale_id for row in rows], origin=Origin.ONLINE.value) if rows else None

    async def replace_online(self, order: Order) -> None:
        """The newer state of an online order; our own sales are never rewritten."""
        async with self._db.transaction():
            values = _sale_values(order)
            if not await SaleRow.filter(id=values.pop("id"), origin=Origin.ONLINE.value).update(**values):
                raise NotFound(what="online order", name=order.id)
            for model in (SaleLineRow, SaleTaxRow, SaleTenderRow):
                await model.filter(sale_id=order.id).delete()
            await self._add_parts(order)
            await self._changes.note("sale", order.id)

    async def hold(self, sale_id: UUID) -> Order:
        """The sale as it stands; nobody else holds it until the caller's transaction ends. Raises NotFound."""
        rows = SaleRow.filter(id=sale_id)
        row = await (rows if self._db.is_sqlite else rows.select_for_update()).first()
        if row is None:
            raise NotFound(what="sale", name=sale_id)
        return await self._whole(row)

    async def note(self, order: Order) -> None:
        """Its payment and what was given back of it, nothing else; the caller holds it."""
        row = await SaleRow.get(id=order.id)
        document = {**row.document, "refunds": [documents.refund_in(each) for each in order.refunds]}
        await SaleRow.filter(id=order.id).update(payment=order.payment.value, document=document)
        await self._changes.note("sale", order.id)

    async def _add_parts(self, order: Order) -> None:
        await SaleLineRow.bulk_create([SaleLineRow(**_line_values(order, at)) for at in range(len(order.lines))])
        await SaleTaxRow.bulk_create([
            SaleTaxRow(
                sale_id=order.id, position=at, name=tax.name, rate=tax.rate, amount=tax.amount.minor,
                included=tax.included,
            )
            for at, line in enumerate(order.lines)
            for tax in line.taxes
        ])  # fmt: skip
        await SaleTenderRow.bulk_create([
            SaleTenderRow(
                sale_id=order.id, position=at, kind=each.kind.value, title=each.title, amount=each.amount.minor,
                change=each.change.minor, card_id=each.card_id, masked=each.masked,
            )
            for at, each in enumerate(order.tenders)
        ])  # fmt: skip

    async def get(self, sale_id: UUID) -> Order | None:
        return await self._one(id=sale_id)

    async def find(self, till: str, receipt: str) -> Order | None:
        """The sale of a till's receipt. Inside a transaction nobody else records that receipt until it ends."""
        if not self._db.is_sqlite and self._db.in_transaction:
            await self._db.rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", f"{till}\n{receipt}")
        return await self._one(till=till, receipt=receipt, origin=Origin.POS.value)

    async def by_reference(self, reference: str) -> Order | None:
        return await self._one(reference=reference)

    async def by_receipt(self, receipt: str) -> tuple[Order, ...]:
        """Sales of all tills with that receipt number, newest first."""
        return await self._wholes(await SaleRow.filter(receipt=receipt).order_by("-id"))

    async def newest(self, limit: int = _NEWEST, before: UUID | None = None) -> tuple[Order, ...]:
        """A page of sales, newest first."""
        query = SaleRow.filter(id__lt=before) if before else SaleRow.all()
        return await self._wholes(await query.order_by("-id").limit(limit))

    async def count(self) -> int:
        return await SaleRow.all().count()

    async def deliveries(self, sale_id: UUID) -> tuple[Delivery, ...]:
        return (await self.deliveries_of([sale_id]))[sale_id]

    async def deliveries_of(self, sale_ids: Sequence[UUID]) -> Mapping[UUID, tuple[Delivery, ...]]:
        """The deliveries of many sales, read at once for all of them."""
        ids = list(sale_ids)
        rows = await DeliveryRow.filter(sale_id__in=ids).order_by("id")
        parts = await self._parts(ids) if rows else {}
        handles = defaultdict(list)
        for each in await HandleRow.filter(sale_id__in=ids).order_by("id"):
            handles[each.sale_id, each.connection_id].append(each)
        found: dict[UUID, list[Delivery]] = {each: [] for each in sale_ids}
        for row in rows:
            sale_id = UUID(str(row.sale_id))
            found[sale_id].append(_delivery(row, handles[row.sale_id, row.connection_id], parts[sale_id]))
        return {sale_id: tuple(each) for sale_id, each in found.items()}

    async def delivery(self, sale_id: UUID, connection_id: UUID) -> Delivery:
        """Raises NotFound when the sale does not go to that connection."""
        row = await DeliveryRow.get_or_none(sale_id=sale_id, connection_id=connection_id)
        if row is None:
            raise NotFound(what="delivery", name=sale_id)
        handles = await HandleRow.filter(sale_id=sale_id, connection_id=connection_id).order_by("id")
        return _delivery(row, handles, (await self._parts([sale_id]))[sale_id])

    async def change_delivery(
        self, sale_id: UUID, connection_id: UUID, change: Callable[[Delivery], Delivery]
    ) -> Delivery:
        """Read, change and write a delivery while nobody else can; answers it as it is now.

        The row stays locked until the caller's transaction ends. An equal one is not written. ``change`` must not wait.
        Raises NotFound as ``delivery`` does.
        """
        async with self._db.transaction():
            if not self._db.is_sqlite:
                locking = "SELECT id FROM delivery WHERE sale_id = ? AND connection_id = ? FOR UPDATE"
                await self._db.rows(locking, sale_id, connection_id)
            before = await self.delivery(sale_id, connection_id)
            after = change(before)
            if after != before:
                await self.save_delivery(after)
        return after

    async def save_delivery(self, delivery: Delivery) -> None:
        """All but the handles, which are only ever added, and the lines, which stand from the start."""
        values = _delivery_values(delivery)
        key = {"sale_id": values.pop("sale_id"), "connection_id": values.pop("connection_id")}
        await DeliveryRow.filter(**key).update(**values)
        await self._changes.note("sale", delivery.sale_id)

    async def add_handle(self, sale_id: UUID, connection_id: UUID, handle: Handle) -> None:
        """Durable when it returns; the same handle again is no change."""
        await HandleRow.get_or_create(
            sale_id=sale_id, connection_id=connection_id, kind=handle.kind, external_id=handle.external_id
        )

    async def _one(self, **key: Any) -> Order | None:
        row = await SaleRow.get_or_none(**key)
        return None if row is None else await self._whole(row)

    async def _whole(self, row: SaleRow) -> Order:
        [whole] = await self._wholes([row])
        return whole

    async def _wholes(self, rows: Sequence[SaleRow]) -> tuple[Order, ...]:
        """With their parts, read at once for all of them."""
        ids = [row.id for row in rows]
        lines = _by_sale(await SaleLineRow.filter(sale_id__in=ids).order_by("position"))
        taxes = _by_sale(await SaleTaxRow.filter(sale_id__in=ids).order_by("id"))
        tenders = _by_sale(await SaleTenderRow.filter(sale_id__in=ids).order_by("position"))
        return tuple(_order(row, lines[row.id], taxes[row.id], tenders[row.id]) for row in rows)

    async def _parts(self, sale_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, list[str]]]:
        """By sale: the lines of each connection that records only some of them, by its id."""
        found: dict[UUID, Mapping[str, list[str]]] = {each: {} for each in sale_ids}
        for sale_id, document in await SaleRow.filter(id__in=list(sale_ids)).values_list("id", "document"):
            found[UUID(str(sale_id))] = document.get("parts", {})
        return found


def _by_sale(parts: Sequence[Part]) -> Mapping[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = defaultdict(list)
    for each in parts:
        found[UUID(str(each.sale_id))].append(each)
    return found


def _sale_values(order: Order) -> dict[str, Any]:
    totals = order.totals
    return {
        "id": order.id, "origin": order.origin.value, "reference": order.reference, "receipt": order.receipt,
        "till": order.till, "location": order.location, "currency": order.currency,
        "prices_include_tax": order.prices_include_tax, "subtotal": totals.subtotal.minor,
        "discount": totals.discount.minor, "tax": totals.tax.minor, "total": totals.total.minor,
        "rounding": totals.rounding.minor, "payment": order.payment.value, "external_id": order.external_id,
        "number": order.number, "business_date": order.business_date, "sold_at": order.sold_at,
        "updated_at": order.updated_at,
        "document": {
            "customer": documents.customer_in(order.customer), "billing": documents.address_in(order.billing),
            "shipping": documents.address_in(order.shipping), "discounts": documents.discounts_in(order.discounts),
            "note": order.note, "refunds": [documents.refund_in(each) for each in order.refunds],
        },
    }  # fmt: skip


def _line_values(order: Order, at: int) -> dict[str, Any]:
    line = order.lines[at]
    return {
        "sale_id": order.id, "position": at, "line_id": line.id, "kind": line.kind.value, "title": line.title,
        "sku": line.sku, "quantity": line.quantity, "unit": line.unit, "unit_price": line.unit_price.minor,
        "subtotal": line.subtotal.minor, "discount": line.discount.minor, "net": line.net.minor,
        "tax": line.tax.minor, "gross": line.gross.minor,
        "document": {
            "discounts": documents.discounts_in(line.discounts), "listing": documents.listing_in(line.listing),
            "external_id": line.external_id, "return_of": line.return_of,
        },
    }  # fmt: skip


def _delivery_values(delivery: Delivery) -> dict[str, Any]:
    return {
        "sale_id": delivery.sale_id, "connection_id": delivery.connection_id, "status": delivery.status.value,
        "reason": delivery.reason, "reason_params": dict(delivery.reason_params),
        "platform_order_id": delivery.platform_order_id, "number": delivery.number,
        "currency": delivery.total.currency if delivery.total else "", "total": documents.money_in(delivery.total),
        "tax": documents.money_in(delivery.tax), "paid": delivery.paid,
        "stock": delivery.stock.value if delivery.stock else None, "updated_at": delivery.updated_at,
    }  # fmt: skip


def _delivery(row: DeliveryRow, handles: Sequence[HandleRow], parts: Mapping[str, list[str]]) -> Delivery:
    return Delivery(
        sale_id=UUID(str(row.sale_id)), connection_id=UUID(str(row.connection_id)), status=OrderStatus(row.status),
        reason=row.reason, reason_params=row.reason_params, platform_order_id=row.platform_order_id,
        number=row.number, total=documents.money_out(row.total, row.currency),
        tax=documents.money_out(row.tax, row.currency), paid=row.paid,
        stock=None if row.stock is None else StockEffect(row.stock),
        handles=tuple(Handle(each.kind, each.external_id) for each in handles), updated_at=row.updated_at,
        lines=tuple(parts.get(str(row.connection_id), ())),
    )  # fmt: skip


def _order(
    row: SaleRow, lines: Sequence[SaleLineRow], taxes: Sequence[SaleTaxRow], tenders: Sequence[SaleTenderRow]
) -> Order:
    def money(minor: int) -> Money:
        return Money.of_minor(minor, row.currency)

    def line_of(each: SaleLineRow) -> OrderLine:
        own = [tax for tax in taxes if tax.position == each.position]
        return OrderLine(
            id=each.line_id, kind=LineKind(each.kind), title=each.title, sku=each.sku, quantity=_plain(each.quantity),
            unit=each.unit, unit_price=money(each.unit_price), subtotal=money(each.subtotal),
            discount=money(each.discount), net=money(each.net), tax=money(each.tax), gross=money(each.gross),
            taxes=tuple(TaxLine(tax.name, _plain(tax.rate), money(tax.amount), tax.included) for tax in own),
            discounts=documents.discounts_out(each.document["discounts"], row.currency),
            listing=documents.listing_out(each.document["listing"]), external_id=each.document["external_id"],
            return_of=each.document["return_of"],
        )  # fmt: skip

    return Order(
        id=row.id, origin=Origin(row.origin), reference=row.reference, receipt=row.receipt, currency=row.currency,
        prices_include_tax=row.prices_include_tax, lines=tuple(line_of(each) for each in lines),
        discounts=documents.discounts_out(row.document["discounts"], row.currency),
        tenders=tuple(
            Tender(TenderKind(each.kind), each.title, money(each.amount), money(each.change), each.card_id, each.masked)
            for each in tenders
        ),
        totals=Totals(money(row.subtotal), money(row.discount), money(row.tax), money(row.total), money(row.rounding)),
        sold_at=row.sold_at, business_date=row.business_date, till=row.till, location=row.location,
        customer=documents.customer_out(row.document["customer"]),
        billing=documents.address_out(row.document["billing"]),
        shipping=documents.address_out(row.document["shipping"]), note=row.document["note"],
        external_id=row.external_id, number=row.number, payment=PaymentStatus(row.payment), updated_at=row.updated_at,
        refunds=tuple(documents.refund_out(each) for each in row.document.get("refunds", ())),
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    """Without the zeros a column adds: 2, not 2.000000."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()

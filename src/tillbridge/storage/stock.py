"""The ledger of stock: movements add up to levels; sightings are the numbers read from and written to platforms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobKind, JobState, Phase
from tillbridge.domain.stock import MovementCause, PushInDoubt, Sighting, StockLevel, StockMovement
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import JobRow, LevelRow, ListingRow, MovementRow, SaleLineRow, SightingRow

_MOST = 200
_Told = tuple[str, Decimal | None]
_OPEN = (JobState.WAITING.value, JobState.RUNNING.value)
_OF_ORDERS = (JobKind.PUSH_ORDER.value, JobKind.CANCEL_ORDER.value, JobKind.REFUND_ORDER.value)


class StockRepository:
    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes

    async def add_movements(self, movements: Sequence[StockMovement]) -> None:
        """Book movements and move their levels along, all or none."""
        if not movements:
            return
        async with self._db.transaction():
            await MovementRow.bulk_create([
                MovementRow(
                    id=each.id, sku=each.sku, variant_id=each.variant_id, location=each.location,
                    quantity=each.quantity, unit=each.unit, cause=each.cause.value, subject=each.subject, at=each.at,
                )
                for each in movements
            ])  # fmt: skip
            # in one order, so that two sales of the same goods cannot wait for each other
            for each in sorted(movements, key=lambda each: (each.sku, each.location)):
                await self._move(each)
            await self._changes.note("stock", movements[0].sku[:36])

    async def _move(self, movement: StockMovement) -> None:
        """Lock the level before reading it: SQLite's transactions do so by themselves."""
        level, _ = await LevelRow.get_or_create(
            sku=movement.sku,
            location=movement.location,
            defaults={"quantity": Decimal(0), "unit": movement.unit, "at": movement.at},
        )
        if not self._db.is_sqlite:
            level = await LevelRow.select_for_update().get(id=level.id)
        await LevelRow.filter(id=level.id).update(quantity=level.quantity + movement.quantity, at=movement.at)

    async def levels(self, skus: Sequence[str], location: str = "") -> Mapping[tuple[str, str], Decimal]:
        """Quantities by (SKU, location) as the movements add up."""
        query = LevelRow.filter(sku__in=list(skus))
        query = query.filter(location=location) if location else query
        return {(row.sku, row.location): row.quantity for row in await query}

    async def movements(self, sku: str, limit: int = _MOST) -> tuple[StockMovement, ...]:
        """Newest first."""
        rows = await MovementRow.filter(sku=sku).order_by("-at", "-id").limit(limit)
        return tuple(
            StockMovement(
                id=row.id, sku=row.sku, variant_id=UUID(str(row.variant_id)) if row.variant_id else None,
                location=row.location, quantity=row.quantity, unit=row.unit, cause=MovementCause(row.cause),
                subject=row.subject, at=row.at,
            )
            for row in rows
        )  # fmt: skip

    async def sightings(self, sku: str, limit: int = _MOST) -> tuple[Sighting, ...]:
        """Numbers read from or written to platforms, newest first."""
        rows = await SightingRow.filter(sku=sku).order_by("-at", "-id").limit(limit)
        return tuple(
            Sighting(UUID(str(row.connection_id)), row.sku, row.location_id, row.direction, row.quantity, row.at)
            for row in rows
        )

    async def record_read(self, connection_id: UUID, levels: Sequence[StockLevel]) -> None:
        """Keep what a platform told; the same number again is not kept twice."""
        await self._record(connection_id, levels, "read")

    async def record_write(self, connection_id: UUID, levels: Sequence[StockLevel]) -> None:
        """Keep what was written to a platform."""
        await self._record(connection_id, levels, "written")

    async def _record(self, connection_id: UUID, levels: Sequence[StockLevel], direction: str) -> None:
        ids = [each.inventory_id for each in levels]
        skus = {
            row.inventory_id: row.sku
            for row in await ListingRow.filter(connection_id=connection_id, inventory_id__in=ids)
        }
        async with self._db.transaction():
            last = await self._last_told(connection_id, sorted({each for each in skus.values() if each}))
            fresh = []
            for each in levels:
                sku = skus.get(each.inventory_id, "")
                told = (direction, each.available)
                if sku and last.get((sku, each.location_id)) != told:
                    last[sku, each.location_id] = told
                    fresh.append(
                        SightingRow(
                            id=new_id(), connection_id=connection_id, sku=sku, location_id=each.location_id,
                            direction=direction, quantity=each.available, at=each.read_at,
                        )
                    )  # fmt: skip
            if fresh:
                await SightingRow.bulk_create(fresh)
                await self._changes.note("stock", connection_id)

    async def _last_told(self, connection_id: UUID, skus: Sequence[str]) -> dict[tuple[str, str], _Told]:
        """Direction and number of the newest sighting by SKU and place, read at once for all of them."""
        if not skus:
            return {}
        rows = await self._db.rows(
            "SELECT sku, location_id, direction, quantity FROM (SELECT sku, location_id, direction, quantity, "
            "row_number() OVER (PARTITION BY sku, location_id ORDER BY at DESC, id DESC) AS place FROM sighting "
            f"WHERE connection_id = ? AND sku IN ({', '.join('?' for _ in skus)})) AS told WHERE place = 1",
            connection_id, *skus,
        )  # fmt: skip
        return {
            (row["sku"], row["location_id"]): (
                row["direction"], None if row["quantity"] is None else Decimal(str(row["quantity"])),
            )
            for row in rows
        }  # fmt: skip

    async def in_doubt(self, connection_id: UUID, skus: Collection[str]) -> tuple[PushInDoubt, ...]:
        """Jobs that sent a change of these SKUs and have no answer yet; parked ones are a person's: not among them."""
        rows = await JobRow.filter(
            connection_id=connection_id,
            kind=JobKind.PUSH_STOCK.value,
            state__in=_OPEN,
            phase=Phase.SENDING.value,
        )
        return tuple(
            PushInDoubt(each.id, each.fence, each.state == JobState.RUNNING.value, each.run_at, each.payload["sku"])
            for each in rows
            if each.payload.get("sku") in skus
        )

    async def orders_in_doubt(self, connection_id: UUID, sku: str) -> tuple[datetime, ...]:
        """When orders, cancellations and refunds with this SKU look again that were sent and have no answer yet."""
        rows = await JobRow.filter(
            connection_id=connection_id, kind__in=_OF_ORDERS, state__in=_OPEN, phase=Phase.SENDING.value
        )
        if not rows:
            return ()
        sales = {each.subject_id for each in rows}
        touched = set(await SaleLineRow.filter(sale_id__in=sales, sku=sku).values_list("sale_id", flat=True))
        return tuple(each.run_at for each in rows if each.subject_id in touched)

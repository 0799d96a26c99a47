"""The shop row, its locations and tills."""

from __future__ import annotations

from datetime import time

from tortoise.expressions import F

from tillbridge.domain.money import Money
from tillbridge.domain.shop import Location, Shop, Till
from tillbridge.storage.changes import Changes
from tillbridge.storage.schema import LocationRow, ShopRow, TillRow

MAIN = "Main"


class ShopRepository:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def ensure(self) -> None:
        """A new database starts as a shop in euros with one location."""
        if await ShopRow.exists(id=1):
            return
        await ShopRow.create(
            id=1, name="", currency="EUR", zone="UTC", day_cut="00:00", prices_include_tax=True,
            cash_step_minor=None, epoch=1, key_check=None,
        )  # fmt: skip
        await LocationRow.get_or_create(name=MAIN)

    async def get(self) -> Shop:
        row = await ShopRow.get(id=1)
        step = None if row.cash_step_minor is None else Money.of_minor(row.cash_step_minor, row.currency)
        return Shop(
            name=row.name, currency=row.currency, zone=row.zone, day_cut=time.fromisoformat(row.day_cut),
            prices_include_tax=row.prices_include_tax, cash_rounding=step, epoch=row.epoch,
        )  # fmt: skip

    async def save(self, shop: Shop) -> None:
        await ShopRow.filter(id=1).update(
            name=shop.name, currency=shop.currency, zone=shop.zone, day_cut=shop.day_cut.isoformat("minutes"),
            prices_include_tax=shop.prices_include_tax, epoch=shop.epoch,
            cash_step_minor=None if shop.cash_rounding is None else shop.cash_rounding.minor,
        )  # fmt: skip
        await self._changes.note("shop")

    async def hold(self) -> None:
        """Nobody else who holds the shop goes on until the caller's transaction ends."""
        await ShopRow.filter(id=1).update(name=F("name"))

    async def key_check(self) -> str | None:
        return (await ShopRow.get(id=1)).key_check

    async def save_key_check(self, value: str) -> None:
        await ShopRow.filter(id=1).update(key_check=value)

    async def locations(self) -> tuple[Location, ...]:
        return tuple(Location(row.name) for row in await LocationRow.all().order_by("name"))

    async def add_location(self, name: str) -> None:
        await LocationRow.get_or_create(name=name)

    async def tills(self) -> tuple[Till, ...]:
        return tuple(Till(row.name, row.location) for row in await TillRow.all().order_by("name"))

    async def ensure_till(self, name: str, location: str = MAIN) -> None:
        """A till is known from its first sale on; a new location with it."""
        await LocationRow.get_or_create(name=location)
        till, made = await TillRow.get_or_create(name=name, defaults={"location": location})
        if not made and till.location != location:
            await TillRow.filter(name=name).update(location=location)

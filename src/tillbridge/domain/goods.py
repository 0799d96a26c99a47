"""Goods as screens look at them: a variant with where it is listed, a listing without partner, the keys of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.money import Money


@dataclass(frozen=True, slots=True, order=True)
class GoodsKey:
    """Rows are ordered by SKU, case aside."""

    folded_sku: str


@dataclass(frozen=True, slots=True, order=True)
class ListingKey:
    """Listings are ordered by when they were first seen."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """The newest number of a store's place. ``quantity`` None: stock is not kept there; ``location``: their place."""

    location: str
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class ListedOn:
    """A store that lists a variant; ``told`` is empty before it was asked for its stock."""

    connection: str
    told: tuple[Told, ...]

    @property
    def quantity(self) -> Decimal | None:
        """All its places together; None when nothing is known or stock is not kept there."""
        known = [each.quantity for each in self.told if each.quantity is not None]
        return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsRow:
    """One of our variants. ``moved`` by location is what the till's own movements add up to."""

    id: UUID
    sku: str
    folded_sku: str
    barcode: str
    title: str
    price: Money | None
    listed: tuple[ListedOn, ...]
    moved: Mapping[str, Decimal]

    @property
    def key(self) -> GoodsKey:
        return GoodsKey(self.folded_sku)


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseListing:
    """What a store lists without a partner here. ``reason`` is the catalogue's: empty_sku or double_sku."""

    id: UUID
    connection: str
    title: str
    sku: str
    product_id: str
    variant_id: str
    reason: str

    @property
    def key(self) -> ListingKey:
        return ListingKey(self.id)

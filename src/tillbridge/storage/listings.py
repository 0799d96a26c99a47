"""A connection's side of the catalogue, written by the page: products as pulled, and the listings that link them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.catalog import Product
from tillbridge.domain.ids import new_id
from tillbridge.domain.merging import Fields
from tillbridge.storage import documents
from tillbridge.storage.database import Database
from tillbridge.storage.documents import Json
from tillbridge.storage.sets import among, kept, rows_for, table_of, taken, texts

EMPTY_SKU, DOUBLE_SKU = "empty_sku", "double_sku"
_PRODUCT = {
    "id": "id", "connection_id": "id", "external_id": "text", "title": "text", "status": "text", "updated_at": "time",
    "document": "json",
}  # fmt: skip
_LISTING = {
    "id": "id", "connection_id": "id", "external_product_id": "text", "external_variant_id": "text",
    "inventory_id": "text", "sku": "text", "unlinked": "text",
}  # fmt: skip
_LINK = {"id": "id", "variant_id": "id", "unlinked": "text"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A variant as a store lists it: ``fields`` by the names our variants have them under. ``at``: None, not told."""

    external_product_id: str
    inventory_id: str
    sku: str
    fields: Fields
    at: datetime | None

    @property
    def subject(self) -> str:
        return self.sku.casefold()


class Listings:
    """Of all connections."""

    def __init__(self, database: Database) -> None:
        self._db, self._among = database, among(database)
        self._keep = kept(
            database, "product", _PRODUCT, "connection_id, external_id",
            taken("title", "status", "updated_at", "document"),
        )  # fmt: skip
        self._list = kept(
            database, "listing", _LISTING, "connection_id, external_variant_id",
            taken("external_product_id", "inventory_id", "sku", "unlinked")
            + ", variant_id = CASE WHEN excluded.sku = '' THEN NULL ELSE listing.variant_id END",
        )  # fmt: skip
        self._link = (
            f"UPDATE listing SET variant_id = v.variant_id, unlinked = v.unlinked FROM {table_of(database, _LINK)} "
            "WHERE listing.id = v.id"
        )

    async def told(self, connection_id: UUID, product_ids: Iterable[str]) -> Mapping[str, Listed]:
        """Variants by external id, as the connection listed them last."""
        rows = await self._db.rows(
            f"SELECT document FROM product WHERE connection_id = ? AND external_id IN {self._among}",
            connection_id, texts(product_ids),
        )  # fmt: skip
        return variants_of([documents.document(row["document"]) for row in rows])

    async def keep(self, connection_id: UUID, pulled: Mapping[str, Json]) -> None:
        """Products by external id, whole."""
        rows = [
            {
                "id": new_id(), "connection_id": connection_id, "external_id": external_id, "title": each["title"],
                "status": each["status"], "updated_at": _moment(each["updated_at"]), "document": each,
            }
            for external_id, each in pulled.items()
        ]  # fmt: skip
        await self._db.run(self._keep, rows_for(self._db, _PRODUCT, rows))

    async def drop_gone(self, connection_id: UUID, product_ids: Iterable[str], now: Iterable[str]) -> Mapping[str, str]:
        """Listings of these products that are not among ``now`` go: their SKUs by external id."""
        rows = await self._db.rows(
            f"DELETE FROM listing WHERE connection_id = ? AND external_product_id IN {self._among} "
            f"AND external_variant_id NOT IN {self._among} RETURNING external_variant_id, sku",
            connection_id, texts(product_ids), texts(now),
        )  # fmt: skip
        return {row["external_variant_id"]: row["sku"] for row in rows}

    async def list(self, connection_id: UUID, now: Mapping[str, Listed]) -> set[str]:
        """Write listings, unlinked as yet; the SKUs that they carried before."""
        before = await self._db.rows(
            f"SELECT sku FROM listing WHERE connection_id = ? AND external_variant_id IN {self._among}",
            connection_id, texts(now),
        )  # fmt: skip
        rows = [
            {
                "id": new_id(), "connection_id": connection_id, "external_product_id": each.external_product_id,
                "external_variant_id": external_id, "inventory_id": each.inventory_id, "sku": each.sku,
                "unlinked": "" if each.sku else EMPTY_SKU,
            }
            for external_id, each in now.items()
        ]  # fmt: skip
        await self._db.run(self._list, rows_for(self._db, _LISTING, rows))
        return {row["sku"] for row in before}

    async def link(self, connection_id: UUID, skus: Collection[str], ours: Mapping[str, UUID]) -> None:
        """A SKU that several listings carry links none of them; once only one is left, it links again."""
        by_sku: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        found = await self._db.rows(
            f"SELECT id, sku, variant_id, unlinked FROM listing WHERE connection_id = ? AND sku IN {self._among}",
            connection_id, texts(skus),
        )  # fmt: skip
        for row in found:
            by_sku[row["sku"]].append(row)
        links = [
            {"id": row["id"], "variant_id": linked, "unlinked": "" if linked else DOUBLE_SKU}
            for sku, rows in by_sku.items()
            for linked in (ours.get(sku.casefold()) if len(rows) == 1 else None,)
            for row in rows
        ]
        known = {row["id"]: (_id(row["variant_id"]), row["unlinked"]) for row in found}
        changed = [each for each in links if known[each["id"]] != (each["variant_id"], each["unlinked"])]
        if changed:
            await self._db.run(self._link, rows_for(self._db, _LINK, changed))


def document_of(product: Product) -> Json:
    """The unified product as JSON, with amounts as text."""
    document: Json = json.loads(json.dumps(asdict(product), default=str))
    return document


def variants_of(products: Sequence[Json]) -> Mapping[str, Listed]:
    """The variants of products by external id, read alike from what was kept and what is pulled."""
    return {each["external_id"]: _listed(product, each) for product in products for each in product["variants"]}


def _listed(product: Json, variant: Json) -> Listed:
    # a product's only variant needs no name of its own, and some stores give it a meaningless one
    title, own = product["title"], variant["title"] if len(product["variants"]) > 1 else ""
    return Listed(
        external_product_id=product["external_id"],
        inventory_id=variant["inventory_id"],
        sku=variant["sku"],
        fields={
            "sku": variant["sku"],
            "title": title if own in ("", title) else f"{title} – {own}",
            "barcode": variant["barcode"],
            **{each: documents.value_out(each, variant[each]) for each in documents.MONEY_FIELDS},
            "taxable": variant["taxable"],
            "is_gift_card": product["is_gift_card"],
            "options": " ".join(value for _, value in variant["option_values"]).casefold(),
        },
        at=_moment(product["updated_at"]),
    )


def _moment(kept_time: str | None) -> datetime | None:
    return None if kept_time is None else documents.moment(kept_time)


def _id(value: Any) -> UUID | None:
    return None if value is None else UUID(str(value))

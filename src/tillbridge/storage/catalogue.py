"""The catalogue: what each connection lists, our variants by SKU, and the search of the till."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from tillbridge.domain.catalog import Listing, Product, ProductVariant, SellableVariant
from tillbridge.domain.ids import new_id
from tillbridge.storage import documents
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import ListingRow, ProductRow, VariantRow

EMPTY_SKU, DOUBLE_SKU = "empty_sku", "double_sku"
_ONE_PULL = 7_712 << 40


class CatalogueRepository:
    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes

    async def upsert_products(self, connection_id: UUID, products: Sequence[Product]) -> None:
        """Keep a page of products with their listings, and drop listings of variants they have no more.

        Empty and duplicate SKUs stay unlinked; nothing is guessed.
        """
        async with self._db.transaction():
            # two stores that list the same SKU would both make our variant of it
            await self._db.alone(_ONE_PULL)
            for product in products:
                await self._keep(connection_id, product)
            skus = await self._drop_gone(connection_id, products) | await self._list_all(connection_id, products)
            await self._link(connection_id, skus - {""})
            await self._changes.note("catalogue", connection_id)

    async def _keep(self, connection_id: UUID, product: Product) -> None:
        values: dict[str, Any] = {
            "title": product.title, "status": product.status.value, "updated_at": product.updated_at,
            "document": _document(product),
        }  # fmt: skip
        key: dict[str, Any] = {"connection_id": connection_id, "external_id": product.external_id}
        if not await ProductRow.filter(**key).update(**values):
            await ProductRow.create(id=new_id(), **key, **values)

    async def _drop_gone(self, connection_id: UUID, products: Sequence[Product]) -> set[str]:
        """The SKUs of the listings that went."""
        ids = [each.external_id for each in products]
        kept = {variant.external_id for each in products for variant in each.variants}
        rows = await ListingRow.filter(connection_id=connection_id, external_product_id__in=ids)
        gone = [row for row in rows if row.external_variant_id not in kept]
        if gone:
            await ListingRow.filter(id__in=[row.id for row in gone]).delete()
        return {row.sku for row in gone}

    async def _list_all(self, connection_id: UUID, products: Sequence[Product]) -> set[str]:
        """Write listings, unlinked yet, and our variants; the SKUs that listings carry now or carried before."""
        pairs = [(product, variant) for product in products for variant in product.variants]
        ids = [variant.external_id for _, variant in pairs]
        known = {
            row.external_variant_id: row
            for row in await ListingRow.filter(connection_id=connection_id, external_variant_id__in=ids)
        }
        skus = {row.sku for row in known.values()}
        for product, variant in pairs:
            values: dict[str, Any] = {
                "external_product_id": product.external_id, "inventory_id": variant.inventory_id, "sku": variant.sku,
                "unlinked": "" if variant.sku else EMPTY_SKU,
            }  # fmt: skip
            if not variant.sku:
                values["variant_id"] = None
            if row := known.get(variant.external_id):
                await ListingRow.filter(id=row.id).update(**values)
            else:
                await ListingRow.create(
                    id=new_id(), connection_id=connection_id, external_variant_id=variant.external_id, **values
                )
        for folded, (product, variant) in {each[1].sku.casefold(): each for each in pairs if each[1].sku}.items():
            await self._keep_variant(folded, product, variant)
        return skus | {variant.sku for _, variant in pairs}

    async def _link(self, connection_id: UUID, skus: set[str]) -> None:
        """A SKU that several listings carry links none of them; once only one is left, it links again."""
        by_sku: dict[str, list[ListingRow]] = defaultdict(list)
        for row in await ListingRow.filter(connection_id=connection_id, sku__in=list(skus)):
            by_sku[row.sku].append(row)
        folded = [sku.casefold() for sku in by_sku]
        ours = {row.folded_sku: row.id for row in await VariantRow.filter(folded_sku__in=folded)}
        for sku, rows in by_sku.items():
            linked = ours.get(sku.casefold()) if len(rows) == 1 else None
            for row in rows:
                unlinked = "" if linked else DOUBLE_SKU
                if (row.variant_id, row.unlinked) != (linked, unlinked):
                    await ListingRow.filter(id=row.id).update(variant_id=linked, unlinked=unlinked)

    async def _keep_variant(self, folded: str, product: Product, variant: ProductVariant) -> None:
        """Ours, by SKU. The newest pull names title and price."""
        title = product.title if variant.title in ("", product.title) else f"{product.title} – {variant.title}"
        options = " ".join(value for _, value in variant.option_values)
        values: dict[str, Any] = {
            "sku": variant.sku, "barcode": variant.barcode, "title": title,
            "search": f"{title} {options} {variant.sku} {variant.barcode}".casefold(),
            "price": documents.money_in(variant.price),
            "compare_at_price": documents.money_in(variant.compare_at_price),
            "currency": variant.price.currency if variant.price else "", "taxable": variant.taxable,
            "is_gift_card": product.is_gift_card,
        }  # fmt: skip
        if not await VariantRow.filter(folded_sku=folded).update(**values):
            await VariantRow.create(id=new_id(), folded_sku=folded, **values)

    async def search(self, text: str, limit: int = 20) -> tuple[SellableVariant, ...]:
        """Variants whose title, options, SKU or barcode hold every word."""
        query = VariantRow.all()
        for word in text.casefold().split():
            query = query.filter(search__contains=word)
        return tuple(_sellable(row) for row in await query.order_by("title", "sku").limit(limit))

    async def by_code(self, code: str) -> SellableVariant | None:
        """By SKU, then by barcode; a barcode two variants share finds none."""
        row = await VariantRow.get_or_none(folded_sku=code.strip().casefold())
        if row is not None:
            return _sellable(row)
        rows = await VariantRow.filter(barcode=code.strip()).limit(2) if code.strip() else []
        return _sellable(rows[0]) if len(rows) == 1 else None

    async def listings_for(self, skus: Collection[str], connection_id: UUID) -> Mapping[str, Listing]:
        """Linked listings by SKU as it was asked for."""
        if not skus:
            return {}
        rows = await ListingRow.filter(connection_id=connection_id, sku__in=list(skus), unlinked="")
        return {row.sku: _listing(row) for row in rows}

    async def listings(self, connection_id: UUID) -> tuple[Listing, ...]:
        """All linked listings of a connection."""
        rows = await ListingRow.filter(connection_id=connection_id, unlinked="").order_by("id")
        return tuple(_listing(row) for row in rows)

    async def unlinked(self, connection_id: UUID) -> tuple[tuple[Listing, str], ...]:
        """Listings without a variant of ours, with the reason."""
        rows = await ListingRow.filter(connection_id=connection_id).exclude(unlinked="").order_by("id")
        return tuple((_listing(row), row.unlinked) for row in rows)


def _document(product: Product) -> dict[str, Any]:
    """The unified product as JSON, with amounts as text."""
    document: dict[str, Any] = json.loads(json.dumps(asdict(product), default=str))
    return document


def _listing(row: ListingRow) -> Listing:
    return Listing(row.external_product_id, row.external_variant_id, row.inventory_id, row.sku)


def _sellable(row: VariantRow) -> SellableVariant:
    return SellableVariant(
        id=row.id, sku=row.sku, barcode=row.barcode, title=row.title,
        price=documents.money_out(row.price, row.currency) if row.currency else None,
        compare_at_price=documents.money_out(row.compare_at_price, row.currency) if row.currency else None,
        taxable=row.taxable, is_gift_card=row.is_gift_card,
    )  # fmt: skip

"""The catalogue: our variants, merged by SKU of what the connections list, and the search of the till.

A page of a pull costs the same few statements whatever its length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from tillbridge.domain.catalog import Listing, Product, SellableVariant
from tillbridge.domain.clock import Clock
from tillbridge.domain.conflicts import ConflictBook, FieldConflict, Told
from tillbridge.domain.merging import Fields
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun
from tillbridge.storage import documents
from tillbridge.storage.changes import Changes
from tillbridge.storage.conflicts import ConflictRepository
from tillbridge.storage.database import Database
from tillbridge.storage.listings import Listed, Listings, document_of, variants_of
from tillbridge.storage.schema import ListingRow, VariantRow
from tillbridge.storage.variants import OurVariant, Variants


class CatalogueRepository:
    def __init__(self, database: Database, changes: Changes, conflicts: ConflictRepository, clock: Clock) -> None:
        self._db, self._changes, self._conflicts, self._clock = database, changes, conflicts, clock
        self._listings, self._variants = Listings(database), Variants(database)

    async def upsert_products(self, connection_id: UUID, products: Sequence[Product]) -> tuple[FieldConflict, ...]:
        """Keep a page of products with their listings, and drop listings of variants they have no more.

        Our variants are merged by the shop's rules; answered is what a person has to decide. Empty and duplicate SKUs
        stay unlinked; nothing is guessed.
        """
        page = {each.external_id: document_of(each) for each in products}
        now = variants_of(list(page.values()))
        async with self._db.transaction():
            # two stores that list the same SKU would both make our variant of it
            await self._conflicts.hold(Noun.PRODUCT)
            before = await self._listings.told(connection_id, page)
            await self._listings.keep(connection_id, page)
            gone = await self._listings.drop_gone(connection_id, page, now)
            skus = await self._listings.list(connection_id, now)
            opened = await self._merge(connection_id, before, now, gone)
            skus = {*skus, *gone.values(), *(each.sku for each in now.values())} - {""}
            ours = await self._variants.ids({each.casefold() for each in skus})
            await self._listings.link(connection_id, skus, ours)
            await self._changes.note("catalogue", connection_id)
        return opened

    async def _merge(
        self, connection_id: UUID, before: Mapping[str, Listed], now: Mapping[str, Listed], gone: Collection[str]
    ) -> tuple[FieldConflict, ...]:
        """Merge what is listed now into our variants, one after another; they and the conflicts are written once."""
        subjects = {each.subject for each in now.values() if each.sku}
        ours = await self._variants.load(subjects)
        book = await self._conflicts.book(Noun.PRODUCT, subjects, connection_id, {*now, *gone})
        changed: dict[str, OurVariant] = {}
        for external_id in (*gone, *(each for each, listed in now.items() if not listed.sku)):
            book.release(connection_id, external_id)
        for external_id, listed in now.items():
            if listed.sku:
                known, told = ours.get(listed.subject), self._told(connection_id, external_id, before, listed)
                after = self._after(book, known, told)
                if after != known:
                    ours[listed.subject] = changed[listed.subject] = after
        await self._variants.save(changed)
        return await self._conflicts.write(book)

    def _told(self, connection_id: UUID, external_id: str, before: Mapping[str, Listed], listed: Listed) -> Told:
        """What was told of another SKU is no base."""
        last = before.get(external_id)
        base = last.fields if last and last.subject == listed.subject else {}
        at = listed.at or self._clock.now()
        return Told(connection_id, external_id, listed.subject, listed.sku, base, listed.fields, at)

    def _after(self, book: ConflictBook, known: OurVariant | None, told: Told) -> OurVariant:
        """Our variant after what a store lists. A price in another currency than ours tells the till nothing."""
        if known is None:
            return OurVariant(book.merge(None, told, None), told.at)
        foreign = {
            name
            for name in documents.MONEY_FIELDS
            if isinstance(price := told.theirs[name], Money) and known.currency not in ("", price.currency)
        }
        theirs = {name: value for name, value in told.theirs.items() if name not in foreign}
        fields = book.merge(known.fields, replace(told, theirs=theirs), known.changed_at)
        if fields == known.fields:
            return known
        return OurVariant(fields, max(known.changed_at or told.at, told.at))

    async def adopt(self, values: Mapping[str, Fields]) -> None:
        """Values a person decided on, by folded SKU. Call it in a transaction that holds the noun."""
        now = self._clock.now()
        known = await self._variants.load(values)
        await self._variants.save({
            folded: OurVariant({**each.fields, **values[folded]}, now) for folded, each in known.items()
        })  # fmt: skip

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


def _listing(row: ListingRow) -> Listing:
    return Listing(row.external_product_id, row.external_variant_id, row.inventory_id, row.sku)


def _sellable(row: VariantRow) -> SellableVariant:
    return SellableVariant(
        id=row.id, sku=row.sku, barcode=row.barcode, title=row.title,
        price=documents.money_out(row.price, row.currency) if row.currency else None,
        compare_at_price=documents.money_out(row.compare_at_price, row.currency) if row.currency else None,
        taxable=row.taxable, is_gift_card=row.is_gift_card,
    )  # fmt: skip

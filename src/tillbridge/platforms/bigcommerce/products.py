"""Products on BigCommerce: whole in pages of 250, brands once a page. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift
from tillbridge.platforms.bigcommerce import wire
from tillbridge.platforms.bigcommerce.calls import Api, joined
from tillbridge.platforms.bigcommerce.mapping import StoreHabits, map_product
from tillbridge.platforms.bigcommerce.shop_facts import WEIGHT
from tillbridge.platforms.bigcommerce.spec import PAGE_SIZE
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse, whole_id
from tillbridge.platforms.writing import chunks, moment

_PRODUCTS, _VARIANTS, _BRANDS = "/v3/catalog/products", "/v3/catalog/variants", "/v3/catalog/brands"
# asking for options as well would cap a page at ten products
_WHOLE = (("include", "variants,images"),)


class BigCommerceProductService:
    """No call per product: variants and pictures come along, brands are asked once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)
        self._brands: dict[int, str] = {}

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by id: sorted by date, pages would shift while they are read."""
        since = (("date_modified:min", moment(changed_since)),) if changed_since else ()
        async for page in self._api.pages(_PRODUCTS, "product.list", (*_WHOLE, *since, ("sort", "id")), cursor):
            yield await self._page(page.rows, page.following)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode is exactly this code."""
        wanted = code.strip()
        # an empty filter would list the shop
        if not wanted:
            return ()
        found = await self._by_id(await self._variants(wanted)) or await self._single(wanted)
        page = await self._page(found, None)
        for each in page.refused:
            raise Drift(path=each.path, expected=each.expected, found=each.found)
        return tuple(each for each in page.items if any(wanted in (v.sku, v.barcode) for v in each.variants))

    async def _variants(self, code: str) -> list[int]:
        """Products of variants with this code; the list may hold rows whose product is gone."""
        rows: list[Any] = []
        for name in ("sku", "upc"):
            rows += await self._api.rows(_VARIANTS, "product.find", ((name, code), ("limit", "50")))
        found = [whole_id(row, "product_id") for row in rows if isinstance(row, dict) and row.get("product_id")]
        return list(dict.fromkeys(found))

    async def _single(self, code: str) -> list[Any]:
        """Products without options, whose code is their own and not always found among the variants."""
        rows: dict[int, Any] = {}
        for name in ("sku", "upc"):
            query = ((name, code), *_WHOLE, ("limit", "50"))
            rows |= {whole_id(row): row for row in await self._api.rows(_PRODUCTS, "product.find", query)}
        return list(rows.values())

    async def _by_id(self, ids: Sequence[int]) -> list[Any]:
        found: list[Any] = []
        for part in chunks(ids, PAGE_SIZE):
            query = (("id:in", joined(part)), *_WHOLE, ("limit", str(len(part))))
            found += await self._api.rows(_PRODUCTS, "product.find", query)
        return found

    async def _page(self, rows: Sequence[Any], following: str | None) -> Page[Product]:
        await self._learn_brands(rows)
        unit = self._session.connection.facts.get(WEIGHT, "")
        habits = StoreHabits(self._session.connection.currency, unit, self._brands)
        fine, refused = sort_out(rows, "$", lambda each, path: map_product(each, path, habits))
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, refused, newest, following)

    async def _learn_brands(self, rows: Sequence[Any]) -> None:
        # what is no number is for the mapping to refuse
        named = [row.get("brand_id") for row in rows if isinstance(row, dict)]
        wanted = {each for each in named if isinstance(each, int) and each} - set(self._brands)
        for part in chunks(sorted(wanted), PAGE_SIZE):
            query = (("id:in", joined(part)), ("limit", str(len(part))))
            for at, row in enumerate(await self._api.rows(_BRANDS, "product.brands", query)):
                brand = parse(wire.Brand, row, f"$.data[{at}]")
                self._brands[brand.id] = brand.name

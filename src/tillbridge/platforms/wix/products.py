"""Products on Wix: pages with the variants and the stock of a whole page at once. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift, NotFound
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse, shown
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.calls import (
    BY_CHANGE,
    ITEMS,
    PRODUCTS,
    VARIANT_SEARCH,
    VARIANTS,
    Api,
    changed,
    record_of,
)
from tillbridge.platforms.wix.mapping import map_product
from tillbridge.platforms.wix.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks

_FIELDS = (
    "CURRENCY",
    "PLAIN_DESCRIPTION",
    "MEDIA_ITEMS_INFO",
    "VARIANT_OPTION_CHOICE_NAMES",
    "WEIGHT_MEASUREMENT_UNIT_INFO",
)
"""Without being asked for, these are left out of answers."""
_INDEX_LAG = timedelta(minutes=10)
_LONGEST_CODE = 40


class WixProductService:
    """Products come without variants, so one list of variants and one of stock serve a page."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by last change. A change of stock alone does not bring a product back."""
        where = changed(changed_since)
        pages = self._api.pages(PRODUCTS, "product.list", where, sort=BY_CHANGE, fields=_FIELDS, start=cursor)
        async for page in pages:
            yield await self._page(page.rows, page.following)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode is exactly this code, as far as the index knows."""
        wanted = code.strip()
        if not wanted or len(wanted) > _LONGEST_CODE:
            return ()
        rows: list[Any] = []
        for name in ("sku", "barcode"):
            rows += await self._api.rows(VARIANT_SEARCH, "product.find", {name: {"$eq": wanted}})
        found = await self._by_id(sorted({_owner(row) for row in rows}))
        page = await self._page(found, None)
        for each in page.refused:
            raise Drift(path=each.path, expected=each.expected, found=each.found)
        return tuple(each for each in page.items if any(wanted in (v.sku, v.barcode) for v in each.variants))

    async def _by_id(self, ids: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for part in chunks(ids, PAGE_SIZE):
            found += await self._api.rows(PRODUCTS, "product.list", {"id": {"$in": list(part)}}, fields=_FIELDS)
        return found

    async def _page(self, rows: Sequence[Any], following: str | None) -> Page[Product]:
        ids = [row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]
        variants = await self._variants(rows, ids) if ids else {}
        stock = await self._stock(ids) if ids else {}
        currency = self._session.connection.currency
        fine, refused = sort_out(
            rows, "$.products", lambda each, path: map_product(each, variants, stock, path, currency=currency)
        )
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, refused, newest, following)

    async def _variants(self, rows: Sequence[Any], ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """The variants of a page's products. Products the index does not know in their newest form are asked again."""
        found: dict[str, list[Any]] = {each: [] for each in ids}
        for part in chunks(ids, PAGE_SIZE):
            where = {"productData.productId": {"$in": list(part)}}
            for row in await self._api.rows(VARIANTS, "variant.list", where):
                found.setdefault(_owner(row), []).append(row)
        fresh = self._session.clock.now() - _INDEX_LAG
        for row in rows:
            key = row.get("id") if isinstance(row, dict) else None
            if isinstance(key, str) and _is_behind(row, found[key], fresh):
                found[key] = await self._own_variants(key)
        return found

    async def _own_variants(self, product_id: str) -> list[Any]:
        try:
            body = await self._api.get(f"/stores/v3/products/{product_id}", "product.read")
        except NotFound:
            return []
        product = record_of(body, "product")
        rows = (product.get("variantsInfo") or {}).get("variants") if isinstance(product, dict) else None
        if not isinstance(rows, list):
            raise Drift(path="$.product.variantsInfo.variants", expected="a list", found=shown(rows))
        return rows

    async def _stock(self, ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """The stock of a page's products at all locations, by product."""
        found: dict[str, list[Any]] = {}
        for part in chunks(ids, PAGE_SIZE):
            for row in await self._api.rows(ITEMS, "stock.read", {"productId": {"$in": list(part)}}):
                found.setdefault(parse(wire.ProductData, row, "$.inventoryItems").productId, []).append(row)
        return found


def _owner(row: Any) -> str:
    """The product a row of the index belongs to. Raises Drift without one."""
    told = row.get("productData") if isinstance(row, dict) else None
    return parse(wire.ProductData, told, "$.variants.productData").productId


def _is_behind(row: Any, variants: Sequence[Any], fresh: datetime) -> bool:
    """Whether the index has not caught up with a product: it has no variants there, or those of an older revision.

    Revisions count for products just changed only, so that an index that counts otherwise costs no call each.
    """
    if not variants:
        return True
    try:
        node = parse(wire.Product, row, "$.products")
    except Drift:
        # it waits in quarantine, whatever its variants are
        return False
    if node.updatedDate is None or node.updatedDate < fresh or not node.revision.isdigit():
        return False
    told = [parse(wire.ProductData, each.get("productData"), "$.variants.productData").revision for each in variants]
    return any(each.isdigit() and int(each) < int(node.revision) for each in told)

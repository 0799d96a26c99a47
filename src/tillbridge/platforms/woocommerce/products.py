"""Products on WooCommerce: pages with the variations of a whole page at once. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift, NotFound
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import whole_id
from tillbridge.platforms.woocommerce.calls import BY_ID, Rest, since_query
from tillbridge.platforms.woocommerce.mapping import map_product
from tillbridge.platforms.woocommerce.shop_facts import weight_unit
from tillbridge.platforms.woocommerce.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks

_PRODUCTS, _VARIATIONS = "/wc/v3/products", "/wc/v3/variations"
_LAST = "variations"
"""Cursor of the last page: products of which only a variation changed."""


class WooCommerceProductService:
    """No call per product: one variation list serves a page. Shops before 10.3 are asked per variable product."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._has_shop_wide_list = True

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by id; with ``changed_since`` also those of which only a variation changed."""
        incremental = changed_since is not None
        seen: set[str] = set()
        if cursor != _LAST:
            query = (*since_query(changed_since), *BY_ID)
            async for page in self._rest.pages(_PRODUCTS, "product.list", query, cursor_page(cursor)):
                seen |= _ids(page.rows)
                following = str(page.number + 1) if page.more else (_LAST if incremental else None)
                yield await self._page(page.rows, following)
        if incremental:
            parents = await self._parents_of_changed(changed_since)
            rows = await self._by_id(sorted(parents - seen, key=int))
            yield await self._page(rows, None)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode is exactly this code."""
        wanted = code.strip()
        # a comma would list several, and an empty filter lists the shop
        if not wanted or "," in wanted:
            return ()
        rows: list[Any] = []
        for name in ("sku", "global_unique_id"):
            rows += await self._rest.rows(_PRODUCTS, "product.find", ((name, wanted), ("per_page", "20")))
        parents = {str(whole_id(row, "parent_id")) for row in rows if isinstance(row, dict) and row.get("parent_id")}
        own = {str(whole_id(row)): row for row in rows if isinstance(row, dict) and not row.get("parent_id")}
        found = [*own.values(), *await self._by_id(sorted(parents - set(own), key=int))]
        page = await self._page(found, None)
        for each in page.refused:
            raise Drift(path=each.path, expected=each.expected, found=each.found)
        return tuple(each for each in page.items if any(wanted in (v.sku, v.barcode) for v in each.variants))

    async def _page(self, rows: Sequence[Any], following: str | None) -> Page[Product]:
        variations = await self._variations(rows)
        currency, unit = self._session.connection.currency, weight_unit(self._session)
        fine, refused = sort_out(
            rows, "$", lambda each, path: map_product(each, variations, path, currency=currency, weight_unit=unit)
        )
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, refused, newest, following)

    async def _by_id(self, ids: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for part in chunks(ids, PAGE_SIZE):
            query = (("include", ",".join(part)), ("per_page", str(PAGE_SIZE)))
            found += await self._rest.rows(_PRODUCTS, "product.list", query)
        return found

    async def _variations(self, rows: Sequence[Any]) -> Mapping[int, Sequence[Any]]:
        """The variations of a page's products, by parent, in the order the parent names them."""
        named = {int(row["id"]): _named(row) for row in rows if _is_variable(row)}
        if not any(named.values()):
            return {}
        if self._has_shop_wide_list:
            try:
                found = await self._shop_wide([each for ids in named.values() for each in ids])
                return {parent: [found[each] for each in ids if each in found] for parent, ids in named.items()}
            except NotFound:
                self._has_shop_wide_list = False
        return {parent: await self._of_parent(parent) for parent in named}

    async def _shop_wide(self, ids: Sequence[int]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for part in chunks(ids, PAGE_SIZE):
            query = (("include", ",".join(map(str, part))), ("per_page", str(PAGE_SIZE)))
            for row in await self._rest.rows(_VARIATIONS, "variation.list", query):
                found[whole_id(row)] = row
        return found

    async def _of_parent(self, parent: int) -> list[Any]:
        path = f"{_PRODUCTS}/{parent}/variations"
        pages = self._rest.pages(path, "variation.list", BY_ID)
        return [row async for page in pages for row in page.rows]

    async def _parents_of_changed(self, changed_since: datetime | None) -> set[str]:
        """Parents whose own date did not move with their variation's; older shops move it, newer ones are asked."""
        query = (*since_query(changed_since), *BY_ID)
        try:
            pages = self._rest.pages(_VARIATIONS, "variation.changed", query)
            return {str(whole_id(row, "parent_id")) async for page in pages for row in page.rows}
        except NotFound:
            return set()


def _ids(rows: Iterable[Any]) -> set[str]:
    return {str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row}


def _is_variable(row: Any) -> bool:
    return isinstance(row, dict) and row.get("type") == "variable" and isinstance(row.get("id"), int)


def _named(row: Mapping[str, Any]) -> list[int]:
    return [each for each in row.get("variations") or () if isinstance(each, int)]

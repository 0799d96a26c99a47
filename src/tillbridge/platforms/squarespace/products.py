"""Products on Squarespace: whole in pages of 50, variants, stock and pictures included. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift
from tillbridge.platforms.contract import Page, RefusedRecord, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.squarespace.calls import Api, window
from tillbridge.platforms.squarespace.mapping import map_product

_PRODUCTS = "/v2/commerce/products"


class SquarespaceProductService:
    """No call per product. Nothing finds one by its code, so a search reads all of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by last change. One that changes meanwhile comes once more, as it is then."""
        since = window(changed_since, self._session.clock.now()) if changed_since else ()
        async for page in self._api.pages(_PRODUCTS, "product.list", "products", since, cursor):
            fine, refused = sort_out(page.rows, "$.products", map_product)
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.following)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode is exactly this code.

        Raises Drift when none is found and a product could not be read, since it may be the one.
        """
        wanted = code.strip()
        if not wanted:
            return ()
        found: dict[str, Product] = {}
        unread: list[RefusedRecord] = []
        async for page in self._api.pages(_PRODUCTS, "product.find", "products"):
            fine, refused = sort_out(page.rows, "$.products", map_product)
            unread += refused
            found |= {p.external_id: p for p in fine if any(wanted in (v.sku, v.barcode) for v in p.variants)}
        if unread and not found:
            raise Drift(path=unread[0].path, expected=unread[0].expected, found=unread[0].found)
        return tuple(found.values())

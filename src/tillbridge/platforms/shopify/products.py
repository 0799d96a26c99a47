"""Products of a Shopify shop, whole, in pages. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.shopify.calls import Graph, Json, cursor_of
from tillbridge.platforms.shopify.mapping import map_product, map_variants, shop_currency
from tillbridge.platforms.shopify.reading import dig, records, text, text_or_none
from tillbridge.platforms.shopify.search import changed_since_query, term


class ShopifyProductService:
    """Variants, options and images nest in the page; only products of more than 50 variants cost another call."""

    def __init__(self, session: Session) -> None:
        self._graph = Graph(session)

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Products by last change. Deleted ones are not told: compare with a full list."""
        query = changed_since_query(changed_since)
        async for data, following in self._graph.pages("ProductsPage", cursor, _itself, query=query):
            yield await self._page(data, following)

    async def _page(self, data: Json, following: str | None) -> Page[Product]:
        currency, raw = shop_currency(data), records(data, "products.nodes")
        fine, refused = sort_out(raw, "$.products.nodes", partial(_mapped, currency))
        whole = [product if info is None else await self._with_more(product, info, currency) for product, info in fine]
        newest = max((each.updated_at for each in whole if each.updated_at), default=None)
        return Page(tuple(whole), refused, newest, following)

    async def _with_more(self, product: Product, info: Json, currency: str) -> Product:
        """The product with the variants its page left out."""
        rest = self._graph.nodes("ProductVariantsPage", "product.variants", cursor_of(info), id=product.external_id)
        raw = [each async for each in rest]
        more = map_variants(raw, currency, "$.product.variants.nodes")
        return replace(product, variants=(*product.variants, *more))

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """By SKU or barcode, exactly; Shopify's search also finds what merely resembles it."""
        data = await self._graph.ask("VariantsByCode", query=f"{term('sku', code)} OR {term('barcode', code)}")
        ids = dict.fromkeys(
            text(each, "product.id")
            for each in records(data, "productVariants.nodes")
            if code in (text_or_none(each, "sku"), text_or_none(each, "barcode"))
        )
        found = [await self._product(each) for each in ids]
        return tuple(each for each in found if each is not None)

    async def _product(self, product_id: str) -> Product | None:
        data = await self._graph.ask("ProductById", id=product_id)
        if data.get("product") is None:
            return None
        currency = shop_currency(data)
        product, info = _mapped(currency, data["product"], "$.product")
        return product if info is None else await self._with_more(product, info, currency)


def _itself(data: Json) -> Json:
    return data


def _mapped(currency: str, raw: Json, path: str) -> tuple[Product, Json | None]:
    """A product, and the place its variants go on when its node does not hold them all."""
    product = map_product(raw, currency, path)
    info = dig(raw, "variants.pageInfo")
    if not isinstance(info, dict):
        raise Drift(path=f"{path}.variants.pageInfo", expected="an object", found=type(info).__name__)
    return product, info if info.get("hasNextPage") else None

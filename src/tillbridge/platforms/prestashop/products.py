"""Products on PrestaShop: pages with the combinations and stock of a whole page at once. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Query, Rest, searchable, since_query
from tillbridge.platforms.prestashop.mapping import Goods, Vocabulary, map_product, quantities
from tillbridge.platforms.prestashop.reading import id_of, ids_in, text_of
from tillbridge.platforms.prestashop.shop_facts import fact, tax_rates, zone_of
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse

_PRICES: Query = tuple(
    (f"price[{name}][{rule}]", value)
    for name, reduced in (("gross", "1"), ("full", "0"))
    for rule, value in (("use_tax", "1"), ("use_reduction", reduced), ("decimals", "6"))
)
"""The shop reckons today's price itself, with tax; with and without its reductions."""
_FINISHED: Query = (("filter[state]", "1"),)
"""State 0 is a product somebody began in the back office and never saved."""
_COMBINATIONS = 250
"""A product may have hundreds, each of which the shop prices by itself."""
_BARCODES = ("ean13", "upc", "isbn")
_STOCK = "[id,id_product,id_product_attribute,quantity,depends_on_stock]"


class PrestaShopProductService:
    """Three calls a page: products, their combinations, their stock; options, values and tags once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._words: Vocabulary | None = None

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by id. The shop dates products only: a combination's or a stock's change comes with a pull."""
        self._words = None
        query = (("display", "full"), *_FINISHED, *_PRICES, *since_query(self._session, changed_since))
        async for page in self._rest.pages("products", "product.list", query, cursor):
            yield await self._page(page.rows, page.cursor)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose article number or barcode is exactly this code. Raises Drift."""
        wanted = code.strip()
        if not searchable(wanted):
            return ()
        ids: set[str] = set()
        for name in ("reference", *(_BARCODES if _is_barcode(wanted) else ())):
            asked = (f"filter[{name}]", wanted)
            own = await self._rest.rows("products", "product.find", (asked, ("display", "[id]"), *_FINISHED))
            ids |= {id_of(row) for row in own}
            parts = await self._rest.rows("combinations", "product.find", (asked, ("display", "[id,id_product]")))
            ids |= {id_of(row, "id_product") for row in parts}
        if not ids:
            return ()
        query = (("filter[id]", f"[{'|'.join(sorted(ids, key=int))}]"), ("display", "full"), *_FINISHED, *_PRICES)
        rows = await self._rest.rows("products", "product.find", query)
        goods = await self._goods([id_of(row) for row in rows])
        found = [map_product(row, goods, f"$[{at}]") for at, row in enumerate(rows)]
        return tuple(each for each in found if any(wanted in (v.sku, v.barcode) for v in each.variants))

    async def _page(self, rows: Sequence[Any], cursor: str | None) -> Page[Product]:
        goods = await self._goods(ids_in(rows, "id"))
        fine, refused = sort_out(rows, "$", lambda each, path: map_product(each, goods, path))
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, refused, newest, cursor)

    async def _goods(self, ids: Sequence[str]) -> Goods:
        session = self._session
        if self._words is None:
            self._words = await vocabulary(self._rest)
        home = session.connection.base_url or session.connection.settings.get("shop_url", "")
        return Goods(
            combinations=await self._combinations(ids),
            stock=await self._stock(ids),
            words=self._words,
            rates=tax_rates(session),
            currency=session.connection.currency,
            weight_unit=fact(session, "weight_unit"),
            home=home.rstrip("/"),
            zone=zone_of(session),
        )

    async def _combinations(self, ids: Sequence[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        if ids:
            query = (("filter[id_product]", f"[{'|'.join(ids)}]"), ("display", "full"), *_PRICES)
            pages = self._rest.pages("combinations", "combination.list", query, size=_COMBINATIONS)
            async for page in pages:
                for row in page.rows:
                    found.setdefault(id_of(row, "id_product"), []).append(row)
        return found

    async def _stock(self, ids: Sequence[str]) -> Mapping[str, Decimal]:
        if fact(self._session, "stock") != "1":
            return {}
        return quantities(await self._rest.of("stock_availables", "stock.list", "id_product", ids, _STOCK))


def _is_barcode(code: str) -> bool:
    """8 to 14 digits, or an ISBN with its dashes and its X."""
    bare = code.replace("-", "")
    return 8 <= len(bare) <= 14 and bare[:-1].isdigit()


async def vocabulary(rest: Rest) -> Vocabulary:
    """Options, values and tags of the shop."""
    options = await rest.every("product_options", "product.options", "[id,name,public_name,position]")
    values = await rest.every("product_option_values", "product.values", "[id,id_attribute_group,name,position]")
    tags = await rest.every("tags", "product.tags", "[id,name]")
    found = [parse(wire.Option, row, f"$[{at}]") for at, row in enumerate(options)]
    known = [parse(wire.OptionValue, row, f"$[{at}]") for at, row in enumerate(values)]
    return Vocabulary(
        {each.id: each for each in found},
        {each.id: each for each in known},
        {id_of(row): text_of(row, "name") for row in tags},
    )

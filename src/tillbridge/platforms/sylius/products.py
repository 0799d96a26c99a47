"""Products on Sylius: pages with the variants and options of a whole page at once. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift, NotFound
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key, keyed
from tillbridge.platforms.sylius.goods import PRODUCTS, VARIANTS, variants_of
from tillbridge.platforms.sylius.mapping import OptionTexts, map_product, translation
from tillbridge.platforms.sylius.shop_facts import shelf
from tillbridge.platforms.sylius.wire import last_part

_OPTIONS = f"{ADMIN}/product-options"
_BY_CODE = (("order[code]", "asc"),)


class SyliusProductService:
    """No call per product: one variant list serves 25 of them, and options are read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._options: dict[str, OptionTexts] = {}

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by code. Sylius cannot filter by change, so all are read and the unchanged left out."""
        async for page in self._rest.pages(PRODUCTS, "product.list", _BY_CODE, cursor_page(cursor)):
            found = await self._page(page.rows, str(page.number + 1) if page.more else None)
            kept = tuple(each for each in found.items if _newer(each, changed_since))
            yield Page(kept, found.refused, found.high_water, found.cursor)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose code or barcode is exactly this. Raises Drift for one that does not fit."""
        wanted = code.strip()
        if not wanted:
            return ()
        if owner := await self._owner(wanted):
            page = await self._page(await self._by_code([owner]), None)
            for each in page.refused:
                raise Drift(path=each.path, expected=each.expected, found=each.found)
            return page.items
        if not (shelf(self._session).barcode_field and wanted.isdigit()):
            return ()
        pages = self.list_products()
        return tuple([each async for page in pages for each in page.items if _has(each, wanted)])

    async def _owner(self, code: str) -> str:
        """The product whose variant has exactly this code; the shop's filter finds parts of codes too."""
        async for page in self._rest.pages(VARIANTS, "product.find", (("code", code),)):
            for at, row in enumerate(page.rows):
                found = parse(wire.Owned, row, f"$[{at}]")
                if found.code == code:
                    return last_part(found.product)
        return ""

    async def _by_code(self, codes: Sequence[str]) -> list[Any]:
        found = []
        for each in codes:
            try:
                found.append(await self._rest.get(f"{PRODUCTS}/{key(each)}", "product.find"))
            except NotFound:
                continue
        return found

    async def _page(self, rows: Sequence[Any], following: str | None) -> Page[Product]:
        codes = [str(row["code"]) for row in rows if isinstance(row, dict) and row.get("code")]
        variants = await variants_of(self._rest, codes, "variant.list")
        options = await self._known_options(rows)
        place = shelf(self._session)
        fine, refused = sort_out(rows, "$", lambda each, path: map_product(each, variants, options, place, path))
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, keyed(refused, "code"), newest, following)

    async def _known_options(self, rows: Sequence[Any]) -> dict[str, OptionTexts]:
        """The options of these products, each read once in the life of the service."""
        for code in dict.fromkeys(each for row in rows for each in _named_options(row) if each not in self._options):
            self._options[code] = await self._option(code)
        return self._options

    async def _option(self, code: str) -> OptionTexts:
        path = f"{_OPTIONS}/{key(code)}"
        node = parse(wire.Option, await self._rest.get(path, "option.read"), "$")
        language = shelf(self._session).locale
        texts = {}
        for at, row in enumerate(await self._rest.every(f"{path}/values", "option.values")):
            found = parse(wire.OptionValue, row, f"$[{at}]")
            told = _in(language, found.translations, f"$[{at}]")
            texts[found.iri] = told.value or found.value or found.code
        told = _in(language, node.translations, "$")
        return OptionTexts(told.name or node.name or node.code, texts)


def _in(language: str, found: Mapping[str, Any], path: str) -> wire.Translation:
    """In this language alone; an option has a name of its own besides."""
    return translation(found, language, path) if language in found else wire.Translation()


def _named_options(row: Any) -> list[str]:
    """None of a row that does not fit: mapping sets that aside."""
    named = row.get("options") if isinstance(row, dict) else None
    return [last_part(each) for each in named if isinstance(each, str)] if isinstance(named, list) else []


def _newer(product: Product, since: datetime | None) -> bool:
    return since is None or product.updated_at is None or product.updated_at > since


def _has(product: Product, code: str) -> bool:
    return any(code in (each.sku, each.barcode) for each in product.variants)

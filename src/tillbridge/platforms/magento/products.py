"""Products on Magento: pages of rows, joined to whole products by the links of their frames. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tillbridge.domain.catalog import Product
from tillbridge.domain.errors import Drift, NotFound, PlatformRefused
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.magento import shop_facts, wire
from tillbridge.platforms.magento.calls import Rest, Where, since
from tillbridge.platforms.magento.inventory import quantities
from tillbridge.platforms.magento.mapping import CONFIGURABLE, Goods, map_product, shop_day
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse, whole_id

_PRODUCTS = "/products"
_LINKS = "items[id,extension_attributes[configurable_product_links]]"
_MAKER = "manufacturer"
_RECENT = timedelta(minutes=15)


class MagentoProductService:
    """No call per product: one list serves a page's variants, one its stock; words of attributes are asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._attributes: dict[str, wire.Attribute] = {}
        self._family: tuple[datetime, dict[int, list[int]]] | None = None

    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products by id. A variant is no product of its own; one that changed brings its whole product.

        Stock changes and, before 2.4.8, prices set in bulk do not move the date a change is told by.
        """
        parents: dict[int, list[int]] | None = None
        seen: set[int] = set()
        groups = since(changed_since)
        async for page in self._rest.pages(_PRODUCTS, "product.list", groups, "entity_id", cursor_page(cursor)):
            if parents is None:
                parents = await self._parents() if page.rows else {}
            rows = [each for each in page.rows if _id(each) not in parents]
            if changed_since is not None:
                rows += await self._frames(page.rows, rows, parents, seen)
            seen |= {known for each in rows if (known := _id(each)) is not None}
            yield await self._page(rows, str(page.number + 1) if page.more else None)

    async def _parents(self) -> dict[int, list[int]]:
        """Which products a row is a variant of; asked of the frames alone, since the row does not tell."""
        found: dict[int, list[int]] = {}
        frames = ((Where("type_id", CONFIGURABLE),),)
        async for page in self._rest.pages(_PRODUCTS, "product.links", frames, "entity_id", fields=_LINKS):
            for at, row in enumerate(page.rows):
                frame = parse(wire.Frame, row, f"$.items[{at}]")
                for child in frame.extension_attributes.configurable_product_links:
                    found.setdefault(child, []).append(frame.id)
        self._family = (self._session.clock.now(), found)
        return found

    async def _recent_parents(self) -> dict[int, list[int]]:
        """As of the last quarter of an hour: a code that is scanned must not read all frames anew."""
        known = self._family
        if known is not None and self._session.clock.now() - known[0] < _RECENT:
            return known[1]
        return await self._parents()

    async def _frames(
        self, changed: Sequence[Any], rows: Sequence[Any], parents: dict[int, list[int]], seen: set[int]
    ) -> list[Any]:
        """The frames of variants that changed, unless they come anyway."""
        there = seen | {_id(each) for each in rows}
        wanted = {parent for each in changed for parent in parents.get(_id(each) or 0, ())}
        return await self._by_id(sorted(wanted - there))

    async def _by_id(self, ids: Sequence[int]) -> list[Any]:
        return await self._rest.by_values(_PRODUCTS, "product.list", "entity_id", [str(each) for each in ids])

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode is exactly this code."""
        wanted = code.strip()
        if not wanted:
            return ()
        barcode = shop_facts.barcode_attribute(self._session)
        fields = ["sku", *([barcode] if barcode else [])]
        group = [Where(each, wanted) for each in fields]
        try:
            rows = await self._rest.rows(_PRODUCTS, "product.find", (group,))
        except PlatformRefused:
            # the attribute is gone since preparation
            rows = await self._rest.rows(_PRODUCTS, "product.find", ((Where("sku", wanted),),))
        alone = any(not isinstance(each, dict) or each.get("type_id") != CONFIGURABLE for each in rows)
        parents = await self._recent_parents() if alone else {}
        own = {known: each for each in rows if (known := whole_id(each)) not in parents}
        frames = {parent for each in rows for parent in parents.get(whole_id(each), ())}
        found = [*own.values(), *await self._by_id(sorted(frames - set(own)))]
        page = await self._page(found, None)
        for refused in page.refused:
            raise Drift(path=refused.path, expected=refused.expected, found=refused.found)
        return tuple(each for each in page.items if any(wanted in (v.sku, v.barcode) for v in each.variants))

    async def _page(self, rows: Sequence[Any], following: str | None) -> Page[Product]:
        goods = await self._goods(rows)
        fine, refused = sort_out(rows, "$", lambda each, path: map_product(each, path, goods))
        return Page(fine, refused, wire.newest(each.updated_at for each in fine), following)

    async def _goods(self, rows: Sequence[Any]) -> Goods:
        """Everything a page's rows need from elsewhere, in a fixed number of calls."""
        ids = sorted({child for each in rows for child in _links(each)})
        children = {whole_id(each): each for each in await self._by_id(ids)}
        every = [each for each in (*rows, *children.values()) if isinstance(each, dict)]
        kept = [each.get("sku") for each in every if each.get("type_id") != CONFIGURABLE]
        skus = [each for each in kept if isinstance(each, str)]
        connection = self._session.connection
        return Goods(
            children=children,
            attributes=await self._words(every),
            stock=await quantities(self._rest, skus, shop_facts.source_of(self._session)),
            currency=connection.currency,
            weight_unit=shop_facts.weight_unit(self._session),
            media_url=shop_facts.media_url(self._session),
            barcode=shop_facts.barcode_attribute(self._session),
            today=shop_day(self._session.clock.now(), connection.zone),
        )

    async def _words(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, wire.Attribute]:
        """The attributes rows speak of in ids: read once, and again when a value is new."""
        for name in sorted({name for name, value in _spoken(rows) if not self._knows(name, value)}):
            await self._learn(name)
        return self._attributes

    def _knows(self, name: str, value: str) -> bool:
        known = self._attributes.get(name)
        return known is not None and value in {each.value for each in known.options}

    async def _learn(self, name: str) -> None:
        try:
            raw = await self._rest.get(f"/products/attributes/{name}", "attribute.read")
        except NotFound:
            return
        self._attributes[name] = parse(wire.Attribute, raw, "$")


def _id(row: Any) -> int | None:
    """A row's id; None where it has none, so that mapping sets the row aside."""
    found = row.get("id") if isinstance(row, dict) else None
    return found if isinstance(found, int) else None


def _more(row: Any) -> Mapping[str, Any]:
    found = row.get("extension_attributes") if isinstance(row, dict) else None
    return found if isinstance(found, dict) else {}


def _records(found: Any) -> list[Mapping[str, Any]]:
    """The records of a list; what has another shape is refused when its row is mapped."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _links(row: Any) -> list[int]:
    found = _more(row).get("configurable_product_links")
    return [each for each in found if isinstance(each, int)] if isinstance(found, list) else []


def _spoken(rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Pairs of attribute and value id that need words: what variants differ in, and the maker."""
    found: set[tuple[str, str]] = set()
    for row in rows:
        for option in _records(_more(row).get("configurable_product_options")):
            values = _records(option.get("values"))
            found |= {(str(option.get("attribute_id")), str(each.get("value_index"))) for each in values}
        for each in _records(row.get("custom_attributes")):
            if each.get("attribute_code") == _MAKER and isinstance(each.get("value"), str) and each["value"]:
                found.add((_MAKER, each["value"]))
    return found

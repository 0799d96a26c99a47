"""Whether Wix still has the goods of a sale, and what their stock was before and after. Called by orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tillbridge.domain.errors import NotFound, PlatformRefused
from tillbridge.domain.orders import Order, OrderLine
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.calls import VARIANTS, Api, record_of
from tillbridge.platforms.wix.inventory import WixInventoryService
from tillbridge.platforms.wix.mapping import inventory_id
from tillbridge.platforms.wix.order_writing import as_goods
from tillbridge.platforms.writing import chunks

_LAGS = (0.0, 2.0, 10.0)
"""How long Wix is given to lower stock before it is believed that it does not: a wrong "no" would lower it twice."""
_PRODUCTS_AT_ONCE = 100
Levels = Mapping[str, Decimal | None]


async def check_goods(api: Api, order: Order) -> None:
    """Wix takes any id for goods, so that a line nobody can find again would pass. Raises PlatformRefused."""
    lines = [each for each in order.lines if as_goods(each)]
    missing = {_key(each): each for each in lines}
    ids = sorted({each.listing.external_product_id for each in lines if each.listing is not None})
    for part in chunks(ids, _PRODUCTS_AT_ONCE):
        rows = await api.rows(VARIANTS, "variant.list", {"productData.productId": {"$in": list(part)}})
        for at, row in enumerate(rows):
            node = parse(wire.Variant, row, f"$.variants[{at}]")
            if node.productData is not None:
                missing.pop(inventory_id(node.productData.productId, node.key), None)
    for line in missing.values():
        if not await _is_there(api, line):
            raise _unknown(line)


async def _is_there(api: Api, line: OrderLine) -> bool:
    """The product itself knows, should the index be behind."""
    assert line.listing is not None
    try:
        body = await api.get(f"/stores/v3/products/{line.listing.external_product_id}", "product.read")
    except (NotFound, PlatformRefused):
        return False
    found = record_of(body, "product")
    variants = (found.get("variantsInfo") or {}).get("variants") or []
    keys = {parse(wire.Variant, row, f"$.variants[{at}]").key for at, row in enumerate(variants)}
    return line.listing.external_variant_id in keys


def _key(line: OrderLine) -> str:
    assert line.listing is not None
    return inventory_id(line.listing.external_product_id, line.listing.external_variant_id)


def _unknown(line: OrderLine) -> PlatformRefused:
    sku = f" ({line.sku})" if line.sku else ""
    reason = f"the shop no longer has {line.title}{sku}; pull the catalogue and link it again"
    return PlatformRefused(field=line.title or line.sku, code="unknown_goods", reason=reason)


class StockWatch:
    """What the first sale of a session did to stock; later ones are believed to do the same.

    Wix documents that orders lower stock, and contradicts itself on details: seen once is better than read twice.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stock = WixInventoryService(session)
        self._seen: StockEffect | None = None

    @property
    def needed(self) -> bool:
        """Whether the next sale is still watched."""
        return self._seen is None

    async def levels(self, order: Order) -> Levels:
        """Counted stock of the sale's goods at the default location, by inventory id."""
        listings = [each.listing for each in order.lines if as_goods(each) and each.listing is not None]
        found = await self._stock.read_levels(listings) if listings else ()
        return {each.inventory_id: each.available for each in found}

    async def compare(self, order: Order, before: Levels) -> StockEffect:
        """Lowered or not, by the numbers; unknown when somebody else moved them meanwhile."""
        sold = _sold(order)
        watched = {key: count for key, count in sold.items() if before.get(key) is not None}
        if not watched:
            return self.effect(order)
        for wait in _LAGS:
            await self._session.clock.sleep(wait)
            after = await self.levels(order)
            moved = {key: _moved(before.get(key), after.get(key)) for key in watched}
            if all(moved[key] == count for key, count in watched.items()):
                self._seen = StockEffect.LOWERED
                return self.effect(order)
        if all(moved[key] == 0 for key in watched):
            self._seen = StockEffect.NOT_LOWERED
            return self.effect(order)
        return StockEffect.UNKNOWN

    def effect(self, order: Order) -> StockEffect:
        """What a sale did, as far as was seen. Goods that went by name move no stock, which leaves it open."""
        goods = [each for each in order.lines if each.listing is not None]
        by_name = [each for each in goods if not as_goods(each)]
        if len(by_name) == len(goods):
            return StockEffect.NOT_LOWERED
        if self._seen is None or (by_name and self._seen is StockEffect.LOWERED):
            return StockEffect.UNKNOWN
        return self._seen

    def known(self) -> StockEffect:
        """What orders do to stock here, for an order whose sale is not at hand."""
        return self._seen or StockEffect.UNKNOWN


def _sold(order: Order) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in order.lines:
        if as_goods(each):
            found[_key(each)] = found.get(_key(each), Decimal(0)) + each.quantity
    return found


def _moved(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else before - after

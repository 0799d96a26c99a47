"""Whether a sale's listings still stand for goods of the shop: an import takes unknown ids without a word.

Called before a create; one read for any usual number of lines.
"""

from __future__ import annotations

from collections.abc import Mapping

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import Order, OrderLine
from tillbridge.platforms.magento import wire, words
from tillbridge.platforms.magento.calls import Rest
from tillbridge.platforms.magento.order_writing import as_goods
from tillbridge.platforms.reading import parse

_FIELDS = "items[id,sku]"


async def check_goods(rest: Rest, order: Order) -> Mapping[str, str]:
    """The shop's SKU of each line's variant, by its id. Raises PlatformRefused naming the first that is gone."""
    lines = [each for each in order.lines if as_goods(each)]
    ids = sorted({_id(each) for each in lines}, key=int)
    rows = await rest.by_values("/products", "product.check", "entity_id", ids, fields=_FIELDS)
    found = [parse(wire.Known, row, f"$.items[{at}]") for at, row in enumerate(rows)]
    known = {str(each.id): each.sku for each in found}
    for line in lines:
        if _id(line) not in known:
            raise unknown_goods(line)
    return known


def unknown_goods(line: OrderLine) -> PlatformRefused:
    """The refusal for a line the shop has no goods for."""
    sku = f" ({line.sku})" if line.sku else ""
    reason = words.GONE.format(title=line.title, sku=sku)
    return PlatformRefused(field=line.title or line.sku, code="unknown_goods", reason=reason)


def _id(line: OrderLine) -> str:
    assert line.listing is not None
    if not line.listing.external_variant_id.isdigit():
        raise unknown_goods(line)
    return line.listing.external_variant_id

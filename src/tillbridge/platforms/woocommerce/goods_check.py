"""Whether a sale's listings still stand for goods of the shop: WooCommerce takes unknown ids without a word.

Called before a create; two reads for any number of lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from tillbridge.domain.errors import NotFound
from tillbridge.domain.orders import Order, OrderLine
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.order_writing import as_goods
from tillbridge.platforms.woocommerce.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks, unknown_goods

_FIELDS = "id,type,status,parent_id"


async def check_goods(rest: Rest, order: Order) -> None:
    """Raises PlatformRefused naming the first line whose goods the shop does not have."""
    lines = [each for each in order.lines if as_goods(each)]
    wanted = {_ids(each) for each in lines}
    products = await _products(rest, sorted({product for product, _ in wanted}))
    parents = await _parents(rest, sorted(each for each in wanted if each[1]), products)
    for line in lines:
        product, variation = _ids(line)
        known = parents.get(variation) == product if variation else products.get(product, "variable") != "variable"
        if not known or product not in products:
            raise unknown_goods(line)


def _ids(line: OrderLine) -> tuple[int, int]:
    """Product and variation; 0 where the product is its own variant. Raises PlatformRefused for ids of another form."""
    assert line.listing is not None
    product, variant = line.listing.external_product_id, line.listing.external_variant_id
    if not (product.isdigit() and variant.isdigit()):
        raise unknown_goods(line)
    return int(product), 0 if product == variant else int(variant)


async def _products(rest: Rest, ids: Sequence[int]) -> dict[int, str]:
    """The type of each product that is there."""
    found: dict[int, str] = {}
    for part in chunks(ids, PAGE_SIZE):
        query = (("include", ",".join(map(str, part))), ("per_page", str(PAGE_SIZE)), ("_fields", _FIELDS))
        for row in await rest.rows("/wc/v3/products", "product.check", query):
            found[int(row["id"])] = str(row.get("type", ""))
    return found


async def _parents(rest: Rest, pairs: Sequence[tuple[int, int]], products: dict[int, str]) -> dict[int, int]:
    """The parent of each variation that is there."""
    found: dict[int, int] = {}
    for part in chunks([variation for _, variation in pairs], PAGE_SIZE):
        query = (("include", ",".join(map(str, part))), ("per_page", str(PAGE_SIZE)), ("_fields", _FIELDS))
        try:
            rows = await rest.rows("/wc/v3/variations", "variation.check", query)
        except NotFound:
            # shops before 10.3 have the variations under their parents only
            return await _by_parent(rest, pairs, products)
        found |= {int(row["id"]): int(row["parent_id"]) for row in rows}
    return found


async def _by_parent(rest: Rest, pairs: Sequence[tuple[int, int]], products: dict[int, str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for parent in sorted({product for product, _ in pairs} & set(products)):
        wanted = ",".join(str(variation) for product, variation in pairs if product == parent)
        query = (("include", wanted), ("per_page", str(PAGE_SIZE)), ("_fields", "id"))
        rows = await rest.rows(f"/wc/v3/products/{parent}/variations", "variation.check", query)
        found |= {int(row["id"]): parent for row in rows}
    return found

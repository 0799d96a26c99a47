"""Reading variants by the products they belong to, in few calls. Used by products, stock and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tillbridge.domain.errors import NotFound
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key
from tillbridge.platforms.sylius.wire import last_part
from tillbridge.platforms.writing import chunks

VARIANTS = f"{ADMIN}/product-variants"
PRODUCTS = f"{ADMIN}/products"
_AT_ONCE = 25
"""Products named in one address; longer ones are refused by web servers."""


def product_iri(code: str) -> str:
    """A product as relations and filters name it: a bare code is ignored, and the whole shop comes back."""
    return f"{PRODUCTS}/{code}"


async def variants_of(rest: Rest, products: Sequence[str], action: str) -> dict[str, list[Any]]:
    """Raw variants by the code of their product, in the shop's order. Raises Drift where that cannot be told."""
    found: dict[str, list[Any]] = {each: [] for each in products}
    for part in chunks(list(found), _AT_ONCE):
        query = [("product[]", product_iri(each)) for each in part]
        async for page in rest.pages(VARIANTS, action, query):
            for at, row in enumerate(page.rows):
                owner = last_part(parse(wire.Owned, row, f"$[{at}]").product)
                found.setdefault(owner, []).append(row)
    return {code: sorted(rows, key=_position) for code, rows in found.items()}


def _position(row: Any) -> int:
    place = row.get("position") if isinstance(row, dict) else None
    return place if isinstance(place, int) else 0


async def variant(rest: Rest, code: str, action: str) -> wire.Variant | None:
    """One variant, freshly read; None when the shop does not have it."""
    try:
        return parse(wire.Variant, await rest.get(f"{VARIANTS}/{key(code)}", action), "$")
    except NotFound:
        return None


async def variants_by_code(rest: Rest, wanted: Sequence[tuple[str, str]], action: str) -> dict[str, wire.Variant]:
    """Variants by code, for pairs of product and variant code; those not found by product are read one by one."""
    codes = {code for _, code in wanted}
    products = sorted({product for product, _ in wanted if product})
    rows = [row for each in (await variants_of(rest, products, action)).values() for row in each]
    found = {each.code: each for at, row in enumerate(rows) if (each := parse(wire.Variant, row, f"$[{at}]"))}
    for code in sorted(codes - set(found)):
        if (single := await variant(rest, code, action)) is not None:
            found[code] = single
    return {code: each for code, each in found.items() if code in codes}

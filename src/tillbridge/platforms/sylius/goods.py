"""Reading variants by the products they belong to, in few calls. Used by products, stock and orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from tillbridge.domain.errors import NotFound
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key
from tillbridge.platforms.sylius.reading import last_part, parse

T = TypeVar("T")

VARIANTS = f"{ADMIN}/product-variants"
PRODUCTS = f"{ADMIN}/products"
_AT_ONCE = 25
"""Products named in one address; longer ones are refused by web servers."""


def chunks(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Parts of at most ``size``."""
    return (items[at : at + size] for at in range(0, len(items), size))


def product_iri(code: str) -> str:
    """A product as relations and filters name it: a bare code is ignored, and the whole shop comes back."""
    return f"{PRODUCTS}/{code}"


async def variants_of(rest: Rest, products: Sequence[str], action: str) -> dict[str, list[Any]]:
    """Raw variants by the code of their product, in the shop's order."""
    found: dict[str, list[Any]] = {each: [] for each in products}
    for part in chunks(list(found)):
        query = [("product[]", product_iri(each)) for each in part]
        async for page in rest.pages(VARIANTS, action, query):
            for row in page.rows:
                owner = row.get("product") if isinstance(row, dict) else None
                found.setdefault(last_part(str(owner or "")), []).append(row)
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

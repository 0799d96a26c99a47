"""How the tables of vital values find a mapped value in a page's records. Called by every ``vital.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Tree

Got = Callable[[Any, Tree, Sequence[Any]], Any]
Page = Callable[[Sequence[Call]], tuple[Tree, Callable[[Tree], Any]]]


def listed(read: Callable[[Tree], Any]) -> Page:
    """A page that is nothing but its records."""
    return lambda calls: ([each.raw for each in calls], read)


def records(found: Any) -> list[Any]:
    """The records of a page that a change left as a list."""
    return found if isinstance(found, list) else [found]


def own(name: str) -> Got:
    """Of the record itself."""
    return lambda found, tree, stars: getattr(found[stars[0]], name)


def order_total(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """What the order comes to."""
    return found[stars[0]].totals.total


def line(name: str) -> Got:
    """Of an order's line at the same place."""
    return lambda found, tree, stars: getattr(found[stars[0]].lines[stars[1]], name)


def variant(name: str, counts: Callable[[Any], bool] = lambda row: True) -> Got:
    """Of a variant at the same place in a page that is nothing but products with their ``variants``."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row = tree[stars[0]]["variants"][stars[1]]
        return getattr(found[stars[0]].variants[stars[1]], name) if counts(row) else UNUSED

    return got


def only(name: str, counts: Callable[[Any], bool] = lambda row: True) -> Got:
    """Of a product of ``rows`` that is its own variant."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        return getattr(found[stars[0]].variants[0], name) if counts(tree["rows"][stars[0]]) else UNUSED

    return got

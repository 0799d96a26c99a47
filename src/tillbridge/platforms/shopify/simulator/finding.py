"""Finding orders of the pretended shop: by id, by unique field at once, and by search as soon as its index knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from graphql import GraphQLError

from . import paging
from .order_views import financial_status, order_view
from .shop import Row, Shop

_WINDOW = timedelta(days=60)
_SORTS = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "PROCESSED_AT": "processedAt"}


def orders(
    shop: Shop,
    info: Any,
    first: int = 50,
    after: str | None = None,
    query: str | None = None,
    sortKey: str = "PROCESSED_AT",
    reverse: bool = False,
) -> Row:
    """Orders of the last 60 days, or of all times with the scope for that."""
    key = _SORTS.get(sortKey, "id")
    rows = [row for row in shop.orders.values() if _within(shop, row) and shop.seen(row)]
    rows.sort(key=lambda row: (row[key], row["id"]), reverse=reverse)
    page = paging.connect([row for row in rows if _fits(shop, row, query)], first, after)
    return {**page, "nodes": [order_view(shop, row) for row in page["nodes"]]}


def _within(shop: Shop, row: Row) -> bool:
    return shop.switches.all_orders or row["processedAt"] >= shop.stamp(shop.now() - _WINDOW)


def _fits(shop: Shop, row: Row, query: str | None) -> bool:
    return paging.matches(query, _terms(shop, row).get, lambda: str(row["name"]))


def _terms(shop: Shop, row: Row) -> Mapping[str, Any]:
    """What a search may ask about."""
    return {
        "updated_at": shop.indexed_update(row),
        "created_at": row["createdAt"],
        "processed_at": row["processedAt"],
        "source_identifier": row["sourceIdentifier"] or "",
        "source_name": row["sourceName"] or "",
        "name": row["name"],
        "financial_status": paging.Word(financial_status(row)),
        "fulfillment_status": paging.Word("fulfilled" if row["handed_over"] else "unfulfilled"),
        "status": paging.Word("cancelled" if row["cancelledAt"] else "open"),
        "location_id": paging.Word((row["location_id"] or "").rsplit("/", 1)[-1]),
        "test": paging.Word(str(row["test"]).lower()),
    }


def order(shop: Shop, info: Any, id: str) -> Row | None:
    row = shop.orders.get(id)
    return order_view(shop, row) if row and _within(shop, row) else None


def by_identifier(shop: Shop, info: Any, identifier: Row) -> Row | None:
    """At once, whatever the search index knows."""
    if "id" in identifier:
        return order(shop, info, identifier["id"])
    wanted = identifier["customId"]
    if not is_unique(shop, wanted):
        words = "Metafield definition of type 'id' is required when using custom ids."
        raise GraphQLError(words, extensions={"code": "NOT_FOUND"})
    row = by_metafield(shop, wanted["namespace"], wanted["key"], wanted["value"])
    return order_view(shop, row) if row else None


def is_unique(shop: Shop, field: Row) -> bool:
    """Whether a metafield was defined as one whose values are unique."""
    wanted = (field["namespace"], field["key"], "id")
    return any((each["namespace"], each["key"], each["type"]["name"]) == wanted for each in shop.definitions)


def by_metafield(shop: Shop, namespace: str, key: str, value: str) -> Row | None:
    wanted = (namespace, key, value)
    return _first(
        shop,
        lambda row: any((each["namespace"], each["key"], each["value"]) == wanted for each in row["metafields"]),
    )


def _first(shop: Shop, fits: Callable[[Row], bool]) -> Row | None:
    return next((row for row in shop.orders.values() if fits(row)), None)


def job(shop: Shop, info: Any, id: str) -> Row | None:
    found = shop.jobs.get(id)
    return {"id": id, "done": shop.now() >= found["due"]} if found else None

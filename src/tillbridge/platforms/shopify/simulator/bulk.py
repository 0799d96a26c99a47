"""Bulk reads: the whole list as JSON lines, children apart from their parents, finished a little later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse
from graphql.error import GraphQLError

from .goods import product_view
from .order_views import customer_view, order_view
from .shop import Row, Shop

_TAKES = timedelta(seconds=5)
_AT_ONCE = 5
_MOST_CONNECTIONS, _DEEPEST = 5, 3
_LISTS: Mapping[str, Callable[[Shop], list[Row]]] = {
    "products": lambda shop: [product_view(shop, row) for row in shop.products.values()],
    "orders": lambda shop: [order_view(shop, row) for row in shop.orders.values()],
    "customers": lambda shop: [customer_view(shop, row) for row in shop.customers.values()],
}


def run(shop: Shop, query: str, base_url: str) -> Row:
    """Start reading one list; at most five reads at a time."""
    if sum(shop.now() < row["due"] for row in shop.bulk.values()) >= _AT_ONCE:
        return _refused("A bulk query operation for this app and shop is already in progress.", "LIMIT_REACHED")
    try:
        top = _top(query)
    except GraphQLError as error:
        return _refused(error.message)
    lines = [line for row in _LISTS[top.name.value](shop) for line in _lines(row, _node(top), "")]
    operation_id = shop.gid("BulkOperation")
    fails = shop.switches.bulk_fails
    kept = lines[: len(lines) // 2] if fails else lines
    due = shop.later(_TAKES, lambda: shop.tell("BULK_OPERATIONS_FINISH", operation_id))
    shop.bulk[operation_id] = {
        "id": operation_id, "due": due, "createdAt": shop.stamp(), "lines": kept,
        "error": "INTERNAL_SERVER_ERROR" if fails else "",
        "url": f"{base_url}/bulk/{operation_id.rsplit('/', 1)[-1]}.jsonl" if kept else None,
    }  # fmt: skip
    return {"bulkOperation": view(shop, operation_id), "userErrors": []}


def _top(query: str) -> FieldNode:
    """The one list a bulk query may ask for. Raises GraphQLError when it asks for anything else."""
    document = parse(query)
    operation = next((each for each in document.definitions if isinstance(each, OperationDefinitionNode)), None)
    top = _fields(operation) if operation else []
    if len(top) != 1 or top[0].name.value not in _LISTS:
        raise GraphQLError(f"Bulk queries must contain exactly one connection field of {', '.join(_LISTS)}")
    if _connections(top[0]) > _MOST_CONNECTIONS:
        raise GraphQLError(f"Bulk queries cannot contain more than {_MOST_CONNECTIONS} connections")
    if _depth(top[0]) > _DEEPEST:
        raise GraphQLError("Bulk queries cannot nest connections more than 2 levels deep")
    return top[0]


def view(shop: Shop, operation_id: str) -> Row | None:
    row = shop.bulk.get(operation_id)
    if row is None:
        return None
    done = shop.now() >= row["due"]
    ended = ("FAILED" if row["error"] else "COMPLETED") if done else "RUNNING"
    roots = sum("__parentId" not in line for line in row["lines"])
    whole = done and not row["error"]
    return {
        "__typename": "BulkOperation", "id": row["id"], "status": ended,
        "errorCode": (row["error"] or None) if done else None, "createdAt": row["createdAt"],
        "completedAt": shop.stamp(row["due"]) if whole else None,
        "objectCount": str(len(row["lines"])) if done else "0", "rootObjectCount": str(roots) if done else "0",
        "fileSize": str(len(file(row))) if whole and row["lines"] else None, "url": row["url"] if whole else None,
        "partialDataUrl": row["url"] if done and row["error"] else None,
    }  # fmt: skip


def file(row: Row) -> str:
    """The result as it is fetched."""
    return "".join(json.dumps(line) + "\n" for line in row["lines"])


def _refused(words: str, code: str = "INVALID") -> Row:
    return {"bulkOperation": None, "userErrors": [{"field": ["query"], "message": words, "code": code}]}


def _fields(node: Any) -> list[FieldNode]:
    chosen = node.selection_set.selections if node.selection_set else ()
    return [each for each in chosen if isinstance(each, FieldNode)]


def _node(connection: FieldNode) -> list[FieldNode]:
    """What is asked of each node, below ``edges { node { ... } }`` or ``nodes { ... }``; nothing for a plain object."""
    for each in _fields(connection):
        if each.name.value == "nodes":
            return _fields(each)
        if each.name.value == "edges":
            return [field for node in _fields(each) for field in _fields(node)]
    return []


def _connections(node: FieldNode) -> int:
    return bool(_node(node)) + sum(_connections(each) for each in _node(node) or _fields(node))


def _depth(node: FieldNode) -> int:
    return bool(_node(node)) + max((_depth(each) for each in _node(node) or _fields(node)), default=0)


def _lines(row: Row, wanted: list[FieldNode], parent: str) -> Iterator[Row]:
    children = [each for each in wanted if _node(each)]
    plain = {each.name.value: _value(row, each) for each in wanted if not _node(each)}
    yield {**plain, **({"__parentId": parent} if parent else {})}
    for each in children:
        for child in _read(row, each)["nodes"]:
            yield from _lines(child, _node(each), row["id"])


def _read(row: Row, field: FieldNode) -> Any:
    value = row.get(field.name.value)
    return value(None) if callable(value) else value


def _value(row: Row, field: FieldNode) -> Any:
    """A scalar, or the asked fields of an object or of a list of objects."""
    value = _read(row, field)
    inner = _fields(field)
    if isinstance(value, dict):
        return {each.name.value: _value(value, each) for each in inner}
    if isinstance(value, list) and inner:
        return [{each.name.value: _value(part, each) for each in inner} for part in value]
    return value

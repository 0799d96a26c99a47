"""Bulk reads: the whole list as JSON lines, children apart from their parents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse
from graphql.error import GraphQLError

from . import goods
from .shop import Row, Shop

_TAKES = timedelta(seconds=5)


def run(shop: Shop, query: str, base_url: str) -> Row:
    """Start reading; one top-level connection of products."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return _refused(error.message)
    operation = next((each for each in document.definitions if isinstance(each, OperationDefinitionNode)), None)
    top = [each for each in operation.selection_set.selections if isinstance(each, FieldNode)] if operation else []
    if len(top) != 1 or top[0].name.value != "products":
        return _refused("Bulk queries must contain exactly one connection field: products")
    lines = [
        line for row in shop.products.values() for line in _lines(goods.product_view(shop, row), _node(top[0]), "")
    ]
    operation_id = shop.gid("BulkOperation")
    shop.bulk[operation_id] = {
        "id": operation_id, "due": shop.now() + _TAKES, "createdAt": shop.stamp(), "lines": lines,
        "url": f"{base_url}/bulk/{operation_id.rsplit('/', 1)[-1]}.jsonl" if lines else None,
    }  # fmt: skip
    return {"bulkOperation": view(shop, operation_id), "userErrors": []}


def view(shop: Shop, operation_id: str) -> Row | None:
    row = shop.bulk.get(operation_id)
    if row is None:
        return None
    done = shop.now() >= row["due"]
    roots = sum("__parentId" not in line for line in row["lines"])
    return {
        "__typename": "BulkOperation", "id": row["id"], "status": "COMPLETED" if done else "RUNNING", "errorCode": None,
        "createdAt": row["createdAt"], "completedAt": shop.stamp(row["due"]) if done else None,
        "objectCount": str(len(row["lines"])) if done else "0", "rootObjectCount": str(roots) if done else "0",
        "fileSize": str(len(file(row))) if done else None, "url": row["url"] if done else None, "partialDataUrl": None,
    }  # fmt: skip


def file(row: Row) -> str:
    """The result as it is fetched."""
    return "".join(json.dumps(line) + "\n" for line in row["lines"])


def _refused(words: str) -> Row:
    return {"bulkOperation": None, "userErrors": [{"field": ["query"], "message": words, "code": "INVALID"}]}


def _node(connection: FieldNode) -> list[FieldNode]:
    """What is asked of each node, below ``edges { node { ... } }`` or ``nodes { ... }``."""
    for each in connection.selection_set.selections if connection.selection_set else ():
        if isinstance(each, FieldNode) and each.name.value == "nodes":
            return _fields(each)
        if isinstance(each, FieldNode) and each.name.value == "edges":
            return [field for node in _fields(each) for field in _fields(node)]
    return []


def _fields(node: FieldNode) -> list[FieldNode]:
    return [each for each in node.selection_set.selections if isinstance(each, FieldNode)] if node.selection_set else []


def _lines(row: Row, wanted: list[FieldNode], parent: str) -> Iterator[Row]:
    plain = {each.name.value: row.get(each.name.value) for each in wanted if each.selection_set is None}
    yield {**plain, **({"__parentId": parent} if parent else {})}
    for each in wanted:
        if each.selection_set is None:
            continue
        ask: Callable[..., Any] | None = row.get(each.name.value) if callable(row.get(each.name.value)) else None
        for child in ask(None)["nodes"] if ask else ():
            yield from _lines(child, _node(each), row["id"])

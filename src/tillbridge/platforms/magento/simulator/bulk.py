"""Asynchronous calls: accepted at once, done when the queue's consumers run, told by their status."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .rest import Call, Fault, Route, Row, dumps, route

if TYPE_CHECKING:
    from .state import Shop

_RIGHT = "Magento_Logging::system_magento_logging_bulk_operations"
_OPEN, _DONE, _FAILED = 4, 1, 3
_TOPICS = {
    "/products": ("catalog.api.productrepositoryinterface.save", "Catalog\\Model\\ProductRepository", "save"),
    "/inventory/source-items": (
        "inventoryapi.api.sourceitemssaveinterface.execute",
        "Inventory\\Model\\SourceItem\\Command\\SourceItemsSave",
        "execute",
    ),
}


def accept(shop: Shop, path: str, method: str, bodies: list[Any], act: Callable[[Any], Any]) -> Row:
    """202 with the bulk's id; each body is carried out later."""
    number = shop.next_id("bulk")
    uuid = str(UUID(hashlib.sha256(f"bulk {number}".encode()).hexdigest()[:32]))
    name, model, verb = _TOPICS.get(path, (path.strip("/").replace("/", "."), path, "execute"))
    topic = f"async.magento.{name}.{method.lower()}"
    rows = [{"id": at, "bulk_uuid": uuid, "topic_name": topic, "status": _OPEN} for at in range(len(bodies))]
    shop.bulks[uuid] = {"topic": topic, "start_time": shop.stamp(), "operations": rows}

    def run() -> None:
        for row, body in zip(rows, bodies, strict=True):
            _carry_out(row, body, act, f"Service execution success Magento\\{model}\\Interceptor::{verb}")

    shop.later(run)
    items = [
        {"id": at, "data_hash": hashlib.sha256(dumps(body)).hexdigest(), "status": "accepted"}
        for at, body in enumerate(bodies)
    ]
    return {"bulk_uuid": uuid, "request_items": items, "errors": False}


def _carry_out(row: Row, body: Any, act: Callable[[Any], Any], success: str) -> None:
    row |= {"serialized_data": None, "result_serialized_data": None, "error_code": None}
    try:
        result = act(body)
    except Fault as fault:
        words = fault.message
        for at, value in enumerate(fault.parameters or [], 1):
            words = words.replace(f"%{at}", str(value))
        meta = {"entity_id": None, "entity_link": "", "meta_information": dumps(body).decode(), "store_id": "1"}
        row |= {"status": _FAILED, "result_message": words, "error_code": 0, "serialized_data": dumps(meta).decode()}
        return
    text = dumps(result).decode() if isinstance(result, dict) else None
    row |= {"status": _DONE, "result_message": success, "result_serialized_data": text}


def _bulk(shop: Shop, call: Call) -> Row:
    row = shop.bulks.get(call.params["uuid"])
    if row is None:
        raise Fault(404, "Bulk uuid %bulkUuid not exist", {"bulkUuid": call.params["uuid"]})
    return row


def _told(shop: Shop, call: Call, names: tuple[str, ...]) -> Row:
    row = _bulk(shop, call)
    rows = [{name: each.get(name) for name in names} for each in row["operations"]]
    head = {"operations_list": rows, "user_type": 2, "bulk_id": call.params["uuid"]}
    head |= {"description": f"Topic {row['topic']}", "start_time": row["start_time"], "user_id": 1}
    return head | {"operation_count": len(rows)}


def status(shop: Shop, call: Call) -> Row:
    """GET /bulk/{uuid}/status."""
    return _told(shop, call, ("id", "status", "result_message", "error_code"))


def detailed(shop: Shop, call: Call) -> Row:
    """GET /bulk/{uuid}/detailed-status."""
    names = ("id", "bulk_uuid", "topic_name", "serialized_data", "result_serialized_data", "status")
    return _told(shop, call, (*names, "result_message", "error_code"))


def count(shop: Shop, call: Call) -> int:
    """GET /bulk/{uuid}/operation-status/{status}: how many stand there."""
    return sum(1 for each in _bulk(shop, call)["operations"] if each["status"] == call.number("status"))


ROUTES: tuple[Route, ...] = (
    route("GET", "/bulk/{uuid}/status", _RIGHT, status),
    route("GET", "/bulk/{uuid}/detailed-status", _RIGHT, detailed),
    route("GET", "/bulk/{uuid}/operation-status/{status}", _RIGHT, count),
)

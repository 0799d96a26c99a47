"""Discounts: found by free text with near misses, their status by dates alone. No gift cards anywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from .speech import Call, Refusal, invalid, iso
from .state import Row, Store

_LARGEST = 1000


def list_discounts(store: Store, call: Call) -> Response:
    """GET /v1/commerce/discounts by offset."""
    rows = [view(store, row) for row in store.discounts.values() if _fits(store, row, call)]
    start, size = _number(call, "offset", 0), _number(call, "limit", 50)
    if not 1 <= size <= _LARGEST:
        raise invalid("limit is out of range.")
    more = start + size < len(rows)
    return JSONResponse({
        "discounts": rows[start : start + size], "hasNextPage": more, "hasPreviousPage": start > 0,
    })  # fmt: skip


def _number(call: Call, name: str, usual: int) -> int:
    told = call.query.get(name, str(usual))
    if not told.isdigit():
        raise invalid(f"{name} must be a number.")
    return int(told)


def _fits(store: Store, row: Row, call: Call) -> bool:
    words = call.query.get("search", "").lower()
    if words not in f"{row['name']} {row['trigger'].get('promoCode', '')}".lower():
        return False
    if call.query.get("trigger", row["trigger"]["type"]) != row["trigger"]["type"]:
        return False
    return call.query.get("status", "ALL") in ("ALL", status(store, row))


def status(store: Store, row: Row) -> str:
    """By dates: a code that is used up is still active."""
    now = store.now()
    if now < row["from"]:
        return "SCHEDULED"
    return "EXPIRED" if row["to"] is not None and now >= row["to"] else "ACTIVE"


def view(store: Store, row: Row) -> Row:
    told = {name: value for name, value in row.items() if name not in ("from", "to")}
    told |= {"status": status(store, row), "validFrom": iso(row["from"]), "validTo": iso(row["to"])}
    return told | {"subscriptionOptions": {"type": "EXCLUDED"}, "paymentPlanOptions": {"type": "NONE"}}


def get_discount(store: Store, call: Call) -> Response:
    """GET one."""
    row = store.discounts.get(call.ids[0])
    if row is None:
        raise Refusal(404, "The discount was not found.")
    return JSONResponse({"discount": view(store, row)})


def discount(
    store: Store,
    code: str,
    template: Row,
    criteria: Row,
    *,
    begins: datetime,
    ends: datetime | None = None,
    **more: Any,
) -> Row:
    """Put a discount with a code into the site; the numbers of its money are numbers."""
    key = store.new_id()
    row: Row = {
        "id": key, "websiteId": store.website_id, "name": code.title(), "criteria": criteria, "template": template,
        "trigger": {"type": "CODE", "promoCode": code}, "isLimitedUses": False, "maxUsesAllowed": None,
        "numberOfUses": 0, "isOncePerCustomer": False, "lastRedeemedAt": None, "from": begins, "to": ends,
    }  # fmt: skip
    store.discounts[key] = row | more
    return store.discounts[key]

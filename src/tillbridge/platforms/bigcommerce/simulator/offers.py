"""Codes and cards: v3 promotions with their codes, v2 coupons, gift certificates without any ledger."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from .speech import Call, Refusal, amount, bare, cursor_page, four, iso, page, rfc
from .state import Row, Store

_DEMANDED = ("to_name", "to_email", "from_name", "from_email", "amount")
_LONGEST = 20


def _same(store: Store, ours: str, theirs: str) -> bool:
    return ours == theirs if store.switches.case_sensitive_codes else ours.lower() == theirs.lower()


def list_promotions(store: Store, call: Call) -> Response:
    """GET /v3/promotions; a promotion does not name its codes."""
    rows = list(store.promotions.values())
    if (wanted := call.query.get("code")) is not None:
        ids = {row["promotion_id"] for row in store.codes if _same(store, row["code"], wanted)}
        rows = [row for row in rows if row["id"] in ids]
    views = [row | {name: iso(row[name]) if row[name] else None for name in ("start_date", "end_date")} for row in rows]
    return page(call, views)


def list_codes(store: Store, call: Call) -> Response:
    """GET /v3/promotions/codes; a code does not name its promotion."""
    if "code" not in call.query:
        raise Refusal(422, "Missing Required Fields", {"code": "code is required"})
    rows = [row for row in store.codes if _same(store, row["code"], call.query["code"])]
    views = [{name: value for name, value in row.items() if name != "promotion_id"} for row in rows]
    return cursor_page(call, views)


def list_coupons(store: Store, call: Call) -> Response:
    """GET /v2/coupons; promotions stand here as shells with zeroed values."""
    wanted = call.query.get("code")
    rows = [row for row in store.coupons.values() if wanted is None or _same(store, row["code"], wanted)]
    return bare(call, [_coupon(row) for row in rows])


def _coupon(row: Row) -> Row:
    return row | {
        "amount": four(row["amount"]),
        "min_purchase": four(row["min_purchase"]),
        "expires": rfc(row["expires"]),
    }


def edit_coupon(store: Store, call: Call) -> Response:
    """PUT one; ``applies_to`` left out is cleared, and uses cannot be written."""
    row, body = store.coupons.get(int(call.ids[0])), call.record()
    if row is None:
        raise Refusal(404, "The requested resource was not found.")
    if "num_uses" in body:
        raise Refusal(400, "The field 'num_uses' cannot be written to.")
    row |= {"applies_to": body.get("applies_to") or {"entity": "", "ids": []}}
    row |= {name: body[name] for name in ("enabled", "max_uses", "max_uses_per_customer", "name") if name in body}
    return JSONResponse(_coupon(row))


def list_certificates(store: Store, call: Call) -> Response:
    """GET /v2/gift_certificates."""
    wanted = call.query.get("code")
    rows = [row for row in store.certificates.values() if wanted is None or row["code"] == wanted]
    return bare(call, [_certificate(row) for row in rows])


def _certificate(row: Row) -> Row:
    """Dates come as unix seconds in a text, though they are written as RFC 2822."""
    dates = {name: str(int(row[name].timestamp())) if row[name] else "0" for name in ("purchase_date", "expiry_date")}
    return row | dates | {"amount": four(row["amount"]), "balance": four(row["balance"])}


def _one(store: Store, call: Call) -> Row:
    row = store.certificates.get(int(call.ids[0]))
    if row is None:
        raise Refusal(404, "The requested resource was not found.")
    return row


def get_certificate(store: Store, call: Call) -> Response:
    """GET one."""
    return JSONResponse(_certificate(_one(store, call)))


def edit_certificate(store: Store, call: Call) -> Response:
    """PUT one: five members are demanded, and the balance is overwritten without a question."""
    row, body = _one(store, call), _demand(call)
    row |= {name: body[name] for name in (*_DEMANDED[:4], "message", "status") if name in body}
    row["amount"] = amount(body["amount"], "amount")
    row["balance"] = amount(body.get("balance", body["amount"]), "balance")
    return JSONResponse(_certificate(row))


def add_certificate(store: Store, call: Call) -> Response:
    """POST one; no mail is sent. A long code keeps its first twenty characters."""
    body = _demand(call)
    given = amount(body["amount"], "amount")
    balance = amount(body.get("balance", given), "balance")
    row = certificate(store, str(body.get("code") or f"AAA-{next(store.ids)}"), balance, given)
    row |= {name: body[name] for name in (*_DEMANDED[:4], "message", "status") if name in body}
    return JSONResponse(_certificate(row), 201)


def _demand(call: Call) -> dict[str, Any]:
    body = call.record()
    for name in _DEMANDED:
        if not body.get(name):
            raise Refusal(400, f"The required field '{name}' was not supplied.")
    return body


def certificate(
    store: Store, code: str, balance: Decimal, given: Decimal, *, status: str = "active", ends: datetime | None = None
) -> Row:
    """Put a certificate into the store."""
    key = next(store.ids)
    store.certificates[key] = {
        "id": key, "code": code[:_LONGEST], "status": status, "amount": given, "balance": balance,
        "currency_code": "EUR", "purchase_date": store.now(), "expiry_date": ends, "to_name": "Ines Albrecht",
        "to_email": "ines.albrecht@example.com", "from_name": "Aoife Byrne",
        "from_email": "aoife.byrne@example.com", "customer_id": 0, "order_id": 0, "template": "general.html",
        "message": "Enjoy!",
    }  # fmt: skip
    return store.certificates[key]

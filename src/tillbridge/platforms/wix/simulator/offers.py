"""Coupons, whose conditions are left to whoever asks, and the reckoning that knows them."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.responses import Response

from .speech import ZERO, Call, Row, answer, invalid, money
from .state import Site

_CENT = Decimal("0.01")
_MOST = 100


def _view(site: Site, row: Row) -> Row:
    ends = row["specification"].get("expirationTime")
    expired = bool(ends) and int(ends) < int(site.now().timestamp() * 1000)
    return {"id": row["id"], "specification": row["specification"], "expired": expired, "numberOfUsages": row["used"]}


def list_coupons(site: Site, call: Call) -> Response:
    """POST /stores/v2/coupons/query: pages by offset, the filter a JSON text inside the JSON."""
    asked = call.body.get("query") or {}
    paging = asked.get("paging") or {}
    limit, offset = paging.get("limit", _MOST), paging.get("offset", 0)
    if not isinstance(limit, int) or not 0 < limit <= _MOST:
        raise invalid("query.paging.limit", f"must be at most {_MOST}", "MAX")
    where = asked.get("filter")
    if where is not None and not isinstance(where, str):
        raise invalid("query.filter", "must be a JSON text")
    try:
        wanted = json.loads(where) if where else {}
    except ValueError as fault:
        raise invalid("query.filter", "is not valid JSON", "FORMAT") from fault
    rows = [row for row in site.coupons.values() if _fits(row, wanted)]
    part = [_view(site, row) for row in rows[offset : offset + limit]]
    return answer({"coupons": part, "totalResults": len(rows)})


def _fits(row: Row, wanted: Row) -> bool:
    for name, condition in wanted.items():
        if name != "specification.code":
            raise invalid("query.filter", f"Field '{name}' is not declared as filterable")
        code, told = row["specification"]["code"], condition
        value = told.get("$eq") if isinstance(told, dict) else told
        if code != value:
            return False
    return True


def calculate(site: Site, call: Call) -> Response:
    """POST /ecom/v1/calculate-totals: nothing is kept; a coupon that does not hold is told apart."""
    lines = [_line(site, each) for each in call.listed("lineItems", 300)]
    whole = sum((each["total"] for each in lines), ZERO)
    body: Row = {"appliedDiscounts": [], "calculationErrors": {}, "priceSummary": {"subtotal": money(whole)}}
    code = call.body.get("couponCode")
    if code:
        off, problem = _coupon(site, str(code), lines, whole)
        if problem:
            error = {"applicationError": {"code": "ERROR_INVALID_COUPON", "description": problem}}
            body["calculationErrors"] = {"couponCalculationError": error}
        else:
            found = {"discountType": "GLOBAL", "coupon": {"code": code, "amount": money(off)}}
            body["appliedDiscounts"] = [found]
            body["priceSummary"] |= {"discount": money(off), "total": money(whole - off)}
    return answer(body)


def _line(site: Site, given: Row) -> Row:
    for name in ("id", "price", "quantity"):
        if not given.get(name):
            raise invalid(f"lineItems.{name}", "must not be empty", "REQUIRED_FIELD")
    reference: Any = given.get("catalogReference") or {}
    product = site.products.get(reference.get("catalogItemId", ""))
    categories = product["categories"] if product else []
    total = Decimal(str(given["price"])) * given["quantity"]
    return {"product": reference.get("catalogItemId"), "categories": categories, "total": total}


def _coupon(site: Site, code: str, lines: list[Row], whole: Decimal) -> tuple[Decimal, str]:
    """What comes off, or why nothing does."""
    row = next((each for each in site.coupons.values() if each["specification"]["code"].lower() == code.lower()), None)
    if row is None or _view(site, row)["expired"] or not row["specification"].get("active"):
        return ZERO, "the coupon is not valid"
    spec = row["specification"]
    if whole < Decimal(str(spec.get("minimumSubtotal") or 0)):
        return ZERO, "the basket is too small for the coupon"
    group = (spec.get("scope") or {}).get("group") or {}
    chosen = [each for each in lines if _eligible(each, group)]
    if not chosen:
        return ZERO, "no item is eligible for the coupon"
    base = sum((each["total"] for each in chosen), ZERO)
    off = base * Decimal(str(spec.get("percentOffRate") or 0)) / 100 + Decimal(str(spec.get("moneyOffAmount") or 0))
    return min(base, off).quantize(_CENT, rounding=ROUND_HALF_UP), ""


def _eligible(line: Row, group: Row) -> bool:
    if group.get("name") == "product":
        return bool(line["product"] == group.get("entityId"))
    return not group or group.get("entityId") in line["categories"]

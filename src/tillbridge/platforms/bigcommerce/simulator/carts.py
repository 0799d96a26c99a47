"""Carts, in which the store itself prices a code: the only place where promotions are worked out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.responses import Response

from .order_view import ZERO
from .speech import Call, Refusal, data
from .state import Row, Store

_CENT = Decimal("0.01")


def open_cart(store: Store, call: Call) -> Response:
    """POST /v3/carts."""
    body = call.record()
    lines = []
    for each in body.get("line_items") or ():
        found = store.variant(each.get("variant_id", 0))
        if found is None:
            raise Refusal(422, "Unknown product", {"line_items": f"{each.get('variant_id')} does not exist"})
        product, variant = found
        price = variant["price"] or product["sale_price"] or product["price"]
        lines.append({"product_id": product["id"], "variant_id": variant["id"], "price": price, **each})
    row: Row = {"id": str(uuid.UUID(int=next(store.ids))), "lines": lines, "coupons": []}
    store.carts[row["id"]] = row
    return data(_view(row), 201)


def _cart(store: Store, call: Call) -> Row:
    row = store.carts.get(call.ids[0])
    if row is None:
        raise Refusal(404, "The cart does not exist.")
    return row


def _view(row: Row) -> Row:
    base = sum((each["price"] * each["quantity"] for each in row["lines"]), ZERO)
    off = sum((Decimal(str(each["discounted_amount"])) for each in row["coupons"]), ZERO)
    return {
        "id": row["id"], "currency": {"code": "EUR"}, "tax_included": True, "base_amount": float(base),
        "discount_amount": float(off), "cart_amount": float(base - off), "coupons": row["coupons"],
    }  # fmt: skip


def apply_code(store: Store, call: Call) -> Response:
    """POST /v3/checkouts/{id}/coupons. A refused code is a 422 with a title."""
    row, wanted = _cart(store, call), str(call.record().get("coupon_code") or "").lower()
    code = next((each for each in store.codes if each["code"].lower() == wanted), None)
    promotion = store.promotions[code["promotion_id"]] if code else None
    if code is None or promotion is None or promotion["status"] != "ENABLED":
        raise Refusal(422, "The coupon code is not valid.", {"coupon_code": "not valid"})
    off = _worth(promotion["rules"], row["lines"])
    if not off:
        raise Refusal(422, "The coupon code does not apply to this cart.", {"coupon_code": "nothing eligible"})
    row["coupons"] = [
        {
            "id": code["id"], "code": code["code"], "coupon_type": "promotion", "display_name": promotion["name"],
            "discounted_amount": float(off),
        }
    ]  # fmt: skip
    return data({"id": row["id"], "cart": _view(row)})


def _worth(rules: Sequence[Mapping[str, Any]], lines: Sequence[Row]) -> Decimal:
    """Percent off some pieces of chosen goods, dearest or cheapest first; all that these demo codes need."""
    off = ZERO
    for rule in rules:
        action = rule["action"].get("cart_items") or rule["action"].get("cart_value") or {}
        percent = Decimal(str((action.get("discount") or {}).get("percentage_amount", 0)))
        wanted = set((action.get("items") or {}).get("products") or ())
        pieces = [
            each["price"]
            for each in lines
            if not wanted or each["product_id"] in wanted
            for _ in range(each["quantity"])
        ]
        pieces.sort(reverse=str(action.get("strategy", "")).startswith("MOST"))
        off += sum(pieces[: action.get("quantity")], ZERO) * percent / 100
    return off.quantize(_CENT, rounding=ROUND_HALF_UP)


def drop_cart(store: Store, call: Call) -> Response:
    """DELETE /v3/carts/{id}."""
    store.carts.pop(call.ids[0], None)
    return Response(status_code=204)

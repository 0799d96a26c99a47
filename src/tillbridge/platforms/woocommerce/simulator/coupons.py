"""The coupon routes; codes are kept in lower case."""

from __future__ import annotations

from copy import deepcopy

from . import arguments as args
from .dates import to_gmt
from .order_coupons import find_coupon
from .php import format_decimal, number, shown
from .routing import CREATE, EDIT, READ, REMOVE, Route, batch, chosen, dated, links, ordered, paged, route
from .state import Shop
from .webhooks import happened
from .wordpress import Answer, Call, RestError, Row, invalid_id, truth

BLANK: Row = {
    "amount": "0",
    "status": "publish",
    "discount_type": "fixed_cart",
    "description": "",
    "date_expires_gmt": None,
    "usage_count": 0,
    "individual_use": False,
    "product_ids": [],
    "excluded_product_ids": [],
    "usage_limit": None,
    "usage_limit_per_user": None,
    "limit_usage_to_x_items": None,
    "free_shipping": False,
    "product_categories": [],
    "excluded_product_categories": [],
    "exclude_sale_items": False,
    "minimum_amount": "0",
    "maximum_amount": "0",
    "email_restrictions": [],
    "used_by": [],
    "meta_data": [],
}
_MONEY = ("amount", "minimum_amount", "maximum_amount")
_FLAGS = ("individual_use", "free_shipping", "exclude_sale_items")
_LIMITS = ("usage_limit", "usage_limit_per_user", "limit_usage_to_x_items")
_LISTS = (
    "product_ids",
    "excluded_product_ids",
    "product_categories",
    "excluded_product_categories",
    "email_restrictions",
)


def coupon_view(shop: Shop, row: Row) -> Row:
    """A coupon."""
    view: Row = {"id": row["id"], "code": row["code"]} | {name: row[name] for name in BLANK if name in row}
    view |= {name: shown(row[name], 2) for name in _MONEY}
    for name in ("date_created", "date_modified", "date_expires"):
        view |= {name: shop.local(row[f"{name}_gmt"]), f"{name}_gmt": row[f"{name}_gmt"]}
    return view | {"_links": links(shop, f"/wc/v3/coupons/{row['id']}")}


def list_coupons(shop: Shop, call: Call) -> Answer:
    """GET /coupons; an empty code is no filter at all."""
    rows = [row for row in shop.coupons.values() if row["status"] != "trash"]
    if call.text("code"):
        rows = [row for row in rows if row["code"] == call.text("code").strip().lower()]
    if call.text("search"):
        text = call.text("search").lower()
        rows = [row for row in rows if text in row["code"] or text in row["description"].lower()]
    rows = dated(shop, call, chosen(call, rows), columns=True)
    return paged(shop, call, ordered(call, rows, title="code"), lambda row: coupon_view(shop, row))


def _coupon(shop: Shop, call: Call, status: int, message: str) -> Row:
    row = shop.coupons.get(call.whole("id"))
    if row is None:
        raise invalid_id("shop_coupon", status, message)
    return row


def get_coupon(shop: Shop, call: Call) -> Answer:
    """GET one."""
    return Answer(coupon_view(shop, _coupon(shop, call, 404, "Invalid ID.")))


def _take(shop: Shop, row: Row, body: Row) -> None:
    for name in ("discount_type", "description", "status"):
        if body.get(name) is not None:
            row[name] = str(body[name])
    for name in _MONEY:
        if body.get(name) is not None:
            row[name] = format_decimal(str(body[name])) or "0"
    for name in _FLAGS:
        if body.get(name) is not None:
            row[name] = truth(body[name])
    for name in _LISTS:
        if body.get(name) is not None:
            row[name] = list(body[name])
    _take_limits(shop, row, body)
    shop.put_meta(row["meta_data"], body.get("meta_data"))
    amount = number(row["amount"])
    if amount < 0 or (row["discount_type"] == "percent" and amount > 100):
        raise RestError("coupon_invalid_amount", "Invalid discount amount.", 400)


def _take_limits(shop: Shop, row: Row, body: Row) -> None:
    for name in _LIMITS:
        if name in body:
            row[name] = int(body[name] or 0) or None
    if "date_expires_gmt" in body:
        row["date_expires_gmt"] = to_gmt(body["date_expires_gmt"], "UTC")
    elif "date_expires" in body:
        row["date_expires_gmt"] = to_gmt(body["date_expires"], shop.zone)


def _check_code(shop: Shop, code: str, row_id: int) -> None:
    known = find_coupon(shop, code)
    if known and known["id"] != row_id:
        raise RestError("woocommerce_rest_coupon_code_already_exists", "The coupon code already exists", 400)


def create_coupon(shop: Shop, call: Call) -> Answer:
    """POST /coupons."""
    code, moment = call.text("code").strip().lower(), shop.stamp()
    _check_code(shop, code, 0)
    row = deepcopy(BLANK) | {"code": code, "date_created_gmt": moment, "date_modified_gmt": moment}
    _take(shop, row, call.params)
    row["id"] = next(shop.ids.posts)
    shop.coupons[row["id"]] = row
    happened(shop, "coupon", "created", row["id"])
    return Answer(coupon_view(shop, row), 201, [("Location", shop.url(f"/wc/v3/coupons/{row['id']}"))])


def edit_coupon(shop: Shop, call: Call) -> Answer:
    """PUT one; usage_count cannot be written."""
    row = _coupon(shop, call, 400, "ID is invalid.")
    if call.text("code"):
        _check_code(shop, call.text("code"), row["id"])
    changed = deepcopy(row)
    _take(shop, changed, {name: value for name, value in call.params.items() if name != "id"})
    row |= changed | {"date_modified_gmt": shop.stamp()}
    if call.text("code"):
        row["code"] = call.text("code").strip().lower()
    happened(shop, "coupon", "updated", row["id"])
    return Answer(coupon_view(shop, row))


def delete_coupon(shop: Shop, call: Call) -> Answer:
    """DELETE one: to the trash, or for good with force."""
    row = _coupon(shop, call, 404, "Invalid ID.")
    if call.flag("force"):
        del shop.coupons[row["id"]]
    else:
        row["status"] = "trash"
    happened(shop, "coupon", "deleted", row["id"])
    return Answer(coupon_view(shop, row))


_PATH = "/wc/v3/coupons"
ROUTES: list[Route] = [
    route(READ, _PATH, list_coupons, args.COUPON_LIST, "list"),
    route(CREATE, _PATH, create_coupon, args.NEW_COUPON, "create"),
    route(EDIT, f"{_PATH}/batch", batch(create_coupon, edit_coupon, delete_coupon), {}, "batch"),
    route(READ, f"{_PATH}/{{id}}", get_coupon, args.ONE, "view"),
    route(EDIT, f"{_PATH}/{{id}}", edit_coupon, args.COUPON, "edit"),
    route(REMOVE, f"{_PATH}/{{id}}", delete_coupon, args.DELETE, "delete"),
]

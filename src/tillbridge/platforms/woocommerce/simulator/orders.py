"""The order routes: list, search, create, update, delete, notes and the send_email action."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from . import arguments as args
from . import mails
from .order_coupons import Buyer, apply_to_lines, check, count_usage
from .order_flow import NAMES, move_to, pay, saved
from .order_lines import settle_order, take_lines, tax_place
from .order_view import order_view
from .php import ZERO
from .routing import CREATE, EDIT, READ, REMOVE, Route, batch, chosen, dated, links, ordered, paged, route
from .state import WOOCOMMERCE, Shop
from .webhooks import happened
from .wordpress import Answer, Call, RestError, Row, invalid_id

_TEXTS = ("customer_note", "payment_method", "payment_method_title", "transaction_id")


def _dp(shop: Shop, call: Call) -> int:
    return call.whole("dp", shop.decimals)


def list_orders(shop: Shop, call: Call) -> Answer:
    """GET /orders; meta_key, meta_value and meta_query are not known and change nothing."""
    wanted = call.words("status") or ["any"]
    rows = [row for row in shop.orders.values() if _status_fits(row, wanted)]
    if call.text("customer"):
        rows = [row for row in rows if row["customer_id"] == call.whole("customer")]
    if call.text("product"):
        rows = [row for row in rows if _holds(row, call.whole("product"))]
    if call.text("created_via") and shop.switches.keeps_created_via:
        rows = [row for row in rows if row["created_via"] in call.words("created_via")]
    if call.text("search"):
        rows = list(_found(shop, rows, call.text("search")))
    rows = dated(shop, call, chosen(call, rows), columns=False)
    dp = _dp(shop, call)
    return paged(shop, call, ordered(call, rows), lambda row: order_view(shop, row, dp))


def _status_fits(row: Row, wanted: list[str]) -> bool:
    if "any" in wanted:
        return row["status"] not in ("trash", "auto-draft")
    return row["status"] in wanted


def _holds(row: Row, product_id: int) -> bool:
    return any(product_id in (line["product_id"], line["variation_id"]) for line in row["line_items"])


def _found(shop: Shop, rows: Iterable[Row], text: str) -> Iterable[Row]:
    """Substring search; the transaction id is looked at only with order tables (HPOS), meta never."""
    wanted = text.strip().lower()
    for row in rows:
        if wanted == str(row["id"]):
            yield row
            continue
        places = [*row["billing"].values(), *row["shipping"].values()]
        places += [line["name"] for line in row["line_items"]]
        if shop.switches.hpos:
            places.append(row["transaction_id"])
        if any(wanted in str(place).lower() for place in places):
            yield row


def _order(shop: Shop, call: Call, status: int, message: str = "Invalid ID.", name: str = "id") -> Row:
    row = shop.orders.get(call.whole(name))
    if row is None:
        raise invalid_id("shop_order", status, message)
    return row


def get_order(shop: Shop, call: Call) -> Answer:
    """GET one order, trashed ones too."""
    return Answer(order_view(shop, _order(shop, call, 404), _dp(shop, call)))


def blank_order(shop: Shop) -> Row:
    """A new order row, not saved yet."""
    moment = shop.stamp()
    return {
        "id": 0,
        "parent_id": 0,
        "status": "pending",
        "currency": shop.settings["woocommerce_currency"],
        "version": WOOCOMMERCE,
        "prices_include_tax": shop.option("woocommerce_prices_include_tax"),
        "date_created_gmt": moment,
        "date_modified_gmt": moment,
        "date_completed_gmt": None,
        "date_paid_gmt": None,
        "customer_id": 0,
        "order_key": f"wc_order_{shop.token(13)}",
        "billing": {},
        "shipping": {},
        **dict.fromkeys(_TEXTS, ""),
        "created_via": "rest-api",
        "meta_data": [],
        **{name: [] for name in ("line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines", "counted")},
        **dict.fromkeys(("discount_total", "discount_tax", "shipping_total", "shipping_tax"), ZERO),
        **dict.fromkeys(("cart_tax", "total", "total_tax"), ZERO),
    }


def _take_fields(shop: Shop, order: Row, body: Row) -> None:
    for name in _TEXTS:
        if body.get(name) is not None:
            order[name] = str(body[name])
    for name in ("billing", "shipping"):
        if body.get(name):
            order[name] = order[name] | {key: value for key, value in body[name].items() if value is not None}
    if body.get("currency"):
        order["currency"] = body["currency"]
    if body.get("customer_id") is not None:
        order["customer_id"] = int(body["customer_id"])
    if body.get("created_via") and shop.switches.keeps_created_via and order["id"] == 0:
        order["created_via"] = str(body["created_via"])
    shop.put_meta(order["meta_data"], body.get("meta_data"))


def _check_customer(shop: Shop, body: Row) -> None:
    wanted = int(body.get("customer_id") or 0)
    if wanted and wanted not in shop.users:
        raise RestError("woocommerce_rest_invalid_customer_id", "Customer ID is invalid.", 400)


def _fill_mail(shop: Shop, order: Row) -> None:
    """The shop takes the account's e-mail when the order has none."""
    account = shop.users.get(order["customer_id"])
    if account and not order["billing"].get("email"):
        order["billing"] = order["billing"] | {"email": account["email"]}


async def create_order(shop: Shop, call: Call) -> Answer:
    """POST /orders. Not repeat-safe: the same body again is a second order."""
    body = call.params
    order = blank_order(shop)
    _take_fields(shop, order, body)
    take_lines(shop, order, body)
    _check_customer(shop, body)
    order["id"] = next(shop.ids.posts)
    shop.orders[order["id"]] = order
    _fill_mail(shop, order)
    settle_order(shop, order)
    happened(shop, "order", "created", order["id"])
    try:
        await _take_coupons(shop, order, body)
    except RestError as refusal:
        _leave_draft(shop, order, refusal)
        raise
    saved(shop, order)
    _take_status(shop, order, body, new=True)
    where = ("Location", shop.url(f"/wc/v3/orders/{order['id']}"))
    return Answer(order_view(shop, order, _dp(shop, call)), 201, [where])


def _leave_draft(shop: Shop, order: Row, refusal: RestError) -> None:
    if shop.switches.draft_on_refused_coupon:
        order["status"] = "checkout-draft"
        refusal.data = {**refusal.data, "new_draft_order_id": order["id"]}


def _take_status(shop: Shop, order: Row, body: Row, *, new: bool) -> None:
    if body.get("status"):
        move_to(shop, order, str(body["status"]))
    wants_payment = order["status"] in ("pending", "failed") and order["total"] > 0
    if body.get("set_paid") is True and (new or wants_payment):
        pay(shop, order)


async def _take_coupons(shop: Shop, order: Row, body: Row) -> None:
    if body.get("coupon_lines") is None:
        return
    codes = []
    for posted in body["coupon_lines"]:
        if posted.get("id"):
            raise RestError("woocommerce_rest_coupon_item_id_readonly", "Coupon item ID is readonly.", 400)
        if not posted.get("code"):
            raise RestError("woocommerce_rest_invalid_coupon", "Coupon code is required.", 400)
        codes.append(str(posted["code"]).strip().lower())
    had = {line["code"] for line in order["coupon_lines"]}
    coupons = [_coupon(shop, order, code, checked=code not in had) for code in codes]
    await asyncio.sleep(0)
    if coupons or had:
        apply_to_lines(shop, order, coupons, tax_place(shop, order))
        settle_order(shop, order)
        count_usage(shop, order)


def _coupon(shop: Shop, order: Row, code: str, *, checked: bool) -> Row:
    if not checked:
        return next(row for row in shop.coupons.values() if row["code"] == code)
    subtotal = sum((line["subtotal"] for line in order["line_items"]), ZERO)
    if order["prices_include_tax"]:
        subtotal += order["total_tax"]
    mail = order["billing"].get("email")
    buyer = Buyer(order["customer_id"], (mail,) if mail else ())
    return check(shop, code, order["line_items"], subtotal, buyer)


_RECKONED = ("billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines")


async def edit_order(shop: Shop, call: Call) -> Answer:
    """PUT /orders/{id}: a partial merge; totals are worked out anew when lines or addresses change."""
    order = _order(shop, call, 400, "ID is invalid.")
    body = {name: value for name, value in call.params.items() if name != "id"}
    _check_customer(shop, body)
    _take_fields(shop, order, body)
    take_lines(shop, order, body)
    _fill_mail(shop, order)
    if any(body.get(name) is not None for name in _RECKONED):
        settle_order(shop, order)
    await _take_coupons(shop, order, body)
    saved(shop, order)
    _take_status(shop, order, body, new=False)
    return Answer(order_view(shop, order, _dp(shop, call)))


def delete_order(shop: Shop, call: Call) -> Answer:
    """DELETE /orders/{id}: to the trash, or for good with force. Stock stays as it is."""
    order = _order(shop, call, 404)
    if call.flag("force"):
        view = order_view(shop, order, _dp(shop, call))
        del shop.orders[order["id"]]
        happened(shop, "order", "deleted", order["id"])
        return Answer(view)
    if order["status"] == "trash":
        raise RestError("woocommerce_rest_already_trashed", "The order has already been deleted.", 410)
    view = order_view(shop, order, _dp(shop, call))
    order["status"] = "trash"
    count_usage(shop, order)
    happened(shop, "order", "deleted", order["id"])
    return Answer(view)


def _note_view(shop: Shop, order_id: int, row: Row) -> Row:
    view: Row = {"id": row["id"], "author": row["author"], "date_created": shop.local(row["date_created_gmt"])}
    view |= {name: row[name] for name in ("date_created_gmt", "note", "customer_note")}
    path = f"/wc/v3/orders/{order_id}"
    view["_links"] = links(shop, f"{path}/notes/{row['id']}", hints=("GET", "DELETE"))
    return view | {"_links": view["_links"] | {"up": [{"href": shop.url(path)}]}}


def list_notes(shop: Shop, call: Call) -> Answer:
    """GET the notes of an order."""
    order = _order(shop, call, 404, name="order_id")
    kind = call.text("type") or "any"
    rows = [
        row for row in shop.notes.get(order["id"], []) if kind == "any" or row["customer_note"] == (kind == "customer")
    ]
    return Answer([_note_view(shop, order["id"], row) for row in rows])


def create_note(shop: Shop, call: Call) -> Answer:
    """POST a note; one for the customer is mailed."""
    order = _order(shop, call, 404, "Invalid order ID.", name="order_id")
    for_customer = call.flag("customer_note")
    row = shop.note(order, call.text("note"), customer=for_customer)
    if for_customer:
        mails.customer_note(shop, order)
    where = ("Location", shop.url(f"/wc/v3/orders/{order['id']}/notes/{row['id']}"))
    return Answer(_note_view(shop, order["id"], row), 201, [where])


def send_mail(shop: Shop, call: Call) -> Answer:
    """POST actions/send_email: the receipt on purpose."""
    order = _order(shop, call, 404)
    if call.text("email") and (call.flag("force_email_update") or not order["billing"].get("email")):
        order["billing"] = order["billing"] | {"email": call.text("email")}
    if not order["billing"].get("email"):
        words = "Order does not have an email address."
        raise RestError("woocommerce_rest_missing_email", words, 400)
    template = call.text("template_id") or "customer_invoice"
    mails.receipt(shop, order, template)
    words = f"Email template &quot;{template}&quot; sent to {order['billing']['email']}, via REST API."
    shop.note(order, words)
    return Answer({"message": words})


def statuses(_shop: Shop, _call: Call) -> Answer:
    """GET /orders/statuses."""
    return Answer([{"slug": slug, "name": name} for slug, name in NAMES.items()])


_ORDERS = "/wc/v3/orders"
ROUTES: list[Route] = [
    route(READ, f"{_ORDERS}/statuses", statuses, {}, ""),
    route(READ, _ORDERS, list_orders, args.ORDER_LIST, "list"),
    route(CREATE, _ORDERS, create_order, args.ORDER, "create"),
    route(EDIT, f"{_ORDERS}/batch", batch(create_order, edit_order, delete_order), {}, "batch"),
    route(READ, f"{_ORDERS}/{{id}}", get_order, args.ONE, "view"),
    route(EDIT, f"{_ORDERS}/{{id}}", edit_order, args.ORDER, "edit"),
    route(REMOVE, f"{_ORDERS}/{{id}}", delete_order, args.DELETE, "delete"),
    route(READ, f"{_ORDERS}/{{order_id}}/notes", list_notes, args.NOTE_LIST, "list"),
    route(CREATE, f"{_ORDERS}/{{order_id}}/notes", create_note, args.NOTE, "create"),
    route(CREATE, f"{_ORDERS}/{{id}}/actions/send_email", send_mail, args.SEND_MAIL, "edit"),
]

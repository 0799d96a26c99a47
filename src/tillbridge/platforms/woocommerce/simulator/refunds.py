"""The refund routes, with the bare numbers WooCommerce puts where others put error data."""

from __future__ import annotations

from decimal import Decimal

from . import arguments as args
from . import mails
from .order_flow import left_to_refund, move_to, restock, saved, write_refund
from .order_view import refund_view, refunds_of
from .php import ZERO, kept, number
from .routing import CREATE, READ, REMOVE, Route, dated, ordered, paged, route
from .state import Shop
from .wordpress import Answer, Call, RestError, Row, invalid_id, no_trash

_GATEWAYS = ("bacs", "cheque", "cod")


def _failed(message: str) -> RestError:
    return RestError("woocommerce_rest_cannot_create_order_refund", message, 500, 500)


def create_refund(shop: Shop, call: Call) -> Answer:
    """POST /orders/{id}/refunds; ``api_refund`` and ``api_restock`` are on unless switched off."""
    order = shop.orders.get(call.whole("order_id"))
    if order is None:
        raise RestError("woocommerce_rest_invalid_order_id", "Invalid order ID.", 500, 404)
    lines = [_line(order, posted) for posted in call.params.get("line_items") or []]
    wanted = [line for line in lines if line is not None]
    amount = call.params.get("amount")
    if amount in (None, "") and wanted:
        amount = sum((line["total"] + sum(line["taxes"].values(), ZERO) for line in wanted), ZERO)
    if amount not in (None, "") and number(amount) < 0:
        raise RestError("woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.", 500, 400)
    left = left_to_refund(shop, order)
    if number(amount or 0) > left:
        raise _failed("Invalid refund amount.")
    _pay_back(call, order, number(amount or 0))
    row = _write(shop, order, call, "" if amount in (None, "") else number(amount), wanted)
    if "api_restock" not in call.params or call.flag("api_restock"):
        for line in wanted:
            restock(shop, order, line["of"], line["quantity"])
    whole = number(amount or 0) > 0 and number(amount or 0) == left
    if whole:
        move_to(shop, order, "refunded")
    mails.refunded(shop, order, whole=whole)
    saved(shop, order)
    # The shop really prints the pattern of its route here.
    where = ("Location", shop.url(f"/wc/v3/orders/(?P<order_id>[\\d]+)/refunds/{row['id']}"))
    return Answer(refund_view(shop, row), 201, [where])


def _pay_back(call: Call, order: Row, amount: Decimal) -> None:
    if amount <= 0 or ("api_refund" in call.params and not call.flag("api_refund")):
        return
    if order["payment_method"] not in _GATEWAYS:
        raise _failed("The payment gateway for this order does not exist.")
    raise _failed("The payment gateway for this order does not support automatic refunds.")


def _line(order: Row, posted: Row) -> Row | None:
    row = next((line for line in order["line_items"] if line["id"] == int(posted.get("id") or 0)), None)
    if row is None:
        return None
    taxes = {int(one["id"]): kept(number(one["refund_total"])) for one in posted.get("refund_tax") or []}
    total = kept(number(posted.get("refund_total") or 0))
    return {"of": row["id"], "row": row, "quantity": int(posted.get("quantity") or 0), "total": total, "taxes": taxes}


def _write(shop: Shop, order: Row, call: Call, amount: Decimal | str, lines: list[Row]) -> Row:
    tax_lines: dict[int, Decimal] = {}
    items = []
    for line in lines:
        taxes = {key: -tax for key, tax in line["taxes"].items()}
        for key, tax in taxes.items():
            tax_lines[key] = tax_lines.get(key, ZERO) + tax
        item = {name: line["row"][name] for name in ("name", "product_id", "variation_id", "tax_class", "tax_status")}
        item |= {"id": next(shop.ids.items), "quantity": -line["quantity"], "total": -line["total"]}
        item |= {"subtotal": -line["total"], "taxes": taxes, "subtotal_taxes": dict(taxes)}
        items.append(item | {"meta_data": [shop.meta("_refunded_item_id", str(line["of"]))]})
    whole = number(amount) >= left_to_refund(shop, order) and number(amount) > 0
    parts: Row = {"amount": amount, "reason": call.text("reason"), "line_items": items}
    parts["meta_data"] = [shop.meta("_refund_type", "full" if whole else "partial")]
    parts["tax_lines"] = [
        {"id": next(shop.ids.items), "rate_id": key, "tax_total": tax, "shipping_tax_total": ZERO}
        for key, tax in tax_lines.items()
    ]
    row = write_refund(shop, order, parts)
    shop.put_meta(row["meta_data"], call.params.get("meta_data"))
    return row


def list_refunds(shop: Shop, call: Call) -> Answer:
    """GET the refunds of one order."""
    order = shop.orders.get(call.whole("order_id"))
    if order is None:
        raise RestError("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
    rows = ordered(call, dated(shop, call, refunds_of(shop, order), columns=False))
    return paged(shop, call, rows, lambda row: refund_view(shop, row, call.whole("dp", shop.decimals)))


def list_all(shop: Shop, call: Call) -> Answer:
    """GET /refunds over the whole shop."""
    rows = ordered(call, dated(shop, call, list(shop.refunds.values()), columns=False))
    return paged(shop, call, rows, lambda row: refund_view(shop, row, parent=True))


def _refund(shop: Shop, call: Call) -> Row:
    row = shop.refunds.get(call.whole("id"))
    if row is None or row["parent_id"] != call.whole("order_id"):
        raise invalid_id("shop_order_refund", 404, "Invalid order refund ID.")
    return row


def get_refund(shop: Shop, call: Call) -> Answer:
    """GET one refund."""
    return Answer(refund_view(shop, _refund(shop, call)))


def delete_refund(shop: Shop, call: Call) -> Answer:
    """DELETE one refund; only with force."""
    row = _refund(shop, call)
    if not call.flag("force"):
        raise no_trash("Order refunds")
    del shop.refunds[row["id"]]
    return Answer(refund_view(shop, row))


_PATH = "/wc/v3/orders/{order_id}/refunds"
ROUTES: list[Route] = [
    route(READ, "/wc/v3/refunds", list_all, args.REFUND_LIST, "list"),
    route(READ, _PATH, list_refunds, args.REFUND_LIST, "list"),
    route(CREATE, _PATH, create_refund, args.REFUND, "create"),
    route(READ, f"{_PATH}/{{id}}", get_refund, args.ONE, "view"),
    route(REMOVE, f"{_PATH}/{{id}}", delete_refund, args.DELETE, "delete"),
]

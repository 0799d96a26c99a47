"""An order's way through its statuses: stock, coupon usage, dates, notes and mails that hang on it."""

from __future__ import annotations

from decimal import Decimal

from . import mails
from .goods import move_stock
from .goods_view import full_name, stock_owner
from .order_coupons import count_usage
from .order_view import needs_processing, refunds_of
from .php import ZERO, number
from .state import Shop
from .webhooks import happened
from .wordpress import Row

_TAKES_STOCK = ("processing", "completed", "on-hold")
_GIVES_STOCK = ("cancelled", "pending", "failed")
NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}


def move_to(shop: Shop, order: Row, status: str) -> None:
    """Set a status with all that follows from it; the same status again does nothing."""
    before = order["status"]
    if before == status:
        return
    order["status"] = status
    _dates(shop, order, status)
    if status in _TAKES_STOCK:
        _take_stock(shop, order)
    elif status in _GIVES_STOCK:
        _give_stock(shop, order)
    count_usage(shop, order)
    if status == "refunded":
        _refund_rest(shop, order)
    mails.order_moved(shop, order, before, status)
    saved(shop, order)


def _dates(shop: Shop, order: Row, status: str) -> None:
    paid = "processing" if needs_processing(shop, order) else "completed"
    if order["date_paid_gmt"] is None and (status in (paid, "completed")):
        order["date_paid_gmt"] = shop.stamp()
    if status == "completed":
        order["date_completed_gmt"] = shop.stamp()


def pay(shop: Shop, order: Row) -> None:
    """payment_complete(): paid now; the status follows unless it is past that."""
    if order["status"] not in ("pending", "on-hold", "failed", "cancelled"):
        return
    if order["date_paid_gmt"] is None:
        order["date_paid_gmt"] = shop.stamp()
    reference = f" ({order['transaction_id']})" if order["transaction_id"] else ""
    title = order["payment_method_title"] or order["payment_method"]
    shop.note(order, f"Payment via {title}{reference}.")
    move_to(shop, order, "processing" if needs_processing(shop, order) else "completed")


def _take_stock(shop: Shop, order: Row) -> None:
    changes = []
    for line in order["line_items"]:
        product = shop.products.get(line["variation_id"] or line["product_id"])
        owner = stock_owner(shop, product) if product else None
        if product is None or owner is None or _meta(line, "_reduced_stock"):
            continue
        before, after = move_stock(shop, owner, -number(line["quantity"]))
        line["meta_data"].append(shop.meta("_reduced_stock", str(line["quantity"])))
        changes.append(f"{full_name(shop, product)} ({before}&rarr;{after})")
        mails.stock_moved(shop, owner, before, after)
    if changes:
        shop.note(order, f"Stock levels reduced: {', '.join(changes)}")


def _give_stock(shop: Shop, order: Row) -> None:
    changes = []
    for line in order["line_items"]:
        product = shop.products.get(line["variation_id"] or line["product_id"])
        owner = stock_owner(shop, product) if product else None
        reduced = _meta(line, "_reduced_stock")
        if product is None or owner is None or reduced is None:
            continue
        line["meta_data"].remove(reduced)
        if not number(reduced["value"]):
            continue
        before, after = move_stock(shop, owner, number(reduced["value"]))
        changes.append(f"{full_name(shop, product)} ({before}&rarr;{after})")
    if changes:
        shop.note(order, f"Stock levels increased: {', '.join(changes)}")


def _meta(line: Row, key: str) -> Row | None:
    return next((entry for entry in line["meta_data"] if entry["key"] == key), None)


def restock(shop: Shop, order: Row, line_id: int, quantity: int) -> None:
    """Put refunded pieces back, as far as the line had taken stock."""
    line = next((row for row in order["line_items"] if row["id"] == line_id), None)
    reduced = _meta(line, "_reduced_stock") if line else None
    product = shop.products.get(line["variation_id"] or line["product_id"]) if line else None
    owner = stock_owner(shop, product) if product else None
    if line is None or reduced is None or owner is None or not number(reduced["value"]) or quantity <= 0:
        return
    move_stock(shop, owner, number(quantity))
    reduced["value"] = str(int(number(reduced["value"])) - quantity)
    back = _meta(line, "_restock_refunded_items")
    if back:
        back["value"] = str(int(number(back["value"])) + quantity)
    else:
        line["meta_data"].append(shop.meta("_restock_refunded_items", str(quantity)))


def left_to_refund(shop: Shop, order: Row) -> Decimal:
    """The order's total less what was refunded."""
    return number(order["total"]) - sum((number(row["amount"]) for row in refunds_of(shop, order)), ZERO)


def _refund_rest(shop: Shop, order: Row) -> None:
    rest = left_to_refund(shop, order)
    if rest > 0:
        write_refund(shop, order, {"amount": rest, "reason": "Order fully refunded."})


def write_refund(shop: Shop, order: Row, parts: Row) -> Row:
    """Store a refund row."""
    row: Row = {
        "id": next(shop.ids.posts),
        "parent_id": order["id"],
        "date_created_gmt": shop.stamp(),
        "reason": "",
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "tax_lines": [],
    }
    row |= parts
    shop.refunds[row["id"]] = row
    return row


def saved(shop: Shop, order: Row) -> None:
    """Move the modified date and tell the webhooks."""
    order["date_modified_gmt"] = shop.stamp()
    happened(shop, "order", "updated", order["id"])

"""Which mails the shop sends on which event; they land in the outbox."""

from __future__ import annotations

from html import unescape

from .state import Shop
from .wordpress import Row

_FROM_UNPAID = ("pending", "failed", "cancelled", "on-hold", "checkout-draft", "auto-draft")


def _owner(shop: Shop) -> str:
    return shop.settings["admin_email"]


def _title(shop: Shop) -> str:
    return unescape(shop.settings["blogname"])


def is_till_order(order: Row) -> bool:
    """An order WooCommerce counts as its own POS app's."""
    by_meta = any(entry["key"] == "_cash_change_amount" for entry in order["meta_data"])
    return order["created_via"] == "pos-rest-api" or by_meta


def _customer(shop: Shop, order: Row, subject: str, name: str) -> None:
    to = order["billing"].get("email") or ""
    if to:
        shop.mail(to, subject, f"Order #{order['id']}")
        shop.note(order, f'Email "{name}" sent.')


def order_moved(shop: Shop, order: Row, before: str, after: str) -> None:
    """The mails of a status change."""
    silent = shop.switches.silent_pos_mails and is_till_order(order)
    new = before in _FROM_UNPAID and before != "on-hold" and after in ("processing", "completed", "on-hold")
    if new and not silent:
        shop.mail(_owner(shop), f"[{_title(shop)}]: You've got a new order: #{order['id']}", "New order")
        shop.note(order, 'Email "New order" sent.')
    if after == "completed":
        _completed(shop, order, silent=silent)
    elif not silent and after == "processing" and before in _FROM_UNPAID:
        _customer(shop, order, f"Your {_title(shop)} order has been received!", "Processing order")
    elif not silent and after == "on-hold":
        _customer(shop, order, f"Your {_title(shop)} order has been received!", "Order on-hold")
    elif not silent and after == "cancelled" and before in ("processing", "on-hold"):
        shop.mail(_owner(shop), f"[{_title(shop)}]: Order #{order['id']} has been cancelled", "Cancelled order")


def _completed(shop: Shop, order: Row, *, silent: bool) -> None:
    if silent:
        _customer(shop, order, f"Your in-store purchase #{order['id']} at {_title(shop)}", "POS completed order")
    else:
        _customer(shop, order, f"Your order from {_title(shop)} is on its way!", "Completed order")


def receipt(shop: Shop, order: Row, template: str) -> None:
    """A mail sent on purpose through the send_email action."""
    if template == "customer_pos_completed_order":
        subject = f"Your in-store purchase #{order['id']} at {_title(shop)}"
    else:
        subject = f"Details for order #{order['id']} on {_title(shop)}"
    shop.mail(order["billing"].get("email") or "", subject, f"Order #{order['id']}")


def refunded(shop: Shop, order: Row, *, whole: bool) -> None:
    """The refund mail to the customer."""
    part = "" if whole else "partially "
    _customer(shop, order, f"Your {_title(shop)} order #{order['id']} has been {part}refunded", "Refunded order")


def customer_note(shop: Shop, order: Row) -> None:
    """A note the customer may read is mailed."""
    _customer(shop, order, f"A note has been added to your order from {_title(shop)}", "Customer note")


def account_made(shop: Shop, email: str) -> None:
    """The welcome mail; nothing in a request stops it."""
    shop.mail(email, f"Your {_title(shop)} account has been created!", "New account")


def stock_moved(shop: Shop, row: Row, before: int, after: int) -> None:
    """Low-stock, out-of-stock and backorder mails to the merchant."""
    none = int(shop.settings["woocommerce_notify_no_stock_amount"])
    low = row["low_stock_amount"]
    low = int(shop.settings["woocommerce_notify_low_stock_amount"]) if low is None else low
    if after <= none:
        shop.mail(_owner(shop), f"[{_title(shop)}] Product out of stock", row["sku"])
    elif after <= low < before:
        shop.mail(_owner(shop), f"[{_title(shop)}] Product low in stock", row["sku"])
    if after < 0:
        shop.mail(_owner(shop), f"[{_title(shop)}] Product backorder", row["sku"])

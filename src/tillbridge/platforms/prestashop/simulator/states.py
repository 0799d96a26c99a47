"""States of orders: what entering one does to stock, invoice, payments and the customer's mailbox."""

from __future__ import annotations

from .faults import died
from .fields import Row, fixed, number, whole
from .state import CANCELED, ERROR, Shop

_FREE = (ERROR, CANCELED)
"""In these states the goods are the shop's again."""


def enter(shop: Shop, order: Row, state_id: int, *, mail: bool) -> int:
    """Write the history row and all that hangs on it. An unknown state kills the shop's code."""
    state = shop.rows["order_states"].get(state_id)
    if state is None:
        raise died()
    before = whole(order["current_state"])
    _move_stock(shop, order, before, state_id)
    if state["invoice"] == "1" and whole(order["invoice_number"]) == 0:
        _invoice(shop, order)
    if state["delivery"] == "1" and whole(order["delivery_number"]) == 0:
        shop.deliveries += 1
        order["delivery_number"], order["delivery_date"] = str(shop.deliveries), shop.stamp()
    if before and state["paid"] == "1":
        _pay_rest(shop, order)
    order["current_state"] = str(state_id)
    order["valid"] = str(state["logable"])
    order["date_upd"] = shop.stamp()
    if mail and state["send_email"] == "1":
        write(shop, order, shop.text(state, "name"))
    return shop.add("order_histories", {"id_order": order["id"], "id_order_state": state_id})


def write(shop: Shop, order: Row, subject: str) -> None:
    """A mail to the order's customer, unless the shop sends none at all."""
    customer = shop.rows["customers"].get(whole(order["id_customer"]))
    if customer is not None and shop.setting("PS_MAIL_METHOD") != "3":
        shop.mail(str(customer["email"]), f"[{shop.setting('PS_SHOP_NAME')}] {subject}", "")


def _move_stock(shop: Shop, order: Row, before: int, after: int) -> None:
    held, holds = before not in (0, *_FREE), after not in _FREE
    if held == holds:
        return
    for detail in shop.matching("order_details", id_order=order["id"]):
        change = whole(detail["product_quantity"]) * (-1 if holds else 1)
        shift(shop, whole(detail["product_id"]), whole(detail["product_attribute_id"]), change)


def shift(shop: Shop, product: int, attribute: int, change: int) -> None:
    """Move a quantity; the sum row follows."""
    for row in shop.matching("stock_availables", id_product=product, id_product_attribute=attribute):
        row["quantity"] = str(whole(row["quantity"]) + change)
    if attribute:
        refresh_sum(shop, product)


def refresh_sum(shop: Shop, product: int) -> None:
    """The row of attribute 0 is the sum over the combinations."""
    rows = list(shop.matching("stock_availables", id_product=product))
    own = sum(whole(row["quantity"]) for row in rows if whole(row["id_product_attribute"]))
    for row in rows:
        if whole(row["id_product_attribute"]) == 0:
            row["quantity"] = str(own)


def _invoice(shop: Shop, order: Row) -> None:
    shop.invoices += 1
    order["invoice_number"], order["invoice_date"] = str(shop.invoices), shop.stamp()
    names = ("total_paid_tax_excl", "total_paid_tax_incl", "total_products", "total_products_wt")
    row: Row = {"id_order": order["id"], "number": shop.invoices, "shop_address": shop.setting("PS_SHOP_NAME")}
    key = shop.add("order_invoices", row | {name: order[name] for name in names})
    for detail in shop.matching("order_details", id_order=order["id"]):
        detail["id_order_invoice"] = str(key)


def _pay_rest(shop: Shop, order: Row) -> None:
    """Entering a paid state books what no payment row covers, on top of what the order says was received."""
    booked = [number(row["amount"]) for row in shop.matching("order_payments", order_reference=order["reference"])]
    rest = number(order["total_paid"]) - sum(booked)
    if rest > 0:
        method: Row = {"payment_method": order["module"], "amount": rest, "id_currency": order["id_currency"]}
        shop.add("order_payments", method | {"order_reference": order["reference"]})
        order["total_paid_real"] = fixed(number(order["total_paid_real"]) + rest)

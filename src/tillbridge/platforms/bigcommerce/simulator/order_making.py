"""From the body of a new order to its row: checks, prices, totals and what it does to stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .about import takes_orders
from .order_view import ZERO
from .speech import Refusal, amount
from .state import Row, Store

_CENT = Decimal("0.01")
_READ_ONLY = (
    "id", "payment_status", "gift_certificate_amount", "store_credit_amount", "date_modified", "coupon_discount",
    "external_id", "total_tax", "subtotal_tax", "cart_id", "currency_code",
)  # fmt: skip
_PAIRS = ("subtotal", "total", "shipping_cost", "handling_cost", "wrapping_cost")
_SHIPPED_OR_DONE = (2, 10)
VAT = Decimal("1.23")


def check(store: Store, body: Mapping[str, Any]) -> None:
    """What every write of an order must keep to."""
    for name in _READ_ONLY:
        if name in body:
            raise Refusal(400, f"The field '{name}' cannot be written to. Please remove it from your request.")
    for name in _PAIRS:
        halves = [f"{name}_{end}" in body for end in ("ex_tax", "inc_tax")]
        if any(halves) and not all(halves):
            raise Refusal(400, f"The fields '{name}_ex_tax' and '{name}_inc_tax' must be given together.")
    channel = body.get("channel_id")
    if channel is not None and (channel not in store.channels or not takes_orders(store.channels[channel])):
        raise Refusal(400, "The field 'channel_id' is invalid.", {"invalid_reason": "no such enabled channel"})
    customer = body.get("customer_id")
    if customer and customer not in store.customers:
        raise Refusal(400, "The field 'customer_id' is invalid.", {"invalid_reason": "no such customer"})
    address = body.get("billing_address")
    if address is not None and len(str(address.get("zip") or "")) < 2:
        raise Refusal(400, "The field 'zip' is invalid.", {"invalid_reason": "two characters or more"})


def new_order(store: Store, body: Mapping[str, Any]) -> Row:
    """The row of a new order. The total given stands; promotions are not looked at."""
    check(store, body)
    for name in ("billing_address", "products"):
        if not body.get(name):
            raise Refusal(400, f"The required field '{name}' was not supplied.")
    key = next(store.ids)
    lines = [_line(store, each, key) for each in body["products"]]
    row: Row = {
        "id": key, "customer_id": body.get("customer_id") or 0, "status_id": body.get("status_id", 1),
        "channel_id": body.get("channel_id") or 1, "source": "external", "created": store.now(),
        "modified": store.now(), "payment_method": body.get("payment_method") or "Manual",
        "payment_provider_id": body.get("payment_provider_id") or "", "payment_status": "",
        "staff_notes": body.get("staff_notes") or "", "customer_message": body.get("customer_message") or "",
        "billing": dict(body["billing_address"]), "external_source": body.get("external_source"),
        "external_order_id": body.get("external_order_id") or "", "deleted": False, "lines": lines,
        "discount": amount(body.get("discount_amount", 0), "discount_amount"), "coupon_discount": ZERO,
        "lowered": False,
    }  # fmt: skip
    _total_up(store, row, body)
    _spread_discount(row)
    return row


def _total_up(store: Store, row: Row, body: Mapping[str, Any]) -> None:
    row["shipping_ex"] = amount(body.get("shipping_cost_ex_tax", 0), "shipping_cost_ex_tax")
    row["shipping_inc"] = amount(body.get("shipping_cost_inc_tax", 0), "shipping_cost_inc_tax")
    for end in ("ex", "inc"):
        whole = sum((each[f"price_{end}"] * each["quantity"] for each in row["lines"]), ZERO)
        row[f"subtotal_{end}"] = whole
        row[f"total_{end}"] = max(ZERO, whole - row["discount"] + row[f"shipping_{end}"])
    set_totals(row, body)
    if store.switches.discount_twice and "total_inc_tax" in body:
        row["total_inc"] = max(ZERO, row["total_inc"] - row["discount"])
        row["total_ex"] = max(ZERO, row["total_ex"] - row["discount"])


def set_totals(row: Row, body: Mapping[str, Any]) -> None:
    """Totals given stand as given."""
    for name in ("subtotal", "total"):
        for end in ("ex", "inc"):
            if f"{name}_{end}_tax" in body:
                row[f"{name}_{end}"] = amount(body[f"{name}_{end}_tax"], f"{name}_{end}_tax")


def _spread_discount(row: Row) -> None:
    """A manual discount is spread over the lines in proportion to their price."""
    whole = sum((each["price_inc"] * each["quantity"] for each in row["lines"]), ZERO)
    left = row["discount"]
    for at, line in enumerate(row["lines"]):
        share = row["discount"] * line["price_inc"] * line["quantity"] / whole if whole else ZERO
        part = left if at == len(row["lines"]) - 1 else share.quantize(_CENT, rounding=ROUND_HALF_UP)
        left -= part
        if part:
            line["discounts"] = [_discount("manual-discount", "Manual Discount", None, part)]


def _discount(key: str, name: str, code: str | None, off: Decimal) -> Row:
    return {"id": key, "amount": off, "name": name, "code": code, "target": "order"}


def _line(store: Store, body: Mapping[str, Any], order_id: int) -> Row:
    quantity = body.get("quantity")
    if not isinstance(quantity, int) or quantity < 1:
        raise Refusal(400, "The field 'quantity' is invalid.", {"invalid_reason": "a whole number above zero"})
    pair = [f"price_{end}_tax" in body for end in ("ex", "inc")]
    if any(pair) and not all(pair):
        raise Refusal(400, "The fields 'price_ex_tax' and 'price_inc_tax' must be given together.")
    line: Row = {"id": next(store.ids), "order_id": order_id, "quantity": quantity, "refunded": 0, "discounts": []}
    line |= _goods(store, body) if "product_id" in body else _by_name(body, all(pair))
    for end in ("ex", "inc"):
        if all(pair):
            line[f"price_{end}"] = amount(body[f"price_{end}_tax"], f"price_{end}_tax")
    return line


def _goods(store: Store, body: Mapping[str, Any]) -> Row:
    found = store.variant(body.get("variant_id", 0))
    if found is None or found[0]["id"] != body["product_id"]:
        said = "The product or its variant does not exist."
        raise Refusal(400, "The field 'product_id' is invalid.", {"invalid_reason": said})
    product, variant = found
    price = variant["price"] or product["sale_price"] or product["price"]
    taxed = product["tax_class_id"] != 1
    return {
        "product_id": product["id"], "variant_id": variant["id"], "name": product["name"], "sku": variant["sku"],
        "upc": variant["upc"], "price_inc": price,
        "price_ex": (price / VAT).quantize(Decimal("0.0001")) if taxed else price,
    }  # fmt: skip


def _by_name(body: Mapping[str, Any], priced: bool) -> Row:
    if not body.get("name") or len(str(body["name"])) > 250 or not priced:
        raise Refusal(400, "A custom product needs 'name', 'quantity', 'price_ex_tax' and 'price_inc_tax'.")
    sku, upc = (str(body.get(name) or "") for name in ("sku", "upc"))
    return {"product_id": 0, "variant_id": None, "name": body["name"], "sku": sku, "upc": upc}


def lower_stock(store: Store, row: Row) -> None:
    """Once an order has the status at which the store lowers stock. Short stock ends at nothing."""
    status = row["status_id"]
    due = status in _SHIPPED_OR_DONE if store.switches.stock_after_completion else status != 0
    if row["lowered"] or not due:
        return
    row["lowered"] = True
    for line in goods_of(row):
        line["taken"] = -store.move_stock(line["variant_id"], -line["quantity"])


def put_back(store: Store, row: Row) -> None:
    """What an order took, when it is cancelled and the store is set so."""
    if row["lowered"] and store.switches.cancel_restocks:
        row["lowered"] = False
        for line in goods_of(row):
            store.move_stock(line["variant_id"], line.get("taken", 0))


def goods_of(row: Row) -> Sequence[Row]:
    """The lines that stand for goods of the catalogue."""
    return [each for each in row["lines"] if each["product_id"]]

"""Orders as v2 writes them: links instead of lines unless they are asked for, money with four decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .speech import Call, four, rfc
from .state import Row, Store

STATUS = {
    0: "Incomplete", 1: "Pending", 2: "Shipped", 3: "Partially Shipped", 4: "Refunded", 5: "Cancelled", 6: "Declined",
    7: "Awaiting Payment", 8: "Awaiting Pickup", 9: "Awaiting Shipment", 10: "Completed", 11: "Awaiting Fulfillment",
    12: "Manual Verification Required", 13: "Disputed", 14: "Partially Refunded",
}  # fmt: skip
PAID = (2, 3, 4, 8, 9, 10, 11, 13, 14)
ZERO = Decimal(0)
_PARTS = ("products", "shipping_addresses", "coupons")


def order_view(store: Store, row: Row, call: Call) -> Row:
    """An order; lines come along with ``include=consignments.line_items&consignment_structure=object``."""
    view: Row = {
        "id": row["id"], "customer_id": row["customer_id"], "status_id": row["status_id"],
        "status": STATUS[row["status_id"]], "custom_status": STATUS[row["status_id"]],
        "date_created": rfc(row["created"]), "date_modified": rfc(row["modified"]), "date_shipped": "",
        "cart_id": None, "channel_id": row["channel_id"], "order_source": row["source"],
        "subtotal_ex_tax": four(row["subtotal_ex"]), "subtotal_inc_tax": four(row["subtotal_inc"]),
        "subtotal_tax": four(row["subtotal_inc"] - row["subtotal_ex"]),
        "shipping_cost_ex_tax": four(row["shipping_ex"]), "shipping_cost_inc_tax": four(row["shipping_inc"]),
        "total_ex_tax": four(row["total_ex"]), "total_inc_tax": four(row["total_inc"]),
        "total_tax": four(row["total_inc"] - row["total_ex"]),
        "items_total": sum(each["quantity"] for each in row["lines"]), "items_shipped": 0,
        "payment_method": row["payment_method"], "payment_provider_id": row["payment_provider_id"],
        "payment_status": row["payment_status"], "refunded_amount": four(ZERO), "order_is_digital": False,
        "store_credit_amount": four(ZERO), "gift_certificate_amount": four(ZERO), "ip_address": "",
        "currency_code": "EUR", "default_currency_code": "EUR", "store_default_currency_code": "EUR",
        "discount_amount": four(row["discount"]), "coupon_discount": four(row["coupon_discount"]),
        "is_tax_inclusive_pricing": store.switches.prices_with_tax, "is_deleted": row["deleted"],
        "staff_notes": row["staff_notes"], "customer_message": row["customer_message"],
        "billing_address": {**row["billing"], "form_fields": []}, "external_source": row["external_source"],
        "external_id": None, "external_merchant_id": None, "external_order_id": row["external_order_id"],
        "tax_provider_id": "", "customer_locale": "en",
    }  # fmt: skip
    for name in _PARTS:
        resource = f"/orders/{row['id']}/{name}"
        view[name] = {"url": f"https://api.bigcommerce.com/stores/{store.hash}/v2{resource}", "resource": resource}
    return view | {"consignments": _consignments(row, call)}


def _consignments(row: Row, call: Call) -> Any:
    parts = call.listed("include")
    if call.query.get("consignment_structure") != "object" or "consignments.line_items" not in parts:
        return {"resource": f"/orders/{row['id']}/consignments"}
    lines = [line_view(each) for each in row["lines"]]
    return {"shipping": [{"id": row["id"] + 50_000, "line_items": lines}], "pickups": [], "downloads": []}


def line_view(line: Row) -> Row:
    """A line; its totals are before discounts, which stand beside them."""
    ex, inc, quantity = line["price_ex"], line["price_inc"], line["quantity"]
    return {
        "id": line["id"], "order_id": line["order_id"], "product_id": line["product_id"],
        "variant_id": line["variant_id"], "name": line["name"], "sku": line["sku"], "upc": line["upc"],
        "type": "physical", "quantity": quantity, "quantity_shipped": 0, "quantity_refunded": line["refunded"],
        "price_ex_tax": four(ex), "price_inc_tax": four(inc), "price_tax": four(inc - ex),
        "total_ex_tax": four(ex * quantity), "total_inc_tax": four(inc * quantity),
        "total_tax": four((inc - ex) * quantity), "base_price": four(inc), "base_total": four(inc * quantity),
        "refund_amount": four(ZERO), "product_options": [],
        "applied_discounts": [{**each, "amount": four(each["amount"])} for each in line["discounts"]],
    }  # fmt: skip


def ledger_row(store: Store, row: Row) -> Row:
    """An order as the books have it."""
    back = sum((each["total"] for each in store.refunds.values() if each["order_id"] == row["id"]), ZERO)
    codes = {each["code"] for line in row["lines"] for each in line["discounts"] if each["code"]}
    return {
        "id": str(row["id"]), "reference": row["external_order_id"], "total": f"{row['total_inc']:.2f}",
        "currency": "EUR", "paid": row["status_id"] in PAID, "cancelled": row["status_id"] == 5,
        "refunded": f"{back:.2f}", "code": ",".join(sorted(codes)), "status": STATUS[row["status_id"]],
    }  # fmt: skip

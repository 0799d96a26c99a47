"""Order rows as the shop keeps and prints them: from a cart, or as sent by an import."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from . import reckoning
from .rest import Row, dec

if TYPE_CHECKING:
    from .state import Shop

_ZERO = Decimal(0)
DEDUCTED = "deducted"
"""Where a shipment took a line from; the shop keeps it elsewhere."""
_FRESH_ITEM: Row = dict.fromkeys(
    [
        "amount_refunded",
        "base_amount_refunded",
        "qty_canceled",
        "qty_invoiced",
        "qty_refunded",
        "qty_shipped",
        "row_invoiced",
        "tax_invoiced",
        "base_row_invoiced",
        "base_tax_invoiced",
        "discount_invoiced",
        "base_discount_invoiced",
        "free_shipping",
        "is_qty_decimal",
        "no_discount",
    ],
    0,
)
"""What the tables hold where nothing was sent; seen once a row is read again."""


def numbered(shop: Shop) -> str:
    """The next number people see."""
    return f"{shop.next_id('increment'):09d}"


def store_name(shop: Shop) -> str:
    """Website, group and view, one per line."""
    site = shop.websites[-1]["name"] if shop.websites else ""
    group = shop.groups[-1]["name"] if shop.groups else ""
    view = next((each["name"] for each in shop.views if each["id"]), "")
    return f"{site}\n{group}\n{view}"


def protect_code(number: int) -> str:
    """A secret of the order's page."""
    return hashlib.sha256(f"order {number}".encode()).hexdigest()[:32]


def twins(amounts: Row) -> Row:
    """Each amount and the same in base currency."""
    found: Row = {}
    for name, value in amounts.items():
        found |= {name: value, f"base_{name}": value}
    return found


def order_from_cart(shop: Shop, cart: Row, lines: Sequence[Row], rule: Row | None, method: tuple[str, str]) -> Row:
    """A new order, pending, with everything a checkout knows."""
    number, now = shop.next_id("order"), shop.stamp()
    address = cart["shipping"]["shipping_address"]
    billing = cart["shipping"].get("billing_address") or address
    code = shop.configs[0]["base_currency_code"]
    total = reckoning.grand_total(lines)
    row: Row = {"entity_id": number, "increment_id": numbered(shop), "state": "new", "status": "pending"}
    row |= twins(
        {
            "discount_amount": -reckoning.summed(lines, "discount_amount"),
            "grand_total": total,
            "discount_tax_compensation_amount": reckoning.summed(lines, "compensation"),
            "shipping_amount": 0,
            "shipping_discount_amount": 0,
            "shipping_incl_tax": 0,
            "shipping_tax_amount": 0,
            "subtotal": reckoning.summed(lines, "row_total"),
            "subtotal_incl_tax": reckoning.summed(lines, "row_total_incl_tax"),
            "tax_amount": reckoning.summed(lines, "tax_amount"),
        }
    )
    row |= {"base_shipping_discount_tax_compensation_amnt": 0, "shipping_discount_tax_compensation_amount": 0}
    row |= {f"{name}_currency_code": code for name in ("base", "global", "order", "store")}
    row |= {"base_to_global_rate": 1, "base_to_order_rate": 1, "store_to_base_rate": 0, "store_to_order_rate": 0}
    row |= {"created_at": now, "updated_at": now, "customer_note_notify": 1, "email_sent": 1, "is_virtual": 0}
    row |= {"protect_code": protect_code(number), "quote_id": cart["id"], "remote_ip": "127.0.0.1"}
    row |= {"shipping_description": "Free Shipping - Free", "store_id": 1, "store_name": store_name(shop)}
    row |= {"total_item_count": len(lines), "total_qty_ordered": sum((each["qty"] for each in lines), _ZERO)}
    row |= {"weight": sum((dec(each["product"].get("weight")) * each["qty"] for each in lines), _ZERO)}
    row |= _shopper(shop, cart, billing)
    if rule is not None:
        row |= {"applied_rule_ids": str(rule["rule_id"]), "coupon_code": cart["coupon"]}
        row |= {"discount_description": rule["name"]}
    row["items"] = [_item_from_line(shop, each, number, rule) for each in lines]
    row["billing_address"] = _address(shop, number, billing, "billing")
    row["billing_address_id"] = row["billing_address"]["entity_id"]
    row["payment"] = _payment(shop, number, method, total)
    row["status_histories"] = []
    row["extension_attributes"] = _more(shop, row, address, method[1])
    shop.orders[number] = row
    return row


def _shopper(shop: Shop, cart: Row, billing: Row) -> Row:
    customer = shop.customers.get(cart["customer"]) if cart["customer"] is not None else None
    if customer is None:
        names = {"customer_firstname": billing["firstname"], "customer_lastname": billing["lastname"]}
        return {"customer_email": billing.get("email", ""), "customer_group_id": 0, "customer_is_guest": 1, **names}
    found = {"customer_email": customer["email"], "customer_group_id": customer["group_id"], "customer_is_guest": 0}
    found |= {"customer_id": customer["id"], "customer_firstname": customer["firstname"]}
    return found | {"customer_lastname": customer["lastname"]}


def _item_from_line(shop: Shop, line: Row, number: int, rule: Row | None) -> Row:
    item, product, now = shop.next_id("order_item"), line["product"], shop.stamp()
    row: Row = {
        "item_id": item,
        "order_id": number,
        "created_at": now,
        "updated_at": now,
        "quote_item_id": line["item_id"],
    }
    row |= twins(
        {
            "discount_amount": line["discount_amount"],
            "original_price": line["price_incl_tax"],
            "price": line["price"],
            "price_incl_tax": line["price_incl_tax"],
            "row_total": line["row_total"],
            "row_total_incl_tax": line["row_total_incl_tax"],
            "tax_amount": line["tax_amount"],
            "discount_tax_compensation_amount": line["compensation"],
        }
    )
    row |= dict(_FRESH_ITEM) | {"discount_percent": line["discount_percent"], "is_virtual": 0, "name": line["name"]}
    row |= {"product_id": product["id"], "product_type": product["type_id"], "qty_ordered": line["qty"]}
    weight = dec(product.get("weight"))
    row |= {"row_weight": weight * line["qty"], "sku": product["sku"], "store_id": 1, "weight": weight}
    percent = line["rate"] * 100
    tax = {"tax_item_id": item, "tax_id": number, "item_id": item, "tax_code": shop.tax_name, "tax_percent": percent}
    tax |= {name: line["tax_amount"] for name in ("amount", "base_amount", "real_amount", "real_base_amount")}
    row |= {
        "tax_percent": percent,
        "extension_attributes": {"itemized_taxes": [tax | {"taxable_item_type": "product"}]},
    }
    return row | ({"applied_rule_ids": str(rule["rule_id"])} if rule else {})


def _address(shop: Shop, number: int, given: Row, kind: str) -> Row:
    names = ("city", "country_id", "email", "firstname", "lastname", "postcode", "street", "telephone", "company")
    found: Row = {"address_type": kind, "entity_id": shop.next_id("order_address"), "parent_id": number, "region_id": 0}
    return found | {name: given[name] for name in names if given.get(name)}


def _payment(shop: Shop, number: int, method: tuple[str, str], total: Decimal) -> Row:
    found: Row = {"account_status": None, "additional_information": [method[1]], "cc_last4": None}
    found |= twins({"amount_ordered": total, "shipping_amount": 0})
    return found | {"entity_id": shop.next_id("payment"), "method": method[0], "parent_id": number}


def _more(shop: Shop, row: Row, address: Row, method: str) -> Row:
    total = {name: 0 for name in row if "shipping" in name and name.endswith(("amount", "amnt", "incl_tax"))}
    shipping = {"address": _address(shop, row["entity_id"], address, "shipping"), "total": total}
    assignment = {"shipping": shipping | {"method": "freeshipping_freeshipping"}, "items": row["items"]}
    tax = {"code": shop.tax_name, "title": shop.tax_name, "percent": row["items"][0]["tax_percent"]}
    tax |= {"amount": row["tax_amount"], "base_amount": row["tax_amount"]}
    per_item = [
        {
            "type": "product", "item_id": each["item_id"],
            "applied_taxes": [tax | {"amount": each["tax_amount"], "base_amount": each["tax_amount"]}],
        }
        for each in row["items"]
    ]  # fmt: skip
    whole = {"tax_id": row["entity_id"], "order_id": row["entity_id"], **tax, "base_real_amount": row["tax_amount"]}
    return {
        "shipping_assignments": [assignment],
        "payment_additional_info": [{"key": "method_title", "value": method}],
        "applied_taxes": [tax],
        "item_applied_taxes": per_item,
        "converting_from_quote": False,
        "taxes": [whole | {"priority": 0, "position": 0, "process": 0}],
        "additional_itemized_taxes": [],
    }


def printed(row: Row, *, again: bool = True) -> Row:
    """An order as an answer shows it: what is null is left out, row totals are net of discount.

    ``again``: read from the tables, so that columns nobody sent show their defaults.
    """
    due = dec(row.get("grand_total")) - dec(row.get("total_paid"))
    found = {name: value for name, value in row.items() if value is not None}
    found |= {"total_due": due, "base_total_due": due}
    found["items"] = [_printed_item(each, again=again) for each in row.get("items") or []]
    more = row.get("extension_attributes")
    if more:
        parts = [_assignment(row, each, found["items"], again=again) for each in more.get("shipping_assignments") or ()]
        found["extension_attributes"] = more | {"shipping_assignments": parts}
    return found


def _assignment(row: Row, part: Row, items: Sequence[Row], *, again: bool) -> Row:
    """How the order is sent: its lines once more, and what has been invoiced of the shipping."""
    if not again:
        return part | {"items": [_printed_item(each, again=False) for each in part.get("items") or ()]}
    invoiced = {name: row[name] for name in ("shipping_invoiced", "base_shipping_invoiced") if name in row}
    shipping = part["shipping"]
    total = {"total": shipping["total"] | invoiced} if "total" in shipping else {}
    return part | {"items": items, "shipping": shipping | total}


def _printed_item(item: Row, *, again: bool) -> Row:
    found = (dict(_FRESH_ITEM) if again else {}) | {name: value for name, value in item.items() if value is not None}
    found.pop(DEDUCTED, None)
    _net_of_discount(found, item, "")
    _net_of_discount(found, item, "base_")
    return found


def _net_of_discount(found: Row, item: Row, side: str) -> None:
    """Row totals less discount, and with the tax on what is left."""
    if f"{side}row_total" in item:
        net = dec(item[f"{side}row_total"]) - dec(item.get(f"{side}discount_amount"))
        tax = dec(item.get(f"{side}tax_amount")) + dec(item.get(f"{side}discount_tax_compensation_amount"))
        found |= {f"{side}row_total": net, f"{side}row_total_incl_tax": net + tax}

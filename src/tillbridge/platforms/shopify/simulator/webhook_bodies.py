"""What webhooks carry: rows the REST way, in snake case, with numbers as ids and money as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .order_views import financial_status, totals
from .shop import CURRENCY, Row, Shop, number


def _ids(gid: str) -> Row:
    return {"id": int(number(gid)), "admin_graphql_api_id": gid}


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _set(amount: Decimal, currency: str) -> Row:
    money = {"amount": _cents(amount), "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


def order_body(shop: Shop, order_id: str) -> Row:
    """An order as it stands."""
    row = shop.orders[order_id]
    sums, currency = totals(row), row["currencyCode"]
    customer = shop.customers.get(row["customer_id"] or "")
    code = row["discount_code"]
    return {
        **_ids(row["id"]), "name": row["name"], "note": row["note"], "email": row["email"] or "",
        "currency": currency, "presentment_currency": currency, "created_at": row["createdAt"],
        "updated_at": row["updatedAt"], "processed_at": row["processedAt"], "cancelled_at": row["cancelledAt"],
        "cancel_reason": (row["cancelReason"] or "").lower() or None, "closed_at": None, "test": row["test"],
        "total_price": _cents(sums["total"]), "total_price_set": _set(sums["total"], currency),
        "subtotal_price": _cents(sums["subtotal"]), "total_tax": _cents(sums["tax"]),
        "total_discounts": _cents(sums["off"]), "taxes_included": row["taxesIncluded"],
        "current_total_price": _cents(sums["total"] - sums["back"]), "tags": ", ".join(row["tags"]),
        "financial_status": financial_status(row).lower(),
        "fulfillment_status": "fulfilled" if row["handed_over"] else None,
        "source_identifier": row["sourceIdentifier"], "source_name": row["sourceName"] or "",
        "po_number": row["poNumber"],
        "note_attributes": [{"name": each["key"], "value": each["value"]} for each in row["customAttributes"]],
        "discount_codes": [{"code": code, "amount": _cents(sums["off"]), "type": "percentage"}] if code else [],
        "line_items": [_line(shop, each, currency) for each in row["lines"]],
        **({"customer": customer_body(shop, customer["id"])} if customer else {}),
    }  # fmt: skip


def _line(shop: Shop, line: Row, currency: str) -> Row:
    variant = shop.variants.get(line["variant_id"] or "")
    return {
        **_ids(line["id"]), "title": line["title"], "name": line["title"], "sku": line["sku"] or "",
        "quantity": line["quantity"], "current_quantity": line["quantity"] - line["returned"],
        "price": _cents(line["unit"]), "price_set": _set(line["unit"], currency), "taxable": line["taxable"],
        "total_discount": _cents(line["off"]), "requires_shipping": line["requiresShipping"],
        "variant_id": int(number(variant["id"])) if variant else None,
        "product_id": int(number(variant["product_id"])) if variant else None,
        "tax_lines": [
            {"title": tax["title"], "rate": float(tax["rate"]), "price": _cents(tax["amount"])} for tax in line["taxes"]
        ],
    }  # fmt: skip


def refund_body(shop: Shop, ids: tuple[str, str]) -> Row:
    """A refund, by the ids of its order and its own."""
    row = shop.orders[ids[0]]
    refund = next(each for each in row["refunds"] if each["id"] == ids[1])
    payments = [each for each in row["payments"] if each["id"] in refund["payment_ids"]]
    return {
        **_ids(refund["id"]), "order_id": int(number(row["id"])), "created_at": refund["createdAt"],
        "processed_at": refund["createdAt"], "note": refund["note"] or "",
        "refund_line_items": [
            {"line_item_id": int(number(line)), "quantity": quantity} for line, quantity in refund["parts"]
        ],
        "transactions": [
            {
                **_ids(each["id"]), "order_id": int(number(row["id"])), "kind": each["kind"].lower(),
                "gateway": each["gateway"] or "", "status": each["status"].lower(), "amount": _cents(each["amount"]),
                "currency": row["currencyCode"],
            }
            for each in payments
        ],
    }  # fmt: skip


def customer_body(shop: Shop, customer_id: str) -> Row:
    """A customer as it stands."""
    row = shop.customers[customer_id]
    return {
        **_ids(row["id"]), "email": row["email"], "first_name": row["firstName"] or "",
        "last_name": row["lastName"] or "",
        "phone": row["phone"] or None, "note": row["note"] or "", "state": "disabled", "created_at": row["createdAt"],
        "updated_at": row["updatedAt"], "currency": CURRENCY,
    }  # fmt: skip


def product_body(shop: Shop, product_id: str) -> Row:
    """A product with all its variants, as far as one body holds them."""
    row = shop.products[product_id]
    return {
        **_ids(row["id"]), "title": row["title"], "handle": row["handle"], "body_html": row["descriptionHtml"],
        "vendor": row["vendor"], "product_type": row["productType"], "status": row["status"].lower(),
        "tags": ", ".join(row["tags"]), "created_at": row["createdAt"], "updated_at": row["updatedAt"],
        "variants": [_variant(shop, shop.variants[each]) for each in row["variant_ids"][:100]],
    }  # fmt: skip


def _variant(shop: Shop, row: Row) -> Row:
    product = shop.products[row["product_id"]]
    return {
        **_ids(row["id"]), "product_id": int(number(row["product_id"])), "title": row["title"], "sku": row["sku"],
        "barcode": row["barcode"], "price": row["price"], "compare_at_price": row["compareAtPrice"],
        "position": row["position"], "inventory_item_id": int(number(row["item_id"])),
        "inventory_quantity": shop.available(row["item_id"]), "created_at": product["createdAt"],
        "updated_at": product["updatedAt"],
    }  # fmt: skip


def level_body(shop: Shop, ids: tuple[str, str]) -> Row:
    """A stock level, by the ids of item and location."""
    quantity, at = shop.levels[ids]
    item, place = (int(number(each)) for each in ids)
    return {
        "inventory_item_id": item, "location_id": place, "available": quantity, "updated_at": at,
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id={item}",
    }  # fmt: skip


def bulk_body(shop: Shop, operation_id: str) -> Row:
    """The end of a bulk read."""
    row = shop.bulk[operation_id]
    return {
        "admin_graphql_api_id": operation_id, "created_at": row["createdAt"], "completed_at": shop.stamp(row["due"]),
        "error_code": row["error"].lower() or None, "type": "query",
        "status": "failed" if row["error"] else "completed",
    }  # fmt: skip


BODIES: Mapping[str, Callable[[Shop, Any], Row]] = {
    "ORDERS_CREATE": order_body,
    "ORDERS_UPDATED": order_body,
    "ORDERS_PAID": order_body,
    "ORDERS_CANCELLED": order_body,
    "REFUNDS_CREATE": refund_body,
    "PRODUCTS_UPDATE": product_body,
    "INVENTORY_LEVELS_UPDATE": level_body,
    "CUSTOMERS_CREATE": customer_body,
    "CUSTOMERS_UPDATE": customer_body,
    "BULK_OPERATIONS_FINISH": bulk_body,
}
"""The topics that ever happen in the pretended shop."""

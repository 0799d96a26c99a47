"""Orders and refunds as the API shows them."""

from __future__ import annotations

import json
from decimal import Decimal

from .goods import main_picture
from .php import ZERO, json_number, number, ratio, shown
from .reckoning import Line, TaxRate, TaxSettings
from .routing import links
from .state import Shop
from .wordpress import Row

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
GLYPHS = {"EUR": "€", "GBP": "£", "USD": "$"}
PAYABLE = ("pending", "failed")


def address(row: Row, *, mail: bool) -> Row:
    """An address block; billing has an e-mail, both have a phone."""
    view = {name: row.get(name) or "" for name in ADDRESS}
    if mail:
        view["email"] = row.get("email") or ""
    return view | {"phone": row.get("phone") or ""}


def as_line(row: Row, kind: str) -> Line:
    """A stored line as the reckoning wants it."""
    line = Line(row["id"], kind, Decimal(row.get("quantity", 1)))
    line.total, line.subtotal = row["total"], row.get("subtotal", ZERO)
    line.tax_class, line.tax_status = row.get("tax_class", ""), row.get("tax_status", "taxable")
    line.taxes, line.subtotal_taxes = row["taxes"], row.get("subtotal_taxes", {})
    return line


def line_meta(shop: Shop, row: Row) -> list[Row]:
    """meta_data of a line with what the shop's pages would show for it."""
    names = {one["slug"]: one for one in shop.attributes.values()}
    shown_meta = []
    for entry in row["meta_data"]:
        attribute = names.get(entry["key"])
        value = entry["value"]
        label = attribute["name"] if attribute else entry["key"]
        terms = {term["slug"]: term["name"] for term in attribute["terms"]} if attribute else {}
        text = terms.get(value, str(value).upper() if attribute and len(str(value)) < 3 else value)
        text = str(value).title() if attribute and text == value and len(str(value)) > 2 else text
        shown_meta.append(entry | {"display_key": label, "display_value": text})
    return shown_meta


def _taxes(line: Line, dp: int, *, subtotals: bool) -> list[Row]:
    return [
        {
            "id": key,
            "total": shown(tax, dp),
            "subtotal": shown(line.subtotal_taxes.get(key, ZERO), dp) if subtotals else "",
        }
        for key, tax in line.taxes.items()
    ]


def item_view(shop: Shop, row: Row, settings: TaxSettings, dp: int) -> Row:
    """One line_items entry."""
    line = as_line(row, "line")
    product = shop.products.get(row["variation_id"] or row["product_id"])
    parent = shop.products.get(row["product_id"]) if row["variation_id"] else None
    view: Row = {name: row[name] for name in ("id", "name", "product_id", "variation_id", "quantity", "tax_class")}
    view |= {"subtotal": shown(line.subtotal, dp), "subtotal_tax": shown(line.tax(settings, of_subtotal=True), dp)}
    view |= {"total": shown(line.total, dp), "total_tax": shown(line.tax(settings), dp)}
    view |= {"taxes": _taxes(line, dp, subtotals=True), "meta_data": line_meta(shop, row)}
    view["sku"] = product["sku"] if product else None
    view["global_unique_id"] = product["global_unique_id"] if product else None
    view["price"] = ratio(line.total, line.quantity)
    view["image"] = main_picture(shop, product) if product else {"id": 0, "src": ""}
    view["parent_name"] = parent["name"] if parent else None
    return view


def _shipping_view(row: Row, settings: TaxSettings, dp: int) -> Row:
    line = as_line(row, "shipping")
    view: Row = {name: row[name] for name in ("id", "method_title", "method_id", "instance_id")}
    view |= {"total": shown(line.total, dp), "total_tax": shown(line.tax(settings), dp)}
    view |= {"taxes": _taxes(line, dp, subtotals=False), "tax_status": "taxable"}
    return view | {"meta_data": row["meta_data"]}


def _fee_view(row: Row, settings: TaxSettings, dp: int) -> Row:
    line = as_line(row, "fee")
    view: Row = {name: row[name] for name in ("id", "name", "tax_class", "tax_status")}
    view |= {"amount": "", "total": shown(line.total, dp), "total_tax": shown(line.tax(settings), dp)}
    return view | {"taxes": _taxes(line, dp, subtotals=False), "meta_data": row["meta_data"]}


def tax_line_view(row: Row, rate: TaxRate | None, dp: int) -> Row:
    """One tax_lines entry."""
    view: Row = {"id": row["id"], "rate_code": rate.code if rate else "", "rate_id": row["rate_id"]}
    view |= {"label": rate.name if rate else "", "compound": bool(rate and rate.compound)}
    view |= {"tax_total": shown(row["tax_total"], dp), "shipping_tax_total": shown(row["shipping_tax_total"], dp)}
    return view | {"rate_percent": json_number(rate.percent) if rate else 0, "meta_data": []}


def _coupon_view(shop: Shop, row: Row, dp: int) -> Row:
    info = json.dumps([row["coupon_id"], row["code"], row["info_type"], row["nominal"]], separators=(",", ":"))
    entry: Row = {"id": row["meta_id"], "key": "coupon_info", "value": info}
    view: Row = {"id": row["id"], "code": row["code"], "discount": shown(row["discount"], dp)}
    view |= {"discount_tax": shown(row["discount_tax"], dp)}
    view["meta_data"] = [entry | {"display_key": "coupon_info", "display_value": info}]
    view |= {"discount_type": row["discount_type"], "nominal_amount": row["nominal"]}
    return view | {"free_shipping": row["free_shipping"]}


_TOTALS = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
_COPIED = [
    "id",
    "parent_id",
    "status",
    "currency",
    "version",
    "prices_include_tax",
    "customer_id",
    "order_key",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "created_via",
    "customer_note",
]


def needs_processing(shop: Shop, order: Row) -> bool:
    """False when every known article is both virtual and downloadable."""
    goods = [shop.products.get(line["variation_id"] or line["product_id"]) for line in order["line_items"]]
    return any(row is not None and not (row["virtual"] and row["downloadable"]) for row in goods)


def order_view(shop: Shop, order: Row, dp: int | None = None) -> Row:
    """A whole order with ``dp`` decimals (default: the shop's)."""
    places = shop.decimals if dp is None else dp
    settings = shop.tax_settings()
    rates = {rate.id: rate for rate in settings.rates}
    view: Row = {name: order[name] for name in _COPIED}
    view |= {name: shown(order[name], places) for name in _TOTALS}
    for name in ("date_created", "date_modified", "date_completed", "date_paid"):
        view |= {name: shop.local(order[f"{name}_gmt"]), f"{name}_gmt": order[f"{name}_gmt"]}
    view |= {"billing": address(order["billing"], mail=True), "shipping": address(order["shipping"], mail=False)}
    view |= {"customer_ip_address": "", "customer_user_agent": "", "cart_hash": "", "number": str(order["id"])}
    view["meta_data"] = order["meta_data"]
    view["line_items"] = [item_view(shop, row, settings, places) for row in order["line_items"]]
    view["tax_lines"] = [tax_line_view(row, rates.get(row["rate_id"]), places) for row in order["tax_lines"]]
    view["shipping_lines"] = [_shipping_view(row, settings, places) for row in order["shipping_lines"]]
    view["fee_lines"] = [_fee_view(row, settings, places) for row in order["fee_lines"]]
    view["coupon_lines"] = [_coupon_view(shop, row, places) for row in order["coupon_lines"]]
    view["refunds"] = [_refund_brief(row, places) for row in refunds_of(shop, order)]
    pay = f"{shop.home}/checkout/order-pay/{order['id']}/?pay_for_order=true&key={order['order_key']}"
    view |= {"payment_url": pay, "is_editable": order["status"] in ("pending", "on-hold", "auto-draft")}
    view["needs_payment"] = order["status"] in PAYABLE and order["total"] > 0
    view |= {"needs_processing": needs_processing(shop, order)}
    view |= {"currency_symbol": GLYPHS.get(order["currency"], order["currency"])}
    return view | {"_links": _order_links(shop, order)}


def _order_links(shop: Shop, order: Row) -> Row:
    path = f"/wc/v3/orders/{order['id']}"
    view = links(shop, path)
    view["email_templates"] = [{"embeddable": True, "href": shop.url(f"{path}/actions/email_templates")}]
    if order["customer_id"]:
        view["customer"] = [{"href": shop.url(f"/wc/v3/customers/{order['customer_id']}")}]
    return view


def refunds_of(shop: Shop, order: Row) -> list[Row]:
    """The refunds of an order: newest first, those of one second by id."""
    mine = [row for row in shop.refunds.values() if row["parent_id"] == order["id"]]
    mine.sort(key=lambda row: int(row["id"]))
    return sorted(mine, key=lambda row: str(row["date_created_gmt"]), reverse=True)


def _refund_brief(row: Row, dp: int) -> Row:
    amount = shown(row["amount"], dp) if row["amount"] != "" else ""
    taxes = sum((sum(line["taxes"].values(), ZERO) for line in row["line_items"]), ZERO)
    return {"id": row["id"], "reason": row["reason"], "total": f"-{amount}", "total_tax": shown(taxes, dp)}


def refund_view(shop: Shop, row: Row, dp: int | None = None, *, parent: bool = False) -> Row:
    """A refund; the shop-wide list also names its order."""
    places = shop.decimals if dp is None else dp
    settings = shop.tax_settings()
    rates = {rate.id: rate for rate in settings.rates}
    view: Row = {"id": row["id"]} | ({"parent_id": row["parent_id"]} if parent else {})
    view |= {"date_created": shop.local(row["date_created_gmt"]), "date_created_gmt": row["date_created_gmt"]}
    view["amount"] = shown(number(row["amount"]), places) if row["amount"] != "" else ""
    view |= {name: row[name] for name in ("reason", "refunded_by", "refunded_payment", "meta_data")}
    view["line_items"] = [item_view(shop, line, settings, places) for line in row["line_items"]]
    view["shipping_lines"] = []
    view["tax_lines"] = [tax_line_view(one, rates.get(one["rate_id"]), places) for one in row["tax_lines"]]
    view["fee_lines"] = []
    path = f"/wc/v3/orders/{row['parent_id']}"
    view["_links"] = links(shop, f"{path}/refunds/{row['id']}", hints=("GET", "DELETE"))
    return view | {"_links": view["_links"] | {"up": [{"href": shop.url(path)}]}}

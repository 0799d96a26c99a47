"""The made-up demo shop "Harbour Lane Outfitters" in Magento's rows; training mode and tests sell its goods."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

from tillbridge.training import demo_shop

from . import reckoning
from .login import Integration, User
from .order_rows import order_from_cart
from .rest import Row, dec
from .state import set_custom

if TYPE_CHECKING:
    from .state import Shop

USERNAME, PASSWORD = "till", "harbour-lane-till-7"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEYS = {
    "consumer_key": "c1e8d47f20b94a6fb3c1e8d47f20b94a",
    "consumer_secret": "9d7ab5e2c8614f03829d7ab5e2c8614f",
    "token": "a3f1c09e7b5d4286a3f1c09e7b5d4286",
    "token_secret": "0b6d2f8ac41e4f738d5a6c0b6d2f8ac4",
}
_OPENED = "2026-09-01 08:00:00"
_TAXED, _UNTAXED = "2", "0"
_GROUPS = [0, 1, 2, 3]
_SOLD_ONLINE = ((("TEE-M", 1), ("NOTE-1", 2)), (("BOOK-1", 1),), (("SOAP-1", 1),))


def fill(shop: Shop, base_url: str) -> None:
    """Settings, goods, people, codes and three online orders."""
    _settings(shop, base_url)
    _goods(shop)
    for person in demo_shop.PEOPLE:
        _person(shop, person)
    for code in demo_shop.CODES:
        _code(shop, code)
    _online_orders(shop)


def _settings(shop: Shop, base_url: str) -> None:
    shop.name, shop.tax_name = demo_shop.NAME, demo_shop.TAX_NAME
    shop.tax_rates = {_TAXED: Decimal(demo_shop.TAX_RATE)}
    urls = {f"{kind}base_{part}url": f"{base_url}/{path}" for kind in ("", "secure_") for part, path in _PATHS}
    shop.configs = [
        {
            "id": 1, "code": "default", "website_id": 1, "locale": "en_IE", "base_currency_code": demo_shop.CURRENCY,
            "default_display_currency_code": demo_shop.CURRENCY, "timezone": demo_shop.ZONE, "weight_unit": "kgs",
            **urls,
        }
    ]  # fmt: skip
    view = {"website_id": 1, "store_group_id": 1, "is_active": 1}
    admin = {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1}
    shop.views = [{"id": 1, "code": "default", "name": demo_shop.NAME, **view}, admin]
    site = {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1}
    shop.websites = [{"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0}, site]
    shop.groups = [{"id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1, "name": "Harbour Lane"}]
    percent = Decimal(demo_shop.TAX_RATE) * 100
    shop.tax_table = [{"id": 1, "tax_country_id": "IE", "tax_region_id": 0, "tax_postcode": "*", "rate": percent}]
    shop.tax_table[0]["code"] = f"IE {demo_shop.TAX_NAME}"
    shop.sources = [{"source_code": "default", "name": "Default Source", "enabled": True, "country_id": "IE"}]
    shop.accounts.users = [User(USERNAME, PASSWORD, totp=TOTP)]
    names = ("consumer_key", "consumer_secret", "token", "token_secret")
    key, secret, token, token_secret = (KEYS[name] for name in names)
    shop.accounts.integrations = [Integration(key, secret, token, token_secret)]


_PATHS = (("", ""), ("link_", ""), ("static_", "static/version1/"), ("media_", "media/"))


def _attribute(number: int, code: str, label: str, values: tuple[str, ...]) -> Row:
    options = [{"label": value, "value": str(number * 10 + at)} for at, value in enumerate(values)]
    told = {"attribute_id": number, "attribute_code": code, "default_frontend_label": label, "frontend_input": "select"}
    return told | {"options": [{"label": " ", "value": ""}, *options]}


def _goods(shop: Shop) -> None:
    shop.attributes = [_attribute(140, "ean", "EAN", ()) | {"frontend_input": "text"}]
    ids = count(1)
    for number, product in enumerate(demo_shop.PRODUCTS, 93):
        if not product.option:
            _row(shop, next(ids), product.title, product, product.variants[0])
            continue
        values = tuple(each.value for each in product.variants)
        attribute = _attribute(number, product.option.lower(), product.option, values)
        shop.attributes.append(attribute)
        told = {each["label"]: each["value"] for each in attribute["options"]}
        children = [_row(shop, next(ids), f"{product.title}-{each.value}", product, each) for each in product.variants]
        for child, each in zip(children, product.variants, strict=True):
            child["visibility"] = 1
            set_custom(child, attribute["attribute_code"], told[each.value])
        frame = _frame(shop, next(ids), product)
        option = {"id": number, "attribute_id": str(number), "label": product.option, "position": 0}
        option |= {"values": [{"value_index": int(told[value])} for value in values], "product_id": frame["id"]}
        frame["extension_attributes"] |= {
            "configurable_product_options": [option],
            "configurable_product_links": [each["id"] for each in children],
        }
    shop.counters["product"] = max(shop.products)


def _blank(number: int, sku: str, name: str, product: demo_shop.DemoProduct) -> Row:
    slug = name.lower().replace(" ", "-")
    picture = {"id": number, "media_type": "image", "label": name, "position": 1, "disabled": False}
    picture |= {"types": ["image", "small_image", "thumbnail"], "file": f"/h/l/{slug}.jpg"}
    row: Row = {"id": number, "sku": sku, "name": name, "attribute_set_id": 4, "price": 0, "status": 1, "visibility": 4}
    row |= {"type_id": "simple", "created_at": _OPENED, "updated_at": _OPENED, "weight": Decimal("0.3")}
    row |= {"extension_attributes": {"website_ids": [1]}, "product_links": [], "options": []}
    row |= {"media_gallery_entries": [picture], "tier_prices": [], "custom_attributes": []}
    for code, value in (
        ("url_key", slug), ("tax_class_id", _UNTAXED if product.zero_rated else _TAXED),
        ("description", f"<p>{name} of Harbour Lane.</p>"), ("category_ids", []),
    ):  # fmt: skip
        set_custom(row, code, value)
    return row


def _row(shop: Shop, number: int, name: str, product: demo_shop.DemoProduct, variant: demo_shop.DemoVariant) -> Row:
    row = _blank(number, variant.sku, name, product) | {"price": Decimal(product.before or product.price)}
    if product.before:
        set_custom(row, "special_price", product.price)
        set_custom(row, "special_from_date", _OPENED)
    if variant.barcode:
        set_custom(row, "ean", variant.barcode)
    shop.products[number] = row
    kept = {"sku": variant.sku, "source_code": "default", "quantity": Decimal(variant.stock), "status": 1}
    shop.source_items[variant.sku, "default"] = kept
    return row


def _frame(shop: Shop, number: int, product: demo_shop.DemoProduct) -> Row:
    sku = product.variants[0].sku.partition("-")[0]
    row = _blank(number, sku, product.title, product) | {"type_id": "configurable"}
    shop.products[number] = row
    return row


def _person(shop: Shop, person: demo_shop.DemoPerson) -> None:
    number = shop.next_id("customer")
    address: Row = {
        "id": shop.next_id("address"),
        "customer_id": number,
        "country_id": "IE",
        "street": ["3 Quay Street"],
    }
    address |= {"region": {"region_code": None, "region": None, "region_id": 0}, "telephone": "+353 1 5550100"}
    address |= {"postcode": "D01 X2Y3", "city": person.city, "firstname": person.first_name}
    address |= {"lastname": person.last_name, "default_shipping": True, "default_billing": True}
    row: Row = {
        "id": number,
        "group_id": 1,
        "default_billing": str(address["id"]),
        "default_shipping": str(address["id"]),
    }
    row |= {"created_at": _OPENED, "updated_at": _OPENED, "created_in": "Default Store View", "email": person.email}
    row |= {"firstname": person.first_name, "lastname": person.last_name, "store_id": 1, "website_id": 1}
    row |= {"addresses": [address], "disable_auto_group_change": 0, "extension_attributes": {"is_subscribed": False}}
    shop.customers[number] = row


def _combine(kind: str, conditions: list[Row]) -> Row:
    head: Row = {"condition_type": f"Magento\\SalesRule\\Model\\Rule\\Condition\\{kind}", "aggregator_type": "all"}
    head |= {"operator": None, "value": "1"}
    return head | ({"conditions": conditions} if conditions else {})


def _test(kind: str, operator: str, attribute: str, value: str) -> Row:
    head = {"condition_type": f"Magento\\SalesRule\\Model\\Rule\\Condition\\{kind}", "operator": operator}
    return head | {"attribute_name": attribute, "value": value}


def _code(shop: Shop, code: demo_shop.DemoCode) -> None:
    number = shop.next_id("rule")
    minimum = [_test("Address", ">=", "base_subtotal_total_incl_tax", code.minimum)] if code.minimum else []
    skus = [_test("Product", "()", "sku", ",".join(code.skus))] if code.skus else []
    rule: Row = {"rule_id": number, "name": code.code.title(), "store_labels": [], "website_ids": [1]}
    rule |= {"customer_group_ids": _GROUPS, "uses_per_customer": 0, "is_active": True}
    rule |= {"condition": _combine("Combine", minimum), "action_condition": _combine("Product\\Combine", skus)}
    rule |= {"stop_rules_processing": False, "is_advanced": True, "sort_order": 0, "discount_step": 0}
    rule |= {
        "simple_action": "cart_fixed" if code.amount else "by_percent",
        "apply_to_shipping": False,
        "times_used": 0,
    }
    rule |= {"discount_amount": Decimal(code.percent or code.amount or "0"), "is_rss": False}
    rule |= {"coupon_type": "SPECIFIC_COUPON", "use_auto_generation": False, "uses_per_coupon": code.limit or 0}
    rule |= {"simple_free_shipping": "0" if code.percent or code.amount else "1"}
    if code.ended_days_ago:
        rule["to_date"] = (shop.now() - timedelta(days=code.ended_days_ago)).strftime("%Y-%m-%d")
    shop.rules[number] = rule
    coupon: Row = {"coupon_id": number, "rule_id": number, "code": code.code, "usage_limit": code.limit or 0}
    coupon |= {"usage_per_customer": 0, "times_used": code.used, "is_primary": True, "created_at": _OPENED, "type": 0}
    shop.coupons[number] = coupon


def _online_orders(shop: Shop) -> None:
    """Paid and shipped; the shelf stands at round numbers after them."""
    for at, skus in enumerate(_SOLD_ONLINE):
        person = shop.customers[at + 1]
        address = {name: value for name, value in person["addresses"][0].items() if name not in ("id", "customer_id")}
        cart: Row = {"id": shop.next_id("cart"), "customer": person["id"], "coupon": ""}
        cart["shipping"] = {"shipping_address": address | {"email": person["email"]}}
        lines = []
        for sku, quantity in skus:
            product = shop.product(sku)
            assert product is not None
            lines.append(reckoning.line(shop, product, Decimal(quantity)) | {"item_id": shop.next_id("cart_item")})
        reckoning.reckon(lines, None)
        order = order_from_cart(shop, cart, lines, None, ("checkmo", "Check / Money order"))
        order |= {"created_at": _OPENED, "updated_at": _OPENED, "email_sent": None}
        _as_chosen_online(shop, order)
        _pay(order)


def _as_chosen_online(shop: Shop, order: Row) -> None:
    """A shopper picks a variant from its frame: the line comes twice, amounts with the frame's."""
    for item in list(order["items"]):
        links = ((each, (each["extension_attributes"].get("configurable_product_links") or ())) for each in _all(shop))
        frame = next((each for each, children in links if item["product_id"] in children), None)
        if frame is not None:
            child = {name: 0 if isinstance(value, Decimal) else value for name, value in item.items()}
            child |= {"item_id": shop.next_id("order_item"), "parent_item_id": item["item_id"]}
            order["items"].append(child | {"qty_ordered": item["qty_ordered"]})
            item |= {"product_id": frame["id"], "product_type": "configurable"}


def _all(shop: Shop) -> list[Row]:
    return list(shop.products.values())


def _pay(order: Row) -> None:
    total = dec(order["grand_total"])
    order |= {"total_paid": total, "base_total_paid": total, "total_invoiced": total, "base_total_invoiced": total}
    order |= {"state": "complete", "status": "complete", "tax_invoiced": order["tax_amount"]}
    order["discount_tax_compensation_invoiced"] = order["discount_tax_compensation_amount"]
    for item in order["items"]:
        item |= {"qty_invoiced": item["qty_ordered"], "qty_shipped": item["qty_ordered"]}
        item |= {"row_invoiced": item["row_total"], "tax_invoiced": item["tax_amount"]}
        item["discount_tax_compensation_invoiced"] = item["discount_tax_compensation_amount"]

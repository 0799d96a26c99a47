"""The made-up shop "Harbour Lane Outfitters" as rows of a BigCommerce store; training and tests sell its goods."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.training import demo_shop

from .about import channel
from .customers import customer
from .offers import certificate
from .order_making import new_order
from .state import Account, Row, Store

TOKEN = "9p2kqk1f0s7h3xv5n8c4z6wd1t0ybmj"
READ_ONLY_TOKEN = "3d7fhx0m2q9v5k1z8c6b4n0t7w2s9yp"
CLIENT_ID, CLIENT_SECRET = "l4k2h0c9t7f5q3w1", "7a3f1c9e5b2d8064fa9c3e7b1d5f2086a4c8e0b6d2f9137557b3e1c9a5d0f842"
_WRITES = (
    "store_v2_information", "store_v2_products", "store_inventory", "store_v2_customers", "store_v2_orders",
    "store_v2_transactions", "store_v2_marketing", "store_cart", "store_checkout", "store_channel_settings",
)  # fmt: skip
_BRAND = 38


def fill(store: Store) -> None:
    """Accounts, places, goods, people, codes, cards and two orders of the online shop."""
    reads = frozenset(f"{each}_read_only" for each in _WRITES)
    store.accounts += [
        Account(CLIENT_ID, CLIENT_SECRET, TOKEN, frozenset(_WRITES)),
        Account("readonly", "readonly-secret-0001", READ_ONLY_TOKEN, reads),
    ]
    store.locations[1] = {"id": 1, "code": "BC-LOCATION-1", "label": "Default location", "type_id": "PHYSICAL"}
    store.locations[1] |= {"enabled": True, "managed_by_external_source": False}
    store.channels[1] = channel(1, demo_shop.NAME, "storefront", "bigcommerce")
    store.channels[9] = channel(9, "Old market place", "marketplace", "amazon") | {"status": "disconnected"}
    store.brands[_BRAND] = {"id": _BRAND, "name": "Harbour Lane"}
    for product in demo_shop.PRODUCTS:
        _product(store, product)
    for person in demo_shop.PEOPLE:
        _person(store, person)
    for code in demo_shop.CODES:
        _code(store, code)
    _last_piece_promotion(store)
    for card in demo_shop.GIFT_CARDS:
        status = "active" if card.usable else "disabled"
        certificate(store, card.code, Decimal(card.balance), Decimal(card.balance), status=status)
    _online_orders(store)


def _product(store: Store, given: demo_shop.DemoProduct) -> None:
    key = next(store.ids)
    option = next(store.ids)
    url = f"https://cdn11.bigcommerce.example/{given.handle}.jpg"
    variants: list[Row] = []
    for each in given.variants:
        chosen = {"id": next(store.ids), "label": each.value, "option_id": option, "option_display_name": given.option}
        row: Row = {"id": next(store.ids), "product_id": key, "sku": each.sku, "upc": each.barcode or "", "price": None}
        variants.append(row | {"image_url": "", "option_values": [chosen] if given.option else []})
        store.stock[row["id"], 1] = each.stock
    image = {"id": next(store.ids), "product_id": key, "is_thumbnail": True, "sort_order": 0, "url_zoom": url}
    image |= {"url_standard": url, "description": given.title}
    single = variants[0] if not given.option else None
    store.products[key] = {
        "id": key, "name": given.title, "type": "physical", "sku": single["sku"] if single else given.handle.upper(),
        "upc": single["upc"] if single else "", "description": f"<p>{given.title} of Harbour Lane.</p>",
        "price": Decimal(given.before or given.price),
        "sale_price": Decimal(given.price) if given.before else Decimal(0),
        "categories": [23], "brand_id": _BRAND, "tax_class_id": 1 if given.zero_rated else 0,
        "inventory_tracking": "product" if single else "variant", "is_visible": True, "availability": "available",
        "search_keywords": "harbour,lane", "custom_url": {"url": f"/{given.handle}/", "is_customized": False},
        "base_variant_id": single["id"] if single else None, "variants": variants, "images": [image],
        "created": store.now() - timedelta(days=60), "modified": store.now() - timedelta(days=2),
    }  # fmt: skip


def _person(store: Store, given: demo_shop.DemoPerson) -> None:
    address = {
        "first_name": given.first_name, "last_name": given.last_name, "company": "", "address1": "3 Quay Row",
        "address2": "", "city": given.city, "state_or_province": "", "postal_code": "H91 T0WN",
        "country_code": "IE", "phone": "", "address_type": "residential",
    }  # fmt: skip
    row: Row = {"email": given.email, "first_name": given.first_name, "last_name": given.last_name}
    made = customer(store, next(store.ids), row | {"addresses": [address]})
    if given.first_name in ("Aoife", "Maeve"):
        consents = ["marketing_newsletter"] if given.first_name == "Aoife" else ["abandoned_cart"]
        store.subscribers.append({"id": next(store.ids), "email": made["email"], "consents": consents})


def _code(store: Store, given: demo_shop.DemoCode) -> None:
    """Codes of plain amounts are v2 coupons; the others v3 promotions, each with its shell among the coupons."""
    if given.percent or given.limit is not None:
        _promotion(store, given)
        _coupon(store, given, "promotion", Decimal(0))
    elif given.amount:
        _coupon(store, given, "per_total_discount", Decimal(given.amount))
    else:
        _coupon(store, given, "free_shipping", Decimal(0))


def _coupon(store: Store, given: demo_shop.DemoCode, kind: str, off: Decimal) -> None:
    key = next(store.ids)
    ended = store.now() - timedelta(days=given.ended_days_ago) if given.ended_days_ago else None
    store.coupons[key] = {
        "id": key, "name": given.code, "type": kind, "amount": off, "min_purchase": Decimal(given.minimum or 0),
        "expires": ended, "enabled": True, "code": given.code, "applies_to": {"entity": "categories", "ids": [0]},
        "num_uses": given.used if kind != "promotion" else 0, "max_uses": 0, "max_uses_per_customer": 0,
        "restricted_to": [], "shipping_methods": None,
    }  # fmt: skip


def _promotion(store: Store, given: demo_shop.DemoCode) -> None:
    off = {"percentage_amount": given.percent} if given.percent else {"fixed_amount": given.amount}
    goods = [row["id"] for row in store.products.values() for each in row["variants"] if each["sku"] in given.skus]
    action: Row = {"cart_value": {"discount": off}}
    if goods:
        action = {"cart_items": {"discount": off, "as_total": False, "items": {"products": goods}}}
    condition = {"cart": {"minimum_spend": given.minimum}} if given.minimum else None
    rule = {"action": action, "apply_once": True, "stop": False} | ({"condition": condition} if condition else {})
    promotion(store, given.code, [rule], used=given.used, limit=given.limit or 0)


def promotion(store: Store, code: str, rules: list[Row], *, used: int = 0, limit: int = 0) -> Row:
    """Put a promotion with one code into the store."""
    key = next(store.ids)
    store.promotions[key] = {
        "id": key, "name": code.title(), "status": "ENABLED", "redemption_type": "COUPON", "rules": rules,
        "start_date": store.now() - timedelta(days=30), "end_date": None, "schedule": None, "current_uses": used,
        "max_uses": None, "customer": {"group_ids": [], "minimum_order_count": 0, "excluded_group_ids": []},
        "channels": [], "currency_code": "EUR", "can_be_used_with_other_promotions": True, "coupon_type": "SINGLE",
        "coupon_overrides_other_promotions": False, "stop": False, "notifications": [], "created_from": "api",
    }  # fmt: skip
    store.codes.append({
        "id": next(store.ids), "promotion_id": key, "code": code, "current_uses": used, "max_uses": limit,
        "max_uses_per_customer": 0, "created": "2026-09-01T08:00:00+00:00",
    })  # fmt: skip
    return store.promotions[key]


def _last_piece_promotion(store: Store) -> None:
    """Half off the cheapest piece: nobody but a cart can reckon it."""
    half = {"discount": {"percentage_amount": "50"}, "strategy": "LEAST_EXPENSIVE", "quantity": 1}
    promotion(store, "SECONDHALF", [{"action": {"cart_items": half}, "apply_once": True, "stop": False}])


def _online_orders(store: Store) -> None:
    """One paid with a coupon, and a cart that never became an order. Stock is what is left after them."""
    tee = next(each for row in store.products.values() for each in row["variants"] if each["sku"] == "TEE-M")
    person = next(iter(store.customers.values()))
    billing = {"first_name": "Aoife", "last_name": "Byrne", "street_1": "3 Quay Row", "city": "Galway"}
    billing |= {"zip": "H91 T0WN", "country": "Ireland", "country_iso2": "IE", "email": person["email"]}
    for status in (11, 0):
        body: Row = {"products": [{"product_id": tee["product_id"], "variant_id": tee["id"], "quantity": 1}]}
        body |= {
            "billing_address": billing,
            "customer_id": person["id"],
            "status_id": status,
            "discount_amount": "2.49",
        }
        row = new_order(store, body)
        found = {"id": "51", "amount": Decimal("2.49"), "name": "Harbour", "code": "HARBOUR10", "target": "order"}
        row["lines"][0]["discounts"] = [found]
        row |= {"discount": Decimal(0), "coupon_discount": Decimal("2.49"), "source": "www", "lowered": True}
        row |= {"payment_status": "captured" if status else "", "payment_method": "Credit Card"}
        row |= {"modified": store.now() - timedelta(days=2), "created": store.now() - timedelta(days=2)}
        store.orders[row["id"]] = row

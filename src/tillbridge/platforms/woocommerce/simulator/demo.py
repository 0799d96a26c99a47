"""The made-up demo shop "Harbour Lane Outfitters"; the training mode and the tests sell its goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from .settings_page import DEFAULTS
from .wordpress import Row

CONSUMER_KEY = "ck_7d1f0c6a93be42588e0d4b7c1a5f9e3360d2c8a4"
CONSUMER_SECRET = "cs_2b9e64f10a7c4d3f8851e6d09bc374fa5107e2d6"
_OPENED = "2026-09-01T08:00:00"
_KINDS = (
    ("", "read_write", True),
    ("0", "read", True),
    ("1", "write", True),
    ("2", "read_write", False),
)


def key_rows() -> list[Row]:
    """Read/write, read only, write only, and the key of a customer without rights."""
    return [
        {
            "consumer_key": CONSUMER_KEY[: -len(mark) or None] + mark,
            "consumer_secret": CONSUMER_SECRET[: -len(mark) or None] + mark,
            "permissions": permission,
            "capable": capable,
        }
        for mark, permission, capable in _KINDS
    ]


SETTINGS: dict[str, str] = {
    **DEFAULTS,
    "blogname": "Harbour Lane Outfitters",
    "blogdescription": "Goods for the coast",
    "admin_email": "owner@harbourlane.example",
    "timezone": "Europe/Dublin",
    "woocommerce_store_address": "3 Harbour Lane",
    "woocommerce_store_city": "Galway",
    "woocommerce_default_country": "IE:G",
    "woocommerce_store_postcode": "H91 T0WN",
    "woocommerce_currency": "EUR",
    "woocommerce_calc_taxes": "yes",
    "woocommerce_prices_include_tax": "yes",
}
TAX_CLASSES: list[Row] = [
    {"slug": "standard", "name": "Standard rate"},
    {"slug": "reduced-rate", "name": "Reduced rate"},
    {"slug": "zero-rate", "name": "Zero rate"},
]
_RATES = (
    (1, "IE", "23.0000", "VAT", "standard"),
    (2, "IE", "13.5000", "VAT", "reduced-rate"),
    (3, "IE", "0.0000", "Zero rate", "zero-rate"),
    (4, "DE", "19.0000", "MwSt", "standard"),
)


def tax_row(key: int, country: str, rate: str, name: str, tax_class: str) -> Row:
    """One row of the tax table."""
    row: Row = {"id": key, "country": country, "state": "", "postcode": "", "city": "", "rate": rate, "name": name}
    row |= {"priority": 1, "compound": False, "shipping": tax_class != "zero-rate", "order": 0, "class": tax_class}
    return row | {"postcodes": [], "cities": []}


_CATEGORIES = ((1, "Uncategorized"), (2, "Clothing"), (3, "Home &amp; Kitchen"), (4, "Paper"))
_SIZES, _COLOURS = ("S", "M", "L"), ("Blue", "Red")


def _attributes() -> list[Row]:
    rows = []
    for key, name, options in ((1, "Size", _SIZES), (2, "Colour", _COLOURS)):
        terms = [
            {"id": 20 * key + n, "name": option, "slug": option.lower(), "count": 1} for n, option in enumerate(options)
        ]
        row: Row = {"id": key, "name": name, "slug": f"pa_{name.lower()}", "type": "select", "order_by": "menu_order"}
        rows.append(row | {"has_archives": False, "terms": terms})
    return rows


def _picture(key: int, slug: str) -> Row:
    return {"id": key, "src": f"{slug}.jpg", "name": f"{slug}.jpg", "alt": ""}


def _category(key: int) -> Row:
    name = dict(_CATEGORIES)[key]
    return {"id": key, "name": name, "slug": name.lower().replace(" &amp; ", "-").replace(" ", "-")}


def _goods(key: int, name: str, category: int, **more: Any) -> Row:
    slug = name.lower().replace(" ", "-")
    row: Row = {"id": key, "name": name, "slug": slug, "date_created_gmt": _OPENED, "date_modified_gmt": _OPENED}
    row |= {"description": f"<p>{name} of Harbour Lane.</p>", "categories": [_category(category)]}
    return row | {"images": [_picture(key + 1, slug)]} | more


# What the online orders take off, so that the shop opens with round numbers.
SOLD_ONLINE = {"TEE-M": 1, "NOTE-1": 2, "BOOK-1": 1}
_SIMPLE = (
    ("SOAP-1", "Sea Salt Soap", "6.40", "", "5012345678924", 3, "", 25),
    ("TOTE-1", "Canvas Tote", "22.00", "18.00", "", 2, "", 25),
    ("CANDLE-1", "Beeswax Candle", "15.75", "", "", 3, "", 25),
    ("NOTE-1", "Tide Notebook", "9.95", "", "", 4, "", 25),
    ("LAST-1", "Last One Lamp", "89.00", "", "", 3, "", 1),
    ("BOOK-1", "Harbour Atlas", "30.00", "", "", 4, "zero-rate", 25),
)
_VARIABLE = (
    (
        "Organic Tee",
        2,
        1,
        "24.90",
        _SIZES,
        ("TEE-S", "TEE-M", "TEE-L"),
        ("4006381333931", "4006381333948", "4006381333955"),
    ),
    ("Enamel Mug", 3, 2, "12.50", _COLOURS, ("MUG-BLU", "MUG-RED"), ("5012345678900", "5012345678917")),
)


def _variable(
    ids: Iterator[int], parent: Row, attribute: int, *, price: str, codes: Sequence[tuple[str, str]]
) -> list[Row]:
    name = ("Size", "Colour")[attribute - 1]
    options = (_SIZES, _COLOURS)[attribute - 1]
    rows = []
    for option, (sku, code) in zip(options, codes, strict=True):
        key = next(ids)
        row: Row = {
            "id": key,
            "type": "variation",
            "parent_id": parent["id"],
            "slug": f"{parent['slug']}-{option.lower()}",
        }
        row |= {"sku": sku, "global_unique_id": code, "regular_price": price, "manage_stock": True}
        row |= {
            "stock_quantity": 25 + SOLD_ONLINE.get(sku, 0),
            "date_created_gmt": _OPENED,
            "date_modified_gmt": _OPENED,
        }
        rows.append(
            row | {"attributes": [{"id": attribute, "name": name, "slug": f"pa_{name.lower()}", "option": option}]}
        )
    return rows


def _catalogue() -> tuple[list[Row], list[Row]]:
    ids = count(11)
    products, variations = [], []
    for name, category, attribute, price, options, skus, codes in _VARIABLE:
        word = ("Size", "Colour")[attribute - 1]
        chosen = {"id": attribute, "name": word, "slug": f"pa_{word.lower()}", "position": 0, "visible": True}
        parent = _goods(next(ids), name, category, type="variable")
        next(ids)
        parent |= {
            "sku": skus[0].partition("-")[0],
            "attributes": [chosen | {"variation": True, "options": list(options)}],
        }
        products.append(parent)
        variations.extend(_variable(ids, parent, attribute, price=price, codes=tuple(zip(skus, codes, strict=True))))
    for sku, name, regular, sale, code, category, tax_class, stock in _SIMPLE:
        row = _goods(next(ids), name, category, sku=sku, regular_price=regular, sale_price=sale, tax_class=tax_class)
        next(ids)
        products.append(
            row | {"global_unique_id": code, "manage_stock": True, "stock_quantity": stock + SOLD_ONLINE.get(sku, 0)}
        )
    return products, variations


_PEOPLE = (
    ("Aoife", "Byrne", "aoife.byrne@example.com", "Galway"),
    ("Tomás", "Lind", "tomas.lind@example.com", "Sligo"),
    ("Maeve", "Costigan", "maeve.costigan@example.com", "Cork"),
    ("Piotr", "Zawada", "piotr.zawada@example.com", "Dublin"),
    ("Ines", "Albrecht", "ines.albrecht@example.com", "Ennis"),
    ("Daniel", "Okoro", "daniel.okoro@example.com", "Limerick"),
    ("Saoirse", "Kehoe", "saoirse.kehoe@example.com", "Wexford"),
)


def _users() -> list[Row]:
    owner: Row = {"id": 1, "email": SETTINGS["admin_email"], "username": "owner", "role": "administrator"}
    rows = [owner | {"date_created_gmt": _OPENED, "date_modified_gmt": None}]
    for key, (first, last, mail, city) in enumerate(_PEOPLE, 2):
        block: Row = {
            "first_name": first,
            "last_name": last,
            "address_1": f"{key} Quay Row",
            "city": city,
            "country": "IE",
        }
        row: Row = {
            "id": key,
            "email": mail,
            "username": mail.partition("@")[0],
            "first_name": first,
            "last_name": last,
        }
        row |= {"billing": block | {"email": mail, "phone": f"+353 91 555 01{key:02}"}, "shipping": block}
        rows.append(row | {"date_created_gmt": _OPENED, "date_modified_gmt": _OPENED if key % 2 else None})
    return rows


def _coupons(soap: int) -> list[Row]:
    deals: list[Row] = [
        {"code": "harbour10", "discount_type": "percent", "amount": "10.00", "description": "10 % off everything"},
        {"code": "fiveoff", "discount_type": "fixed_cart", "amount": "5.00"},
        {"code": "freeship", "discount_type": "fixed_cart", "amount": "0.00", "free_shipping": True},
        {
            "code": "expired5",
            "discount_type": "fixed_cart",
            "amount": "5.00",
            "date_expires_gmt": "2026-10-01T00:00:00",
        },
        {"code": "spend100", "discount_type": "percent", "amount": "10.00", "minimum_amount": "100.00"},
        {"code": "onceonly", "discount_type": "fixed_cart", "amount": "5.00", "usage_limit": 1, "usage_count": 1},
        {"code": "soapdeal", "discount_type": "percent", "amount": "20.00", "product_ids": [soap]},
    ]
    return [{**deal, "id": 101 + n, "date_created_gmt": _OPENED} for n, deal in enumerate(deals)]


GIFT_CARDS: list[Row] = [
    {"number": "GIFT-AAAA-1111-2222", "balance": "50.00"},
    {"number": "GIFT-BBBB-3333-4444", "balance": "10.00"},
    {"number": "GIFT-CCCC-5555-6666", "balance": "25.00", "active": False},
]
ONLINE_ORDERS: tuple[Row, ...] = (
    {"status": "processing", "set_paid": True, "customer_id": 2, "line_items": [{"sku": "TEE-M", "quantity": 1}]},
    {"status": "completed", "set_paid": True, "customer_id": 3, "line_items": [{"sku": "NOTE-1", "quantity": 2}]},
    {"status": "on-hold", "customer_id": 4, "line_items": [{"sku": "BOOK-1", "quantity": 1}]},
)


def demo_shop() -> Row:
    """All rows of the demo shop, ready for ``seed.load``."""
    products, variations = _catalogue()
    soap = next(row["id"] for row in products if row.get("sku") == "SOAP-1")
    return {
        "settings": SETTINGS,
        "taxes": [tax_row(*row) for row in _RATES],
        "tax_classes": TAX_CLASSES,
        "keys": key_rows(),
        "terms": {"categories": [_category(key) | {"parent": 0} for key, _ in _CATEGORIES], "tags": [], "brands": []},
        "attributes": _attributes(),
        "products": products,
        "variations": variations,
        "users": _users(),
        "coupons": _coupons(soap),
        "gift_cards": GIFT_CARDS,
        "online_orders": ONLINE_ORDERS,
    }

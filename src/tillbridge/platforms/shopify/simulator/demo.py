"""The made-up demo shop "Harbour Lane Outfitters" on this platform."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from . import people, selling
from .shop import Row, Shop

_OPENED = timedelta(days=80)
_Goods = tuple[str, str, str, tuple[tuple[str, str, str | None], ...], str, str | None]
_GOODS: tuple[_Goods, ...] = (
    (
        "Organic Tee",
        "organic-tee",
        "Size",
        (("S", "TEE-S", "4006381333931"), ("M", "TEE-M", "4006381333948"), ("L", "TEE-L", "4006381333955")),
        "24.90",
        None,
    ),
    (
        "Enamel Mug",
        "enamel-mug",
        "Colour",
        (("Blue", "MUG-BLU", "5012345678900"), ("Red", "MUG-RED", "5012345678917")),
        "12.50",
        None,
    ),
    ("Sea Salt Soap", "sea-salt-soap", "", (("", "SOAP-1", "5012345678924"),), "6.40", None),
    ("Canvas Tote", "canvas-tote", "", (("", "TOTE-1", "5012345678931"),), "18.00", "22.00"),
    ("Beeswax Candle", "beeswax-candle", "", (("", "CANDLE-1", None),), "15.75", None),
    ("Tide Notebook", "tide-notebook", "", (("", "NOTE-1", None),), "9.95", None),
    ("Last One Lamp", "last-one-lamp", "", (("", "LAST-1", "5012345678948"),), "89.00", None),
    ("Harbour Atlas", "harbour-atlas", "", (("", "BOOK-1", "9780000000019"),), "30.00", None),
)
_PEOPLE = (
    ("aoife.byrne@example.com", "Aoife", "Byrne"), ("tomas.lind@example.com", "Tomás", "Lind"),
    ("mairead.walsh@example.com", "Máiréad", "Walsh"), ("jonas.keller@example.com", "Jonas", "Keller"),
    ("priya.nair@example.com", "Priya", "Nair"), ("luc.moreau@example.com", "Luc", "Moreau"),
    ("ines.costa@example.com", "Inês", "Costa"),
)  # fmt: skip
_CODES: tuple[Row, ...] = (
    {"code": "HARBOUR10", "percent": Decimal(10)},
    {"code": "FIVEOFF", "amount": Decimal(5)},
    {"code": "FREESHIP", "kind": "DiscountCodeFreeShipping"},
    {"code": "EXPIRED5", "percent": Decimal(5), "ends_days_ago": 30},
    {"code": "SPEND100", "percent": Decimal(10), "minimum": Decimal(100)},
    {"code": "ONCEONLY", "percent": Decimal(10), "limit": 1, "used": 1},
    {"code": "SOAPDEAL", "percent": Decimal(20), "skus": ["SOAP-1"]},
)
_CARDS = (
    ("GIFT-AAAA-1111-2222", "50.00", True),
    ("GIFT-BBBB-3333-4444", "10.00", True),
    ("GIFT-CCCC-5555-6666", "20.00", False),
)


def fill(shop: Shop, seed: int) -> None:
    """Goods, stock, people, codes, cards and a few orders placed online. ``seed`` varies who bought what."""
    place: Row = {
        "__typename": "Location",
        "id": shop.gid("Location"),
        "legacyResourceId": "71001",
        "name": "Harbour Lane 3",
        "isActive": True,
    }
    shop.locations[place["id"]] = place
    opened = shop.stamp(shop.now() - _OPENED)
    for each in _GOODS:
        _product(shop, each, opened, place["id"])
    for email, first, last in _PEOPLE:
        row = people.add(shop, {"email": email, "firstName": first, "lastName": last})
        row["createdAt"] = row["updatedAt"] = opened
    for discount in _CODES:
        _discount(shop, discount, opened)
    for code, balance, enabled in _CARDS:
        _card(shop, code, Decimal(balance), enabled)
    _online_orders(shop, random.Random(seed))


def _product(shop: Shop, goods: _Goods, opened: str, place: str) -> None:
    title, handle, option, variants, price, before = goods
    product_id = shop.gid("Product")
    picture = {
        "__typename": "MediaImage", "id": shop.gid("MediaImage"), "alt": title, "mediaContentType": "IMAGE",
        "image": {"url": f"https://cdn.harbourlane.example/{handle}.jpg", "width": 1200, "height": 1200},
    }  # fmt: skip
    name, values = (option, [each[0] for each in variants]) if option else ("Title", ["Default Title"])
    row: Row = {
        "id": product_id, "title": title, "handle": handle, "descriptionHtml": f"<p>{title} from the coast.</p>",
        "status": "ACTIVE", "vendor": "Harbour Lane", "productType": "Goods", "tags": ["coast"], "createdAt": opened,
        "updatedAt": opened, "isGiftCard": False, "pictures": [picture], "variant_ids": [], "collections": [],
        "option_names": [option] if option else [],
        "options": [{
            "id": shop.gid("ProductOption"), "name": name, "position": 1,
            "optionValues": [{"id": shop.gid("ProductOptionValue"), "name": each} for each in values],
        }],
    }  # fmt: skip
    shop.products[product_id] = row
    for position, (value, sku, barcode) in enumerate(variants, start=1):
        variant_id, item_id = shop.gid("ProductVariant"), shop.gid("InventoryItem")
        shop.variants[variant_id] = {
            "id": variant_id, "title": value or "Default Title", "sku": sku, "barcode": barcode, "price": price,
            "compareAtPrice": before, "position": position, "taxable": True, "tracked": True, "item_id": item_id,
            "product_id": product_id, "pictures": [picture] if position == 1 else [],
            "selectedOptions": [{"name": name, "value": value or "Default Title"}],
        }  # fmt: skip
        shop.levels[item_id, place] = (1 if sku == "LAST-1" else 25, opened)
        row["variant_ids"].append(variant_id)


def _discount(shop: Shop, given: Row, opened: str) -> None:
    days = given.get("ends_days_ago")
    row = {
        "id": shop.gid("DiscountCodeNode"), "kind": "DiscountCodeBasic", "title": given["code"], "percent": None,
        "amount": None, "minimum": None, "limit": None, "used": 0, "once": False, "skus": [], "starts": opened,
        "ends": shop.stamp(shop.now() - timedelta(days=days)) if days else None,
    }  # fmt: skip
    shop.discounts[given["code"].casefold()] = {
        **row,
        **{name: value for name, value in given.items() if name in row or name == "code"},
    }


def _card(shop: Shop, code: str, balance: Decimal, enabled: bool) -> None:
    card_id = shop.gid("GiftCard")
    shop.gift_cards[card_id] = {
        "id": card_id, "code": code, "enabled": enabled, "expiresOn": None, "balance": balance, "initial": balance,
        "deactivatedAt": None if enabled else shop.stamp(), "moves": [],
    }  # fmt: skip


def _online_orders(shop: Shop, dice: random.Random) -> None:
    """Three web orders, paid by card, two to three weeks old."""
    skus = {row["sku"]: row for row in shop.variants.values() if row["sku"] != "LAST-1"}
    stock = dict(shop.levels)
    for number in range(3):
        row = skus[dice.choice(sorted(skus))]
        amount = {"shopMoney": {"amount": row["price"], "currencyCode": "EUR"}}
        made = selling.create(
            shop,
            {
                "currency": "EUR", "taxesIncluded": True, "financialStatus": "PAID", "sourceName": "web",
                "processedAt": shop.stamp(shop.now() - timedelta(days=21 - 3 * number)),
                "customer": {"toUpsert": {"email": _PEOPLE[number][0]}}, "email": _PEOPLE[number][0],
                "lineItems": [{"variantId": row["id"], "quantity": 1}],
                "transactions": [{"amountSet": amount, "gateway": "card", "kind": "SALE", "status": "SUCCESS"}],
            },
            None,
        )  # fmt: skip
        order = shop.orders[made["order"]["id"]]
        order["updatedAt"] = order["createdAt"] = order["processedAt"]
    shop.levels = stock

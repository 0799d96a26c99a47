"""The demo shop in this platform's rows: goods, stock, people, codes, cards and a few orders placed online."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tillbridge.training import demo_shop
from tillbridge.training.demo_shop import DemoCode, DemoGiftCard, DemoProduct, DemoVariant

from . import people, selling
from .shop import CURRENCY, Row, Shop

_OPENED = timedelta(days=80)
_MANY = 60


def fill(shop: Shop, seed: int) -> None:
    """Everything the shop opens with. ``seed`` varies who bought what online."""
    place: Row = {
        "__typename": "Location", "id": shop.gid("Location"), "legacyResourceId": "71001", "name": "Harbour Lane 3",
        "isActive": True, "fulfillsOnlineOrders": True, "shipsInventory": True,
        "address": {"address1": "3 Harbour Lane", "city": "Galway", "countryCode": "IE", "zip": "H91 T0WN"},
    }  # fmt: skip
    shop.locations[place["id"]] = place
    opened = shop.stamp(shop.now() - _OPENED)
    for each in demo_shop.PRODUCTS:
        _product(shop, each, opened, place["id"])
    for person in demo_shop.PEOPLE:
        row = people.add(shop, {"email": person.email, "firstName": person.first_name, "lastName": person.last_name})
        row["createdAt"] = row["updatedAt"] = opened
    for code in demo_shop.CODES:
        _discount(shop, code, opened)
    for card in demo_shop.GIFT_CARDS:
        _card(shop, card)
    _online_orders(shop, random.Random(seed))


def add_many_variants(shop: Shop) -> None:
    """A shirt in so many sizes that its variants fill more than one page of 50."""
    if any(row["handle"] == "made-to-measure-shirt" for row in shop.products.values()):
        return
    sizes = [DemoVariant(f"SHIRT-{at:02}", f"{at} cm", stock=3) for at in range(1, _MANY + 1)]
    shirt = DemoProduct("Made to Measure Shirt", "59.00", tuple(sizes), "Collar")
    _product(shop, shirt, shop.stamp(), next(iter(shop.locations)))


def _product(shop: Shop, goods: DemoProduct, opened: str, place: str) -> None:
    picture = {
        "__typename": "MediaImage", "id": shop.gid("MediaImage"), "alt": goods.title, "mediaContentType": "IMAGE",
        "image": {"url": f"https://cdn.harbourlane.example/{goods.handle}.jpg", "width": 1200, "height": 1200},
    }  # fmt: skip
    name = goods.option or "Title"
    row: Row = {
        "id": shop.gid("Product"), "title": goods.title, "handle": goods.handle,
        "descriptionHtml": f"<p>{goods.title} from the coast.</p>", "status": "ACTIVE", "vendor": "Harbour Lane",
        "productType": "Goods", "tags": ["coast"], "createdAt": opened, "updatedAt": opened, "isGiftCard": False,
        "pictures": [picture], "variant_ids": [], "collections": [], "option_names": [name] if goods.option else [],
        "options": [{
            "id": shop.gid("ProductOption"), "name": name, "position": 1,
            "optionValues": [{"id": shop.gid("ProductOptionValue"), "name": each} for each in _values(goods.variants)],
        }],
    }  # fmt: skip
    shop.products[row["id"]] = row
    for position, variant in enumerate(goods.variants, start=1):
        _variant(shop, row, goods, variant, position)
        shop.levels[shop.variants[row["variant_ids"][-1]]["item_id"], place] = (variant.stock, opened)


def _values(variants: Sequence[DemoVariant]) -> list[str]:
    return [each.value or "Default Title" for each in variants]


def _variant(shop: Shop, product: Row, goods: DemoProduct, variant: DemoVariant, position: int) -> None:
    value = variant.value or "Default Title"
    variant_id = shop.gid("ProductVariant")
    shop.variants[variant_id] = {
        "id": variant_id, "title": value, "sku": variant.sku, "barcode": variant.barcode, "price": goods.price,
        "compareAtPrice": goods.before, "position": position, "taxable": not goods.zero_rated, "tracked": True,
        "item_id": shop.gid("InventoryItem"), "product_id": product["id"],
        "pictures": product["pictures"] if position == 1 else [],
        "selectedOptions": [{"name": product["options"][0]["name"], "value": value}],
    }  # fmt: skip
    product["variant_ids"].append(variant_id)


def _discount(shop: Shop, code: DemoCode, opened: str) -> None:
    days = code.ended_days_ago
    shop.discounts[code.code.casefold()] = {
        "id": shop.gid("DiscountCodeNode"), "code": code.code, "title": code.code, "starts": opened,
        "kind": "DiscountCodeBasic" if code.percent or code.amount else "DiscountCodeFreeShipping",
        "percent": Decimal(code.percent) if code.percent else None,
        "amount": Decimal(code.amount) if code.amount else None,
        "minimum": Decimal(code.minimum) if code.minimum else None, "limit": code.limit, "used": code.used,
        "once": False, "skus": list(code.skus),
        "ends": shop.stamp(shop.now() - timedelta(days=days)) if days else None,
    }  # fmt: skip


def _card(shop: Shop, card: DemoGiftCard) -> None:
    card_id = shop.gid("GiftCard")
    shop.gift_cards[card_id] = {
        "id": card_id, "code": card.code, "enabled": card.usable, "expiresOn": None, "balance": Decimal(card.balance),
        "initial": Decimal(card.balance), "deactivatedAt": None if card.usable else shop.stamp(), "moves": [],
    }  # fmt: skip


def _online_orders(shop: Shop, dice: random.Random) -> None:
    """Three web orders, paid by card, two to three weeks old; the opening stock is what they left."""
    skus = {row["sku"]: row for row in shop.variants.values() if row["sku"] != "LAST-1"}
    for at, person in enumerate(demo_shop.PEOPLE[:3]):
        row = skus[dice.choice(sorted(skus))]
        amount = {"shopMoney": {"amount": row["price"], "currencyCode": CURRENCY}}
        made = selling.create(
            shop,
            {
                "currency": CURRENCY, "taxesIncluded": True, "financialStatus": "PAID", "sourceName": "web",
                "processedAt": shop.stamp(shop.now() - timedelta(days=21 - 3 * at)),
                "customer": {"toUpsert": {"email": person.email}}, "email": person.email,
                "lineItems": [{"variantId": row["id"], "quantity": 1}],
                "transactions": [{"amountSet": amount, "gateway": "card", "kind": "SALE", "status": "SUCCESS"}],
            },
            None,
        )  # fmt: skip
        order = shop.orders[made["order"]["id"]]
        order["updatedAt"] = order["createdAt"] = order["processedAt"]

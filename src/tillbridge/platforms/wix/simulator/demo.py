"""Fills the site with the demo shop's goods, people, codes, cards and a few online orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.training import demo_shop

from . import orders
from .billing import _payment
from .contacts import make
from .speech import Row, guid, iso, money
from .state import STORES_APP, Site

_CATEGORY = guid("category:clothes")


def fill(site: Site) -> None:
    """Everything a fresh site has."""
    for name, home in (("Harbour Lane", True), ("Warehouse", False)):
        key = guid(f"location:{name}")
        kind = {"name": name, "defaultLocation": home, "locationType": "PHYSICAL", "revision": "1"}
        site.locations[key] = {"id": key, "created": site.now(), **kind}
    for product in demo_shop.PRODUCTS:
        _product(site, product)
    for person in demo_shop.PEOPLE:
        _person(site, person)
    for code in demo_shop.CODES:
        _coupon(site, code)
    _category_coupon(site)
    for card in demo_shop.GIFT_CARDS:
        _card(site, card)
    _online_orders(site)
    site.events.clear()


def _product(site: Site, given: demo_shop.DemoProduct) -> None:
    key = guid(f"product:{given.handle}")
    option = guid(f"option:{given.handle}")
    image = f"https://static.wixstatic.com/media/{given.handle}.jpg"
    picture = {"id": f"{given.handle}.jpg", "altText": given.title, "mediaType": "IMAGE", "image": {"url": image}}
    variants = []
    choices = [{"choiceId": guid(f"choice:{each.sku}"), "name": each.value} for each in given.variants if each.value]
    for each in given.variants:
        names = {"optionName": given.option, "choiceName": each.value, "renderType": "TEXT_CHOICES"}
        ids = {"optionId": option, "choiceId": guid(f"choice:{each.sku}")}
        chosen = [{"optionChoiceIds": ids, "optionChoiceNames": names}] if each.value else []
        row: Row = {"id": guid(f"variant:{each.sku}"), "sku": each.sku, "barcode": each.barcode, "choices": chosen}
        row |= {"price": Decimal(given.price), "before": Decimal(given.before) if given.before else None}
        variants.append(row | {"media": picture if each.value else None})
        _item(site, key, row["id"], each.stock)
    listed = {"id": option, "name": given.option, "optionRenderType": "TEXT_CHOICES"}
    site.products[key] = {
        "id": key, "revision": 1, "name": given.title, "slug": given.handle, "visible": True,
        "brand": {"id": guid("brand"), "name": demo_shop.NAME}, "images": [picture], "variants": variants,
        "description": f"<p>{given.title} of Harbour Lane.</p>",
        "options": [listed | {"choicesSettings": {"choices": choices}}] if given.option else [],
        "categories": [_CATEGORY] if given.option == "Size" else [],
        "created": site.now() - timedelta(days=60), "updated": site.now() - timedelta(days=2),
    }  # fmt: skip


def _item(site: Site, product_id: str, variant_id: str, quantity: int) -> None:
    key = guid(f"item:{product_id}:{variant_id}")
    at = site.now() - timedelta(days=2)
    site.items[key] = {
        "id": key, "revision": 1, "productId": product_id, "variantId": variant_id, "locationId": site.home,
        "quantity": quantity, "inStock": None, "created": at, "updated": at,
    }  # fmt: skip


def _person(site: Site, given: demo_shop.DemoPerson) -> None:
    address = {"country": "IE", "city": given.city, "addressLine": "3 Quay Row", "postalCode": "H91 T0WN"}
    whose = {"firstName": given.first_name, "lastName": given.last_name}
    name = {"first": given.first_name, "last": given.last_name}
    row = make(site, {"name": name, "addresses": [{"address": address, "recipient": whose}]}, given.email)
    row["created"] = row["updated"] = site.now() - timedelta(days=2)
    row["consent"] = {"Aoife": "SUBSCRIBED", "Maeve": "UNSUBSCRIBED"}.get(given.first_name, "NOT_SET")


def _millis(site: Site, days: int) -> str:
    return str(int((site.now() - timedelta(days=days)).timestamp() * 1000))


def add_coupon(site: Site, code: str, **more: object) -> Row:
    """Put a coupon into the site."""
    key = guid(f"coupon:{code}")
    spec: Row = {"name": code.title(), "code": code, "active": True, "startTime": _millis(site, 90), **more}
    site.coupons[key] = {"id": key, "specification": spec, "used": 0}
    return site.coupons[key]


def _coupon(site: Site, given: demo_shop.DemoCode) -> None:
    more: Row = {"freeShipping": True}
    if given.percent:
        more = {"percentOffRate": float(given.percent)}
    elif given.amount:
        more = {"moneyOffAmount": float(given.amount)}
    if given.minimum:
        more["minimumSubtotal"] = float(given.minimum)
    if given.ended_days_ago:
        more["expirationTime"] = _millis(site, given.ended_days_ago)
    if given.limit is not None:
        more["usageLimit"] = given.limit
    for sku in given.skus:
        owner = next(key for key, row in site.products.items() if any(each["sku"] == sku for each in row["variants"]))
        more["scope"] = {"namespace": "stores", "group": {"name": "product", "entityId": owner}}
    add_coupon(site, given.code, **more)["used"] = given.used


def _category_coupon(site: Site) -> None:
    scope = {"namespace": "stores", "group": {"name": "collection", "entityId": _CATEGORY}}
    add_coupon(site, "CLOTHES15", percentOffRate=15, scope=scope)


def _card(site: Site, given: demo_shop.DemoGiftCard) -> None:
    code = given.code.replace("-", "")
    key = guid(f"card:{code}")
    at = site.now() - timedelta(days=20)
    site.cards[key] = {
        "id": key, "code": code, "initial": Decimal(given.balance), "balance": Decimal(given.balance), "keys": {},
        "journal": [], "disabled": None if given.usable else at, "created": at, "updated": at,
    }  # fmt: skip


def _online_orders(site: Site) -> None:
    """Paid ones, one that waits for its payment, and one whose shopper never finished."""
    for at, (sku, status) in enumerate(
        (("TEE-M", "PAID"), ("MUG-RED", "PAID"), ("SOAP-1", "PAID"), ("NOTE-1", "PAID"), ("TOTE-1", "PENDING"),
         ("CANDLE-1", "INITIALIZED"))
    ):  # fmt: skip
        row = orders.make(site, _online(site, sku, demo_shop.PEOPLE[at]))
        if status == "PAID":
            details = {"offlinePayment": False, "status": "APPROVED", "paymentMethod": "CreditCard"}
            given = {"amount": money(row["summary"]["total"]), "status": "APPROVED", "regularPaymentDetails": details}
            row["payments"].append(_payment(site, given))
            row["status"] = "APPROVED"
        else:
            row["status"] = status
        # stock is what is left after them
        row |= {"lowered": True, "created": site.now() - timedelta(days=2, hours=at)}
        row["updated"] = row["created"]


def _online(site: Site, sku: str, person: demo_shop.DemoPerson) -> Row:
    product, variant = next(
        (row, each) for row in site.products.values() for each in row["variants"] if each["sku"] == sku
    )
    price: Decimal = variant["price"]
    tax = price - (price / Decimal("1.23")).quantize(Decimal("0.01"))
    reference = {"appId": STORES_APP, "catalogItemId": product["id"], "options": {"variantId": variant["id"]}}
    line = {
        "productName": {"original": product["name"]}, "catalogReference": reference, "quantity": 1,
        "itemType": {"preset": "PHYSICAL"}, "price": money(price), "priceBeforeDiscounts": money(price),
        "totalPriceBeforeTax": money(price - tax), "totalPriceAfterTax": money(price), "lineItemPrice": money(price),
        "taxInfo": {"taxRate": "0.23", "taxAmount": money(tax), "taxIncludedInPrice": True},
        "physicalProperties": {"sku": sku},
    }  # fmt: skip
    shipping = Decimal("3.90")
    contact = {"firstName": person.first_name, "lastName": person.last_name}
    return {
        "channelInfo": {"type": "WEB"}, "currency": "EUR", "taxIncludedInPrices": True, "lineItems": [line],
        "priceSummary": {
            "subtotal": money(price), "shipping": money(shipping), "tax": money(tax), "total": money(price + shipping),
        },
        "shippingInfo": {"title": "Post", "cost": {"price": money(shipping), "totalPriceAfterTax": money(shipping)}},
        "buyerInfo": {"email": person.email}, "purchasedDate": iso(site.now() - timedelta(days=2)),
        "billingInfo": {"contactDetails": contact, "address": {"country": "IE", "city": person.city}},
    }  # fmt: skip

"""The demo shop's goods, people and codes as rows of a Sylius shop with a channel for the web and one for the till."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.training import demo_shop

from .carts import refresh
from .goods import new_product, new_variant
from .order_life import complete_checkout
from .state import ADMIN, Row, Shop
from .tokens import EMAIL, PASSWORD, ROLE

TILL, WEB = "HARBOUR_TILL", "HARBOUR_WEB"
TILL_HOST, WEB_HOST = "till.harbourlane.example", "www.harbourlane.example"
BARCODE_FIELD = "ean"
_ONLINE = ((("MUG-RED", "NOTE-1"), True), (("CANDLE-1",), False), (("TOTE-1",), True))
_STAFF_ROLE = "ROLE_ADMINISTRATION_ACCESS"
_STANDARD, _ZERO = "standard", "zero"
_COUNTRY = "IE"


def cents(amount: str) -> int:
    """An amount in whole cents."""
    return int(Decimal(amount) * 100)


def fill(shop: Shop) -> None:
    """The shop as a merchant has prepared it for a till: a channel of its own, whose mails are switched off."""
    shop.zone = demo_shop.ZONE
    shop.switches.mails_off = (TILL,)
    _channels(shop)
    _methods(shop)
    _staff(shop)
    for product in demo_shop.PRODUCTS:
        _product(shop, product)
    for person in demo_shop.PEOPLE:
        _person(shop, person)
    for code in demo_shop.CODES:
        _code(shop, code)
    _online_orders(shop)


def _channels(shop: Shop) -> None:
    own: Row = {
        "company": demo_shop.NAME,
        "taxId": "IE0000000A",
        "countryCode": _COUNTRY,
        "street": "Harbour Lane 1",
        "city": "Galway",
        "postcode": "H91 TB00",
    }
    for code, host, name in ((TILL, TILL_HOST, f"{demo_shop.NAME}, till"), (WEB, WEB_HOST, demo_shop.NAME)):
        shop.channels[code] = {
            "code": code,
            "name": name,
            "hostname": host,
            "enabled": True,
            "baseCurrency": f"{ADMIN}/currencies/{demo_shop.CURRENCY}",
            "defaultLocale": f"{ADMIN}/locales/{shop.locale}",
            "countries": [f"{ADMIN}/countries/{_COUNTRY}"],
            "contactEmail": demo_shop.OWNER,
            "shopBillingData": own,
        }
    rates = ((_STANDARD, demo_shop.TAX_NAME, demo_shop.TAX_RATE), (_ZERO, demo_shop.ZERO_TAX_NAME, "0"))
    for number, (category, name, rate) in enumerate(rates, 1):
        shop.tax_rates[category] = {
            "id": number,
            "code": category,
            "category": category,
            "name": name,
            "amount": float(rate),
            "includedInPrice": True,
            "zone": _COUNTRY,
            "countries": [_COUNTRY],
        }


def _methods(shop: Shop) -> None:
    pay = (("pos_till", "Paid at the till", "offline"), ("card_online", "Card", "stripe_checkout"))
    for number, (code, name, gateway) in enumerate(pay, 1):
        channels = [TILL] if gateway == "offline" else [WEB, TILL]
        row = {"id": number, "code": code, "position": number - 1, "name": name, "enabled": True}
        shop.payment_methods[code] = row | {"channels": channels, "gateway": gateway}
    for number, (code, name, cost) in enumerate(
        (("parcel", "Parcel", 490), ("in_store", "Taken along in store", 0)), 1
    ):
        row = {"id": number, "code": code, "position": number - 1, "name": name, "enabled": True, "zone": _COUNTRY}
        shop.shipping_methods[code] = row | {"channels": [WEB, TILL], "amounts": {WEB: cost, TILL: cost}}


def _staff(shop: Shop) -> None:
    shop.administrators += [
        {"id": 1, "email": EMAIL, "username": "till", "password": PASSWORD, "roles": [_STAFF_ROLE, ROLE]},
        {"id": 2, "email": demo_shop.OWNER, "username": "owner", "password": "no-api-for-me", "roles": [_STAFF_ROLE]},
    ]


def _product(shop: Shop, product: demo_shop.DemoProduct) -> None:
    several = bool(product.option)
    code = product.handle.upper() if several else product.variants[0].sku
    row = new_product(shop, code, product.title, product.handle)
    row |= {"channels": [WEB, TILL], "selection": "match" if several else "choice"}
    row["images"] = [_image(shop, product.handle)]
    if several:
        row["options"] = [_option(shop, product)]
    shop.products[code] = row
    for each in product.variants:
        variant = new_variant(shop, each.sku, code)
        price = {"price": cents(product.price), "originalPrice": cents(product.before) if product.before else None}
        variant |= {
            "name": each.value or None,
            "tracked": True,
            "onHand": each.stock,
            "channelPricings": {WEB: dict(price), TILL: dict(price)},
            "taxCategory": _ZERO if product.zero_rated else _STANDARD,
            "custom": {BARCODE_FIELD: each.barcode},
        }
        if several:
            variant["values"] = [(row["options"][0], f"{row['options'][0]}_{each.value.lower()}")]
        shop.variants[each.sku] = variant


def _image(shop: Shop, handle: str) -> Row:
    path = f"{shop.origin}/media/cache/resolve/sylius_original/{handle}.jpg"
    return {"id": shop.next_id("images"), "path": path, "position": 0, "variants": []}


def _option(shop: Shop, product: demo_shop.DemoProduct) -> str:
    code = product.option.lower()
    values = {f"{code}_{each.value.lower()}": each.value for each in product.variants}
    row = {"code": code, "name": product.option, "position": len(shop.options), "values": values}
    shop.options[code] = row | {"createdAt": shop.now()}
    return code


def _person(shop: Shop, person: demo_shop.DemoPerson) -> None:
    number = shop.next_id("customers")
    shop.customers[number] = {
        "id": number,
        "email": person.email,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "phoneNumber": None,
        "birthday": None,
        "gender": "u",
        "group": None,
        "user": None,
        "subscribedToNewsletter": False,
        "createdAt": shop.now(),
    }


def _code(shop: Shop, code: demo_shop.DemoCode) -> None:
    name, channels = code.code.lower(), (WEB, TILL)
    ends = shop.now() - timedelta(days=code.ended_days_ago) if code.ended_days_ago else None
    rules: list[tuple[str, Row]] = []
    if code.minimum:
        rules.append(("item_total", {each: {"amount": cents(code.minimum)} for each in channels}))
    actions = [_action(shop, code, channels)]
    shop.promotions[name] = {
        "id": shop.next_id("promotions"),
        "code": name,
        "name": code.code.capitalize(),
        "label": code.code.capitalize(),
        "channels": list(channels),
        "priority": len(shop.promotions),
        "exclusive": False,
        "usageLimit": None,
        "used": 0,
        "startsAt": None,
        "endsAt": None,
        "archivedAt": None,
        "couponBased": True,
        "rules": [{"id": shop.next_id("rules"), "type": kind, "configuration": own} for kind, own in rules],
        "actions": [{"id": shop.next_id("actions"), "type": kind, "configuration": own} for kind, own in actions],
        "createdAt": shop.now(),
    }
    shop.coupons[code.code] = {
        "code": code.code,
        "promotion": name,
        "usageLimit": code.limit,
        "perCustomerUsageLimit": None,
        "used": code.used,
        "reusableFromCancelledOrders": True,
        "expiresAt": ends,
        "createdAt": shop.now(),
    }


def _action(shop: Shop, code: demo_shop.DemoCode, channels: tuple[str, ...]) -> tuple[str, Row]:
    part = float(Decimal(code.percent or "0") / 100)
    if code.skus:
        goods = sorted({shop.variants[each]["product"] for each in code.skus})
        own = {"percentage": part, "filters": {"products_filter": {"products": goods}}}
        return "unit_percentage_discount", {each: own for each in channels}
    if code.percent:
        return "order_percentage_discount", {"percentage": part}
    if code.amount:
        return "order_fixed_discount", {each: {"amount": cents(code.amount)} for each in channels}
    return "shipping_percentage_discount", {"percentage": 1}


def _online_orders(shop: Shop) -> None:
    """Three orders of the web channel, two paid and one that waits for its money."""
    for number, (skus, paid) in enumerate(_ONLINE, 1):
        person = demo_shop.PEOPLE[number]
        place = {"id": number, "firstName": person.first_name, "lastName": person.last_name, "street": "Quay 1"}
        place |= {"city": person.city, "postcode": "T12 TB00", "countryCode": _COUNTRY}
        row: Row = dict.fromkeys(("number", "coupon", "notes", "completedAt", "sums"))
        row |= {"id": shop.next_id("orders"), "token": shop.new_token(), "channel": WEB, "locale": shop.locale}
        row |= {"currency": demo_shop.CURRENCY, "customer": number + 1, "billing": place, "shipping": place}
        row |= {"payments": [], "shipments": [], "state": "cart", "checkoutState": "payment_selected", "applied": []}
        row |= {"paymentState": "cart", "shippingState": "cart", "createdAt": shop.now()}
        row["items"] = [
            {
                "id": shop.next_id("items"),
                "variant": sku,
                "quantity": 1,
                "units": [shop.next_id("units")],
                "productName": shop.products[shop.variants[sku]["product"]]["name"],
                "variantName": shop.variants[sku]["name"],
            }
            for sku in skus
        ]
        refresh(shop, row)
        shop.orders[row["token"]] = row
        complete_checkout(shop, row, None)
        if paid:
            row["payments"][0]["state"], row["paymentState"] = "completed", "paid"
    # what they took is back on the shelf, so that every simulator opens with the same stock
    for each in shop.variants.values():
        each["onHold"] = 0

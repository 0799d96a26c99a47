"""The made-up shop "Harbour Lane Outfitters" as rows of a Squarespace site; training and tests sell its goods."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.training import demo_shop

from .access import ALL_SCOPES
from .offers import discount
from .orders import blank
from .people import contact
from .speech import money
from .state import Pass, Row, Store

API_KEY = "3f9a2c71-5b8e-4d06-a1c4-7e2b9d0f6a83"
_ZERO = Decimal(0)


def fill(store: Store) -> None:
    """A key, goods, people, codes and two orders of the online shop."""
    store.passes[API_KEY] = Pass(ALL_SCOPES, oauth=False)
    for given in demo_shop.PRODUCTS:
        _product(store, given)
    _other_kinds(store)
    for person in demo_shop.PEOPLE:
        _person(store, person)
    for code in demo_shop.CODES:
        _code(store, code)
    half = {"type": "BUY_X_GET_Y_PERCENTAGE", "discountPercentage": 50}
    bought = {"type": "BUY_X_GET_Y", "requiredFullPriceQuantity": 1, "eligibleForDiscountQuantity": 1}
    discount(store, "SECONDHALF", half, bought, begins=store.now() - timedelta(days=30))
    _online_orders(store)


def _row(store: Store, kind: str, name: str, price: str) -> Row:
    key = store.new_id()
    row: Row = {
        "id": key, "type": kind, "name": name, "description": f"<p>{name} of Harbour Lane.</p>", "tags": ["harbour"],
        "slug": name.lower().replace(" ", "-"), "visible": True, "attributes": [], "variants": [], "image": None,
        "base": Decimal(price), "sale": None, "created": store.now() - timedelta(days=60),
        "modified": store.now() - timedelta(days=2, seconds=len(store.products)),
    }  # fmt: skip
    store.products[key] = row
    return row


def _variant(store: Store, sku: str, quantity: int, gtin: str | None = None, **attributes: str) -> Row:
    return {
        "id": store.new_uuid(), "sku": sku, "gtin": gtin, "attributes": attributes, "quantity": quantity,
        "unlimited": False,
    }  # fmt: skip


def _product(store: Store, given: demo_shop.DemoProduct) -> None:
    row = _row(store, "PHYSICAL", given.title, given.before or given.price)
    url = f"https://images.squarespace-cdn.example/{given.handle}.jpg"
    row |= {
        "sale": Decimal(given.price) if given.before else None, "attributes": [given.option] if given.option else [],
        "image": {
            "id": store.new_id(), "url": url, "altText": given.title, "orderIndex": 0,
            "originalSize": {"width": 1200, "height": 1200}, "availableFormats": ["100w", "500w"],
        },
    }  # fmt: skip
    for each in given.variants:
        chosen = {given.option: each.value} if given.option else {}
        row["variants"].append(_variant(store, each.sku, each.stock, each.barcode, **chosen))


def _other_kinds(store: Store) -> None:
    """A service without end, a gift card and a download."""
    service = _row(store, "SERVICE", "Boot Waxing", "8.00")
    service["variants"].append(_variant(store, "WAX-1", 3) | {"unlimited": True})
    card = _row(store, "GIFT_CARD", "Gift Card", "25.00")
    card["variants"].append(_variant(store, "CARD-25", 0))
    _row(store, "DIGITAL", "Tide Tables", "4.00")


def _person(store: Store, given: demo_shop.DemoPerson) -> None:
    address = {
        "firstName": given.first_name, "lastName": given.last_name, "line1": "3 Quay Row", "line2": "",
        "city": given.city, "region": "", "postalCode": "H91 T0WN", "countryCode": "IE", "phoneNumber": "+353 1 555",
    }  # fmt: skip
    entry = {"id": store.new_id(), "defaultShipping": True, "address": address}
    accepts = given.first_name == "Aoife"
    contact(store, given.first_name, given.last_name, given.email, accepts=accepts, address=entry)


def _code(store: Store, given: demo_shop.DemoCode) -> None:
    template: Row = {"type": "FREE_SHIPPING", "appliesToFulfillmentOptionType": "SHIPPING"}
    if given.percent:
        template = {"type": "PERCENTAGE", "percentage": int(given.percent)}
    elif given.amount:
        amount = {"currency": store.currency, "value": float(given.amount)}
        template = {"type": "FIXED_AMOUNT", "discountAmount": amount}
    criteria: Row = {"type": "ANY_ORDER"}
    if given.minimum:
        minimum = {"currency": store.currency, "value": float(given.minimum)}
        criteria = {"type": "CART_TOTAL", "minimumCartTotal": minimum}
    for row in store.products.values():
        if any(each["sku"] in given.skus for each in row["variants"]):
            criteria = {"type": "PRODUCT", "productId": row["id"], "productName": row["name"]}
    ends = store.now() - timedelta(days=given.ended_days_ago) if given.ended_days_ago else None
    discount(
        store, given.code, template, criteria, begins=store.now() - timedelta(days=90), ends=ends,
        isLimitedUses=given.limit is not None, maxUsesAllowed=given.limit, numberOfUses=given.used,
    )  # fmt: skip


def _online_orders(store: Store) -> None:
    """One paid with a code, one whose payment failed, one of the test mode. Stock is what is left after them."""
    product = next(row for row in store.products.values() if row["name"] == "Organic Tee")
    shopper = next(iter(store.contacts.values()))
    address = {"firstName": "Aoife", "lastName": "Byrne", "address1": "3 Quay Row", "address2": "", "city": "Galway"}
    address |= {"state": "", "countryCode": "IE", "postalCode": "H91 T0WN", "phone": ""}
    for at, state in enumerate(("PAID", "FAILED", "PAID")):
        variant = product["variants"][1]
        line = {
            "id": store.new_id(), "lineItemType": "PHYSICAL_PRODUCT", "productId": product["id"],
            "variantId": variant["id"], "sku": variant["sku"], "productName": product["name"], "quantity": 1,
            "unitPricePaid": money(product["base"], store), "variantOptions": None, "customizations": None,
            "imageUrl": None, "weight": 0.25,
        }  # fmt: skip
        off = {"name": "Harbour10", "promoCode": "HARBOUR10", "amount": money(Decimal("2.49"), store)}
        made = store.now() - timedelta(days=2, hours=at)
        row = blank(store) | {
            "created": made, "modified": made, "listed": made, "lineItems": [line], "discountLines": [off],
            "paymentState": state, "testmode": at == 2, "customerEmail": shopper["email"], "customerId": shopper["id"],
            "billingAddress": address, "shippingAddress": address,
            "shippingLines": [{"method": "Post", "amount": money(Decimal("4.00"), store)}],
            "amounts": {
                "subtotal": Decimal("24.90"), "discountTotal": Decimal("2.49"), "shippingTotal": Decimal("4.00"),
                "taxTotal": Decimal("4.94"), "refundedTotal": _ZERO, "grandTotal": Decimal("26.41"),
            },
        }  # fmt: skip
        store.orders[row["id"]] = row

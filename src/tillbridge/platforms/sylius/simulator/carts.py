"""The shopper's side: carts, their goods, people, methods, and the step that makes an order of one."""

from __future__ import annotations

from typing import Any

from . import promotions
from .collections import listed
from .http import ApiError, Call, Reply, context, invalid, not_found
from .order_life import complete_checkout
from .order_views import adjustments, shop_view
from .reckoning import reckon
from .state import SHOP, Row, Shop, last_part

_MOST = 9999
_RANGE = "04b91c99-a946-4221-afc5-e65ebac401eb"
_NEXT = {
    "cart": "address",
    "addressed": "address, select_shipping, skip_shipping",
    "shipping_selected": "address, select_shipping, select_payment, skip_payment",
    "shipping_skipped": "address, select_payment, skip_payment",
    "payment_selected": "address, select_shipping, select_payment, complete",
    "payment_skipped": "address, select_shipping, complete",
}
_READY = ("payment_selected", "payment_skipped")


def open_cart(call: Call) -> Reply:
    """An empty cart in the channel of the host; nothing in the body is heard."""
    shop = call.shop
    row: Row = {
        "id": shop.next_id("orders"),
        "token": shop.new_token(),
        "number": None,
        "channel": call.channel["code"],
        "currency": last_part(call.channel["baseCurrency"]),
        "locale": shop.locale,
        "customer": None,
        "billing": None,
        "shipping": None,
        "items": [],
        "payments": [],
        "shipments": [],
        "coupon": None,
        "notes": None,
        "state": "cart",
        "checkoutState": "cart",
        "paymentState": "cart",
        "shippingState": "cart",
        "createdAt": shop.now(),
        "completedAt": None,
        "sums": None,
        "applied": [],
    }
    shop.orders[row["token"]] = row
    return _told(call, row, 201)


def _told(call: Call, row: Row, status: int = 200) -> Reply:
    return Reply(context("Order", shop_view(call.shop, row)), status)


def cart_of(call: Call) -> Row:
    """The cart of the path; an order is none any more."""
    row = call.shop.orders.get(call.words["token"])
    if row is None or row["state"] != "cart":
        raise not_found()
    return row


def read_order(call: Call) -> Reply:
    """Cart or order, to whoever knows its token."""
    row = call.shop.orders.get(call.words["token"])
    if row is None:
        raise not_found()
    return _told(call, row)


def delete_cart(call: Call) -> Reply:
    """Gone."""
    del call.shop.orders[cart_of(call)["token"]]
    return Reply(status=204)


def read_adjustments(call: Call) -> Reply:
    """The shopper's view of what came on or off; a list without pages."""
    row = call.shop.orders.get(call.words["token"])
    if row is None:
        raise not_found()
    return listed(call, "Adjustment", adjustments(call.shop, row, SHOP), lambda each: each, paged=False)


def add_item(call: Call) -> Reply:
    """Add goods; to a cart nobody knows the shop breaks down."""
    row = call.shop.orders.get(call.words["token"])
    body = _fields(call, ("productVariant", "quantity"))
    if row is None or row["state"] != "cart":
        raise ApiError(500, "Internal Server Error")
    code, quantity = last_part(body["productVariant"]), _quantity(body["quantity"])
    known = next((each for each in row["items"] if each["variant"] == code), None)
    _demand_sellable(call, code, quantity + (known["quantity"] if known else 0))
    if known is None:
        row["items"].append(_item(call.shop, code, quantity))
    else:
        _resize(call.shop, known, known["quantity"] + quantity)
    refresh(call.shop, row)
    return _told(call, row, 201)


def change_item(call: Call) -> Reply:
    """Another quantity; a price of one's own is not heard."""
    row, body = cart_of(call), _fields(call, ("quantity",))
    item = next((each for each in row["items"] if str(each["id"]) == call.words["item"]), None)
    if item is None:
        raise not_found()
    quantity = _quantity(body["quantity"])
    _demand_sellable(call, item["variant"], quantity)
    _resize(call.shop, item, quantity)
    refresh(call.shop, row)
    return _told(call, row)


def remove_item(call: Call) -> Reply:
    """Take goods out."""
    row = cart_of(call)
    row["items"] = [each for each in row["items"] if str(each["id"]) != call.words["item"]]
    refresh(call.shop, row)
    return Reply(status=204)


def _fields(call: Call, names: tuple[str, ...]) -> Row:
    body = call.body if isinstance(call.body, dict) else {}
    missing = [name for name in names if name not in body]
    if missing:
        status = 422 if call.shop.switches.release in ("2.2", "2.3") else 400
        said = f"Request does not have the following required fields specified: {', '.join(missing)}."
        raise ApiError(status, said)
    return body


def _quantity(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ApiError(400, 'Request field "quantity" should be of type "int".')
    if not 1 <= value <= _MOST:
        raise invalid(("quantity", f"Quantity must be between 1 and {_MOST}.", _RANGE))
    return value


def _demand_sellable(call: Call, code: str, quantity: int) -> None:
    shop = call.shop
    variant = shop.variants.get(code)
    if variant is None or not variant["enabled"]:
        raise invalid(("", f"The product variant {code} does not exist."))
    product = shop.products[variant["product"]]
    if not product["enabled"] or call.channel["code"] not in product["channels"]:
        raise invalid(("", f"The product {product['name']} does not exist."))
    if variant["tracked"] and variant["onHand"] - variant["onHold"] < quantity:
        raise invalid(("", f"The product variant with {code} code does not have sufficient stock."))


def _item(shop: Shop, code: str, quantity: int) -> Row:
    variant = shop.variants[code]
    return {
        "id": shop.next_id("items"),
        "variant": code,
        "quantity": quantity,
        "units": [shop.next_id("units") for _ in range(quantity)],
        "productName": shop.products[variant["product"]]["name"],
        "variantName": variant["name"],
    }


def _resize(shop: Shop, item: Row, quantity: int) -> None:
    units = item["units"][:quantity]
    item["units"] = [*units, *(shop.next_id("units") for _ in range(quantity - len(units)))]
    item["quantity"] = quantity


def refresh(shop: Shop, row: Row) -> None:
    """What the shop's processors do after each change: a payment and a shipment where they are needed."""
    shippable = any(shop.variants[each["variant"]]["shippingRequired"] for each in row["items"])
    if shippable and not row["shipments"]:
        method = next(iter(_methods(shop.shipping_methods, row["channel"])), None)
        row["shipments"] = [{"id": shop.next_id("shipments"), "method": method, "state": "cart"}]
    if not shippable:
        row["shipments"] = []
    total = reckon(shop, row).total
    if total and not row["payments"]:
        method = next(iter(_methods(shop.payment_methods, row["channel"])), None)
        now = shop.now()
        payment = {
            "id": shop.next_id("payments"),
            "method": method,
            "state": "cart",
            "createdAt": now,
            "updatedAt": now,
        }
        row["payments"] = [payment]
    if not total:
        row["payments"] = []


def _methods(rows: dict[str, Row], channel: str) -> list[str]:
    """Codes of the methods a channel offers, in the shop's order."""
    return [code for code, row in rows.items() if row["enabled"] and channel in row["channels"]]


def fill_in(call: Call) -> Reply:
    """E-mail, addresses and code. Without the code in the body a code on the cart is gone."""
    row, shop, body = cart_of(call), call.shop, call.body if isinstance(call.body, dict) else {}
    customer = _customer(shop, body["email"]) if body.get("email") else row["customer"]
    code = body.get("couponCode")
    if code is not None:
        worth = reckon(shop, {**row, "coupon": None}).subtotal
        if not promotions.takes_coupon(shop, row, code, worth, customer):
            raise invalid(("couponCode", "Coupon code is invalid."))
        code = (promotions.coupon_named(shop, code) or {}).get("code")
    billing = body.get("billingAddress")
    _demand_address(call, billing or body.get("shippingAddress"))
    row["customer"], row["coupon"] = customer, code
    if billing or body.get("shippingAddress"):
        _address(shop, row, billing, body.get("shippingAddress"))
        row["checkoutState"] = "addressed" if row["shipments"] else "shipping_skipped"
    refresh(shop, row)
    return _told(call, row)


def _customer(shop: Shop, email: str) -> int:
    """A guest by that address becomes a customer of the shop; one with an account is found."""
    known = next((each for each in shop.customers.values() if each["email"].lower() == email.lower()), None)
    if known is not None:
        return int(known["id"])
    number = shop.next_id("customers")
    blank = {"firstName": None, "lastName": None, "phoneNumber": None, "group": None, "user": None}
    person = {"id": number, "email": email, **blank, "gender": "u", "subscribedToNewsletter": False}
    shop.customers[number] = person | {"birthday": None, "createdAt": shop.now()}
    return number


def _demand_address(call: Call, address: Any) -> None:
    if address is None:
        return
    allowed = [last_part(each) for each in call.channel["countries"]]
    faults = [
        (f"billingAddress.{name}", f"Please enter {name}.")
        for name in ("firstName", "lastName", "street", "city", "postcode", "countryCode")
        if not address.get(name)
    ]
    if allowed and address.get("countryCode") not in allowed:
        faults.append(("", f"The country {address.get('countryCode')} does not exist."))
    if faults:
        raise invalid(*faults)


def _address(shop: Shop, row: Row, billing: Row | None, shipping: Row | None) -> None:
    given = {"shipping": shipping or billing, "billing": billing or shipping}
    for name, address in given.items():
        row[name] = {**(address or {}), "id": shop.next_id("addresses")}


def choose_shipping(call: Call) -> Reply:
    """The shipping method, by IRI or code."""
    row = cart_of(call)
    if row["checkoutState"] not in ("addressed", "shipping_selected", *_READY):
        raise invalid(("", _wrong_state("select shipping", row["checkoutState"])))
    shipment = _mine(row["shipments"], call.words["shipment"])
    shipment["method"] = _method(call, "shippingMethod", call.shop.shipping_methods, "shipping method")
    row["checkoutState"] = "shipping_selected"
    refresh(call.shop, row)
    if not row["payments"]:
        row["checkoutState"] = "payment_skipped"
    return _told(call, row)


def choose_payment(call: Call) -> Reply:
    """The payment method, by IRI or code."""
    row = cart_of(call)
    if row["checkoutState"] not in ("shipping_selected", "shipping_skipped", *_READY):
        raise invalid(("", _wrong_state("select payment", row["checkoutState"])))
    payment = _mine(row["payments"], call.words["payment"])
    payment["method"] = _method(call, "paymentMethod", call.shop.payment_methods, "payment method")
    row["checkoutState"] = "payment_selected"
    return _told(call, row)


def _mine(rows: list[Row], number: str) -> Row:
    found = next((each for each in rows if str(each["id"]) == number), None)
    if found is None:
        raise not_found()
    return found


def _method(call: Call, name: str, rows: dict[str, Row], word: str) -> str:
    code = last_part(_fields(call, (name,))[name])
    row = rows.get(code)
    if row is None or call.channel["code"] not in row["channels"] or not row["enabled"]:
        raise invalid(("", f"The {word} with {code} code does not exist."))
    return code


def _wrong_state(verb: str, state: str) -> str:
    return f"Cannot {verb} as order is in a wrong state. Current: {state}. Possible transitions: {_NEXT[state]}."


def complete(call: Call) -> Reply:
    """Place the order. It is refused for a wrong state, for lack of stock and for a code that holds no more."""
    row, shop = cart_of(call), call.shop
    faults: list[tuple[str, str]] = []
    if row["checkoutState"] not in _READY:
        faults.append(("", _wrong_state("complete", row["checkoutState"])))
    if not row["items"]:
        faults.append(("", "An empty order cannot be processed."))
    if faults:
        raise invalid(*faults)
    for item in row["items"]:
        _demand_sellable(call, item["variant"], item["quantity"])
    _demand_coupon(shop, row)
    notes = call.body.get("notes") if isinstance(call.body, dict) else None
    complete_checkout(shop, row, notes)
    return _told(call, row)


def _demand_coupon(shop: Shop, row: Row) -> None:
    if not row["coupon"]:
        return
    worth = reckon(shop, {**row, "coupon": None}).subtotal
    if promotions.takes_coupon(shop, row, row["coupon"], worth, row["customer"]):
        return
    coupon = promotions.coupon_named(shop, row["coupon"]) or {}
    label = shop.promotions[coupon["promotion"]]["name"] if coupon else row["coupon"]
    row["coupon"] = None
    refresh(shop, row)
    raise invalid(("", f"Order is no longer eligible for this {label} promotion. Your cart was recalculated."))


def method_list(call: Call) -> Reply:
    """The methods a shipment or payment of a cart may take."""
    cart_of(call)
    noun = "ShippingMethod" if "shipment" in call.words else "PaymentMethod"
    rows = call.shop.shipping_methods if noun == "ShippingMethod" else call.shop.payment_methods
    offered = [rows[code] for code in _methods(rows, call.channel["code"])]
    base = f"{SHOP}/{'shipping' if noun == 'ShippingMethod' else 'payment'}-methods"

    def view(row: Row) -> Row:
        return {
            "@id": f"{base}/{row['code']}",
            "@type": noun,
            "id": row["id"],
            "code": row["code"],
            "position": row["position"],
            "name": row["name"],
            "description": None,
        }

    return listed(call, noun, offered, view, paged=False)

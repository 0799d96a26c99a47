"""Carts of guests, of customers and of the admin: goods, coupon, shipping, totals and the placing of an order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import reckoning, rules
from .order_rows import order_from_cart
from .rest import ANYBODY, Call, Fault, Route, Row, check_known, dec, no_entity, required, route

if TYPE_CHECKING:
    from .state import Shop

_MANAGE = "Magento_Cart::manage"
_ITEM = frozenset(
    [
        "item_id",
        "sku",
        "qty",
        "name",
        "price",
        "product_type",
        "quote_id",
        "product_option",
        "extension_attributes",
    ]
)
_GONE = "The product that was requested doesn't exist. Verify the product and try again."
_UNAVAILABLE = "Product that you are trying to add is not available."
_NO_COUPON = "The coupon code isn't valid. Verify the code and try again."
_METHODS = (
    ("checkmo", "Check / Money order"),
    ("purchaseorder", "Purchase Order"),
    ("banktransfer", "Bank Transfer Payment"),
    ("cashondelivery", "Cash On Delivery"),
)
_LIMIT, _PERIOD = 50, 60


def _new(shop: Shop, customer: int | None) -> Row:
    number = shop.next_id("cart")
    masked = hashlib.sha256(f"cart {shop.seed} {number}".encode()).hexdigest()[:32]
    row: Row = {"id": number, "masked": masked, "customer": customer, "items": [], "coupon": "", "shipping": None}
    shop.carts[number] = row | {"active": True, "view": 1}
    return shop.carts[number]


def make_guest(shop: Shop, call: Call) -> str:
    """POST /guest-carts: its name is a bare text."""
    return str(_new(shop, None)["masked"])


def make_admin(shop: Shop, call: Call) -> str:
    """POST /carts/: a number as a text, as the first one of a shop is told."""
    return str(_new(shop, None)["id"])


def make_for_customer(shop: Shop, call: Call) -> int:
    """POST /customers/{id}/carts: the shopper's open cart, if there is one."""
    number = call.number("id")
    if number not in shop.customers:
        raise no_entity("customerId", number)
    opened = (each for each in shop.carts.values() if each["customer"] == number and each["active"])
    return int((next(opened, None) or _new(shop, number))["id"])


def assign(shop: Shop, call: Call) -> bool:
    """PUT /carts/{id}: the shopper's open web cart is poured into this one and closed."""
    cart = _cart(shop, call)
    customer = int(call.part("customerId"))
    for each in shop.carts.values():
        if each["customer"] == customer and each["active"] and each is not cart:
            cart["items"] += each["items"]
            each["active"] = False
    cart["customer"] = customer
    return True


def search(shop: Shop, call: Call) -> Row:
    """GET /carts/search."""
    from .search import listing  # noqa: PLC0415  one list in a module of writes

    rows = [
        {
            "id": each["id"],
            "is_active": each["active"],
            "customer_id": each["customer"],
            "items_count": len(each["items"]),
        }
        for each in shop.carts.values()
    ]
    return listing(call, rows)


def _cart(shop: Shop, call: Call) -> Row:
    wanted = call.params["cart"]
    for each in shop.carts.values():
        if wanted in (each["masked"], str(each["id"])) and each["active"]:
            return each
    raise no_entity("cartId", int(wanted) if wanted.isdigit() else None)


def items(shop: Shop, call: Call) -> list[Row]:
    """GET items."""
    cart = _cart(shop, call)
    return [_item_view(shop, cart, each) for each in cart["items"]]


def _item_view(shop: Shop, cart: Row, item: Row) -> Row:
    product = shop.product(item["sku"])
    assert product is not None
    priced = reckoning.line(shop, product, item["qty"])
    return {
        "item_id": item["item_id"],
        "sku": product["sku"],
        "qty": item["qty"],
        "name": product["name"],
        "price": priced["price"],
        "product_type": product["type_id"],
        "quote_id": str(cart["id"]),
    }


def add(shop: Shop, call: Call) -> Row:
    """POST items: an own price is taken without a word and ignored, no quantity becomes one."""
    given: Row = call.part("cartItem")
    check_known(given, _ITEM)
    try:
        cart = _cart(shop, call)
    except Fault:
        # the shop looks for the cart by the item's own word first
        raise required("quoteId") from None
    product = shop.product(str(given["sku"]))
    if product is None:
        raise Fault(404, _GONE)
    quantity = dec(given.get("qty")) or Decimal(1)
    there = next((each for each in cart["items"] if each["sku"] == product["sku"]), None)
    _check_salable(shop, product, quantity + (there["qty"] if there else 0))
    if there is None:
        there = {"item_id": shop.next_id("cart_item"), "sku": product["sku"], "qty": Decimal(0)}
        cart["items"].append(there)
    there["qty"] += quantity
    return _item_view(shop, cart, there)


def _check_salable(shop: Shop, product: Row, quantity: Decimal) -> None:
    if product["type_id"] == "configurable":
        raise Fault(400, "You need to choose options for your item.")
    kept = [row for (sku, _), row in shop.source_items.items() if sku == product["sku"]]
    out = not any(row["status"] for row in kept) or shop.salable(product["sku"]) <= 0
    if product["status"] != 1 or out:
        raise Fault(400, _UNAVAILABLE)
    if quantity > shop.salable(product["sku"]):
        raise Fault(400, "The requested qty is not available")


def change(shop: Shop, call: Call) -> Row:
    """PUT items/{id}: the quantity; a price is ignored."""
    given: Row = call.part("cartItem")
    check_known(given, _ITEM)
    cart, item = _cart(shop, call), _item(shop, call)
    item["qty"] = dec(given.get("qty")) or item["qty"]
    return _item_view(shop, cart, item)


def _item(shop: Shop, call: Call) -> Row:
    rows: list[Row] = _cart(shop, call)["items"]
    found = next((each for each in rows if each["item_id"] == call.number("item")), None)
    if found is None:
        raise Fault(404, "The %1 Cart doesn't contain the %2 item.", [call.params["cart"], call.params["item"]])
    return found


def remove(shop: Shop, call: Call) -> bool:
    """DELETE items/{id}."""
    _cart(shop, call)["items"].remove(_item(shop, call))
    return True


def put_coupon(shop: Shop, call: Call) -> bool:
    """PUT coupons/{code}: one refusal for every reason."""
    cart = _cart(shop, call)
    coupon = rules.coupon_for(shop, call.params["code"])
    lines = _lines(shop, cart)
    if coupon is None or not rules.applies(shop, coupon, lines, cart["customer"]):
        raise Fault(404, _NO_COUPON)
    cart["coupon"] = coupon["code"]
    return True


def get_coupon(shop: Shop, call: Call) -> str | None:
    """GET coupons: a bare text."""
    return str(_cart(shop, call)["coupon"]) or None


def drop_coupon(shop: Shop, call: Call) -> bool:
    """DELETE coupons."""
    _cart(shop, call)["coupon"] = ""
    return True


def _lines(shop: Shop, cart: Row) -> list[Row]:
    lines = []
    for item in cart["items"]:
        product = shop.product(item["sku"])
        assert product is not None
        lines.append(reckoning.line(shop, product, item["qty"]) | {"item_id": item["item_id"]})
    return lines


def _reckoned(shop: Shop, cart: Row) -> tuple[list[Row], Row | None]:
    """Lines with discount and tax, and the rule they got."""
    lines = _lines(shop, cart)
    coupon = rules.coupon_for(shop, cart["coupon"]) if cart["coupon"] else None
    rule = shop.rules[coupon["rule_id"]] if coupon else None
    reckoning.reckon(lines, rule)
    return lines, rule


def totals(shop: Shop, call: Call) -> Row:
    """GET totals."""
    return _totals(shop, _cart(shop, call))


def _totals(shop: Shop, cart: Row) -> Row:
    lines, rule = _reckoned(shop, cart)
    code = shop.configs[0]["base_currency_code"]
    net, off = reckoning.summed(lines, "row_total"), reckoning.summed(lines, "discount_amount")
    amounts = {
        "grand_total": reckoning.grand_total(lines),
        "subtotal": net,
        "discount_amount": -off,
        "subtotal_with_discount": net - off,
        "shipping_amount": 0,
        "shipping_discount_amount": 0,
        "tax_amount": reckoning.summed(lines, "tax_amount"),
    }
    found: Row = {}
    for name, value in amounts.items():
        found |= {name: value, f"base_{name}": value}
    found |= {"weee_tax_applied_amount": None, "shipping_tax_amount": 0, "base_shipping_tax_amount": 0}
    found |= {"subtotal_incl_tax": reckoning.summed(lines, "row_total_incl_tax")}
    found |= {"shipping_incl_tax": 0, "base_shipping_incl_tax": 0}
    found |= {"base_currency_code": code, "quote_currency_code": code}
    found |= {"coupon_code": cart["coupon"]} if cart["coupon"] else {}
    found |= {"items_qty": sum((each["qty"] for each in lines), Decimal(0))}
    found |= {"items": [_totals_item(each) for each in lines], "total_segments": _segments(shop, cart, lines, rule)}
    return found | ({"extension_attributes": {"coupon_label": rule["name"]}} if rule else {})


def _totals_item(line: Row) -> Row:
    amounts = {"price": line["price"], "row_total": line["row_total"], "tax_amount": line["tax_amount"]}
    amounts |= {"discount_amount": line["discount_amount"], "price_incl_tax": line["price_incl_tax"]}
    amounts |= {"row_total_incl_tax": line["row_total_incl_tax"]}
    found: Row = {"item_id": line["item_id"], "qty": line["qty"], "row_total_with_discount": 0}
    for name, value in amounts.items():
        found |= {name: value, f"base_{name}": value}
    found |= {"tax_percent": line["rate"] * 100, "discount_percent": line["discount_percent"], "options": "[]"}
    return found | {"weee_tax_applied_amount": None, "weee_tax_applied": None, "name": line["name"]}


def _segments(shop: Shop, cart: Row, lines: list[Row], rule: Row | None) -> list[Row]:
    shipping = " (Free Shipping - Free)" if cart["shipping"] else ""
    found = [{"code": "subtotal", "title": "Subtotal", "value": reckoning.summed(lines, "row_total")}]
    if rule is not None:
        value = -reckoning.summed(lines, "discount_amount")
        found.append({"code": "discount", "title": f"Discount ({rule['name']})", "value": value})
    found.append({"code": "shipping", "title": f"Shipping & Handling{shipping}", "value": 0})
    tax = reckoning.summed(lines, "tax_amount")
    rates = [{"percent": f"{(each['rate'] * 100).normalize():f}", "title": shop.tax_name} for each in lines[:1]]
    details = [{"amount": tax, "rates": rates, "group_id": 1}]
    more = {"extension_attributes": {"tax_grandtotal_details": details}}
    found.append({"code": "tax", "title": "Tax", "value": tax, **more})
    grand = {"code": "grand_total", "title": "Grand Total", "value": reckoning.grand_total(lines), "area": "footer"}
    return [*found, grand]


def set_shipping(shop: Shop, call: Call) -> Row:
    """POST shipping-information: any enabled method will do."""
    cart = _cart(shop, call)
    cart["shipping"] = call.part("addressInformation")
    methods = [{"code": code, "title": title} for code, title in _METHODS]
    return {"payment_methods": methods, "totals": _totals(shop, cart)}


def place(shop: Shop, call: Call) -> str:
    """PUT order: reserves stock, uses the coupon up, mails the shopper; the id comes as a text."""
    cart = _cart(shop, call)
    method = str(call.part("paymentMethod").get("method") or "")
    if cart["shipping"] is None:
        raise Fault(400, "The shipping address is missing. Set the address and try again.")
    if method not in dict(_METHODS):
        raise Fault(400, "The requested Payment Method is not available.")
    lines, rule = _reckoned(shop, cart)
    order = order_from_cart(shop, cart, lines, rule, (method, dict(_METHODS)[method]))
    cart["active"] = False
    for each in lines:
        shop.reserve(each["sku"], -each["qty"])
    if rule is not None:
        _use(shop, cart, rule)
    if shop.switches.order_mails:
        to = f"{order['customer_firstname']} {order['customer_lastname']} <{order['customer_email']}>"
        shop.mail(to, f"Your {shop.name} order confirmation")
    return str(order["entity_id"])


def _use(shop: Shop, cart: Row, rule: Row) -> None:
    """Counted for the shopper at once, for the code by a queue."""
    coupon = rules.coupon_for(shop, cart["coupon"])
    assert coupon is not None
    if cart["customer"] is not None:
        shop.uses.add((rule["rule_id"], cart["customer"]))

    def counted() -> None:
        coupon["times_used"] += 1

    shop.later(counted)


def place_limited(shop: Shop, call: Call) -> str:
    """PUT guest order: with the limiter on, too many in a minute are refused without saying for how long."""
    now = shop.now()
    recent = [each for each in shop.placed if (now - each).total_seconds() < _PERIOD]
    if shop.switches.limits_placing and len(recent) >= _LIMIT:
        raise Fault(429, "Too Many Requests")
    shop.placed = [*recent, now]
    return place(shop, call)


_Handler = Callable[["Shop", Call], Any]


def _both(method: str, path: str, handler: _Handler) -> tuple[Route, Route]:
    """The same for a guest's cart and, with permission, for any cart."""
    return route(method, f"/guest-carts/{{cart}}{path}", ANYBODY, handler), route(
        method, f"/carts/{{cart}}{path}", _MANAGE, handler
    )


ROUTES: tuple[Route, ...] = (
    route("GET", "/carts/search", _MANAGE, search),
    route("POST", "/guest-carts", ANYBODY, make_guest),
    route("POST", "/carts", _MANAGE, make_admin),
    route("POST", "/customers/{id}/carts", _MANAGE, make_for_customer),
    route("PUT", "/carts/{cart}", _MANAGE, assign),
    *_both("GET", "/items", items),
    *_both("POST", "/items", add),
    *_both("PUT", "/items/{item}", change),
    *_both("DELETE", "/items/{item}", remove),
    *_both("GET", "/coupons", get_coupon),
    *_both("PUT", "/coupons/{code}", put_coupon),
    *_both("DELETE", "/coupons", drop_coupon),
    *_both("GET", "/totals", totals),
    *_both("POST", "/shipping-information", set_shipping),
    route("PUT", "/guest-carts/{cart}/order", ANYBODY, place_limited),
    route("PUT", "/carts/{cart}/order", _MANAGE, place),
)

"""The Store API cart: a session by Cart-Token in which a coupon can be tried without an order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal

from . import arguments as args
from .goods_view import full_name, image_src, permalink, price, stock_owner, stock_status, tax_class
from .order_coupons import Buyer, apply_to_lines, check, find_coupon
from .order_lines import settle_order, tax_place
from .order_view import ADDRESS, GLYPHS, as_line
from .orders import blank_order
from .php import ZERO, number, rounded
from .reckoning import Article, line_of
from .routing import CREATE, READ, Route, links, paged, route
from .state import Shop
from .wordpress import Answer, Call, RestError, Row

LIFETIME = 48 * 3600
_SECRET = b"made-up salt of a made-up shop"


def _part(value: object) -> str:
    text = json.dumps(value, separators=(",", ":")).encode() if not isinstance(value, bytes) else value
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _token(shop: Shop, session: str) -> str:
    now = int(shop.now().timestamp())
    claims = {"user_id": session, "exp": now + LIFETIME, "iss": "store-api", "iat": now}
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{head}.{_part(hmac.new(_SECRET, head.encode(), hashlib.sha256).digest())}"


def _session(shop: Shop, token: str) -> str | None:
    head, _, mark = token.rpartition(".")
    if not hmac.compare_digest(_part(hmac.new(_SECRET, head.encode(), hashlib.sha256).digest()), mark):
        return None
    claims = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
    return str(claims["user_id"]) if claims["exp"] > shop.now().timestamp() else None


def _cart(shop: Shop, call: Call, *, writes: bool) -> tuple[str, Row]:
    token = call.headers.get("cart-token", "")
    session = _session(shop, token) if token else None
    if session is None and writes and not call.headers.get("nonce"):
        words = "Missing the Nonce header. This endpoint requires a valid nonce."
        raise RestError("woocommerce_rest_missing_nonce", words, 401)
    session = session or f"t_{shop.token(30, '0123456789abcdef')}"
    cart = shop.carts.setdefault(session, {"items": {}, "coupons": [], "billing": {}, "shipping": {}})
    return session, cart


def _answer(shop: Shop, session: str, cart: Row, status: int = 200) -> Answer:
    stamp = str(int(shop.now().timestamp()))
    headers = [("Cart-Token", _token(shop, session)), ("Nonce", shop.token(10, "0123456789abcdef"))]
    headers += [("Nonce-Timestamp", stamp), ("User-ID", "0"), ("Cart-Hash", session[2:18])]
    return Answer(cart_view(shop, cart), status, headers)


def get_cart(shop: Shop, call: Call) -> Answer:
    """GET /cart: begins a session or shows it."""
    return _answer(shop, *_cart(shop, call, writes=False))


def _refused(code: str, message: str, status: int = 400) -> RestError:
    return RestError(f"woocommerce_rest_{code}", message, status)


def add_item(shop: Shop, call: Call) -> Answer:
    """POST /cart/add-item; stock is enforced here."""
    session, cart = _cart(shop, call, writes=True)
    row = shop.products.get(call.whole("id"))
    if row is None or not price(shop, row) or row["status"] != "publish" or row["type"] in ("grouped", "external"):
        raise _refused("cart_invalid_product", "This product cannot be added to the cart.")
    if row["type"] == "variable":
        raise _refused("missing_variation_data", "Missing variation data for variable product.")
    key = hashlib.md5(str(row["id"]).encode(), usedforsecurity=False).hexdigest()
    wanted = cart["items"].get(key, {}).get("quantity", 0) + call.whole("quantity", 1)
    _check_stock(shop, row, wanted)
    cart["items"][key] = {"id": row["id"], "quantity": wanted}
    return _answer(shop, session, cart, 201)


def _check_stock(shop: Shop, row: Row, wanted: int) -> None:
    owner = stock_owner(shop, row)
    name = full_name(shop, row)
    if stock_status(shop, row, owner) == "outofstock":
        words = f"You cannot add &quot;{name}&quot; to the cart because the product is out of stock."
        raise _refused("product_out_of_stock", words)
    left = int(owner["stock_quantity"] or 0) if owner else wanted
    if owner and owner["backorders"] == "no" and wanted > left:
        words = (
            f"You cannot add that amount of &quot;{name}&quot; to the cart because there is not enough stock "
            f"({left} remaining)."
        )
        raise _refused("product_partially_out_of_stock", words)


def update_customer(shop: Shop, call: Call) -> Answer:
    """POST /cart/update-customer."""
    session, cart = _cart(shop, call, writes=True)
    for name, target in (("billing_address", "billing"), ("shipping_address", "shipping")):
        if isinstance(call.params.get(name), dict):
            cart[target] = cart[target] | call.params[name]
    return _answer(shop, session, cart)


def apply_coupon(shop: Shop, call: Call) -> Answer:
    """POST /cart/apply-coupon: the shop's own verdict, per-user limits apart."""
    if not shop.option("woocommerce_enable_coupons"):
        raise _refused("cart_coupon_disabled", "Coupons are disabled.", 404)
    session, cart = _cart(shop, call, writes=True)
    code = call.text("code").strip().lower()
    if code in cart["coupons"]:
        raise _refused("cart_coupon_error", f"Coupon code &quot;{code}&quot; already applied!")
    order = _as_order(shop, cart)
    mail = cart["billing"].get("email")
    subtotal = sum((line["subtotal"] for line in order["line_items"]), ZERO)
    if order["prices_include_tax"]:
        settings = shop.tax_settings()
        subtotal += sum((as_line(row, "line").tax(settings, of_subtotal=True) for row in order["line_items"]), ZERO)
    try:
        coupon = check(shop, code, order["line_items"], subtotal, Buyer(0, (mail,) if mail else (), user_limits=False))
    except RestError as refusal:
        raise _refused("cart_coupon_error", refusal.message) from refusal
    for other in cart["coupons"]:
        alone = find_coupon(shop, other)
        if alone and alone["individual_use"]:
            words = (
                f"Sorry, coupon &quot;{other}&quot; has already been applied and cannot be used in conjunction "
                "with other coupons."
            )
            raise _refused("cart_coupon_error", words)
    cart["coupons"] = [code] if coupon["individual_use"] else [*cart["coupons"], code]
    return _answer(shop, session, cart)


def remove_coupon(shop: Shop, call: Call) -> Answer:
    """POST /cart/remove-coupon."""
    session, cart = _cart(shop, call, writes=True)
    code = call.text("code").strip().lower()
    if code not in cart["coupons"]:
        words = "Coupon cannot be removed because it is not already applied to the cart."
        raise _refused("cart_coupon_invalid_code", words)
    cart["coupons"].remove(code)
    return _answer(shop, session, cart)


def _as_order(shop: Shop, cart: Row) -> Row:
    order = blank_order(shop) | {"billing": cart["billing"], "shipping": cart["shipping"]}
    for n, item in enumerate(cart["items"].values(), 1):
        product = shop.products[item["id"]]
        taxed = product["tax_status"] == "taxable"
        article = Article(number(price(shop, product)), tax_class(shop, product), taxed)
        line = line_of(n, {"quantity": item["quantity"]}, article, shop.tax_settings())
        child = product["type"] == "variation"
        order["line_items"].append(
            {
                "id": n,
                "product_id": product["parent_id"] if child else product["id"],
                "variation_id": product["id"] if child else 0,
                "quantity": item["quantity"],
                "tax_class": line.tax_class,
                "tax_status": line.tax_status,
                "subtotal": line.subtotal,
                "total": line.total,
                "taxes": {},
                "subtotal_taxes": {},
                "meta_data": [],
            }
        )
    settle_order(shop, order)
    coupons = [row for row in (find_coupon(shop, code) for code in cart["coupons"]) if row]
    if coupons:
        apply_to_lines(shop, order, coupons, tax_place(shop, order))
        settle_order(shop, order)
    return order


def _minor(shop: Shop, amount: Decimal) -> str:
    return str(int(amount.scaleb(shop.decimals).to_integral_value()))


def _currency(shop: Shop) -> Row:
    code = shop.settings["woocommerce_currency"]
    glyph = GLYPHS.get(code, code)
    view: Row = {"currency_code": code, "currency_symbol": glyph, "currency_minor_unit": shop.decimals}
    view |= {"currency_decimal_separator": ".", "currency_thousand_separator": ","}
    return view | {"currency_prefix": glyph, "currency_suffix": ""}


def _prices(shop: Shop, product: Row) -> Row:
    taxed = product["tax_status"] == "taxable"
    one = {"quantity": 1}
    texts = {"price": price(shop, product), "regular_price": product["regular_price"] or price(shop, product)}
    texts["sale_price"] = texts["price"]
    net = {
        name: line_of(0, one, Article(number(text), tax_class(shop, product), taxed), shop.tax_settings()).total
        for name, text in texts.items()
    }
    raw = {name: str(int(amount.scaleb(6).to_integral_value())) for name, amount in net.items()}
    cents = {name: _minor(shop, _cents(shop, amount)) for name, amount in net.items()}
    return {**cents, "price_range": None, **_currency(shop), "raw_prices": {"precision": 6, **raw}}


def _cents(shop: Shop, amount: Decimal) -> Decimal:
    return rounded(amount, shop.decimals)


def _item_view(shop: Shop, key: str, item: Row, row: Row) -> Row:
    product = shop.products[item["id"]]
    owner = stock_owner(shop, product)
    line, settings = as_line(row, "line"), shop.tax_settings()
    most = int(owner["stock_quantity"] or 0) if owner and owner["backorders"] == "no" else 9999
    view: Row = {"key": key, "id": item["id"], "type": product["type"], "quantity": item["quantity"]}
    view["quantity_limits"] = {"minimum": 1, "maximum": most, "multiple_of": 1, "editable": True}
    name = shop.products[product["parent_id"]]["name"] if product["type"] == "variation" else product["name"]
    view |= {"name": name, "short_description": product["short_description"], "description": product["description"]}
    view |= {"sku": product["sku"], "low_stock_remaining": None, "backorders_allowed": most == 9999 and bool(owner)}
    view |= {"show_backorder_badge": False, "sold_individually": product["sold_individually"]}
    view |= {"permalink": permalink(shop, product), "images": []}
    view["variation"] = [
        {"raw_attribute": f"attribute_{one['slug']}", "attribute": one["name"], "value": one["option"]}
        for one in (product["attributes"] if product["type"] == "variation" else [])
    ]
    view |= {"item_data": [], "prices": _prices(shop, product)}
    amounts = {
        "line_subtotal": line.subtotal,
        "line_subtotal_tax": line.tax(settings, of_subtotal=True),
        "line_total": line.total,
        "line_total_tax": line.tax(settings),
    }
    view["totals"] = {n: _minor(shop, _cents(shop, amount)) for n, amount in amounts.items()} | _currency(shop)
    return view | {"catalog_visibility": product["catalog_visibility"], "extensions": {}}


def _coupon_view(shop: Shop, row: Row) -> Row:
    totals = {name: _minor(shop, _cents(shop, row[key])) for name, key in _DISCOUNTS.items()} | _currency(shop)
    return {"code": row["code"], "discount_type": row["discount_type"], "totals": totals}


_DISCOUNTS = {"total_discount": "discount", "total_discount_tax": "discount_tax"}


def _place(address: Row, *, mail: bool) -> Row:
    view = {name: str(address.get(name) or "") for name in ADDRESS}
    if mail:
        view["email"] = str(address.get("email") or "")
    return view | {"phone": str(address.get("phone") or "")}


def cart_view(shop: Shop, cart: Row) -> Row:
    """A cart, money in minor units."""
    order = _as_order(shop, cart)
    pairs = list(zip(cart["items"].items(), order["line_items"], strict=True))
    rates = {rate.id: rate for rate in shop.tax_settings().rates}
    goods = sum((line["subtotal"] for line in order["line_items"]), ZERO)
    settings = shop.tax_settings()
    goods_tax = sum((as_line(row, "line").tax(settings, of_subtotal=True) for row in order["line_items"]), ZERO)
    amounts = {
        "total_items": goods,
        "total_items_tax": goods_tax,
        "total_fees": ZERO,
        "total_fees_tax": ZERO,
        "total_discount": order["discount_total"],
        "total_discount_tax": order["discount_tax"],
        "total_shipping": ZERO,
        "total_shipping_tax": ZERO,
        "total_price": order["total"],
        "total_tax": order["total_tax"],
    }
    totals: Row = {name: _minor(shop, _cents(shop, amount)) for name, amount in amounts.items()}
    totals["tax_lines"] = [
        {
            "name": rates[row["rate_id"]].name,
            "price": _minor(shop, _cents(shop, row["tax_total"])),
            "rate": f"{rates[row['rate_id']].percent.normalize():f}%",
        }
        for row in order["tax_lines"]
    ]
    return {
        "items": [_item_view(shop, key, item, row) for (key, item), row in pairs],
        "coupons": [_coupon_view(shop, row) for row in order["coupon_lines"]],
        "fees": [],
        "totals": totals | _currency(shop),
        "shipping_address": _place(cart["shipping"], mail=False),
        "billing_address": _place(cart["billing"], mail=True),
        "needs_payment": order["total"] > 0,
        "needs_shipping": any(not shop.products[item["id"]]["virtual"] for item in cart["items"].values()),
        "payment_requirements": ["products"],
        "has_calculated_shipping": False,
        "shipping_rates": [],
        "items_count": sum(item["quantity"] for item in cart["items"].values()),
        "items_weight": 0,
        "cross_sells": [],
        "errors": [],
        "payment_methods": ["bacs", "cheque", "cod"],
        "extensions": {},
    }


def list_goods(shop: Shop, call: Call) -> Answer:
    """GET /products of the Store API: open to everybody, prices in minor units."""
    rows = [row for row in shop.products.values() if row["type"] != "variation" and row["status"] == "publish"]
    rows.sort(key=lambda row: -int(row["id"]))
    return paged(shop, call, rows, lambda row: _goods_view(shop, row))


def _goods_view(shop: Shop, row: Row) -> Row:
    owner = stock_owner(shop, row)
    state = stock_status(shop, row, owner)
    prices = _prices(shop, row)
    del prices["raw_prices"]
    pictures = [
        {"id": one["id"], "src": image_src(shop, one), "name": one["name"], "alt": one["alt"]} for one in row["images"]
    ]
    return {
        **{name: row[name] for name in ("id", "name", "slug", "type", "sku", "description", "short_description")},
        "parent": row["parent_id"],
        "permalink": permalink(shop, row),
        "prices": prices,
        "images": pictures,
        "is_purchasable": bool(price(shop, row)),
        "is_in_stock": state != "outofstock",
        "_links": links(shop, f"/wc/store/v1/products/{row['id']}", hints=READ),
    }


_CART = "/wc/store/v1/cart"
ROUTES: list[Route] = [
    route(READ, "/wc/store/v1/products", list_goods, args.PAGE, ""),
    route(READ, _CART, get_cart, {}, ""),
    route(CREATE, f"{_CART}/add-item", add_item, {"id": args.WHOLE, "quantity": args.NUMBER}, ""),
    route(CREATE, f"{_CART}/apply-coupon", apply_coupon, {"code": args.TEXT}, ""),
    route(CREATE, f"{_CART}/remove-coupon", remove_coupon, {"code": args.TEXT}, ""),
    route(CREATE, f"{_CART}/update-customer", update_customer, {}, ""),
]

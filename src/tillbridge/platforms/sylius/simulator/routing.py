"""The route table, and what every call goes through: router, firewall, content types, then the handler."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import about, carts, goods, order_life, people, promotions, window
from .http import (
    JSON,
    JSON_LD,
    MERGE_PATCH,
    ApiError,
    Call,
    FirewallError,
    Handler,
    api_error,
    decode,
    firewall_error,
    success,
)
from .state import ADMIN, SHOP, Shop
from .tokens import REFRESH_PATH, ROLE, Tokens

_LOGINS = {f"{ADMIN}/administrators/token": ADMIN, f"{SHOP}/customers/token": SHOP}
_TAKES = {"POST": (JSON_LD, JSON), "PUT": (JSON_LD, JSON), "PATCH": (MERGE_PATCH, MERGE_PATCH)}
_OLD_ONLY = "1."


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. ``bodiless``: it reads none, so any content type will do."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    bodiless: bool = False
    release: str = ""


def _route(method: str, path: str, handler: Handler, *, bodiless: bool = False, release: str = "") -> Route:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(method, re.compile(pattern), handler, bodiless, release)


_CART = f"{SHOP}/orders/{{token}}"
_ORDER = f"{ADMIN}/orders/{{token}}"
_COUPON = f"{ADMIN}/promotions/{{promotion}}/coupons/{{code}}"

ROUTES = (
    _route("GET", f"{ADMIN}/channels", about.channel_list),
    _route("GET", f"{ADMIN}/channels/{{code}}", about.channel_read),
    _route("GET", f"{ADMIN}/currencies", about.currency_list),
    _route("GET", f"{ADMIN}/locales", about.locale_list),
    _route("GET", f"{ADMIN}/tax-rates", about.tax_rate_list),
    _route("GET", f"{ADMIN}/payment-methods", about.payment_method_list),
    _route("GET", f"{ADMIN}/shipping-methods", about.shipping_method_list),
    _route("GET", f"{ADMIN}/products", goods.product_list),
    _route("POST", f"{ADMIN}/products", goods.product_create),
    _route("GET", f"{ADMIN}/products/{{code}}", goods.product_read),
    _route("PUT", f"{ADMIN}/products/{{code}}", goods.product_update),
    _route("DELETE", f"{ADMIN}/products/{{code}}", goods.product_delete),
    _route("GET", f"{ADMIN}/products/{{code}}/images", goods.images),
    _route("GET", f"{ADMIN}/product-variants", goods.variant_list),
    _route("POST", f"{ADMIN}/product-variants", goods.variant_create),
    _route("GET", f"{ADMIN}/product-variants/{{code}}", goods.variant_read),
    _route("PUT", f"{ADMIN}/product-variants/{{code}}", goods.variant_update),
    _route("DELETE", f"{ADMIN}/product-variants/{{code}}", goods.variant_delete),
    _route("GET", f"{ADMIN}/product-variants/{{code}}/channel-pricings/{{channel}}", goods.no_pricing),
    _route("GET", f"{ADMIN}/product-options", goods.option_list),
    _route("GET", f"{ADMIN}/product-options/{{code}}", goods.option_read),
    _route("GET", f"{ADMIN}/product-options/{{code}}/values", goods.value_list),
    _route("GET", f"{ADMIN}/product-options/{{code}}/values/{{value}}", goods.value_read),
    _route("GET", f"{ADMIN}/customers", people.customer_list),
    _route("POST", f"{ADMIN}/customers", people.customer_create),
    _route("GET", f"{ADMIN}/customers/{{id}}", people.customer_read),
    _route("PUT", f"{ADMIN}/customers/{{id}}", people.customer_update),
    _route("GET", f"{ADMIN}/promotions", promotions.promotion_list),
    _route("GET", _COUPON, promotions.coupon_read),
    _route("GET", f"{ADMIN}/promotion-coupons", promotions.old_coupon_list, release=_OLD_ONLY),
    _route("GET", f"{ADMIN}/orders", order_life.order_list),
    _route("GET", _ORDER, order_life.order_read),
    _route("GET", f"{_ORDER}/payments", order_life.order_payments),
    _route("GET", f"{_ORDER}/shipments", order_life.order_shipments),
    _route("GET", f"{_ORDER}/adjustments", order_life.order_adjustments),
    _route("PATCH", f"{_ORDER}/cancel", order_life.cancel, bodiless=True),
    _route("POST", f"{_ORDER}/resend-confirmation-email", order_life.resend),
    _route("GET", f"{ADMIN}/payments", order_life.payment_list),
    _route("GET", f"{ADMIN}/payments/{{id}}", order_life.payment_read),
    _route("PATCH", f"{ADMIN}/payments/{{id}}/complete", order_life.pay, bodiless=True),
    _route("PATCH", f"{ADMIN}/payments/{{id}}/refund", order_life.refund, bodiless=True),
    _route("PATCH", f"{ADMIN}/shipments/{{id}}/ship", order_life.ship),
    _route("GET", f"{ADMIN}/order-items/{{id}}", goods.no_pricing),
    _route("GET", f"{SHOP}/products/{{code}}", window.product_read),
    _route("GET", f"{SHOP}/product-variants/{{code}}", window.variant_read),
    _route("POST", f"{SHOP}/orders", carts.open_cart),
    _route("GET", _CART, carts.read_order),
    _route("PUT", _CART, carts.fill_in),
    _route("DELETE", _CART, carts.delete_cart),
    _route("GET", f"{_CART}/adjustments", carts.read_adjustments),
    _route("POST", f"{_CART}/items", carts.add_item),
    _route("PATCH", f"{_CART}/items/{{item}}", carts.change_item),
    _route("DELETE", f"{_CART}/items/{{item}}", carts.remove_item),
    _route("GET", f"{_CART}/shipments/{{shipment}}/methods", carts.method_list),
    _route("PATCH", f"{_CART}/shipments/{{shipment}}", carts.choose_shipping),
    _route("GET", f"{_CART}/payments/{{payment}}/methods", carts.method_list),
    _route("PATCH", f"{_CART}/payments/{{payment}}", carts.choose_payment),
    _route("PATCH", f"{_CART}/complete", carts.complete),
)
"""In order: an address that is known with another method is 405. Staff cannot create or price an order."""
_STAFF_WRITES = (f"{ADMIN}/orders/[^/]+/adjustments", f"{ADMIN}/order-items/[^/]+")


async def respond(shop: Shop, tokens: Tokens, request: Request) -> Response:
    """The answer to one request."""
    linked = not request.headers.get("accept", "").startswith(JSON)
    try:
        return await _answer(shop, tokens, request, linked=linked)
    except FirewallError as error:
        return firewall_error(error, JSON if error.status in (400, 401) else JSON_LD)
    except ApiError as error:
        return api_error(error, linked=linked, release=shop.switches.release)


async def _answer(shop: Shop, tokens: Tokens, request: Request, *, linked: bool) -> Response:
    path = request.url.path.rstrip("/") or "/"
    if not shop.switches.api_enabled or not path.startswith("/api/v2/"):
        return Response(
            "<!DOCTYPE html><html><body><h1>Oops! Page not found.</h1></body></html>", 404, media_type="text/html"
        )
    raw = await request.body()
    if request.method == "POST" and path in _LOGINS:
        users = shop.administrators if _LOGINS[path] == ADMIN else shop.shop_users
        return JSONResponse(tokens.login(_loose(raw), users, _LOGINS[path]))
    if request.method == "POST" and path == REFRESH_PATH and shop.switches.refresh_add_on:
        return JSONResponse(tokens.renewed(_loose(raw)))
    route, words = _find(shop, request.method, path)
    _pass_firewall(tokens, request, path)
    channel = shop.channel_at(request.headers.get("host", "").partition(":")[0])
    if channel is None:
        raise ApiError(404, "Channel could not be found!")
    call = Call(
        shop=shop,
        method=request.method,
        path=path,
        words=words,
        query=parse_qsl(request.url.query, keep_blank_values=True),
        accept=request.headers.get("accept", JSON_LD),
        content_type=request.headers.get("content-type", "").partition(";")[0].strip(),
        raw=raw,
        channel=channel,
    )
    _negotiate(call, route)
    if call.method != "GET" and shop.switches.conflicts > 0:
        shop.switches.conflicts -= 1
        raise ApiError(409, "The optimistic lock on an entity failed.")
    return success(route.handler(call), linked=linked)


def _loose(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _find(shop: Shop, method: str, path: str) -> tuple[Route, dict[str, str]]:
    known = False
    for route in ROUTES:
        if route.release and not shop.switches.release.startswith(route.release):
            continue
        if found := route.pattern.fullmatch(path):
            known = True
            if route.method == method:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
    if known or any(re.fullmatch(each, path) for each in _STAFF_WRITES):
        raise FirewallError(405, "Method Not Allowed")
    raise FirewallError(404, "Not Found")


def _pass_firewall(tokens: Tokens, request: Request, path: str) -> None:
    authorization = request.headers.get("authorization", "")
    if path.startswith(SHOP):
        if authorization.startswith("Bearer "):
            # only shoppers are known there; a staff token is nobody's
            raise FirewallError(401, "Invalid credentials.")
        return
    if ROLE not in tokens.demand(authorization):
        raise ApiError(403, f"Access Denied. The user doesn't have {ROLE}.")


def _negotiate(call: Call, route: Route) -> None:
    wanted = call.accept.partition(",")[0].partition(";")[0].strip()
    if wanted not in ("", "*/*", JSON_LD, JSON):
        supported = f'Supported MIME types are "{JSON_LD}", "{JSON}".'
        raise ApiError(406, f'Requested format "{wanted}" is not supported. {supported}')
    takes = _TAKES.get(call.method)
    if takes is None or route.bodiless:
        return
    if call.content_type not in takes:
        supported = "Supported MIME types are " + ", ".join(f'"{each}"' for each in takes) + "."
        raise ApiError(415, f'The content-type "{call.content_type}" is not supported. {supported}')
    call.body = decode(call)

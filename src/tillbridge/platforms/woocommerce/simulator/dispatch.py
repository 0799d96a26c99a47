"""WordPress's REST server: from an HTTP request to a route and back, in the order WordPress does it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from . import (
    coupons,
    customers,
    gift_cards,
    login,
    orders,
    products,
    refunds,
    settings_page,
    site,
    store_cart,
    webhooks,
)
from .outages import Outage, missing_page
from .routing import Route, allowed, demand
from .state import Shop
from .validation import check_arguments
from .wordpress import Answer, Call, RestError, Row

ROUTES: tuple[Route, ...] = (
    *products.ROUTES,
    *refunds.ROUTES,
    *orders.ROUTES,
    *customers.ROUTES,
    *coupons.ROUTES,
    *webhooks.ROUTES,
    *settings_page.ROUTES,
    *site.ROUTES,
    *store_cart.ROUTES,
    *gift_cards.ROUTES,
)
_PRIVATE = (
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    ("Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private"),
)
_HIDES_METHODS = (
    "rest_no_route",
    "wc_user_invalid_id",
    "woocommerce_rest_product_variation_invalid_id",
    "internal_server_error",
)
_ALWAYS = (
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"),
    ("Access-Control-Allow-Headers", "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"),
)


def whole(outage: Outage) -> Response:
    """An outage as a response."""
    headers = dict(outage.headers)
    return Response(outage.body, outage.status, {"Content-Type": outage.content_type, **headers})


async def respond(shop: Shop, request: Request) -> Response:
    """Answer one request the way the shop does."""
    shop.home = f"{request.url.scheme}://{request.url.netloc}"
    path, query = _rest_path(request)
    if path is None:
        return _page(shop, request)
    method = _method(request, query)
    body = await request.body()
    key = None
    try:
        key = login.identify(
            shop, method, request.url.path, query=query, headers=request.headers, scheme=request.url.scheme
        )
        if key:
            login.check_permission(key, method)
        answer = await _dispatch(shop, request, method=method, path=path, query=query, body=body, key=key)
    except RestError as error:
        answer = Answer(error.body(), error.status, gone=error.code in _HIDES_METHODS)
    routes = [] if answer.gone or answer.status in (401, 403) else allowed(ROUTES, path)
    return _response(shop, request, answer, routes, private=key is not None)


def _rest_path(request: Request) -> tuple[str | None, list[tuple[str, str]]]:
    query = parse_qsl(request.url.query, keep_blank_values=True)
    path = request.url.path
    if path.startswith("/wp-json"):
        return _clean(path.removeprefix("/wp-json")), query
    if "rest_route" in dict(query):
        return _clean(dict(query)["rest_route"]), [pair for pair in query if pair[0] != "rest_route"]
    return None, query


def _clean(path: str) -> str:
    return f"/{path.strip('/')}"


def _page(shop: Shop, request: Request) -> Response:
    if request.url.path == site.feed_path(shop):
        return Response(webhooks.encode(site.feed_file(shop)), media_type="application/json")
    page = whole(missing_page(shop.settings["blogname"]))
    page.headers["Link"] = f'<{shop.home}/wp-json/>; rel="https://api.w.org/"'
    return page


def _method(request: Request, query: Sequence[tuple[str, str]]) -> str:
    override = dict(query).get("_method") or request.headers.get("x-http-method-override")
    if request.method == "POST" and override:
        return override.upper()
    return request.method


async def _dispatch(
    shop: Shop,
    request: Request,
    *,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    body: bytes,
    key: login.ApiKey | None,
) -> Answer:
    wanted = "GET" if method == "HEAD" else method
    found, parts = _route(wanted, path)
    posted = _posted(request, body)
    params: Row = {**parts, **_nested(query), **posted}
    check_arguments(found.arguments, params)
    call = Call(wanted, path, params, query, posted, request.headers, key)
    demand(found, call)
    result = found.handler(shop, call)
    answer = await result if inspect.isawaitable(result) else result
    answer.body = _fields(answer, call.text("_fields"))
    return answer


def _route(method: str, path: str) -> tuple[Route, Row]:
    for one in ROUTES:
        match = one.pattern.fullmatch(path) if method in one.methods else None
        if match:
            return one, {name: int(text) if text.isdigit() else text for name, text in match.groupdict().items()}
    raise RestError("rest_no_route", "No route was found matching the URL and request method.", 404)


def _nested(pairs: Sequence[tuple[str, str]]) -> Row:
    """Query or form pairs; "name[]" and "name[0]" collect into lists."""
    params: Row = {}
    for name, value in pairs:
        stem, bracket, rest = name.partition("[")
        if bracket and rest.rstrip("]").isdigit() | (rest == "]"):
            params.setdefault(stem, []).append(value)
        else:
            params[name] = value
    return params


def _posted(request: Request, body: bytes) -> Row:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _nested(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    if kind != "application/json" or not body.strip():
        return {}
    parsed = _json(body)
    return parsed if isinstance(parsed, dict) else {}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except UnicodeDecodeError as error:
        raise _bad_json(5, "Malformed UTF-8 characters, possibly incorrectly encoded") from error
    except json.JSONDecodeError as error:
        if error.msg.startswith(("Unterminated string", "Invalid control character")):
            raise _bad_json(3, "Control character error, possibly incorrectly encoded") from error
        raise _bad_json(4, "Syntax error") from error


def _bad_json(code: int, words: str) -> RestError:
    data = {"status": 400, "json_error_code": code, "json_error_message": words}
    return RestError("rest_invalid_json", "Invalid JSON body passed.", 400, data)


def _fields(answer: Answer, wanted: str) -> Any:
    """_fields: lists lose their links with it, single items keep them."""
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    if not names:
        return answer.body
    if isinstance(answer.body, list):
        return [_cut(row, names) for row in answer.body]
    keep = [] if answer.plain else ["_links"]
    return _cut(answer.body, [*names, *keep])


def _cut(row: Mapping[str, Any], names: Sequence[str]) -> Row:
    view: Row = {}
    for name, value in row.items():
        inner = [one.partition(".")[2] for one in names if one.startswith(f"{name}.")]
        if name in names:
            view[name] = value
        elif inner and isinstance(value, dict):
            view[name] = _cut(value, inner)
    return view


def _response(shop: Shop, request: Request, answer: Answer, methods: Sequence[str], *, private: bool) -> Response:
    headers = [("Content-Type", "application/json; charset=UTF-8"), *_ALWAYS, *answer.headers]
    if not any(name == "Link" for name, _ in answer.headers):
        headers.append(("Link", f'<{shop.home}/wp-json/>; rel="https://api.w.org/"'))
    if methods:
        headers.append(("Allow", ", ".join(methods)))
    if private:
        headers.extend(_PRIVATE)
    text = "" if request.method == "HEAD" else webhooks.encode(answer.body)
    response = Response(text, answer.status)
    for name, value in headers:
        response.headers[name] = value
    return response

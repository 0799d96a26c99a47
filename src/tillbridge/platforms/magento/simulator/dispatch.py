"""From a request to an answer: store view, route, permission, body, handler, and the ``fields`` filter."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import Response

from . import bulk, carts, customers, documents, login, orders, outages, products, rules, stock, store
from .rest import Call, Caller, Fault, Route, Row, dumps, loads, required
from .search import trimmed

if TYPE_CHECKING:
    from .state import Shop

ROUTES: tuple[Route, ...] = (
    *login.ROUTES, *store.ROUTES, *products.ROUTES, *stock.ROUTES, *customers.ROUTES, *rules.ROUTES, *carts.ROUTES,
    *orders.ROUTES, *documents.ROUTES, *bulk.ROUTES,
)  # fmt: skip
_ADDRESS = re.compile(
    r"(?:/index\.php)?/rest(?:/(?P<view>(?!V1|async)\w+))?(?P<mode>/async/bulk|/async)?/V1(?P<path>/.*)"
)
_BODIED = ("POST", "PUT")


async def respond(shop: Shop, request: Request) -> Response:
    """The shop's answer."""
    if shop.switches.queue_runs:
        shop.run_queue(all_of_it=False)
    if shop.switches.maintenance:
        return outages.maintenance()
    accept = request.headers.get("accept", "*/*")
    if not any(kind in accept for kind in ("json", "xml", "*/*")):
        return outages.fatal_page()
    try:
        status, body = _answered(shop, request, await request.body())
    except Fault as fault:
        if fault.status == 429:
            return outages.too_many()
        status, body = fault.status, fault.body()
    except stock.Crash as crash:
        return Response(str(crash), 500, media_type="text/html")
    if "xml" in accept and "json" not in accept:
        return Response(_xml(body), status, media_type="application/xml")
    return Response(dumps(body), status, media_type="application/json")


def _answered(shop: Shop, request: Request, raw: bytes) -> tuple[int, Any]:
    path = request.scope["raw_path"].decode("ascii") if request.scope.get("raw_path") else request.url.path
    known = _ADDRESS.fullmatch(path)
    if known is None:
        raise Fault(404, "Request does not match any route.")
    views = {each["code"] for each in shop.views} | {"all", "default"}
    if known["view"] and known["view"] not in views:
        raise Fault(400, "Specified request cannot be processed.")
    query = parse_qsl(request.url.query, keep_blank_values=True)
    caller = _caller(shop, request, path, query)
    if known["mode"]:
        return 202, _later(shop, request.method, known, caller, raw)
    found, params = _route(request.method, known["path"])
    _demand(found, caller)
    call = Call(request.method, params, query, _body(request, raw, found), caller)
    body = found.handler(shop, call)
    wanted = dict(query).get("fields", "")
    return 200, trimmed(body, wanted) if wanted else body


def _caller(shop: Shop, request: Request, path: str, query: Sequence[tuple[str, str]]) -> Caller:
    url = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}{path}"
    return login.caller_of(shop, request.headers.get("authorization", ""), request.method, url, query)


def _route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for each in ROUTES:
        match = each.pattern.fullmatch(path) if each.method == method else None
        if match is not None:
            return each, {name: unquote(value) for name, value in match.groupdict().items()}
    raise Fault(404, "Request does not match any route.")


def _demand(found: Route, caller: Caller) -> None:
    """One answer for no token, a dead token and a missing permission."""
    if not caller.may(found.resource):
        words = "The consumer isn't authorized to access %resources."
        raise Fault(401, words, {"resources": found.resource})


def _body(request: Request, raw: bytes, found: Route) -> Any:
    if request.method not in _BODIED:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0]
    if raw and kind and "json" not in kind:
        raise Fault(400, f"Server cannot understand Content-Type HTTP header media type {kind}")
    if raw and not kind:
        raise Fault(400, "Content-Type header is empty.")
    if not raw:
        return {}
    try:
        return loads(raw.decode())
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Fault(400, "Decoding error.") from None


def _later(shop: Shop, method: str, known: re.Match[str], caller: Caller, raw: bytes) -> Row:
    found, params = _route(method, known["path"])
    _demand(found, caller)
    body: Any = loads(raw.decode()) if raw else {}
    bodies: list[Any] = [body]
    if known["mode"] == "/async/bulk":
        if not isinstance(body, list):
            raise required("items")
        bodies = body

    def act(one: Any) -> Any:
        return found.handler(shop, Call(method, params, (), one, caller))

    return bulk.accept(shop, known["path"], method, bodies, act)


def _xml(body: Any) -> str:
    return f'<?xml version="1.0"?>\n<response>\n{_nodes(body, 1)}</response>\n'


def _nodes(body: Any, depth: int) -> str:
    pad = "  " * depth
    pairs = (
        body.items() if isinstance(body, dict) else [("item", each) for each in body] if isinstance(body, list) else []
    )
    lines = []
    for name, value in pairs:
        if isinstance(value, (dict, list)):
            lines.append(f"{pad}<{name}>\n{_nodes(value, depth + 1)}{pad}</{name}>\n")
        else:
            lines.append(f"{pad}<{name}>{value}</{name}>\n")
    return "".join(lines)

"""One request of the web service from the line to the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from . import pricing, writing
from .access import demand, identify, key_of
from .asking import displayed, select
from .body import entity
from .faults import Refusal
from .fields import Row, fixed, whole
from .output import Shown, errors, errors_xml, many_json, many_xml, one_json, one_xml, rights_xml, show
from .state import Shop
from .tables import OTHERS, RESOURCES

_REALM = (
    'Basic realm="Welcome to PrestaShop Webservice, please enter the authentication key as the login. '
    'No password required."'
)
_PRICE = re.compile(r"price\[(\w+)\]\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class Call:
    """A request taken apart."""

    method: str
    resource: str
    key: str
    query: Mapping[str, str]
    wants_json: bool

    @property
    def language(self) -> int:
        return whole(self.query.get("language"))


async def respond(shop: Shop, request: Request) -> Response:
    """The answer to a request below ``/api``."""
    query = dict(request.query_params)
    parts = [part for part in request.url.path.removeprefix("/api").split("/") if part]
    call = Call(request.method, parts[0] if parts else "", parts[1] if len(parts) > 1 else "", query, _json(request))
    try:
        key = identify(shop, key_of(request.headers, query, stripped=shop.switches.strips_authorization))
        if not call.resource:
            return _root(shop, call, {name: key.methods(name) for name in (*RESOURCES, *OTHERS) if key.methods(name)})
        demand(shop, key, call.method, call.resource)
        return _answer(shop, call, await request.body())
    except Refusal as refusal:
        return _refused(shop, call, refusal)


def _json(request: Request) -> bool:
    """By query or by a header of its own; ``Accept`` is not looked at."""
    query, headers = request.query_params, request.headers
    asked = query.get("output_format") or query.get("io_format")
    return (asked or headers.get("output-format") or headers.get("io-format") or "").upper() == "JSON"


def _root(shop: Shop, call: Call, allowed: Mapping[str, frozenset[str]]) -> Response:
    if call.wants_json and not shop.old:
        return Response("", 500, media_type="text/html")
    return _whole(shop, rights_xml(shop, allowed), as_json=False)


def _answer(shop: Shop, call: Call, content: bytes) -> Response:
    if call.method == "HEAD":
        return _whole(shop, "", as_json=call.wants_json)
    if call.method == "GET":
        return _single(shop, call) if call.key else _many(shop, call)
    if call.method == "DELETE":
        if not call.key:
            raise Refusal(404, (3, "[PHP Warning #2] Undefined array key 1"), (87, "Id(s) not exists: 0"))
        writing.delete(shop, call.resource, whole(call.key))
        return Response("", 200, headers={"PSWS-Version": shop.version})
    return _written(shop, call, content)


def _written(shop: Shop, call: Call, content: bytes) -> Response:
    node = entity(content)
    failing = shop.switches.saves_then_fails
    if call.method == "POST":
        shown = writing.create(shop, call.resource, node, mail=call.query.get("sendemail") == "1")
        status = 201
    else:
        shown = writing.update(shop, call.resource, node, whole_record=call.method == "PUT")
        status = 200
    lost = _missing_languages(shop, shown)
    if failing or lost:
        shop.switches.saves_then_fails = False
        warning = (
            3,
            "[PHP Warning #2] Undefined array key 2 (/var/www/shop/classes/webservice/WebserviceOutputJSON.php)",
        )
        return _whole(shop, one_json(shop, call.resource, shown, [warning] * max(1, lost)), as_json=True, status=500)
    text = one_json(shop, call.resource, shown) if call.wants_json else one_xml(call.resource, shown)
    return _whole(shop, text, as_json=call.wants_json, status=status)


def _missing_languages(shop: Shop, shown: Shown) -> int:
    """Localised fields that were sent in one of several languages only."""
    lists = [value for value in shown.values.values() if isinstance(value, list)]
    return sum(1 for rows in lists for row in rows if row["value"] is None) if len(shop.languages) > 1 else 0


def _single(shop: Shop, call: Call) -> Response:
    if call.resource == "images":
        return Response("", 404, headers={"PSWS-Version": shop.version})
    row = shop.rows[call.resource].get(int(call.key)) if call.key.isdigit() else None
    if row is None:
        return Response("", 404, headers={"PSWS-Version": shop.version})
    shown = show(shop, call.resource, row, None, call.language)
    shown.extra = _prices(shop, call, row)
    text = one_json(shop, call.resource, shown) if call.wants_json else one_xml(call.resource, shown)
    return _whole(shop, text, as_json=call.wants_json)


def _many(shop: Shop, call: Call) -> Response:
    if call.resource in OTHERS:
        return _whole(shop, "[]" if call.wants_json else errors_xml(()), as_json=call.wants_json)
    if "schema" in call.query:
        raise Refusal(500, (28, "Please select a schema of type 'synopsis' or 'blank'"), *[(3, "")] * 4)
    names = displayed(call.resource, call.query)
    rows = []
    for row in select(shop, call.resource, call.query):
        shown = show(shop, call.resource, row, names, call.language)
        shown.extra = _prices(shop, call, row)
        rows.append(shown)
    if call.wants_json:
        return _whole(shop, many_json(call.resource, rows), as_json=True)
    return _whole(shop, many_xml(shop, call.resource, rows, ids_only=not call.query.get("display")), as_json=False)


def _prices(shop: Shop, call: Call, row: Row) -> dict[str, str]:
    """The prices asked for by ``price[name][use_tax]`` and the like, as the shop would show them today."""
    if call.resource not in ("products", "combinations"):
        return {}
    asked: dict[str, dict[str, str]] = {}
    for name, value in call.query.items():
        if match := _PRICE.fullmatch(name):
            asked.setdefault(match[1], {})[match[2]] = value
    attribute = whole(row["id"]) if call.resource == "combinations" else 0
    product = shop.rows["products"].get(whole(row["id_product"])) if attribute else row
    return {name: _price(shop, product, attribute, wanted) for name, wanted in asked.items() if product}


def _price(shop: Shop, product: Row, attribute: int, wanted: Mapping[str, str]) -> str:
    country = whole(wanted.get("country")) or shop.number("PS_COUNTRY_DEFAULT")
    reduce = wanted.get("use_reduction", "1") == "1"
    priced = pricing.unit_price(shop, product, attribute, cart=0, country=country, customer=0, reduce=reduce)
    # the default of decimals is, by a slip, the number of the rounding mode
    places = whole(wanted.get("decimals") or shop.setting("PS_PRICE_ROUND_MODE") or "2")
    return fixed(fixed(priced.gross if wanted.get("use_tax", "1") == "1" else priced.net, places))


def _whole(shop: Shop, text: str, *, as_json: bool, status: int = 200) -> Response:
    kind = "application/json" if as_json else "text/xml;charset=utf-8"
    headers = {"Content-Type": kind, "PSWS-Version": shop.version, "X-Powered-By": "PrestaShop Webservice"}
    headers["Set-Cookie"] = "PrestaShop-1f=def50200; path=/; HttpOnly"
    return Response(text, status, headers)


def _refused(shop: Shop, call: Call, refusal: Refusal) -> Response:
    headers = {"WWW-Authenticate": _REALM} if refusal.challenge else {}
    if refusal.versioned:
        return Response("", refusal.status, {"PSWS-Version": shop.version})
    if refusal.text is not None:
        return Response(refusal.text, refusal.status, headers, media_type="text/html")
    text = json.dumps({"errors": errors(refusal.problems)}) if call.wants_json else errors_xml(refusal.problems)
    answer = _whole(shop, text, as_json=call.wants_json, status=refusal.status)
    answer.headers.update(headers | ({} if refusal.known else {"PSWS-Version": "0"}))
    return answer

"""Replays recorded requests against the simulator: names translated, moments set, answers compared by shape."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator
from tillbridge.platforms.woocommerce.simulator.login import signature

from .recorded_shop import Row
from .shapes import differences

_COLLECTIONS = ("products", "variations", "orders", "refunds", "customers", "coupons", "webhooks", "notes")
# Values there hang on changes nobody recorded, or on which of several tills was first.
ONLY_ALIKE = {"14/9", "16/12", "16/13", *(f"15/{n}" for n in range(2, 36))}
# More follows before the shop sends what waits.
_STILL_COMING = ("11/28", "11/29")
_FAULTS = (
    ("maintenance mode", "maintenance"),
    ("fatal error", "critical_error"),
    ("a stray byte-order mark", "byte_order_mark"),
    ("a PHP warning printed", "php_warning"),
    ("database not reachable", "database_down"),
    ("PHP is down", "bad_gateway"),
    ("PHP is too slow for nginx, write", "gateway_timeout_after_commit"),
    ("PHP is too slow", "gateway_timeout"),
    ("limit_req), call 3", "too_many_requests"),
    ("limit_req), call 4", "too_many_requests"),
)


@dataclass(slots=True)
class SetClock:
    """A clock the replay sets to the recorded moment."""

    at: datetime = datetime(2026, 11, 22, 6, 31, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment of the exchange at hand."""
        return self.at


@dataclass(slots=True)
class Result:
    """What one replayed exchange came to."""

    name: str
    faults: list[str]


@dataclass(slots=True)
class Replay:
    """One run of exchanges against one simulator."""

    simulator: WooCommerceSimulator
    client: httpx.AsyncClient
    clock: SetClock
    ids: dict[tuple[str, int], int] = field(default_factory=dict)
    delivered: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def together(self, exchanges: list[tuple[str, Row]]) -> list[Result]:
        """Exchanges that were in flight at the same time: answers are paired by status."""
        answers = await asyncio.gather(*(self._send(one) for _, one in exchanges))
        ours = sorted(answers, key=lambda answer: answer.status_code)
        theirs = sorted(exchanges, key=lambda pair: int(pair[1]["response"]["status"]))
        results = [self._compare(name, one, answer) for (name, one), answer in zip(theirs, ours, strict=True)]
        if exchanges[0][0] not in _STILL_COMING:
            await self.simulator.deliver_webhooks(self._receive)
        return results

    def delivery(self, name: str, exchange: Row) -> Result:
        """A recorded delivery against the oldest one of ours to the same address."""
        url = exchange["request"]["url"]
        wanted = dict(exchange["request"]["headers"]).get("X-WC-Webhook-Topic")
        for position, (where, headers, body) in enumerate(self.delivered):
            if where == url and headers.get("X-WC-Webhook-Topic") == wanted and self._same_thing(exchange, body):
                del self.delivered[position]
                return Result(name, list(_delivery_faults(exchange, headers, body)))
        return Result(name, [f"nothing was delivered to {url}"])

    def _same_thing(self, exchange: Row, body: bytes) -> bool:
        text = exchange["request"]["text"]
        if text.startswith("webhook_id"):
            return True
        theirs, ours = json.loads(text)["id"], json.loads(body)["id"]
        return ours in {theirs, *(known for (_, key), known in self.ids.items() if key == theirs)}

    async def _receive(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.delivered.append((url, headers, body))
        return 500 if "/fail/" in url else 200

    async def _send(self, exchange: Row) -> httpx.Response:
        request = exchange["request"]
        fault = next((name for label, name in _FAULTS if label in exchange["label"]), None)
        if fault:
            self.simulator.break_once(fault)
        headers = self._headers(request)
        query = [(name, self._query_value(name, str(value))) for name, value in request["query"]]
        origin = "http://shop.example" if request["base_url"].endswith(":8081") else "https://shop.example"
        path = self._path(request["path"])
        if any(name == "oauth_signature" for name, _ in query) and "wrong signature" not in exchange["label"]:
            query = _signed(request["method"], f"{origin}{path}", query)
        content = self._content(request)
        url = f"{origin}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        return await self.client.request(request["method"], url, headers=headers, content=content)

    def _headers(self, request: Row) -> dict[str, str]:
        headers = dict(request["headers"])
        login = _login(headers.pop("Authorization", ""))
        return headers | ({"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {})

    def _query_value(self, name: str, value: str) -> str:
        value = re.sub(r"<consumer_key (\w+)>", r"ck_\1", value)
        value = re.sub(r"<consumer_secret (\w+)>", r"cs_\1", value)
        if name == "search" and value.isdigit():
            return str(self.ids.get(("orders", int(value)), value))
        return value

    def _path(self, path: str) -> str:
        parts = path.split("/")
        for place in range(1, len(parts)):
            kind = parts[place - 1]
            if parts[place].isdigit() and kind in _COLLECTIONS:
                key = "products" if kind == "variations" else kind
                known = int(parts[place])
                parts[place] = str(self.ids.get((key, known), known))
        if "product-feeds" in path:
            return self.simulator.feed_path
        return "/".join(parts)

    def _content(self, request: Row) -> bytes | None:
        if "json" in request and request["json"] is not None:
            text = json.dumps(self._translated(request["json"]), ensure_ascii=False)
            return _bytes(text)
        sent = request.get("text")
        if sent is None:
            return b"null" if "json" in request and request["method"] != "GET" else None
        return str(sent).encode()

    def _translated(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self._translated(one) for one in body]
        if not isinstance(body, dict):
            return body
        made = {name: self._translated(value) for name, value in body.items()}
        for line in made.get("line_items") or [] if isinstance(made.get("line_items"), list) else []:
            if isinstance(line, dict) and line.get("id"):
                line["id"] = self.ids.get(("line", line["id"]), line["id"])
        return made

    def _compare(self, name: str, exchange: Row, answer: httpx.Response) -> Result:
        response = exchange["response"]
        if answer.status_code != response["status"]:
            return Result(name, [f"status {answer.status_code}, recorded {response['status']}: {answer.text[:300]}"])
        kind = dict(response["headers"]).get("Content-Type", "").partition(";")[0]
        ours = answer.headers.get("content-type", "").partition(";")[0]
        if kind != ours:
            return Result(name, [f"type {ours}, recorded {kind}"])
        faults = list(_header_faults(dict(response["headers"]), answer.headers))
        if "json" not in response:
            return Result(name, [*faults, *_text_faults(response.get("text") or "", answer)])
        body = answer.json()
        self._learn(response["json"], body, _kind(exchange["request"]["path"]))
        if exchange.get("trimmed") or response.get("trimmed"):
            return Result(name, faults)
        return Result(name, [*faults, *differences(response["json"], body, exact=name not in ONLY_ALIKE)])

    def _learn(self, recorded: Any, ours: Any, kind: str) -> None:
        if kind == "line" and isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self._learn(one, other, kind)
        if not (isinstance(recorded, dict) and isinstance(ours, dict)):
            return
        if isinstance(recorded.get("id"), int) and isinstance(ours.get("id"), int) and recorded["id"]:
            self.ids[kind, recorded["id"]] = ours["id"]
        self._learn(recorded.get("line_items"), ours.get("line_items"), "line")
        draft = (recorded.get("data") or {}) if isinstance(recorded.get("data"), dict) else {}
        if "new_draft_order_id" in draft:
            self.ids["orders", draft["new_draft_order_id"]] = ours["data"]["new_draft_order_id"]


def _bytes(text: str) -> bytes:
    # The recording shows a byte that is no UTF-8 as U+FFFD.
    return text.encode().replace("\ufffd".encode(), b"\xe9")


def _kind(path: str) -> str:
    words = [word for word in path.split("/") if word in _COLLECTIONS]
    return {"variations": "products"}.get(words[-1], words[-1]) if words else ""


_LOGINS = (
    ("wrong secret>", "ck_rw:wrong"),
    ("unknown key", "ck_nobody:cs_nobody"),
    ("user name", "owner:wrong"),
    ("of the cust key", "ck_cust:cs_cust"),
    ("of the ro key", "ck_ro:cs_ro"),
    ("of the wo key", "ck_wo:cs_wo"),
    ("rw key", "ck_rw:cs_rw"),
)


def _login(recorded: str) -> str:
    return next((login for word, login in _LOGINS if word in recorded), "")


def _signed(method: str, url: str, query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = [pair for pair in query if pair[0] != "oauth_signature"]
    digest = dict(pairs)["oauth_signature_method"]
    return [*pairs, ("oauth_signature", signature("cs_rw", method, url, pairs, digest))]


_HEADERS = ("X-WP-TotalPages", "X-WP-Total", "Retry-After", "Allow", "Location", "Cache-Control")


def _header_faults(recorded: Mapping[str, str], ours: httpx.Headers) -> Iterator[str]:
    for name in _HEADERS:
        if (name in recorded) != (name in ours):
            yield f"header {name}: ours {ours.get(name)}, recorded {recorded.get(name)}"
    for name in ("Retry-After", "Allow"):
        if name in recorded and name in ours and recorded[name] != ours[name]:
            yield f"header {name}: ours {ours[name]}, recorded {recorded[name]}"
    wanted, made = (re.findall(r'rel="([^"]*)"', text) for text in (recorded.get("Link", ""), ours.get("Link", "")))
    if wanted != made:
        yield f"header Link: ours {made}, recorded {wanted}"


def _text_faults(recorded: str, answer: httpx.Response) -> Iterator[str]:
    for start in ("\ufeff", "<br />", "<!DOCTYPE", "<!doctype", "<html>"):
        if recorded.startswith(start) and not answer.content.decode().startswith(start):
            yield f"text begins with {answer.text[:40]!r}, recorded {recorded[:40]!r}"
    if not recorded and answer.content:
        yield "a body where none was recorded"


def _delivery_faults(exchange: Row, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    passing = {"Host", "Accept", "Accept-Encoding", "Connection", "Content-Length"}
    wanted = {name for name, _ in exchange["request"]["headers"]} - passing
    if wanted != set(headers):
        yield f"headers {sorted(headers)}, recorded {sorted(wanted)}"
    text = exchange["request"]["text"]
    if text.startswith("webhook_id"):
        if list(dict(parse_qsl(body.decode()))) != ["webhook_id"]:
            yield f"ping {body!r}"
        return
    if ("\\/" in text) != (b"\\/" in body):
        yield "slashes are not escaped alike"
    yield from differences(json.loads(text), json.loads(body))

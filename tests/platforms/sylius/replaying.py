"""Replays recorded requests against the simulator: tokens translated, moments set, answers compared by shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tillbridge.platforms.sylius.simulator import SyliusSimulator

from .recorded_shop import PASSWORD, Row, moment_of

_CART = re.compile(r"/orders/([A-Za-z0-9_~-]{64})")
# Fields that must be equal, not only alike: the shop's arithmetic, its states and its verdicts.
EXACT = {
    "status",
    "detail",
    "message",
    "propertyPath",
    "title",
    "total",
    "itemsTotal",
    "itemsSubtotal",
    "taxTotal",
    "taxIncludedTotal",
    "taxExcludedTotal",
    "shippingTotal",
    "orderPromotionTotal",
    "shippingPromotionTotal",
    "unitPrice",
    "subtotal",
    "discountedUnitPrice",
    "quantity",
    "amount",
    "fullDiscountedUnitPrice",
    "state",
    "checkoutState",
    "paymentState",
    "shippingState",
    "onHand",
    "onHold",
    "tracked",
    "price",
    "originalPrice",
    "used",
    "usageLimit",
    "number",
    "notes",
    "hydra:totalItems",
    "email",
    "code",
    "label",
    "neutral",
    "enabled",
}
# The shop hashes a violation's message into its code, in a way of its own.
_HASHED = {"type", "@id"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*")


@dataclass(slots=True)
class SetClock:
    """A clock the replay sets to the recorded moment."""

    at: datetime = datetime(2026, 11, 22, 6, 57, tzinfo=UTC)

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
    """One run of exchanges against one simulator. ``tokens`` are our carts by the recorded ones."""

    simulator: SyliusSimulator
    client: httpx.AsyncClient
    clock: SetClock
    tokens: dict[str, str] = field(default_factory=dict)
    last_login: str = ""

    async def exchange(self, name: str, recorded: Row) -> Result:
        """Send one recorded request and compare the answer."""
        self.clock.at = moment_of(recorded)
        mails = len(self.simulator.outbox.mails)
        answer = await self.send(recorded["request"], recorded.get("label") or "")
        faults = list(self._compare(recorded, answer))
        if "mails" in recorded:
            sent = [{"to": each.to, "subject": each.subject} for each in self.simulator.outbox.mails[mails:]]
            faults += [f"mails {sent}, recorded {recorded['mails']}"] if sent != recorded["mails"] else []
        return Result(name, faults)

    async def send(self, request: Row, label: str = "") -> httpx.Response:
        """One request as it was recorded, with our names in it."""
        headers = {name: value for name, value in request["headers"].items() if name != "Authorization"}
        if authorization := self._authorization(request["headers"].get("Authorization", ""), label):
            headers["Authorization"] = authorization
        query = request.get("query") or ""
        path = _CART.sub(lambda found: f"/orders/{self.tokens.get(found[1], found[1])}", request["path"])
        content = None
        if "body" in request:
            content = json.dumps(request["body"]).encode()
        elif "body_text" in request:
            content = request["body_text"].encode()
        url = f"http://127.0.0.1{path}{'?' if query else ''}{query}"
        return await self.client.request(request["method"], url, headers=headers, content=content)

    def _authorization(self, recorded: str, label: str) -> str:
        if "<token>" not in recorded:
            return recorded
        scheme = recorded.partition(" ")[0]
        if label == "bad signature":
            return f"{scheme} {self.staff_token()}x"
        by_last = ("fresh", "expired", "products", "admin products with it")
        return f"{scheme} {self.last_login if label in by_last else self.staff_token()}"

    def staff_token(self) -> str:
        """A good token of the till's administrator, given at this moment."""
        login = {"email": "api@example.test", "password": PASSWORD}
        return str(self.simulator.tokens.login(login, self.simulator.shop.administrators, "/api/v2/admin")["token"])

    def _compare(self, recorded: Row, answer: httpx.Response) -> Iterator[str]:
        told = recorded["response"]
        if answer.status_code != told["status"]:
            yield f"status {answer.status_code}, recorded {told['status']}: {answer.text[:200]}"
            return
        theirs, ours = told["headers"].get("Content-Type"), answer.headers.get("content-type")
        if theirs != ours:
            yield f"content type {ours}, recorded {theirs}"
        if ("WWW-Authenticate" in told["headers"]) != ("www-authenticate" in answer.headers):
            yield "WWW-Authenticate is not alike"
        if "body" not in told:
            if bool(told.get("body_text")) != bool(answer.content):
                yield "a body where none was recorded, or none where one was"
            return
        body = answer.json()
        self._learn(told["body"], body)
        yield from differences(told["body"], body)

    def _learn(self, recorded: Any, ours: Any) -> None:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            if "tokenValue" in recorded and "tokenValue" in ours:
                self.tokens[recorded["tokenValue"]] = ours["tokenValue"]
            if "token" in ours:
                self.last_login = ours["token"]


def differences(recorded: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Every place where ours is shaped otherwise."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield from (f"{path}.{name} is missing" for name in recorded.keys() - ours.keys())
        yield from (f"{path}.{name} is too much" for name in ours.keys() - recorded.keys())
        for name in recorded.keys() & ours.keys():
            yield from differences(recorded[name], ours[name], f"{path}.{name}")
    elif isinstance(recorded, list) and isinstance(ours, list):
        if recorded and isinstance(recorded[0], str) and "left out of this recording" in recorded[0]:
            return
        if len(recorded) != len(ours):
            yield f"{path} has {len(ours)} entries, recorded {len(recorded)}"
        for at, (one, other) in enumerate(zip(recorded, ours, strict=False)):
            yield from differences(one, other, f"{path}[{at}]")
    else:
        yield from _plain(recorded, ours, path)


def _plain(recorded: Any, ours: Any, path: str) -> Iterator[str]:
    name = path.rpartition(".")[2]
    exact = name in EXACT and "translations" not in path
    if (exact and recorded != ours) or (name not in _HASHED and form(recorded) != form(ours)):
        yield f"{path} is {ours!r}, recorded {recorded!r}"


def form(value: object) -> str:
    """The kind of a plain value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return "moment" if _MOMENT.fullmatch(str(value)) else "text"

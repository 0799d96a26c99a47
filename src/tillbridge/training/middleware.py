"""Puts armed faults between the line and the shop, as an ASGI middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from tillbridge.training.faults import Aborted, Fault

if TYPE_CHECKING:
    from tillbridge.training.kit import Simulator

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL = "/__control__"
_HERE = ("127.0.0.1", "::1")
BREAK = "training.break"
"""A scope extension: a function that breaks the real line, given by the server; absent in process."""


class Captured:
    """An answer held back until it is known what becomes of it."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def release(self, send: Send) -> None:
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body})


class Faulty:
    """Asks the shop's plan before and after each request. The control door is never hit."""

    def __init__(self, app: App, simulator: Simulator) -> None:
        self._app, self._simulator = app, simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(CONTROL):
            shut = _refusal(scope)
            await (shut or self._app)(scope, receive, send)
            return
        body = await _read(receive)
        query = scope["query_string"].decode("latin-1")
        line = f"{scope['method']} {scope['path']}{'?' if query else ''}{query}"
        fault = self._simulator.faults.take(line, body.decode("utf-8", "replace"))
        if fault is None:
            await self._app(scope, _replay(body, receive), send)
            return
        captured = None
        if fault.phase == "after":
            captured = Captured()
            await self._app(scope, _replay(body, receive), captured.send)
        await self._strike(fault, captured, scope, body, receive, send)

    async def _strike(
        self, fault: Fault, captured: Captured | None, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        match fault.name:
            case "storm_429" | "error_5xx" | "html":
                await self._simulator.failure(fault.name, scope)(scope, receive, send)
            case "reset":
                await _break(scope, "reset", receive)
            case "timeout_before_commit" | "timeout_after_commit":
                await _break(scope, "timeout", receive)
            case "truncated":
                await _truncate(captured, scope, receive, send)
            case _:
                await self._disturb(fault)
                if captured:
                    await captured.release(send)
                else:
                    await self._app(scope, _replay(body, receive), send)

    async def _disturb(self, fault: Fault) -> None:
        """Faults after which the shop answers as it would: it was slow, or forgot a token."""
        if fault.name == "slow":
            await self._simulator.pause(fault.seconds)
        elif fault.name == "expired_token":
            self._simulator.expire_tokens()
        else:
            self._simulator.revoke_tokens()


def _refusal(scope: Scope) -> Response | None:
    """The control door is for this machine, and not for web pages open on it (those say where they are from)."""
    client = scope.get("client")
    if client is not None and client[0] not in _HERE:
        return page(403, "Forbidden", "The control door opens on this machine only.")
    if any(name == b"origin" for name, _ in scope["headers"]):
        return page(403, "Forbidden", "The control door does not open for web pages.")
    return None


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever the line says."""
    parts = [body]

    async def again() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return await receive()

    return again


async def _break(scope: Scope, kind: str, receive: Receive) -> None:
    breaker = (scope.get("extensions") or {}).get(BREAK)
    if breaker is None:
        raise Aborted(kind)
    if kind == "timeout":
        while (await receive())["type"] != "http.disconnect":
            pass
    breaker(kind)


async def _truncate(captured: Captured | None, scope: Scope, receive: Receive, send: Send) -> None:
    """The header promises the whole answer; half of it comes."""
    whole = captured or Captured()
    if not whole.start:
        raise Aborted("reset")
    names = {name for name, _ in whole.start["headers"]}
    if b"content-length" not in names:
        whole.start["headers"] = [*whole.start["headers"], (b"content-length", str(len(whole.body)).encode())]
    await send(whole.start)
    await send({"type": "http.response.body", "body": whole.body[: len(whole.body) // 2], "more_body": True})
    await _break(scope, "truncated", receive)


def page(status: int, title: str, words: str) -> Response:
    """A web server's own page."""
    head, body = f"<head><title>{title}</title></head>", f"<body><h1>{title}</h1><p>{words}</p></body>"
    html = f"<!DOCTYPE html>\n<html>{head}{body}</html>\n"
    return Response(html, status, media_type="text/html")

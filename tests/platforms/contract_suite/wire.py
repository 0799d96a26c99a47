"""The line between an adapter and its shop, on which the contract cuts the power or changes an answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

import httpx

from tillbridge.platforms.contract import WebhookDelivery

Path = tuple[str | int, ...]
_ROWS = 2


class PowerCut(BaseException):
    """The machine stops: nothing in the code under test may catch it."""


class Wire(httpx.AsyncBaseTransport):
    """Passes on. ``cut_after``: the call after whose answer the power fails. ``change``: what to do to a JSON answer.

    ``calls`` counts since ``reset``; ``change`` gets the number of the call and its body.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.reset()

    def reset(self) -> None:
        self.calls = 0
        self.cut_after = 0
        self.change: Callable[[int, Any], Any] | None = None
        self.answer: httpx.Response | None = None
        """Stands for every answer, so that the shop is not reached at all."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.answer is not None:
            return httpx.Response(self.answer.status_code, headers=self.answer.headers, content=self.answer.content)
        response = await self._inner.handle_async_request(request)
        self.calls += 1
        if self.cut_after and self.calls >= self.cut_after:
            raise PowerCut
        return await self._changed(response) if self.change else response

    async def _changed(self, response: httpx.Response) -> httpx.Response:
        await response.aread()
        content = response.content
        assert self.change is not None
        with suppress(ValueError):
            content = json.dumps(self.change(self.calls, json.loads(content))).encode()
        own = (b"content-length", b"content-encoding", b"transfer-encoding")
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in own]
        return httpx.Response(response.status_code, headers=headers, content=content, request=response.request)


def collected() -> tuple[list[WebhookDelivery], Callable[[str, Mapping[str, str], bytes], Awaitable[int]]]:
    """An address that takes every webhook, and what it was sent, header names lower-case."""
    sent: list[WebhookDelivery] = []

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append(WebhookDelivery({name.lower(): value for name, value in headers.items()}, body))
        return 200

    return sent, post


def leaves(body: Any, path: Path = ()) -> Iterator[Path]:
    """Where single values stand in a body; of long lists the first rows."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, (*path, name))
    elif isinstance(body, list):
        for at, value in enumerate(body[:_ROWS]):
            yield from leaves(value, (*path, at))
    else:
        yield path


def changed(body: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a path; the body itself where the path leads nowhere."""
    copy = deepcopy(body)
    at = copy
    try:
        for step in path[:-1]:
            at = at[step]
        at[path[-1]]
    except (KeyError, IndexError, TypeError):
        return body
    at[path[-1]] = value
    return copy

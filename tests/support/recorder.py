"""Keeps every request that adapters really send in a test, so that it can be held to the vendor's documents."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(slots=True)
class Sent:
    """One request as it went out. ``body`` is JSON or None, ``text`` the content as it is, ``kind`` its type."""

    platform: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    text: str = field(default="", repr=False, compare=False)
    kind: str = field(default="", repr=False, compare=False)
    status: int = field(default=0, repr=False, compare=False)
    """What the shop answered; 0 while, or if ever, no answer has come."""


SENT: list[Sent] = []
"""Since the test began, or since it last cleared the list to look at a part."""
EVERYTHING: list[Sent] = []
"""Since the test began, whatever the test cleared."""


def begin() -> None:
    """Forget what another test sent."""
    SENT.clear()
    EVERYTHING.clear()


class Recording(httpx.AsyncBaseTransport):
    """Passes everything through and notes it."""

    def __init__(self, platform: str, inner: httpx.AsyncBaseTransport) -> None:
        self._platform, self._inner = platform, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        text = (await request.aread()).decode()
        kind = request.headers.get("content-type", "").partition(";")[0]
        body = json.loads(text) if "json" in kind and text else None
        query = tuple(request.url.params.multi_items())
        sent = Sent(self._platform, request.method, request.url.path, query, body, text, kind)
        SENT.append(sent)
        EVERYTHING.append(sent)
        response = await self._inner.handle_async_request(request)
        sent.status = response.status_code
        return response

    async def aclose(self) -> None:
        """The inner transport belongs to whoever made it."""

"""Keeps every request that adapters really send in a test, so that it can be held to the vendor's contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it went out; ``body`` is JSON or None."""

    platform: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any


SENT: list[Sent] = []


class Recording(httpx.AsyncBaseTransport):
    """Passes everything through and notes it."""

    def __init__(self, platform: str, inner: httpx.AsyncBaseTransport) -> None:
        self._platform, self._inner = platform, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        is_json = "json" in request.headers.get("content-type", "")
        body = json.loads(request.content) if is_json and request.content else None
        query = tuple(request.url.params.multi_items())
        SENT.append(Sent(self._platform, request.method, request.url.path, query, body))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """The inner transport belongs to whoever made it."""

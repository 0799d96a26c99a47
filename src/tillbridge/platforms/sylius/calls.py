"""Calls to a shop's API: as staff inside the token source, or as a shopper's cart without any token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Token
from tillbridge.net.client import Answer, Expect, Repeat, Request
from tillbridge.net.paging import ListPage
from tillbridge.platforms.contract import RefusedRecord, Session
from tillbridge.platforms.sylius.auth import Bearer
from tillbridge.platforms.sylius.dialect import DIALECT
from tillbridge.platforms.sylius.spec import SPEC

ADMIN, SHOP = "/api/v2/admin", "/api/v2/shop"
_JSON_LD = "application/ld+json"
_TYPES = {"POST": _JSON_LD, "PUT": _JSON_LD, "PATCH": "application/merge-patch+json"}
Query = Sequence[tuple[str, str]]


class Rest:
    """Speaks for one connection. Paths below ``/api/v2/shop`` go out without a token: it would be refused there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, path: str, action: str, query: Query = ()) -> Any:
        """The body of a read; raises NotFound for an unknown key."""
        return (await self._send("GET", path, action, Repeat.SAFE, query)).body

    async def put(self, path: str, action: str, body: Mapping[str, Any]) -> Any:
        """The body of a write that sets absolute values, so it may be repeated. Absent keys keep their value."""
        return (await self._send("PUT", path, action, Repeat.SAFE, (), body)).body

    async def post(self, path: str, action: str, body: Mapping[str, Any], *, repeat: Repeat = Repeat.NEVER) -> Any:
        """The body of a create. Raises OutcomeUnknown when NEVER and the answer was lost."""
        return (await self._send("POST", path, action, repeat, (), body)).body

    async def patch(self, path: str, action: str, body: Mapping[str, Any], *, repeat: Repeat = Repeat.SAFE) -> Any:
        """A choice or a step of a state machine; some answer without a body."""
        return (await self._send("PATCH", path, action, repeat, (), body)).body

    async def delete(self, path: str, action: str) -> None:
        """Delete; repeatable. Raises NotFound when it is not there."""
        await self._send("DELETE", path, action, Repeat.SAFE)

    async def rows(self, path: str, action: str, query: Query = ()) -> list[Any]:
        """A list answer of at most one page."""
        return members(await self.get(path, action, (*query, _size())), path)

    async def pages(self, path: str, action: str, query: Query = (), first: int = 1) -> AsyncIterator[ListPage]:
        """Numbered pages from ``first`` on, until the shop names no next one."""
        number = first
        while True:
            body = await self.get(path, action, (*query, _size(), ("page", str(number))))
            rows = members(body, path)
            more = bool(rows) and bool((body.get("hydra:view") or {}).get("hydra:next"))
            yield ListPage(rows, number, more)
            if not more:
                return
            number += 1

    async def every(self, path: str, action: str, query: Query = ()) -> list[Any]:
        """All rows of a list that is never long, such as methods and options."""
        return [row async for page in self.pages(path, action, query) for row in page.rows]

    async def _send(
        self, method: str, path: str, action: str, repeat: Repeat, query: Query = (), body: Any = None
    ) -> Answer:
        headers = {"Accept": _JSON_LD} | ({"Content-Type": _TYPES[method]} if method in _TYPES else {})
        as_staff = path.startswith(ADMIN)

        def request(token: Token | None) -> Request:
            return Request(
                method=method,
                path=path,
                action=action,
                repeat=repeat,
                role="api" if as_staff else "storefront",
                query=tuple(query),
                headers=headers,
                json=body,
                auth=Bearer(token.value) if token else None,
                expect=Expect.NOTHING if path.endswith("/ship") else Expect.JSON,
            )

        async def call(token: Token) -> Answer:
            return await self._session.api.send(request(token), DIALECT)

        if not as_staff:
            return await self._session.api.send(request(None), DIALECT)
        return await self._session.tokens.with_token_refresh(call)


def _size() -> tuple[str, str]:
    return ("itemsPerPage", str(SPEC.limits.page_size))


def members(body: Any, path: str) -> list[Any]:
    """The rows of a collection. Raises Drift for anything else."""
    found = body.get("hydra:member") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise Drift(path=f"{path} hydra:member", expected="a list", found=type(found).__name__)
    return found


def key(code: str) -> str:
    """A code as part of a path."""
    return quote(code, safe="")


def stamp(at: datetime, zone: str) -> str:
    """A moment as the shop's filters want it: its server's wall clock, without zone."""
    return at.astimezone(ZoneInfo(zone) if zone else UTC).strftime("%Y-%m-%d %H:%M:%S")


def keyed(refused: tuple[RefusedRecord, ...], name: str) -> tuple[RefusedRecord, ...]:
    """Records set aside under the key the shop's routes use, not under its number."""
    return tuple(replace(each, external_id=str(json.loads(each.raw).get(name) or each.external_id)) for each in refused)

"""Calls to a shop's REST API: every one inside the token source, signed anew, judged by the dialect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Token
from tillbridge.net.client import Answer, Repeat, Request
from tillbridge.net.paging import ListPage
from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce.auth import key_pair
from tillbridge.platforms.woocommerce.dialect import DIALECT
from tillbridge.platforms.woocommerce.spec import SPEC

ROOT = "/wp-json"
Query = Sequence[tuple[str, str]]
BY_ID: Query = (("orderby", "id"), ("order", "asc"))
"""The only order in which a page loses no record that changes meanwhile."""


class Rest:
    """Speaks for one connection. Paths are below ``/wp-json``.

    ``probing``: the live test, which must hear a refusal itself instead of having it taken for a dead token.
    """

    def __init__(self, session: Session, auth: httpx.Auth | None = None, *, probing: bool = False) -> None:
        self._session, self._probing = session, probing
        self._auth = auth or key_pair(session)

    async def get(self, path: str, action: str, query: Query = ()) -> Any:
        """The body of a read; raises NotFound for an unknown id or route."""
        return (await self._send("GET", path, action, Repeat.SAFE, query)).body

    async def put(self, path: str, action: str, body: Mapping[str, Any], query: Query = ()) -> Any:
        """The body of a write that sets absolute values, so it may be repeated."""
        return (await self._send("PUT", path, action, Repeat.SAFE, query, body)).body

    async def change(self, path: str, action: str, body: Mapping[str, Any], *, repeat: Repeat) -> Any:
        """The body of a PUT that moves something. Raises OutcomeUnknown when NEVER and the answer was lost."""
        return (await self._send("PUT", path, action, repeat, (), body)).body

    async def post(self, path: str, action: str, body: Mapping[str, Any], *, repeat: Repeat = Repeat.NEVER) -> Any:
        """The body of a create. Raises OutcomeUnknown when the answer was lost."""
        return (await self._send("POST", path, action, repeat, (), body)).body

    async def delete(self, path: str, action: str) -> Any:
        """Delete for good; repeatable."""
        return (await self._send("DELETE", path, action, Repeat.SAFE, (("force", "true"),))).body

    async def rows(self, path: str, action: str, query: Query = ()) -> list[Any]:
        """A list answer of at most one page."""
        return _rows(await self.get(path, action, query), path)

    async def pages(self, path: str, action: str, query: Query = (), first: int = 1) -> AsyncIterator[ListPage]:
        """Numbered pages from ``first`` on. The header tells the last page; without it a short page is the last."""
        number, size = first, SPEC.limits.page_size
        while True:
            paging = (("per_page", str(size)), ("page", str(number)))
            answer = await self._send("GET", path, action, Repeat.SAFE, (*query, *paging))
            rows = _rows(answer.body, path)
            told = answer.headers.get("x-wp-totalpages", "")
            more = number < int(told) if told.isdigit() else len(rows) == size
            yield ListPage(rows, number, more and bool(rows))
            if not more or not rows:
                return
            number += 1

    async def _send(
        self, method: str, path: str, action: str, repeat: Repeat, query: Query = (), body: Any = None
    ) -> Answer:
        request = Request(
            method=method,
            path=f"{ROOT}{path}",
            action=action,
            repeat=repeat,
            query=tuple(query),
            json=body,
            auth=self._auth,
        )

        async def call(token: Token) -> Answer:
            return await self._session.api.send(request, DIALECT)

        if self._probing:
            return await self._session.api.send(request, DIALECT)
        return await self._session.tokens.with_token_refresh(call)


def _rows(body: Any, path: str) -> list[Any]:
    if not isinstance(body, list):
        raise Drift(path=path, expected="a list", found=type(body).__name__)
    return body


def stamp(at: datetime) -> str:
    """A moment as the API wants it with ``dates_are_gmt``: UTC without offset, or it would be shifted twice."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def since_query(changed_since: datetime | None) -> Query:
    """The filter for what changed after a moment."""
    if changed_since is None:
        return ()
    return (("modified_after", stamp(changed_since)), ("dates_are_gmt", "true"))

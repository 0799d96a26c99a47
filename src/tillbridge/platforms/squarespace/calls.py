"""Calls to a site's Commerce APIs: every one inside the token source, with the habits of lists and their cursors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tillbridge.domain.errors import Drift, RateLimited
from tillbridge.domain.tokens import Secret, Token
from tillbridge.net.client import Answer, Repeat, Request
from tillbridge.net.paging import by_cursor
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.squarespace import wire
from tillbridge.platforms.squarespace.auth import Bearer, by_key
from tillbridge.platforms.squarespace.dialect import DIALECT
from tillbridge.platforms.squarespace.spec import COOL_DOWN
from tillbridge.platforms.writing import moment

Query = Sequence[tuple[str, str]]
KEY_HEADER = "Idempotency-Key"
_CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list and the cursor of the next, None on the last."""

    rows: list[Any]
    following: str | None


class Api:
    """Speaks for one connection. Paths begin with the version of their resource.

    ``probing``: the live test, which must hear a key's refusal itself instead of having it taken for a dead one.
    """

    def __init__(self, session: Session, *, probing: bool = False) -> None:
        self._session, self._probing = session, probing

    async def get(self, path: str, action: str, query: Query = ()) -> Any:
        """The body of a read. Raises NotFound for an unknown id."""
        return (await self.send("GET", path, action, Repeat.SAFE, query)).body

    async def post(self, path: str, action: str, body: Any, *, repeat: Repeat = Repeat.NEVER, key: str = "") -> Any:
        """The body of the answer. ``key``: idempotency key. Raises OutcomeUnknown when the answer was lost."""
        headers = {KEY_HEADER: key} if key else {}
        return (await self.send("POST", path, action, repeat, (), body, headers=headers)).body

    async def pages(
        self, path: str, action: str, name: str, query: Query = (), start: str | None = None, kept: Query = ()
    ) -> AsyncIterator[ListPage]:
        """Pages under ``name`` from ``start`` on. A cursor goes alone, but for ``kept``; filters are refused."""

        async def fetch(cursor: str | None) -> tuple[ListPage, str | None]:
            asked = (("cursor", cursor), *kept) if cursor else (*query, *kept)
            page = listed(await self.get(path, action, asked), name, path)
            return page, page.following

        async for page in by_cursor(fetch, start):
            yield page

    async def send(
        self,
        method: str,
        path: str,
        action: str,
        repeat: Repeat,
        query: Query = (),
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send one call with the connection's key or token."""

        def signed(token: Secret) -> Request:
            return Request(
                method=method,
                path=path,
                action=action,
                repeat=repeat,
                query=tuple(query),
                headers=headers or {},
                json=body,
                content=content,
                auth=Bearer(token),
            )

        async def call(token: Token) -> Answer:
            return await self._session.api.send(signed(token.value), DIALECT)

        try:
            if self._probing and by_key(self._session):
                return await self._session.api.send(signed(self._session.credentials["api_key"]), DIALECT)
            return await self._session.tokens.with_token_refresh(call)
        except RateLimited as error:
            if error.retry_after is not None:
                raise
            # asked again a few times already; the platform shuts out for a minute and does not say so
            raise RateLimited(retry_after=COOL_DOWN, request_id=error.request_id) from error


def listed(body: Any, name: str, path: str) -> ListPage:
    """The rows of a list and what follows. Raises Drift for another form."""
    rows = body.get(name) if isinstance(body, dict) else None
    if rows is None and isinstance(body, dict) and name in body:
        rows = []
    if not isinstance(rows, list):
        raise Drift(path=f"{path} {name}", expected="a list", found=type(rows).__name__)
    told = parse(wire.Pagination, body.get("pagination"), "$.pagination")
    if told.has_next_page and not told.next_page_cursor:
        raise Drift(path="$.pagination.nextPageCursor", expected="a cursor", found="nothing")
    return ListPage(rows, told.next_page_cursor if told.has_next_page else None)


def window(since: datetime, until: datetime) -> Query:
    """What changed in a time; the platform takes both bounds or none. The end is put off for clocks that differ."""
    later = max(since, until) + _CLOCKS_APART
    return (("modifiedAfter", moment(since)), ("modifiedBefore", moment(later)))

"""Calls to a store's API, v2 and v3: every one inside the token source, with its own habits of lists and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Secret, Token
from tillbridge.net.client import Answer, Repeat, Request
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.bigcommerce.auth import TokenHeader
from tillbridge.platforms.bigcommerce.dialect import DIALECT
from tillbridge.platforms.bigcommerce.spec import SPEC
from tillbridge.platforms.contract import Session

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, and what resumes after it: a page number or a cursor as text, None on the last."""

    rows: list[Any]
    following: str | None


class Api:
    """Speaks for one connection. Paths begin with ``/v2`` or ``/v3`` and lie below the store.

    ``probing``: the live test, which must hear a refusal itself instead of having it taken for a dead token.
    """

    def __init__(self, session: Session, *, probing: bool = False) -> None:
        self._session, self._probing = session, probing

    async def get(self, path: str, action: str, query: Query = ()) -> Any:
        """The body of a v2 read, None for 204. Raises NotFound for an unknown id."""
        return (await self.send("GET", path, action, Repeat.SAFE, query)).body

    async def data(self, path: str, action: str, query: Query = ()) -> Any:
        """The ``data`` of a v3 read."""
        return unwrapped(await self.get(path, action, query), path)

    async def put(self, path: str, action: str, body: Any, *, repeat: Repeat = Repeat.SAFE, query: Query = ()) -> Any:
        """The body of a write that sets absolute values, so it may be repeated unless said otherwise."""
        return (await self.send("PUT", path, action, repeat, query, body)).body

    async def post(self, path: str, action: str, body: Any, *, repeat: Repeat = Repeat.NEVER) -> Any:
        """The body of a create. Raises OutcomeUnknown when the answer was lost."""
        return (await self.send("POST", path, action, repeat, (), body)).body

    async def delete(self, path: str, action: str) -> None:
        """Delete; repeatable."""
        await self.send("DELETE", path, action, Repeat.SAFE)

    async def rows(self, path: str, action: str, query: Query = ()) -> list[Any]:
        """A list of at most one page: v2 answers it bare and an empty one with 204, v3 wraps it in ``data``."""
        body = await self.get(path, action, query)
        return _listed([] if body is None else body if path.startswith("/v2") else unwrapped(body, path), path)

    async def pages(
        self, path: str, action: str, query: Query = (), start: str | None = None, rows_each: int = 0
    ) -> AsyncIterator[ListPage]:
        """Numbered pages from ``start`` on, as long as the spec has them unless said otherwise.

        v2 ends with a short page or 204; v3 tells how many there are.
        """
        number, limit = cursor_page(start), rows_each or SPEC.limits.page_size
        while True:
            asked = (*query, ("limit", str(limit)), ("page", str(number)))
            body = await self.get(path, action, asked)
            if path.startswith("/v2"):
                rows = _listed([] if body is None else body, path)
                more = len(rows) >= limit
            else:
                rows = _listed(unwrapped(body, path), path)
                more = number < _total_pages(body, path)
            number += 1
            yield ListPage(rows, str(number) if more else None)
            if not more:
                return

    async def send(
        self, method: str, path: str, action: str, repeat: Repeat, query: Query = (), body: Any = None
    ) -> Answer:
        """Send one call with the connection's token."""

        def signed(token: Secret) -> Request:
            return Request(
                method=method,
                path=f"/stores/{self._session.connection.settings['store_hash']}{path}",
                action=action,
                repeat=repeat,
                query=tuple(query),
                json=body,
                auth=TokenHeader(token),
            )

        async def call(token: Token) -> Answer:
            return await self._session.api.send(signed(token.value), DIALECT)

        if self._probing:
            return await self._session.api.send(signed(self._session.credentials["access_token"]), DIALECT)
        return await self._session.tokens.with_token_refresh(call)


def unwrapped(body: Any, path: str) -> Any:
    """The ``data`` of a v3 answer. Raises Drift without one."""
    if not isinstance(body, dict) or "data" not in body:
        raise Drift(path=path, expected="an object with data", found=type(body).__name__)
    return body["data"]


def _listed(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Drift(path=path, expected="a list", found=type(value).__name__)
    return value


def _total_pages(body: Any, path: str) -> int:
    try:
        return int(body["meta"]["pagination"]["total_pages"])
    except (KeyError, TypeError, ValueError) as error:
        raise Drift(path=f"{path} meta.pagination", expected="total_pages", found=str(body.get("meta"))) from error


def joined(values: Sequence[Any]) -> str:
    """Values as the filters with ``:in`` want them."""
    return ",".join(str(each) for each in values)

"""The one way the adapter's services reach the GraphQL endpoint: signed, renewed on 401, version watched, paged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import structlog

from tillbridge.domain.errors import Drift, NotFound, NotTheApi, TillbridgeError, TokenRejected
from tillbridge.domain.tokens import Token
from tillbridge.net.client import Repeat, Request
from tillbridge.net.paging import by_cursor
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.shopify import spec
from tillbridge.platforms.shopify.auth import AccessHeader
from tillbridge.platforms.shopify.dialect import DIALECT, VERSION_HEADER, TooCostly, page_verdict
from tillbridge.platforms.shopify.documents import document, expected_cost
from tillbridge.platforms.shopify.reading import dig, records

T = TypeVar("T")
Json = Mapping[str, Any]

_log = structlog.get_logger("platforms.shopify")


class Graph:
    """Runs named documents for one connection. ``served_version`` is what the newest answer came from."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.served_version = ""
        self._first = spec.SPEC.limits.page_size

    async def ask(self, name: str, **variables: Any) -> Json:
        """A read: its ``data``."""
        return await self._run(name, variables, Repeat.SAFE)

    async def change(self, name: str, *, repeat: Repeat = Repeat.NEVER, **variables: Any) -> Json:
        """A mutation: its ``data``. Refusals raise UserErrors; a lost answer OutcomeUnknown, unless repeatable."""
        return await self._run(name, variables, repeat)

    async def pages(
        self, name: str, cursor: str | None, read: Callable[[Json], T], **variables: Any
    ) -> AsyncIterator[tuple[T, str | None]]:
        """Each page's data through ``read`` with the cursor that resumes after it. Too dear a page is asked smaller."""

        async def fetch(after: str | None) -> tuple[tuple[T, str | None], str | None]:
            data = await self._smaller_until_cheap(name, {**variables, "after": after})
            following = next_cursor(data)
            return (read(data), following), following

        async for page in by_cursor(fetch, cursor):
            yield page

    async def nodes(self, name: str, path: str, start: str | None = None, **variables: Any) -> AsyncIterator[Any]:
        """The records of a list under ``path``, page after page, from a cursor on. NotFound when its owner is gone."""

        async def fetch(after: str | None) -> tuple[list[Any], str | None]:
            data = await self.ask(name, after=after, **variables)
            if data.get(path.split(".", maxsplit=1)[0]) is None:
                raise NotFound(what="record", name=str(variables.get("id", path)))
            return records(data, f"{path}.nodes"), cursor_of(dig(data, f"{path}.pageInfo"))

        async for page in by_cursor(fetch, start):
            for each in page:
                yield each

    async def _smaller_until_cheap(self, name: str, variables: Mapping[str, Any]) -> Json:
        while True:
            try:
                return await self.ask(name, first=self._first, **variables)
            except TooCostly:
                if self._first == 1:
                    raise
                self._first = max(1, self._first // 2)

    async def _run(self, name: str, variables: Mapping[str, Any], repeat: Repeat) -> Json:
        async def call(token: Token) -> Json:
            request = Request(
                method="POST",
                path=spec.GRAPHQL_PATH,
                action=name,
                repeat=repeat,
                json={"query": document(name), "variables": dict(variables), "operationName": name},
                cost=expected_cost(name),
                auth=AccessHeader(token.value),
            )
            try:
                answer = await self.session.api.send(request, DIALECT)
            except NotTheApi as error:
                raise self._refused(page_verdict(error)) from error
            except TokenRejected as error:
                raise self._refused(error) from error
            self._watch_version(answer.headers.get(VERSION_HEADER, ""))
            data: Json = answer.body["data"]
            return data

        return await self.session.tokens.with_token_refresh(call)

    def _refused(self, error: TillbridgeError) -> TillbridgeError:
        """An admin-made app's token cannot be renewed, so a refused one was typed wrongly or taken away."""
        if isinstance(error, TokenRejected) and self.session.connection.setup == spec.SETUP_LEGACY:
            return wrong_field(spec.FIELDS, "legacy_token", error.request_id)
        return error

    def _watch_version(self, served: str) -> None:
        if served and served != self.served_version:
            self.served_version = served
            if served != spec.API_VERSION:
                _log.warning("shopify.other_version", asked=spec.API_VERSION, served=served)


def next_cursor(data: Json) -> str | None:
    """The cursor of the one list at the top of an answer; None on its last page."""
    for value in data.values():
        info = value.get("pageInfo") if isinstance(value, dict) else None
        if isinstance(info, dict):
            return cursor_of(info)
    raise Drift(path="data", expected="a list with pageInfo", found=", ".join(data) or "nothing")


def cursor_of(info: Json) -> str | None:
    """The end cursor when another page follows. Raises Drift when there should be one and is none."""
    if not info.get("hasNextPage"):
        return None
    cursor = info.get("endCursor")
    if not isinstance(cursor, str) or not cursor:
        raise Drift(path="pageInfo.endCursor", expected="a cursor", found=repr(cursor))
    return cursor

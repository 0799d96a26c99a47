"""Calls to a shop's web service: JSON read, XML written, every one inside the token source, judged by the dialect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import Drift, OutcomeUnknown
from tillbridge.domain.tokens import Token, TokenType
from tillbridge.net.client import Answer, Expect, Repeat, Request
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop.auth import webservice_key
from tillbridge.platforms.prestashop.dialect import DIALECT
from tillbridge.platforms.prestashop.reading import Row, id_of
from tillbridge.platforms.prestashop.shop_facts import language, zone_of
from tillbridge.platforms.prestashop.spec import SPEC
from tillbridge.platforms.prestashop.xml_text import Element, Links, Value, document, read
from tillbridge.platforms.writing import chunks

ROOT = "/api"
Query = Sequence[tuple[str, str]]
_JSON = ("output_format", "JSON")
_LIST_NODES = {"order_slip": "order_slips"}
_IDS_AT_ONCE = 100
_MANY = 500


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list by id, and whether another may follow."""

    rows: list[Row]
    cursor: str | None


class Rest:
    """Speaks for one connection. Resources are the names below ``/api``.

    ``probing``: the live test, which must hear a refusal itself instead of having it taken for a dead token.
    """

    def __init__(self, session: Session, *, probing: bool = False, in_query: bool | None = None) -> None:
        self._session, self._probing, self._in_query = session, probing, in_query

    async def root(self) -> tuple[Element, str]:
        """The list of rights of the key, and the shop's version. Only XML: as JSON the shop dies."""
        answer = await self._send("GET", "/", "shop.rights", Repeat.SAFE, expect=Expect.TEXT)
        return read(answer.text, answer.status), answer.headers.get("psws-version", "")

    async def rows(self, resource: str, action: str, query: Query = ()) -> list[Row]:
        """A list answer. An empty one is a bare array, whatever was asked for."""
        more = (*query, ("language", language(self._session)), _JSON)
        answer = await self._send("GET", f"/{resource}", action, Repeat.SAFE, more)
        return _rows(answer.body, _LIST_NODES.get(resource, resource))

    async def of(self, resource: str, action: str, field: str, ids: Iterable[object], display: str) -> list[Row]:
        """All rows whose ``field`` is one of the ids, in as few calls as addresses allow."""
        found: list[Row] = []
        wanted = sorted({str(each) for each in ids}, key=lambda each: (len(each), each))
        for part in chunks(wanted, _IDS_AT_ONCE):
            chosen = (f"filter[{field}]", f"[{'|'.join(part)}]")
            found += await self.rows(resource, action, (chosen, ("display", display)))
        return found

    async def every(self, resource: str, action: str, display: str, query: Query = ()) -> list[Row]:
        """All rows of a short list."""
        pages = self.pages(resource, action, (("display", display), *query), size=_MANY)
        return [row async for page in pages for row in page.rows]

    async def pages(
        self, resource: str, action: str, query: Query = (), after: str | None = None, *, size: int = 0
    ) -> AsyncIterator[ListPage]:
        """Pages in order of id, each from the last id of the one before, so that nothing new shifts them.

        ``size``: rows a page, unless the spec's are meant.
        """
        last, size = cursor_id(after), size or SPEC.limits.page_size
        while True:
            window = (("filter[id]", f">[{last}]"), ("sort", "[id_ASC]"), ("limit", f"0,{size}"))
            rows = await self.rows(resource, action, (*query, *window))
            more = len(rows) == size
            last = max((int(id_of(row)) for row in rows), default=last)
            yield ListPage(rows, str(last) if more else None)
            if not more:
                return

    async def post(
        self, resource: str, item: str, action: str, values: Mapping[str, Value], links: Links | None = None,
        *, repeat: Repeat = Repeat.NEVER,
    ) -> Row:  # fmt: skip
        """The echo of a create, without what the shop finds empty.

        Raises OutcomeUnknown when the answer was lost or has another shape: what may not be repeated may be there.
        """
        content = document(item, values, links)
        answer = await self._send("POST", f"/{resource}", action, repeat, (_JSON,), content)
        try:
            return _entity(answer.body, item)
        except Drift as error:
            if repeat is Repeat.SAFE:
                raise
            raise OutcomeUnknown(evidence=str(error), request_id=answer.request_id) from error

    async def patch(self, resource: str, item: str, key: str, action: str, values: Mapping[str, Value]) -> Row:
        """Set single fields to absolute values, so it may be repeated. The id in the body is the one that counts."""
        content = document(item, {"id": key, **values})
        path = f"/{resource}/{key}"
        return _entity((await self._send("PATCH", path, action, Repeat.SAFE, (_JSON,), content)).body, item)

    async def delete(self, resource: str, key: str, action: str) -> None:
        """Delete for good; repeatable. Raises NotFound when it is gone already."""
        await self._send("DELETE", f"/{resource}/{key}", action, Repeat.SAFE, (_JSON,), expect=Expect.NOTHING)

    async def _send(
        self, method: str, path: str, action: str, repeat: Repeat, query: Query = (), content: bytes | None = None,
        *, expect: Expect = Expect.JSON,
    ) -> Answer:  # fmt: skip
        async def call(token: Token) -> Answer:
            request = Request(
                method=method,
                path=f"{ROOT}{path}",
                action=action,
                repeat=repeat,
                query=tuple(query),
                headers={"Content-Type": "text/xml"} if content is not None else {},
                content=content,
                auth=webservice_key(self._session, token.value, in_query=self._in_query),
                expect=expect,
            )
            return await self._session.api.send(request, DIALECT)

        if self._probing:
            return await call(await self._session.tokens.get_token(TokenType.API_KEY))
        return await self._session.tokens.with_token_refresh(call)


def _rows(body: Any, node: str) -> list[Row]:
    found = body.get(node) if isinstance(body, dict) else body
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Drift(path=f"$.{node}", expected="a list of records", found=type(found).__name__)
    return found


def _entity(body: Any, item: str) -> Row:
    found = body.get(item) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise Drift(path=f"$.{item}", expected="a record", found=type(found).__name__)
    return found


def cursor_id(cursor: str | None) -> int:
    """The id a cursor stands for; 0 without one. Raises Drift for a cursor of another platform."""
    if cursor is None:
        return 0
    if not cursor.isdigit():
        raise Drift(path="cursor", expected="an id", found=cursor)
    return int(cursor)


def since_query(session: Session, changed_since: datetime | None) -> Query:
    """The filter for what changed after a moment, on the shop's wall clock.

    When the clock goes back an hour comes twice, and texts of its second run may sort before the moment: one hour more.
    """
    if changed_since is None:
        return ()
    local = changed_since.astimezone(ZoneInfo(zone_of(session)))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    wall = local.replace(tzinfo=None) - (timedelta(hours=1) if twice else timedelta(0))
    return (("filter[date_upd]", f">[{wall:%Y-%m-%d %H:%M:%S}]"), ("date", "1"))


def searchable(text: str) -> bool:
    """Whether a text can be asked for exactly: the filter's own signs would change the question."""
    return bool(text) and not any(sign in text for sign in "[]|%,<>!")

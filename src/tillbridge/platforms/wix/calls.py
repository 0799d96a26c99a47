"""Calls to Wix: every one inside the token source, and its lists by cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Token
from tillbridge.net.client import Repeat, Request
from tillbridge.net.paging import by_cursor
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse, shown
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.auth import headers
from tillbridge.platforms.wix.dialect import DIALECT
from tillbridge.platforms.wix.spec import MANY_ROWS, SPEC
from tillbridge.platforms.writing import moment

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a kind of record is listed: the path, the name its question goes by, and the name of its rows."""

    path: str
    ask: str
    rows: str
    most: int | None = None
    """Rows of a page where they differ from the platform's usual page."""


PRODUCTS = Shelf("/stores/v3/products/query", "query", "products")
VARIANTS = Shelf("/stores/v3/products/query-variants", "query", "variants", MANY_ROWS)
VARIANT_SEARCH = Shelf("/stores/v3/products/search-variants", "search", "variants")
ITEMS = Shelf("/stores/v3/inventory-items/query", "query", "inventoryItems", MANY_ROWS)
LOCATIONS = Shelf("/stores/v3/locations/query", "query", "storesLocations")
CONTACTS = Shelf("/contacts/v5/contacts/query", "query", "contacts")
ORDERS = Shelf("/ecom/v1/orders/search", "search", "orders")
GIFT_CARDS = Shelf("/gift-cards/v1/gift-cards/query", "query", "giftCards")
BY_CHANGE = ({"fieldName": "updatedDate", "order": "ASC"},)
"""A record that changes meanwhile moves to the end, where it is met again."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, and the cursor of the next; None on the last."""

    rows: list[Any]
    following: str | None


class Api:
    """Speaks for one connection.

    ``probing``: the live test, which must hear a refusal itself instead of having it taken for a dead token.
    """

    def __init__(self, session: Session, *, probing: bool = False) -> None:
        self._session, self._probing = session, probing

    async def get(self, path: str, action: str) -> Any:
        """The body of a read. Raises NotFound for an unknown id."""
        return await self._send("GET", path, action, Repeat.SAFE)

    async def read(self, path: str, action: str, body: Json) -> Any:
        """The body of a question that is posted and changes nothing."""
        return await self._send("POST", path, action, Repeat.SAFE, body)

    async def post(self, path: str, action: str, body: Json) -> Any:
        """The body of a change. Raises OutcomeUnknown when the answer was lost."""
        return await self._send("POST", path, action, Repeat.NEVER, body)

    async def guarded(self, path: str, action: str, body: Json, method: str = "POST") -> Any:
        """The body of a change guarded by a revision, so that repeating it cannot do it twice."""
        return await self._send(method, path, action, Repeat.SAFE, body)

    async def pages(
        self,
        shelf: Shelf,
        action: str,
        where: Json | None = None,
        *,
        sort: Sequence[Json] = (),
        fields: Sequence[str] = (),
        start: str | None = None,
    ) -> AsyncIterator[ListPage]:
        """Pages from a cursor on. Beside a cursor Wix refuses filter and sort: it remembers them itself."""
        limit = shelf.most or SPEC.limits.page_size

        async def fetch(cursor: str | None) -> tuple[ListPage, str | None]:
            asked: dict[str, Any] = {"cursorPaging": {"limit": limit}}
            if cursor is not None:
                asked["cursorPaging"]["cursor"] = cursor
            else:
                asked |= {"filter": dict(where)} if where else {}
                asked |= {"sort": list(sort)} if sort else {}
            body = await self.read(
                shelf.path, action, {shelf.ask: asked, **({"fields": list(fields)} if fields else {})}
            )
            page = ListPage(rows_of(body, shelf.rows), _following(body, shelf.path))
            return page, page.following

        async for page in by_cursor(fetch, start):
            yield page

    async def rows(
        self, shelf: Shelf, action: str, where: Json | None = None, *, fields: Sequence[str] = ()
    ) -> list[Any]:
        """All rows that fit, over as many pages as there are."""
        pages = self.pages(shelf, action, where, fields=fields)
        return [row async for page in pages for row in page.rows]

    async def first(self, shelf: Shelf, action: str, where: Json | None = None) -> list[Any]:
        """The rows of one page."""
        async for page in self.pages(shelf, action, where):
            return page.rows
        return []

    async def _send(self, method: str, path: str, action: str, repeat: Repeat, body: Json | None = None) -> Any:
        async def call(token: Token) -> Any:
            request = Request(
                method=method,
                path=path,
                action=action,
                repeat=repeat,
                json=body,
                auth=headers(self._session, token.value),
            )
            return (await self._session.api.send(request, DIALECT)).body

        if self._probing:
            return await call(await self._session.tokens.get_token())
        return await self._session.tokens.with_token_refresh(call)


def rows_of(body: Any, name: str) -> list[Any]:
    """The rows of a list answer; an empty list is left out of it. Raises Drift for another shape."""
    found = body.get(name, []) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise Drift(path=f"$.{name}", expected="a list", found=shown(body if found is None else found))
    return found


def record_of(body: Any, name: str) -> Any:
    """The one record of an answer. Raises Drift without it."""
    if not isinstance(body, dict) or name not in body:
        raise Drift(path=f"$.{name}", expected="a record", found=shown(body))
    return body[name]


def _following(body: Any, path: str) -> str | None:
    """The next cursor. Orders tell their paging under another name than everything else."""
    told = body.get("pagingMetadata") or body.get("metadata") or {}
    paging = parse(wire.Paging, told, f"{path} $.pagingMetadata")
    if not paging.hasNext:
        return None
    if not paging.cursors.next:
        raise Drift(path=f"{path} $.pagingMetadata.cursors", expected="a next cursor", found="nothing")
    return paging.cursors.next


def changed(since: datetime | None) -> Json | None:
    """The filter for what changed since a moment."""
    return None if since is None else {"updatedDate": {"$gte": moment(since)}}

"""Calls to a shop's REST API: every one inside the token source, signed or with its token, judged by the dialect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Secret, Token
from tillbridge.net.client import Answer, Repeat, Request
from tillbridge.net.paging import ListPage
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento.auth import Bearer, Signature, signs
from tillbridge.platforms.magento.dialect import BEARER, SIGNED
from tillbridge.platforms.magento.spec import SPEC
from tillbridge.platforms.writing import chunks

Query = Sequence[tuple[str, str]]
VIEW_FACT = "store_view"
_CHUNK = 50
"""Ids in one address; web servers cut addresses of more than eight thousand characters."""


@dataclass(frozen=True, slots=True)
class Where:
    """A filter. Several in one group mean "or"; groups mean "and"."""

    field: str
    value: str
    condition: str = "eq"


Groups = Sequence[Sequence[Where]]


class Rest:
    """Speaks for one connection. Paths are below ``/V1`` of its store view.

    ``token``: speak with this one outside the token source, so that a refusal is heard as it is.
    """

    def __init__(self, session: Session, token: Secret | None = None, *, bearer: bool = False) -> None:
        self._session, self._token = session, token
        self._signs = signs(session) and not bearer

    async def get(self, path: str, action: str, query: Query = ()) -> Any:
        """The body of a read; raises NotFound for an unknown id or route."""
        return (await self._send("GET", path, action, Repeat.SAFE, query)).body

    async def put(self, path: str, action: str, body: Mapping[str, Any] | None = None) -> Any:
        """The body of a write that sets absolute values, so it may be repeated."""
        return (await self._send("PUT", path, action, Repeat.SAFE, (), body)).body

    async def post(
        self, path: str, action: str, body: Mapping[str, Any] | None = None, *, repeat: Repeat = Repeat.NEVER
    ) -> Any:
        """The body of a create. Raises OutcomeUnknown when the answer was lost."""
        return (await self._send("POST", path, action, repeat, (), body)).body

    async def delete(self, path: str, action: str) -> Any:
        """Take away; repeatable."""
        return (await self._send("DELETE", path, action, Repeat.SAFE)).body

    async def rows(self, path: str, action: str, groups: Groups = (), *, fields: str = "") -> list[Any]:
        """All rows of a list that is known to be short enough for one page."""
        return (await self._page(path, action, criteria(groups), 1, fields)).rows

    async def by_values(
        self, path: str, action: str, field: str, values: Sequence[str], *, more: Groups = (), fields: str = ""
    ) -> list[Any]:
        """All rows whose field has one of the values, in as few reads as addresses allow."""
        found: list[Any] = []
        for part in chunks(values, _CHUNK):
            groups = (any_of(field, part), *more)
            async for page in self.pages(path, action, groups, fields=fields):
                found += page.rows
        return found

    async def pages(
        self, path: str, action: str, groups: Groups = (), sort: str = "", first: int = 1, fields: str = ""
    ) -> AsyncIterator[ListPage]:
        """Numbered pages from ``first`` on, until the total is reached: older shops repeat their last page for ever."""
        number = first
        while True:
            page = await self._page(path, action, (*criteria(groups), *_sorted_by(sort)), number, fields)
            yield page
            if not page.more:
                return
            number += 1

    async def _page(self, path: str, action: str, query: Query, number: int, fields: str) -> ListPage:
        size = SPEC.limits.page_size
        paging = (("searchCriteria[pageSize]", str(size)), ("searchCriteria[currentPage]", str(number)))
        trim = (("fields", f"{fields},total_count"),) if fields else ()
        body = await self.get(path, action, (*query, *paging, *trim))
        if not isinstance(body, dict) or not isinstance(body.get("total_count"), int):
            raise Drift(path=f"{path}.total_count", expected="a number", found=type(body).__name__)
        # with a fields filter an empty list comes as null
        rows = body.get("items") or []
        if not isinstance(rows, list):
            raise Drift(path=f"{path}.items", expected="a list", found=type(rows).__name__)
        return ListPage(rows, number, bool(rows) and number * size < body["total_count"])

    def _root(self) -> str:
        view = self._session.connection.facts.get(VIEW_FACT, "")
        return f"/rest/{view}/V1" if view else "/rest/V1"

    async def _send(
        self, method: str, path: str, action: str, repeat: Repeat, query: Query = (), body: Any = None
    ) -> Answer:
        async def call(token: Token) -> Answer:
            return await self._once(token.value, request)

        request = (method, f"{self._root()}{path}", action, repeat, tuple(query), body)
        if self._token is not None:
            return await self._once(self._token, request)
        return await self._session.tokens.with_token_refresh(call)

    async def _once(self, token: Secret, what: tuple[str, str, str, Repeat, Query, Any]) -> Answer:
        method, path, action, repeat, query, body = what
        auth: httpx.Auth = Signature(self._session, token) if self._signs else Bearer(token)
        request = Request(
            method=method, path=path, action=action, repeat=repeat, query=query, json=body, auth=auth
        )  # fmt: skip
        return await self._session.api.send(request, SIGNED if self._signs else BEARER)


def criteria(groups: Groups) -> Query:
    """Filters as Magento's search grammar."""
    found: list[tuple[str, str]] = []
    for at, group in enumerate(groups):
        for place, each in enumerate(group):
            head = f"searchCriteria[filter_groups][{at}][filters][{place}]"
            found += [(f"{head}[field]", each.field), (f"{head}[value]", each.value)]
            found.append((f"{head}[condition_type]", each.condition))
    return tuple(found)


def _sorted_by(field: str) -> Query:
    if not field:
        return ()
    head = "searchCriteria[sortOrders]"
    found = [(f"{head}[0][field]", field), (f"{head}[0][direction]", "ASC")]
    if field != "entity_id":
        found += [(f"{head}[1][field]", "entity_id"), (f"{head}[1][direction]", "ASC")]
    return tuple(found)


def any_of(field: str, values: Sequence[str]) -> tuple[Where, ...]:
    """One of the values. A value with a comma would be taken for several, so it stands alone."""
    plain = [each for each in values if "," not in each]
    group = [Where(field, ",".join(plain), "in")] if plain else []
    return (*group, *(Where(field, each) for each in values if "," in each))


def stamp(at: datetime) -> str:
    """A moment as the API compares it: UTC without offset."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def since(changed_since: datetime | None) -> Groups:
    """The filter for what changed from a moment on."""
    return () if changed_since is None else ((Where("updated_at", stamp(changed_since), "gteq"),),)


def number(value: Decimal) -> int | float:
    """A JSON number: Magento takes no texts for amounts. At most fifteen digits, so nothing is lost."""
    return int(value) if value == value.to_integral_value() else float(value)

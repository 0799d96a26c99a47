"""The route table and what every list, batch and item answer has in common."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from .dates import asked, local, to_gmt
from .state import Shop
from .wordpress import Answer, Call, Handler, RestError, Row, Schema

READ = ("GET",)
CREATE = ("POST",)
EDIT = ("POST", "PUT", "PATCH")
REMOVE = ("DELETE",)

_REFUSALS = {
    "list": ("cannot_view", "Sorry, you cannot list resources."),
    "view": ("cannot_view", "Sorry, you cannot view this resource."),
    "create": ("cannot_create", "Sorry, you are not allowed to create resources."),
    "edit": ("cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "delete": ("cannot_delete", "Sorry, you are not allowed to delete this resource."),
    "batch": ("cannot_batch", "Sorry, you are not allowed to batch manipulate this resource."),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; ``act`` names the right it needs, "" is open to everybody."""

    methods: tuple[str, ...]
    pattern: re.Pattern[str]
    handler: Handler
    arguments: Mapping[str, Schema] = field(default_factory=dict)
    act: str = "view"


def route(methods: tuple[str, ...], path: str, handler: Handler, arguments: Mapping[str, Schema], act: str) -> Route:
    """A route with WordPress-like placeholders: ``{id}`` is digits, ``{slug}`` anything but a slash."""
    pattern = re.sub(r"\{slug:(\w+)\}", r"(?P<\1>[^/]+)", path)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>\\d+)", pattern)
    return Route(methods, re.compile(pattern), handler, arguments, act)


def demand(found: Route, call: Call) -> None:
    """The permission check: 401 for strangers, 403 for keys of users without rights."""
    if not found.act or (call.key and call.key.capable):
        return
    code, words = _REFUSALS[found.act]
    raise RestError(f"woocommerce_rest_{code}", words, 403 if call.key else 401)


def allowed(routes: Sequence[Route], path: str) -> list[str]:
    """Methods the path answers to, for the Allow header and link hints."""
    known: list[str] = []
    for one in routes:
        if one.pattern.fullmatch(path):
            known.extend(method for method in one.methods if method not in known)
    return sorted(known, key=("GET", "POST", "PUT", "PATCH", "DELETE").index)


def links(shop: Shop, path: str, *, hints: Sequence[str] = ("GET", "POST", "PUT", "PATCH", "DELETE")) -> Row:
    """The _links of an item at ``path``, e.g. "/wc/v3/products/12"."""
    own: Row = {"href": shop.url(path)}
    if hints:
        own["targetHints"] = {"allow": list(hints)}
    return {"self": [own], "collection": [{"href": shop.url(path.rpartition("/")[0])}]}


def paged(shop: Shop, call: Call, rows: Sequence[Row], view: Callable[[Row], Row]) -> Answer:
    """One page of rows with X-WP-Total, X-WP-TotalPages and the Link header."""
    per_page, page = call.whole("per_page", 10), call.whole("page", 1)
    start = call.whole("offset") if call.params.get("offset") not in (None, "") else (page - 1) * per_page
    pages = math.ceil(len(rows) / per_page)
    headers = [("X-WP-Total", str(len(rows))), ("X-WP-TotalPages", str(pages))]
    ends = []
    if page > 1:
        ends.append((min(page - 1, pages), "prev"))
    if page < pages:
        ends.append((page + 1, "next"))
    joined = ", ".join(f'<{_page_url(shop, call, number)}>; rel="{rel}"' for number, rel in ends if number)
    if joined:
        headers.append(("Link", joined))
    return Answer([view(row) for row in rows[start : start + per_page]], headers=headers)


def every(rows: Sequence[Row], view: Callable[[Row], Row]) -> Answer:
    """A short list that is never cut, with its totals."""
    pages = "1" if rows else "0"
    return Answer([view(row) for row in rows], headers=[("X-WP-Total", str(len(rows))), ("X-WP-TotalPages", pages)])


def _page_url(shop: Shop, call: Call, page: int) -> str:
    pairs = [(name, str(page) if name == "page" else value) for name, value in call.query]
    if not any(name == "page" for name, _ in pairs):
        pairs.append(("page", str(page)))
    joined = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
    return f"{shop.url(call.path)}?{joined}"


def chosen(call: Call, rows: Sequence[Row]) -> list[Row]:
    """The include, exclude and parent filters."""
    include, exclude = {int(x) for x in call.words("include")}, {int(x) for x in call.words("exclude")}
    return [row for row in rows if (not include or row["id"] in include) and row["id"] not in exclude]


def dated(shop: Shop, call: Call, rows: Sequence[Row], *, columns: bool) -> list[Row]:
    """The after/before and modified_after/modified_before filters, exclusive and in whole seconds.

    ``columns``: goods and coupons compare the wall clock as it was stored; orders work it out from GMT.
    """
    found = list(rows)
    for name, base, later in (
        ("after", "date_created", True),
        ("before", "date_created", False),
        ("modified_after", "date_modified", True),
        ("modified_before", "date_modified", False),
    ):
        if not call.text(name):
            continue
        limit = asked(call.text(name), shop.zone)
        gmt = call.flag("dates_are_gmt")
        if not gmt and not columns:
            limit, gmt = to_gmt(limit, shop.zone) or limit, True
        column = f"{base}_gmt" if gmt else base
        found = [row for row in found if _fits(_moment(shop, row, column, base), limit, later=later)]
    return found


def _moment(shop: Shop, row: Row, column: str, base: str) -> str:
    stored = row.get(column)
    return str(stored or local(row.get(f"{base}_gmt"), shop.zone) or "")


def _fits(moment: str, limit: str, *, later: bool) -> bool:
    return bool(moment) and (moment > limit if later else moment < limit)


def ordered(
    call: Call, rows: Sequence[Row], default: str = "date", order: str = "desc", title: str = "name"
) -> list[Row]:
    """Sorted as asked; newest first without a wish."""
    by = call.text("orderby") or default
    if by == "include":
        wanted = [int(x) for x in call.words("include")]
        return sorted(rows, key=lambda row: wanted.index(row["id"]) if row["id"] in wanted else len(wanted))
    fields = {"date": "date_created_gmt", "modified": "date_modified_gmt", "title": title, "slug": "slug"}
    name = fields.get(by, by if by in ("menu_order", "name") else "id")
    reverse = (call.text("order") or order) == "desc"
    return sorted(rows, key=lambda row: (row.get(name) if name != "id" else 0, row["id"]), reverse=reverse)


def batch(create: Handler, update: Handler, delete: Handler) -> Handler:
    """A batch route: every entry by the single route's handler, failures told entry by entry, HTTP 200."""

    async def run(shop: Shop, call: Call) -> Answer:
        jobs = [
            (kind, handler, entry)
            for kind, handler in (("create", create), ("update", update), ("delete", delete))
            for entry in call.params.get(kind) or []
        ]
        if len(jobs) > 100:
            words = "Unable to accept more than 100 items for this request."
            raise RestError("woocommerce_rest_request_entity_too_large", words, 413)
        done: dict[str, list[object]] = {}
        for kind, handler, entry in jobs:
            done.setdefault(kind, []).append(await _entry(shop, call, kind, handler, entry))
        return Answer(done)

    return run


async def _entry(shop: Shop, call: Call, kind: str, handler: Handler, entry: object) -> object:
    body: Row = dict(entry) if isinstance(entry, dict) else {"id": entry, "force": True}
    kept = {name: value for name, value in call.params.items() if name not in ("create", "update", "delete")}
    inner = Call(call.method, call.path, {**kept, **body}, body=body, headers=call.headers, key=call.key)
    try:
        answer = handler(shop, inner)
        result = await answer if inspect.isawaitable(answer) else answer
    except RestError as error:
        return {"id": 0 if kind == "create" else body.get("id"), "error": error.body()}
    return result.body

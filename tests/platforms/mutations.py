"""Payloads changed in every way a platform might: what Hypothesis draws, and what a mapping may make of it.

Payloads are what the adapters read of their simulators over HTTP. A platform's own table is ``tests/platforms/<slug>/
vital.py``: where its vital values stand. Without one its records are changed anywhere all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import importlib
import importlib.util
import inspect
import json
import pkgutil
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import strategies as st

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.stores import open_stores
from tillbridge.domain.money import Money

Tree = Any
Where = tuple[Any, ...]
"""A path in a payload: keys and positions."""

_LARGE = 10_000
MAPPERS = {"products": "map_product", "orders": "map_order", "customers": "map_customer"}


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING: Final = _Missing()
UNUSED: Final = _Missing()
"""What a getter answers when the payload says that this value does not count, such as an old price without a sale."""


class Kind(StrEnum):
    """How a vital value is compared."""

    ID = "id"
    TEXT = "text"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    CURRENCY = "currency"
    TAX = "tax"
    """An amount that is nil where the platform writes nothing."""


@dataclass(frozen=True, slots=True)
class Vital:
    """``at`` is a path with ``*`` for any position; ``got`` finds the mapped value: (result, tree, stars) -> value.

    ``told_by``: keys any of which a Drift may name instead, where two values of the payload contradict each other.
    """

    at: str
    kind: Kind
    got: Callable[[Any, Tree, Sequence[Any]], Any]
    told_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """How an adapter called the mapping of one record."""

    function: Callable[..., Any]
    raw: Any
    rest: tuple[Any, ...]
    named: Mapping[str, Any]

    def again(self, raw: Any) -> Any:
        return self.function(raw, *self.rest, **self.named)


@dataclass(frozen=True, slots=True)
class Payload:
    """``read`` maps the tree. ``ours``: paths that we made to hold what several answers brought."""

    tree: Tree
    read: Callable[[Tree], Any]
    vital: tuple[Vital, ...] = ()
    ours: tuple[str, ...] = ()

    def places(self) -> list[Where]:
        """Where the platform's own values stand."""
        return [each for each in places(self.tree) if not any(matches(each, own) is not None for own in self.ours)]


@dataclass(frozen=True, slots=True)
class Noun:
    """One mapper in a platform's table.

    ``recorded``: the path of recorded answers that hold its records; below ``whole`` characters one was asked in part.
    """

    page: Callable[[Sequence[Call]], tuple[Tree, Callable[[Tree], Any]]]
    vital: tuple[Vital, ...]
    ours: tuple[str, ...] = ()
    recorded: str = ""
    whole: int = 500


@dataclass
class _Heard:
    calls: dict[str, list[Call]] = field(default_factory=lambda: {noun: [] for noun in MAPPERS})

    def around(self, noun: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def heard(raw: Any, *rest: Any, **named: Any) -> Any:
            self.calls[noun].append(Call(function, copy.deepcopy(raw), rest, named))
            return function(raw, *rest, **named)

        return heard


def modules_of(slug: str) -> Iterator[ModuleType]:
    """Every module of a platform's adapter; its simulator is none."""
    package = importlib.import_module(f"tillbridge.platforms.{slug}")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not found.name.endswith(".simulator"):
            yield importlib.import_module(found.name)


@contextlib.contextmanager
def _listening(slug: str) -> Iterator[_Heard]:
    """Hears every call of the platform's mappers, whichever of its modules makes it."""
    heard = _Heard()
    mapping = importlib.import_module(f"tillbridge.platforms.{slug}.mapping")
    with pytest.MonkeyPatch.context() as patch:
        for noun, name in MAPPERS.items():
            home = mapping if hasattr(mapping, name) else _orders_of(slug, mapping)
            function: Callable[..., Any] = getattr(home, name)
            for module in modules_of(slug):
                if inspect.isfunction(function) and getattr(module, name, None) is function:
                    patch.setattr(module, name, heard.around(noun, function))
        yield heard


def _orders_of(slug: str, mapping: ModuleType) -> ModuleType:
    name = f"tillbridge.platforms.{slug}.order_mapping"
    return importlib.import_module(name) if importlib.util.find_spec(name) else mapping


@cache
def heard_of(slug: str) -> Mapping[str, Sequence[Call]]:
    """What the adapter mapped while it listed its simulator's products, orders and customers."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_listen(slug))).result()


async def _listen(slug: str) -> Mapping[str, Sequence[Call]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with open_stores(copy_template(folder), folder, VirtualClock()) as stores:
            connection = await stores.connect(slug, "web", prepare=False)
            with _listening(slug) as heard:
                products = await stores.registry.get_product_service(connection)
                assert [page async for page in products.list_products()]
                orders = await stores.registry.get_order_service(connection)
                assert [page async for page in orders.list_orders()]
                customers = await stores.registry.get_customer_service(connection)
                assert [page async for page in customers.list_customers()]
    return heard.calls


def table_of(slug: str) -> Mapping[str, Noun]:
    """A platform's vital values by noun; empty as long as nobody wrote them down."""
    name = f"tests.platforms.{slug}.vital"
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        found = None
    table: Mapping[str, Noun] = importlib.import_module(name).VITAL if found else {}
    return table


@cache
def payload_of(slug: str, noun: str, records: int = 4) -> Payload:
    """A page of a few records, the richest of the simulator's."""
    calls = heard_of(slug)[noun]
    assert calls, f"the simulator of {slug} has no {noun}"
    rich = [each for each in calls if len(repr(each.raw)) < _LARGE] or list(calls)
    richest = sorted(rich, key=lambda call: len(repr(call.raw)), reverse=True)
    chosen = [*richest[: records // 2], *richest[-(records - records // 2) :]] if len(rich) > records else richest
    known = table_of(slug).get(noun)
    if known is None:
        return Payload([each.raw for each in chosen], lambda tree: _each(chosen, tree))
    tree, read = known.page(chosen)
    return Payload(tree, read, known.vital, known.ours)


def _each(calls: Sequence[Call], tree: Any) -> Any:
    """Records mapped one by one, as ``map_to_unified_*`` does with a page."""
    found = tree if isinstance(tree, list) else [tree]
    return tuple(calls[min(at, len(calls) - 1)].again(raw) for at, raw in enumerate(found))


def recorded(folder: Path, slug: str, noun: str, most: int = 12) -> Payload | None:
    """Records of answers that a real shop gave, mapped one by one; None when none lie in ``folder``."""
    known = table_of(slug)[noun]
    form = known.recorded
    rows: list[Any] = []
    for file in sorted(folder.glob("*.json")) if form else ():
        for each in json.loads(file.read_text(), parse_float=Decimal).get("exchanges", ()):
            asked, told = each.get("request") or {}, each.get("response") or {}
            if asked.get("method") == "GET" and re.fullmatch(form, asked["path"]) and told.get("status") == 200:
                rows += _rows_of(told.get("json") or told.get("body"))
    rows = [each for each in rows if len(repr(each)) > known.whole][:most]
    first = heard_of(slug)[noun][0]
    return Payload(rows, lambda tree: tuple(first.again(each) for each in tree)) if rows else None


def _rows_of(body: Any) -> list[Any]:
    lists = [each for each in body.values() if isinstance(each, list)] if isinstance(body, dict) else [body]
    if isinstance(body, dict) and ("id" in body or "entity_id" in body):
        return [body]
    return [each for found in lists[:1] if isinstance(found, list) for each in found if isinstance(each, dict)]


def places(tree: Tree, at: Where = ()) -> Iterator[Where]:
    """The path of every value in a payload but the whole."""
    below: Sequence[tuple[Any, Any]] = ()
    if isinstance(tree, dict):
        below = list(tree.items())
    elif isinstance(tree, list):
        below = list(enumerate(tree))
    for key, value in below:
        yield (*at, key)
        yield from places(value, (*at, key))


def at(tree: Tree, where: Where) -> Any:
    """The value at a path, MISSING when there is none."""
    for key in where:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return tree


def changed(tree: Tree, where: Where, value: Any) -> Tree:
    """A copy with another value at a path, or without that key. What is on the way there no more stays as it is."""
    if not where:
        return tree if value is MISSING else value
    key, rest = where[0], where[1:]
    if not isinstance(tree, dict | list) or at(tree, (key,)) is MISSING:
        return tree
    copied: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    if not rest and value is MISSING:
        del copied[key]
    else:
        copied[key] = changed(tree[key], rest, value)
    return copied


def matches(where: Where, pattern: str) -> tuple[Any, ...] | None:
    """What the stars of a pattern stand for on this path; None when it is another."""
    parts = pattern.split(".")
    if len(parts) != len(where):
        return None
    stars: list[Any] = []
    for key, part in zip(where, parts, strict=True):
        if part == "*":
            stars.append(key)
        elif str(key) != part:
            return None
    return tuple(stars)


_WRONG: Sequence[Any] = (
    MISSING, None, "", " ", "-", [], {}, [None], [[]], ["x"], {"a": 1}, [{}], True, False, float("nan"), float("inf"),
    Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+400"), Decimal("1E-400"), 10**40, -(10**400), 2**63, -1, 0, 1,
    Decimal("2.5"), Decimal("12.345678901234567"), 2.5, "0", "12", "12.50", "12,50", "12.345678901", "1e999", "1e3",
    "-7.25", "１２", "1_000", " 7 ", "NaN", "true", "null", "abc", "\x00", "\x1b[31mred", "a\u202eb", "\ud800",
    "x" * 5000,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-24", "EURO", "eur", "USD", "JPY",
)  # fmt: skip

there = st.one_of(
    st.sampled_from(_WRONG[1:]),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20),
    st.decimals(-(10**9), 10**9, places=2),
    st.decimals(-(10**6), 10**6, places=2).map(str),
)
"""Values where none of their kind belongs, and some where they do."""
wrong = st.one_of(st.sampled_from(_WRONG), there)
"""The same, or nothing at all."""

_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\s*")


def number(value: Any) -> Decimal | None:
    """The number a payload says, None when it says none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value.strip()) if _NUMBER.fullmatch(value) else None
    if isinstance(value, int | float | Decimal):
        found = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        return found if found.is_finite() else None
    return None


def says(kind: Kind, raw: Any, got: Any) -> bool:
    """Whether a mapped value is what the payload says, or admits that it was not told."""
    match kind:
        case Kind.AMOUNT:
            return _amount(raw, got)
        case Kind.TAX:
            return (isinstance(raw, str) and raw == "" and got is not None and not got) or _amount(raw, got)
        case Kind.QUANTITY:
            told = number(raw)
            return got is None if _is_nothing(raw) else told is not None and got == told
        case Kind.CURRENCY:
            return isinstance(raw, str) and re.fullmatch("[A-Z]{3}", raw) is not None and got == raw
        case Kind.ID:
            whole = number(raw)
            same = [raw] if isinstance(raw, str) else []
            return raw != "" and got in [
                *same,
                *([str(int(whole))] if whole is not None and whole == whole.to_integral_value() else []),
            ]
    if isinstance(raw, str) or raw is None:
        return bool(got == (raw or ""))
    return not isinstance(raw, bool) and isinstance(raw, int | float | Decimal) and bool(got == str(raw))


def _is_nothing(raw: Any) -> bool:
    return raw is MISSING or raw is None or (isinstance(raw, str) and raw in ("", "-"))


def _amount(raw: Any, got: Any) -> bool:
    if got is None:
        return _is_nothing(raw)
    told = number(raw)
    if told is None or not isinstance(got, Money):
        return False
    try:
        return got == Money(told, got.currency)
    except InvalidOperation:
        return False

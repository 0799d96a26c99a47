"""Every text the program can ask for is in the catalogue, so that no screen ends in a missing message."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

import tillbridge
from tillbridge.domain.connections import ConnectionState, RouteKind
from tillbridge.domain.errors import TillbridgeError, Who
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.orders import OrderStatus, TenderKind
from tillbridge.domain.sales import SaleShow, SaleState
from tillbridge.domain.specs import LookUpKind, Noun, TotalsMode
from tillbridge.domain.stock import MovementCause
from tillbridge.domain.tokens import TokenType
from tillbridge.messages import text

SOURCES = Path(tillbridge.__file__).parent
CATALOGUE = {
    file.stem: tomllib.loads(file.read_text()) for file in sorted((SOURCES / "messages" / "en").glob("*.toml"))
}
CARD = ("title", "explanation", "next_step")
ID = re.compile(rf"(?:{'|'.join(CATALOGUE)})(?:\.[a-z_]+)+")
READY = ConnectionState.READY


def _values(members: type[StrEnum], *without: StrEnum) -> list[str]:
    return [each.value for each in members if each not in without]


VERBS = ("added", "ready", "not_ready", "reauthenticated", "routed", "paused", "resumed", "removed")
FAMILIES: Mapping[str, list[str]] = {
    "connections.audit.{}": list(VERBS),
    "connections.not_ready.{}": _values(ConnectionState, READY),
    "health.connection.{}": _values(ConnectionState),
    "health.connection_step.{}": _values(ConnectionState, READY),
    "till.tender.{}": _values(TenderKind),
    "console.kind.{}": _values(JobKind),
    "console.noun.{}": _values(Noun),
    "passport.totals_kind.{}": _values(TotalsMode),
    "passport.look_up_kind.{}": _values(LookUpKind),
    "console.route.{}": _values(RouteKind),
    "console.route.{}_help": _values(RouteKind),
    "console.state.connection.{}": _values(ConnectionState),
    "console.state.job.{}": _values(JobState),
    "console.goods.cause.{}": _values(MovementCause),
    "console.sale_filter.{}": _values(SaleShow),
    "console.state.order.{}": _values(OrderStatus),
    "console.state.sale.{}": _values(SaleState),
    "console.token.{}": _values(TokenType),
    "console.who.{}": _values(Who),
}
"""Ids that are put together from an enumeration; every member needs its text."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    """Platforms keep their words in their specs; what looks like an id there is a path of theirs."""
    for file in sorted(SOURCES.rglob("*.py")):
        name = file.relative_to(SOURCES)
        if name.parts[0] != "platforms":
            yield str(name), ast.parse(file.read_text())


def _pattern(joined: ast.JoinedStr) -> str:
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in joined.values)


def _literals() -> list[str]:
    nodes = [node for _, tree in _modules() for node in ast.walk(tree)]
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in parts)
    return sorted({each for each in texts if isinstance(each, str) and ID.fullmatch(each)})


def _patterns() -> set[str]:
    joined = (node for _, tree in _modules() for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    found = {_pattern(each) for each in joined}
    return {each for each in found if re.match(rf"(?:{'|'.join(CATALOGUE)})\.[a-z_.]*\{{\}}", each)}


def _entry(message_id: str) -> Any:
    entry: Any = CATALOGUE
    for key in message_id.split("."):
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _leaves(entry: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(entry, str):
        yield path, entry
        return
    for key, value in entry.items():
        yield from _leaves(value, f"{path}.{key}" if path else key)


def _kinds(kind: type[TillbridgeError] = TillbridgeError) -> Iterator[type[TillbridgeError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


LEAVES = dict(_leaves(CATALOGUE))


@pytest.mark.parametrize("message_id", _literals())
def test_every_id_written_in_the_program_has_a_text_or_a_card(message_id: str) -> None:
    entry = _entry(message_id)
    if isinstance(entry, dict):
        assert set(CARD) <= set(entry), f"{message_id} is a card without {set(CARD) - set(entry)}"
    else:
        assert text(message_id)


@pytest.mark.parametrize(("pattern", "value"), [(name, each) for name, values in FAMILIES.items() for each in values])
def test_every_member_of_a_family_has_its_text(pattern: str, value: str) -> None:
    assert text(pattern.format(value))


def test_every_family_of_ids_is_held_to_its_members_or_at_least_has_some() -> None:
    empty = []
    for pattern in _patterns() - set(FAMILIES):
        shape = re.compile("[a-z_.]+".join(re.escape(part) for part in pattern.split("{}")))
        empty += [] if any(shape.fullmatch(each) for each in LEAVES) else [pattern]
    assert not empty


@pytest.mark.parametrize("kind", list(dict.fromkeys(_kinds())))
def test_every_failure_says_what_happened_and_what_to_do(kind: type[TillbridgeError]) -> None:
    assert all(text(f"{kind.message_id}.{part}") for part in CARD)


def test_every_text_is_asked_for_by_somebody() -> None:
    """A text nobody can reach is a leftover."""
    asked = {*_literals(), *(each.message_id for each in _kinds())}
    shapes = [re.compile("[a-z_.]+".join(re.escape(part) for part in each.split("{}"))) for each in _patterns()]
    unasked = [
        each
        for each in LEAVES
        if each not in asked
        and each.rpartition(".")[0] not in asked
        and not any(shape.fullmatch(each) for shape in shapes)
    ]
    assert not [each for each in unasked if not each.startswith("console.")]


@pytest.mark.parametrize("message_id", sorted(LEAVES))
def test_a_text_names_its_parameters(message_id: str) -> None:
    """Positional or computed fields would let a value act as a pattern."""
    names = [name for _, name, _, _ in string.Formatter().parse(LEAVES[message_id]) if name is not None]
    assert all(re.fullmatch("[a-z_]+", name) for name in names)

"""What verbs print: plain lines or JSON, cleaned of control characters, errors as cards on the error stream."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import typer

from tillbridge.domain.errors import TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.tokens import Secret

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def say(line: str = "") -> None:
    """One line of text, whatever a platform put into it."""
    sys.stdout.write(_CONTROL.sub("", line).replace("\n", " ") + "\n")


def ask_aside(line: str) -> None:
    """As ``say``, on the error stream: what leads up to a question does not belong to the answer."""
    sys.stderr.write(_CONTROL.sub("", line).replace("\n", " ") + "\n")


def question(title: str, *, hidden: bool, needed: bool) -> str:
    """What the operator types, asked on the error stream. Raises typer.Abort on a line of its own when nobody does."""
    try:
        return str(typer.prompt(title, hide_input=hidden, default=None if needed else "", err=True))
    except typer.Abort:
        sys.stderr.write("\n")
        raise


def say_json(value: Any) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")


def say_done(what: str, words: str = "", *, as_json: bool, **facts: object) -> None:
    """How a verb that changes something ends: ``{"done": what, ...}`` as JSON, else its words, if it has any."""
    if as_json:
        say_json({"done": what, **facts})
    elif words:
        say(words)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns; an empty table prints its header alone."""
    cells = [[_CONTROL.sub("", str(cell)).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for row in [list(header), *cells]:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_error(error: TillbridgeError, *, as_json: bool = False) -> None:
    """The error's card, on the error stream."""
    card = error.card()
    if as_json:
        body = {"error": error.message_id, "who": card.who.value, **plain(card)}
        sys.stderr.write(json.dumps(body, ensure_ascii=False) + "\n")
        return
    for line in (card.title, f"  {card.explanation}", f"  → {card.next_step}"):
        sys.stderr.write(_CONTROL.sub("", line) + "\n")


def plain(value: Any) -> Any:
    """Domain values as JSON: amounts and quantities as text, times in ISO form, spans in seconds, secrets never."""
    for kind, shown in _SHOWN.items():
        if isinstance(value, kind):
            return shown(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


_SHOWN: Mapping[type, Callable[[Any], Any]] = {
    Secret: str,
    UUID: str,
    Money: lambda money: {"amount": str(money.amount), "currency": money.currency},
    Enum: lambda member: member.value,
    Decimal: lambda number: f"{number.normalize():f}",
    date: lambda day: day.isoformat(),
    timedelta: lambda span: span.total_seconds(),
}

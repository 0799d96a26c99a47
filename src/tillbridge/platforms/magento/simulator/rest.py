"""Calls, answers and errors in Magento's REST dialect, shared by all routes of the simulator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .state import Shop

Row = dict[str, Any]
ANYBODY = ""
"""A route without a resource: open to guests."""


class Fault(Exception):
    """An error as the API says it; ``parameters`` fill its placeholders at the client's side."""

    def __init__(self, status: int, message: str, parameters: Any = None, errors: Sequence[Row] = ()) -> None:
        super().__init__(message)
        self.status, self.message, self.parameters, self.errors = status, message, parameters, errors

    def body(self) -> Row:
        """The error as JSON."""
        found: Row = {"message": self.message}
        if self.errors:
            found["errors"] = list(self.errors)
        return found | ({"parameters": self.parameters} if self.parameters is not None else {})


@dataclass(slots=True)
class Caller:
    """Who asks: the resources granted, all or none for a guest."""

    resources: frozenset[str] | None = frozenset()
    """None: everything is allowed."""

    def may(self, resource: str) -> bool:
        return resource == ANYBODY or self.resources is None or resource in self.resources


@dataclass(slots=True)
class Call:
    """One request after routing: ``params`` are the address's parts, ``query`` as it came."""

    method: str
    params: Mapping[str, str]
    query: Sequence[tuple[str, str]] = ()
    body: Any = None
    caller: Caller = field(default_factory=Caller)
    admin: bool = False

    def number(self, name: str) -> int:
        """A part of the address as a number; 0 when it is none."""
        return int(self.params[name]) if self.params[name].isdigit() else 0

    def part(self, name: str) -> Any:
        """A parameter of the body. Raises Fault when it is missing."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        if value is None:
            raise required(name)
        return value


Handler = Callable[["Shop", Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint with the resource it needs."""

    method: str
    pattern: re.Pattern[str]
    resource: str
    handler: Handler


def route(method: str, path: str, resource: str, handler: Handler) -> Route:
    """A route; ``{name}`` stands for one part of the address."""
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?"), resource, handler)


def required(name: str) -> Fault:
    """A missing parameter."""
    return Fault(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})


def no_entity(field_name: str, value: object) -> Fault:
    """An id that names nothing."""
    return Fault(404, "No such entity with %fieldName = %fieldValue", {"fieldName": field_name, "fieldValue": value})


def wrong_type(name: str, value: object, kind: str = "float") -> Fault:
    """A word where a number belongs."""
    words = f'Error occurred during "{name}" processing. The "{value}" value\'s type is invalid. '
    return Fault(400, f'{words}The "{kind}" type was expected. Verify and try again.')


def check_numbers(row: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raises Fault for the first of the named values that is no number."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise wrong_type(name, value)


def check_known(row: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raises Fault for a field the service does not have, named as the shop's code names it."""
    for name in row:
        if name not in known:
            spoken = "".join(part.capitalize() for part in name.split("_"))
            words = '"%fieldName" is not supported. Correct the field name and try again.'
            raise Fault(400, words, {"fieldName": spoken})


def dec(value: object) -> Decimal:
    """A number of the wire; nothing counts as 0."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def cents(value: Decimal) -> Decimal:
    """Rounded half up to two decimals."""
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def stamp(at: datetime) -> str:
    """A moment as entities carry it."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def dumps(body: Any) -> bytes:
    """JSON with bare numbers."""
    return json.dumps(body, default=_plain).encode()


def loads(text: str) -> Any:
    """JSON with exact fractions."""
    return json.loads(text, parse_float=Decimal)

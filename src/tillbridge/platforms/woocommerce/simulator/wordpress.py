"""Calls, answers and errors in WordPress's REST dialect, shared by all routes of the simulator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .login import ApiKey
    from .state import Shop

Row = dict[str, Any]
Schema = Mapping[str, Any]


class RestError(Exception):
    """A WP_Error: ``data`` is what stands in the body, usually {"status": n}."""

    def __init__(self, code: str, message: str, status: int, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.data = {"status": status} if data is None else data

    def body(self) -> Row:
        """The error as JSON."""
        return {"code": self.code, "message": self.message, "data": self.data}


@dataclass(slots=True)
class Call:
    """One request after WordPress has parsed it: ``params`` are URL parts, query and body in one."""

    method: str
    path: str
    params: Row
    query: Sequence[tuple[str, str]] = ()
    body: Row = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    key: ApiKey | None = None

    def whole(self, name: str, default: int = 0) -> int:
        """A parameter as an integer."""
        value = self.params.get(name)
        return default if value in (None, "") else int(float(str(value)))

    def text(self, name: str) -> str:
        """A parameter as text; missing is empty."""
        value = self.params.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A parameter as WordPress reads a boolean."""
        return truth(self.params.get(name))

    def words(self, name: str) -> list[str]:
        """A list parameter, also as a comma list."""
        return as_list(self.params.get(name))


@dataclass(slots=True)
class Answer:
    """One answer before it goes on the wire."""

    body: Any
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    plain: bool = False
    gone: bool = False  # the thing is no more, so no method is allowed on it


Handler = Callable[["Shop", Call], Answer | Awaitable[Answer]]


def truth(value: object) -> bool:
    """rest_sanitize_boolean()."""
    if isinstance(value, str):
        return value.lower() not in ("", "false", "0")
    return bool(value)


def as_list(value: object) -> list[str]:
    """wp_parse_list(): a list stays, a text is cut at commas and blanks."""
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return [part for part in str(value).replace(",", " ").split() if part]


def invalid_id(kind: str, status: int, message: str = "Invalid ID.") -> RestError:
    """The error for an id that names nothing."""
    return RestError(f"woocommerce_rest_{kind}_invalid_id", message, status)


def no_trash(plural: str) -> RestError:
    """Deleting without force where there is no trash."""
    return RestError("woocommerce_rest_trash_not_supported", f"{plural} do not support trashing.", 501)

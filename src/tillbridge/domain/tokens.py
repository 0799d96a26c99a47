"""Secrets and tokens. A Secret cannot print itself; a Token knows its life. Used by the vault, adapters and screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class TokenType(StrEnum):
    """What a stored token is for."""

    ACCESS = "access"
    REFRESH = "refresh"
    ID = "id"
    API_KEY = "api_key"
    SESSION = "session"


class Secret:
    """A text that prints as dots, does not pickle and compares in constant time. ``reveal`` at the wire only."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "•••"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        from hmac import compare_digest  # noqa: PLC0415  kept off the first frame

        return isinstance(other, Secret) and compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not serialised")


@dataclass(frozen=True, slots=True)
class Token:
    """A token in the clear, for the length of a call. ``expires_at`` is None when it does not end."""

    type: TokenType
    value: Secret
    issued_at: datetime
    expires_at: datetime | None = None
    generation: int = 1

    def is_valid(self, at: datetime, margin: timedelta = timedelta(0)) -> bool:
        return self.expires_at is None or at + margin < self.expires_at


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a renewal brings, seconds as the platform said them. A rotated refresh token replaces the old one."""

    access: Secret
    expires_in: float | None
    refresh: Secret | None = None
    refresh_expires_in: float | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token as screens may see it: no value. Not ``usable``: refused by the shop, or locked away."""

    connection: str
    type: TokenType
    issued_at: datetime
    expires_at: datetime | None
    renewed_at: datetime | None
    renewable: bool
    generation: int
    usable: bool = True

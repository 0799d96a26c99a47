"""What a platform's refusal of a token means, and how many tokens in a row were refused, over all processes.

The token service asks it; a call that was accepted ends the row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import (
    MissingPermission,
    NetworkFailure,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    TillbridgeError,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret, Token, TokenGrant
from tillbridge.messages import text
from tillbridge.storage import Storage

TokenProvider = Callable[[Secret | None], Awaitable[TokenGrant]]
"""Asks the platform for a new access token; the argument is the stored refresh token, if any."""

OUTAGE = (PlatformUnavailable, NetworkFailure, RateLimited)
_REFUSED = "token.refused"
"""The cursor that holds the newest generation refused, how many in a row were, and the newest accepted: ``7:2:5``."""
_DEAD_IN_A_ROW = 3
_DOUBTED_IN_A_ROW = 2


@dataclass(slots=True)
class Provider:
    """How one connection renews (``renew`` None: it cannot).

    ``probe`` tries credentials that cannot be renewed: None when they work. ``alive`` tells whether a token lives,
    where a refusal leaves that open and the platform has a question for it.
    """

    renew: TokenProvider | None
    probe: Callable[[], Awaitable[TillbridgeError | None]] | None = None
    alive: Callable[[Token], Awaitable[bool]] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    refused: int = 0
    count: int = 0
    accepted: int = 0

    def before(self, generation: int) -> int:
        """How many tokens in a row were refused up to this one, of which only the first ever worked."""
        if self.refused != generation - 1 or self.accepted >= generation:
            return 0
        return min(self.count, self.refused - self.accepted + 1)


class Refusals:
    """Judges refused tokens of all connections."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._accepted: dict[UUID, int] = {}

    async def accepted(self, connection_id: UUID, generation: int) -> None:
        """A call with that token worked: what was refused up to it counts no more. Kept for all processes."""
        if self._accepted.get(connection_id, -1) >= generation:
            return
        async with self._storage.transaction():
            row = await self._row(connection_id)
            if row.accepted < generation:
                await self._keep(connection_id, replace(row, accepted=generation))
        self._accepted[connection_id] = generation

    async def judge(self, connection: Connection, provider: Provider, token: Token, error: TokenRejected) -> bool:
        """Whether the token is certainly dead; False when that stays open. A renewal is worth a try either way.

        Raises MissingPermission when it lives or a doubt brought it, ReauthenticationNeeded when too many in a row
        were dead, and transient errors when the platform cannot be asked.
        """
        dead = error.certain
        if not dead and provider.alive is not None:
            if await provider.alive(token):
                raise not_permitted(error) from error
            dead = True
        longest = _DEAD_IN_A_ROW if dead else _DOUBTED_IN_A_ROW
        if await self._too_many(connection.id, token.generation, longest):
            raise (_needs_person(connection, error) if dead else not_permitted(error)) from error
        return dead

    async def judge_lasting(self, connection: Connection, provider: Provider, error: TokenRejected) -> TillbridgeError:
        """What a refusal of a token that cannot be renewed means: a probe tells a dead key from a right it lacks."""
        if error.certain or provider.probe is None:
            return _needs_person(connection, error)
        found = await provider.probe()
        if isinstance(found, TokenRejected | WrongCredentials | ReauthenticationNeeded):
            return _needs_person(connection, error)
        return found if isinstance(found, OUTAGE) else not_permitted(error)

    async def _too_many(self, connection_id: UUID, generation: int, longest: int) -> bool:
        """Whether this token is the ``longest`` in a row; else it is noted. Kept for all: each process would renew."""
        async with self._storage.transaction():
            row = await self._row(connection_id)
            if row.refused >= generation:
                return False
            count = row.before(generation) + 1
            if count >= longest:
                return True
            await self._keep(connection_id, replace(row, refused=generation, count=count))
            return False

    async def _row(self, connection_id: UUID) -> _Row:
        kept = await self._storage.cursors.get(connection_id, _REFUSED)
        return _Row(*(int(each) for each in kept.split(":"))) if kept else _Row()

    async def _keep(self, connection_id: UUID, row: _Row) -> None:
        await self._storage.cursors.set(connection_id, _REFUSED, f"{row.refused}:{row.count}:{row.accepted}")


def not_permitted(error: TokenRejected) -> MissingPermission:
    """The refusal as the lack of a right, in the platform's own words where it has any."""
    reason = error.params.get("reason") or text("tokens.permission")
    return MissingPermission(permission=reason, request_id=error.request_id)


def _needs_person(connection: Connection, error: TokenRejected) -> ReauthenticationNeeded:
    return ReauthenticationNeeded(connection=connection.name, request_id=error.request_id)

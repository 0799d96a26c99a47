"""Tokens of all connections: valid ones at once, others renewed once for all coroutines, processes and machines.

Adapters reach it through services.sessions; screens see facts and may renew by hand.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from tillbridge.domain.audit import WORKER, Actor, AuditEntry
from tillbridge.domain.clock import Clock, on_clock
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.errors import (
    MissingPermission,
    PlatformUnavailable,
    ReauthenticationNeeded,
    StorageError,
    TillbridgeError,
    TokenRejected,
    UnknownConnection,
    VaultError,
    WrongCredentials,
)
from tillbridge.domain.events import ConnectionChanged, Event, NotificationPushed, ReauthenticationAsked, TokenRenewed
from tillbridge.domain.notifications import Severity
from tillbridge.domain.tokens import Secret, Token, TokenFacts, TokenGrant, TokenType
from tillbridge.messages import text
from tillbridge.services.locked import WAITS_FOR_A_PERSON, lock_out
from tillbridge.services.refusals import OUTAGE, Provider, Refusals, TokenProvider, not_permitted
from tillbridge.storage import Storage

T = TypeVar("T")
_LEASE = 30.0
_LEASE_PULSE = 10.0
_LOOK_AGAIN = 0.2
_MARGIN = timedelta(seconds=60)
_AHEAD = 0.8
_AHEAD_EVERY = 30.0
_TAKEN_BACK = 401
_DEAD = (ReauthenticationNeeded, WrongCredentials)

_log = structlog.get_logger(__name__)


FindProvider = Callable[[Connection], Awaitable[Provider]]


class TokenService:
    """``find_provider`` is asked for connections nobody registered a provider for in this process."""

    def __init__(self, storage: Storage, clock: Clock, publish: Callable[[Event], None], owner: str = "") -> None:
        self._storage, self._clock, self._publish = storage, clock, publish
        self._lease = on_clock(clock, _LEASE)
        self._owner = (owner or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")[:80]
        self._refusals = Refusals(storage)
        self._providers: dict[UUID, Provider] = {}
        self._under_way: dict[UUID, asyncio.Task[Token]] = {}
        self.find_provider: FindProvider | None = None

    async def store_token(
        self, connection: Connection, token_type: TokenType, token: Secret, expires_in: float | None = None
    ) -> Token:
        """Keep a token encrypted with its end (``expires_in`` seconds from now; None: it does not end)."""
        known = await self._storage.vault.token(connection.id, token_type)
        now = self._clock.now()
        expires_at = None if expires_in is None else now + timedelta(seconds=expires_in)
        kept = Token(token_type, token, now, expires_at, known.generation + 1 if known else 1)
        provider = self._providers.get(connection.id)
        renewable = token_type is TokenType.ACCESS and provider is not None and provider.renew is not None
        await self._storage.vault.put_token(connection.id, kept, renewable=renewable)
        return kept

    def register_token_provider(
        self,
        connection: Connection,
        refresh: TokenProvider | None,
        probe: Callable[[], Awaitable[TillbridgeError | None]] | None = None,
        alive: Callable[[Token], Awaitable[bool]] | None = None,
    ) -> None:
        """How the connection's access token is renewed in this process; the rest as Provider has it."""
        self._providers[connection.id] = Provider(refresh, probe, alive)

    async def has_valid_token(self, connection: Connection, token_type: TokenType = TokenType.ACCESS) -> bool:
        """Whether a token is there that still lives beyond the margin."""
        token = await self._storage.vault.token(connection.id, token_type)
        return token is not None and self._fresh(token)

    async def get_token(self, connection: Connection, token_type: TokenType = TokenType.ACCESS) -> Token:
        """A valid token, renewed first when it is about to end.

        Raises ReauthenticationNeeded when it cannot be had; in an outage the transient error of the platform.
        """
        token = await self._storage.vault.token(connection.id, token_type)
        if token is not None and self._fresh(token):
            return token
        provider = await self._provider(connection)
        if token_type is not TokenType.ACCESS or provider.renew is None:
            raise ReauthenticationNeeded(connection=connection.name)
        try:
            return await self._renewed(connection, token.generation if token else 0)
        except OUTAGE:
            if token is not None and token.is_valid(self._clock.now()):
                return token
            raise

    async def with_token_refresh(self, connection: Connection, call: Callable[[Token], Awaitable[T]]) -> T:
        """Run a platform operation with a valid token.

        A token that is certainly dead is renewed once and the call repeated once; refused again it is
        PlatformUnavailable, and a person is asked when that goes on. When the platform answers a missing permission
        alike and cannot be asked, one renewal is tried per token generation; after that it is MissingPermission.
        """
        await self._check_not_refused(connection)
        provider = await self._provider(connection)
        main = await self._main_type(connection, provider)
        try:
            token = await self.get_token(connection, main)
            return await self._with(connection, provider, token, call)
        except WrongCredentials as error:
            await self.refused(connection, error)
            raise ReauthenticationNeeded(connection=connection.name, request_id=error.request_id) from error
        except ReauthenticationNeeded as error:
            await self.refused(connection, error)
            raise

    async def _with(
        self, connection: Connection, provider: Provider, token: Token, call: Callable[[Token], Awaitable[T]]
    ) -> T:
        try:
            return await self._accepted(connection, token, call)
        except TokenRejected as error:
            if provider.renew is None:
                raise await self._refusals.judge_lasting(connection, provider, error) from error
            await self._refusals.judge(connection, provider, token, error)
        renewed = await self._renewed(connection, token.generation)
        try:
            return await self._accepted(connection, renewed, call)
        except TokenRejected as error:
            if await self._refusals.judge(connection, provider, renewed, error):
                # a grant just renewed is alive, so a person's credentials would change nothing
                raise PlatformUnavailable(status=_TAKEN_BACK, request_id=error.request_id) from error
            raise not_permitted(error) from error

    async def _accepted(self, connection: Connection, token: Token, call: Callable[[Token], Awaitable[T]]) -> T:
        answer = await call(token)
        await self._refusals.accepted(connection.id, token.generation)
        return answer

    async def _main_type(self, connection: Connection, provider: Provider) -> TokenType:
        """The token calls are made with: access where it is granted, else the key the operator entered."""
        if provider.renew is not None or await self._storage.vault.token(connection.id, TokenType.ACCESS):
            return TokenType.ACCESS
        return TokenType.API_KEY

    async def _check_not_refused(self, connection: Connection) -> None:
        """What was refused is not tried again: accounts lock."""
        now = await self._storage.connections.get(connection.id)
        if now.state is ConnectionState.NEEDS_REAUTHENTICATION:
            raise ReauthenticationNeeded(connection=connection.name)

    async def facts(self) -> tuple[TokenFacts, ...]:
        """All stored tokens without their values."""
        return await self._storage.vault.token_facts()

    async def refresh_now(self, name: str, actor: Actor) -> TokenFacts:
        """Renew a connection's access token at an operator's wish. Raises InvalidInput-like words when it cannot be."""
        connection = await self._by_name(name)
        provider = await self._provider(connection)
        if provider.renew is None:
            raise MissingPermission(permission=text("tokens.not_renewable", connection=connection.name))
        token = await self._storage.vault.token(connection.id, TokenType.ACCESS)
        try:
            await self._renewed(connection, token.generation if token else 0)
        except _DEAD as error:
            await self.refused(connection, error)
            raise
        params = {"connection": connection.name}
        await self._storage.audit.add(
            AuditEntry(self._clock.now(), actor, "tokens.audit.renewed", params, connection.name)
        )
        facts = await self.facts()
        return next(each for each in facts if (each.connection, each.type) == (connection.name, TokenType.ACCESS))

    async def refused(self, connection: Connection, error: TillbridgeError) -> None:
        """The grant is dead: the connection waits for a person, who is told once. Links, cursors and jobs stay."""
        async with self._storage.transaction():
            now = await self._storage.connections.get(connection.id)
            if now.state is ConnectionState.NEEDS_REAUTHENTICATION:
                return
            waiting = partial(replace, state=ConnectionState.NEEDS_REAUTHENTICATION)
            await self._storage.connections.change(connection.id, waiting)
            told = await self._storage.notifications.push(
                cause=f"{ReauthenticationNeeded.message_id}:{connection.id}",
                severity=Severity.ERROR,
                message_id="tokens.told.reauthenticate",
                params={"connection": now.name, "reason": str(error)},
                subject=now.name,
            )
            entry = AuditEntry(self._clock.now(), WORKER, "tokens.audit.refused", {"connection": now.name}, now.name)
            await self._storage.audit.add(entry)
        _log.warning("access refused", action="token.refused", connection=now.name, cause=error.message_id)
        for fact in (ConnectionChanged(now.id), ReauthenticationAsked(now.id), NotificationPushed(told)):
            self._publish(fact)

    async def run(self) -> None:
        """Renew ahead of time, until cancelled: at 80 % of a token's life. A database in trouble is waited for."""
        while True:
            try:
                await self.renew_due()
            except StorageError as error:
                _log.warning("renewal put off", action="token.ahead", cause=error.message_id, reason=str(error))
            await self._clock.sleep(_AHEAD_EVERY)

    async def renew_due(self) -> int:
        """Renew what has lived 80 % of its life; how many. Outages are left to the next round.

        One connection's trouble keeps no other from its renewal. Raises a StorageError when no list can be had.
        """
        names = [each.connection for each in await self.facts() if self._is_due(each)]
        return sum([await self._renew_ahead(name) for name in names])

    async def _renew_ahead(self, name: str) -> bool:
        connection = await self._storage.connections.by_name(name)
        if connection is None or connection.state in WAITS_FOR_A_PERSON:
            return False
        try:
            token = await self._storage.vault.token(connection.id, TokenType.ACCESS)
            await self._renewed(connection, token.generation if token else 0)
            return True
        except _DEAD as error:
            await self.refused(connection, error)
        except VaultError as error:
            await self._locked(connection, error)
        except TillbridgeError as error:
            _log.info("renewal put off", action="token.ahead", connection=name, cause=error.message_id)
        except Exception:  # a bug in one platform's renewal must not end the renewal of all others
            _log.exception("renewal met a bug", action="token.ahead", connection=name)
        return False

    async def _locked(self, connection: Connection, error: VaultError) -> None:
        """Its credentials do not open: it waits for a person, who is told once."""
        told = await lock_out(self._storage, connection.id)
        if told is None:
            return
        _log.warning("credential closed", action="token.locked", connection=connection.name, cause=error.message_id)
        for fact in (ConnectionChanged(connection.id), NotificationPushed(told)):
            self._publish(fact)

    async def aclose(self) -> None:
        """Let renewals under way end: a grant half received would be lost."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _is_due(self, facts: TokenFacts) -> bool:
        if not facts.renewable or facts.type is not TokenType.ACCESS or facts.expires_at is None:
            return False
        life = facts.expires_at - facts.issued_at
        return self._clock.now() >= facts.issued_at + life * _AHEAD

    def _fresh(self, token: Token) -> bool:
        life = token.expires_at - token.issued_at if token.expires_at else _MARGIN
        return token.is_valid(self._clock.now(), min(_MARGIN, life / 10))

    async def _provider(self, connection: Connection) -> Provider:
        known = self._providers.get(connection.id)
        if known is None and self.find_provider is not None:
            known = self._providers[connection.id] = await self.find_provider(connection)
        return known or Provider(None)

    async def _by_name(self, name: str) -> Connection:
        found = await self._storage.connections.by_name(name)
        if found is None:
            raise UnknownConnection(name=name)
        return found

    async def _renewed(self, connection: Connection, than: int) -> Token:
        """A token newer than generation ``than``. All callers of this process share one renewal.

        It runs in a task of its own, since a caller that gives up must not lose a grant half received.
        """
        task = self._under_way.get(connection.id)
        if task is None:
            task = asyncio.create_task(self._renew_alone(connection, than), name=f"renewal {connection.id}")
            self._under_way[connection.id] = task
            task.add_done_callback(lambda done: self._forget(connection.id, done))
        token = await asyncio.shield(task)
        return token if token.generation > than else await self._renewed(connection, than)

    def _forget(self, connection_id: UUID, done: asyncio.Task[Token]) -> None:
        if self._under_way.get(connection_id) is done:
            del self._under_way[connection_id]
        if not done.cancelled():
            done.exception()

    async def _renew_alone(self, connection: Connection, than: int) -> Token:
        vault = self._storage.vault
        while True:
            token = await vault.token(connection.id, TokenType.ACCESS)
            if token is not None and token.generation > than:
                return token
            await self._check_not_refused(connection)
            if await vault.take_renewal_lease(connection.id, self._owner, self._lease):
                break
            await self._clock.sleep(_LOOK_AGAIN)
        pulse = asyncio.create_task(self._hold_lease(connection.id))
        try:
            # whoever held the lease before may have got a token, or a refusal
            await self._check_not_refused(connection)
            token = await vault.token(connection.id, TokenType.ACCESS)
            if token is not None and token.generation > than:
                return token
            return await self._ask(connection, token.generation if token else 0)
        finally:
            pulse.cancel()
            await asyncio.gather(pulse, return_exceptions=True)
            await vault.release_renewal_lease(connection.id, self._owner)

    async def _hold_lease(self, connection_id: UUID) -> None:
        """Real time, not the shop's: the lease may not end while the platform takes its time to answer."""
        while True:
            await asyncio.sleep(_LEASE_PULSE)
            await self._storage.vault.take_renewal_lease(connection_id, self._owner, self._lease)

    async def _ask(self, connection: Connection, generation: int) -> Token:
        """Spend the refresh token and keep what came, both tokens at once, before anything is called with them."""
        provider = await self._provider(connection)
        if provider.renew is None:
            raise ReauthenticationNeeded(connection=connection.name)
        refresh = await self._storage.vault.token(connection.id, TokenType.REFRESH)
        try:
            grant = await provider.renew(refresh.value if refresh else None)
        except _DEAD as error:
            # known before the lease is let go, or the next process would try the same credentials again
            await self.refused(connection, error)
            raise
        token = await self.keep_grant(connection, grant, generation)
        _log.info("token renewed", action="token.renew", connection=connection.name, generation=token.generation)
        self._publish(TokenRenewed(connection.id))
        return token

    async def keep_grant(self, connection: Connection, grant: TokenGrant, generation: int) -> Token:
        """Store an access token and, where it rotates, the refresh token that came with it: both or none."""
        now = self._clock.now()
        token = Token(TokenType.ACCESS, grant.access, now, _end(now, grant.expires_in), generation + 1)
        async with self._storage.transaction():
            if grant.refresh is not None:
                old = await self._storage.vault.token(connection.id, TokenType.REFRESH)
                ends = _end(now, grant.refresh_expires_in)
                refresh = Token(TokenType.REFRESH, grant.refresh, now, ends, old.generation + 1 if old else 1)
                await self._storage.vault.put_token(connection.id, refresh, renewable=True, renewed=old is not None)
            renewable = grant.expires_in is not None
            await self._storage.vault.put_token(connection.id, token, renewable=renewable, renewed=generation > 0)
        return token


def _end(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)

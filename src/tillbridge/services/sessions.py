"""What adapters speak through: one session per connection with its HTTP client, credentials and token source.

The registry opens sessions here; wiring closes them. A draft gets a session of its own that stores nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import httpx

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import ReauthenticationNeeded, TillbridgeError, TokenRejected
from tillbridge.domain.pace import Pace
from tillbridge.domain.specs import Limits, PlatformSpec
from tillbridge.domain.tokens import Secret, Token, TokenGrant, TokenType
from tillbridge.net.client import ApiClient
from tillbridge.net.gate import Gate, LocalGate, interactive
from tillbridge.net.hosts import origins
from tillbridge.net.redact import Redactor
from tillbridge.platforms.contract import Platform, Renew, Session
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.drafts import is_secret
from tillbridge.services.refusals import Provider
from tillbridge.services.tokens import TokenService
from tillbridge.storage import Storage

T = TypeVar("T")
CREDENTIALS_FACT = "credentials_at"
"""Changes whenever credentials are entered anew, so that every process opens a new session."""


@dataclass(frozen=True, slots=True)
class SharedGate:
    """Budget and breaker of a connection as all processes see them."""

    storage: Storage
    connection_id: UUID
    limits: Limits
    clock: Clock

    async def admit(self) -> float:
        return await self.storage.budgets.admit(self.connection_id, self.clock.now())

    async def permit(self, cost: float, *, interactive: bool) -> float:
        return await self.storage.budgets.permit(
            self.connection_id, self.limits, cost, interactive=interactive, now=self.clock.now()
        )

    async def learn(self, pace: Pace) -> None:
        await self.storage.budgets.learn(self.connection_id, pace, self.clock.now())

    async def cool_down(self, seconds: float) -> None:
        await self.storage.budgets.cool_down(self.connection_id, seconds, self.clock.now())

    async def report(self, *, well: bool) -> None:
        await self.storage.budgets.report(self.connection_id, well, self.clock.now())


@dataclass(slots=True)
class ConnectionTokens:
    """The TokenSource of a saved connection: the token service with the connection filled in."""

    service: TokenService
    connection: Connection
    redactor: Redactor
    _learnt: set[tuple[TokenType, int]] = field(default_factory=set)

    async def get_token(self, token_type: TokenType = TokenType.ACCESS) -> Token:
        return self._known(await self.service.get_token(self.connection, token_type))

    async def with_token_refresh(self, call: Callable[[Token], Awaitable[T]]) -> T:
        return await self.service.with_token_refresh(self.connection, lambda token: call(self._known(token)))

    async def keep(self, token_type: TokenType, value: Secret, expires_in: float | None) -> None:
        self.redactor.learn(value)
        await self.service.store_token(self.connection, token_type, value, expires_in)

    def _known(self, token: Token) -> Token:
        """A token in use never shows in a log or an error, whoever renewed it."""
        mark = (token.type, token.generation)
        if mark not in self._learnt and token.type is not TokenType.ID:
            self._learnt.add(mark)
            self.redactor.learn(token.value)
        return token


@dataclass(slots=True)
class TrialTokens:
    """The TokenSource of credentials that are only tried: in memory, one renewal at most, errors as they came."""

    clock: Clock
    name: str
    renew: Callable[[Secret | None], Awaitable[TokenGrant]] | None = None
    kept: dict[TokenType, Token] = field(default_factory=dict)
    grant: TokenGrant | None = None

    async def get_token(self, token_type: TokenType = TokenType.ACCESS) -> Token:
        token = self.kept.get(token_type)
        if token is not None and token.is_valid(self.clock.now()):
            return token
        if token_type is not TokenType.ACCESS or self.renew is None or self.grant is not None:
            raise ReauthenticationNeeded(connection=self.name)
        refresh = self.kept.get(TokenType.REFRESH)
        self.grant = await self.renew(refresh.value if refresh else None)
        await self.keep(TokenType.ACCESS, self.grant.access, self.grant.expires_in)
        if self.grant.refresh is not None:
            await self.keep(TokenType.REFRESH, self.grant.refresh, self.grant.refresh_expires_in)
        return self.kept[TokenType.ACCESS]

    async def with_token_refresh(self, call: Callable[[Token], Awaitable[T]]) -> T:
        wanted = TokenType.ACCESS if self.renew or TokenType.ACCESS in self.kept else TokenType.API_KEY
        try:
            return await call(await self.get_token(wanted))
        except TokenRejected:
            if self.renew is None or self.grant is not None:
                raise
        self.kept.pop(TokenType.ACCESS, None)
        return await call(await self.get_token())

    async def keep(self, token_type: TokenType, value: Secret, expires_in: float | None) -> None:
        now = self.clock.now()
        ends = None if expires_in is None else now + timedelta(seconds=expires_in)
        self.kept[token_type] = Token(token_type, value, now, ends)


@dataclass(frozen=True, slots=True)
class Trial:
    """A session for credentials that are not saved, and the tokens it brought."""

    session: Session
    tokens: TrialTokens


class Sessions:
    """``transport`` replaces the network, in training and tests."""

    def __init__(
        self,
        storage: Storage,
        tokens: TokenService,
        registry: PlatformServiceRegistry,
        clock: Clock,
        *,
        version: str,
        transport: httpx.AsyncBaseTransport | None = None,
        answer_within: float = 30.0,
    ) -> None:
        self._answer_within = answer_within
        self._storage, self._tokens, self._registry, self._clock = storage, tokens, registry, clock
        self._version, self._transport = version, transport
        self._open: dict[UUID, tuple[object, Session]] = {}
        self._retired: list[ApiClient] = []

    async def open(self, connection: Connection) -> Session:
        """The session of a saved connection; the same object while its settings, facts and credentials stay.

        Adapters find where our locations are kept as facts ``location:NAME``. Raises KeyMissing or SecretUnreadable
        when its credentials do not open.
        """
        connection = await self._located(connection)
        mark = _mark(connection)
        known = self._open.get(connection.id)
        if known is not None and known[0] == mark:
            return known[1]
        session = await self._build(connection)
        raced = self._open.get(connection.id)
        if raced is not None and raced[0] == mark:
            await session.api.aclose()
            return raced[1]
        self.forget(connection.id)
        self._open[connection.id] = (mark, session)
        self._register(session)
        return session

    async def provider(self, connection: Connection) -> Provider:
        """How a connection renews; opens its session when this process has not spoken for it yet."""
        session = await self.open(connection)
        return self._provider(session)

    def clock_skews(self) -> Mapping[UUID, float]:
        """Seconds each platform's clock is ahead of ours, where it answered lately."""
        return {
            id_: session.api.clock_skew
            for id_, (_, session) in self._open.items()
            if session.api.clock_skew is not None
        }

    @asynccontextmanager
    async def trial(
        self, connection: Connection, credentials: Mapping[str, Secret], known: Mapping[TokenType, Token] | None = None
    ) -> AsyncIterator[Trial]:
        """A session for credentials being tried: a wrong one is reported as it is and locks nothing."""
        platform = self._registry.platform(connection.platform)
        tokens = TrialTokens(self._clock, connection.name)
        tokens.kept.update(known or {})
        gate = LocalGate(platform.spec.limits, self._clock)
        client = self._client(connection, platform, credentials, gate)
        session = Session(connection, credentials, client, tokens, self._clock)
        fields = platform.spec.fields_for(connection.setup)
        for each in fields:
            if each.token_type and each.name in credentials and each.token_type not in tokens.kept:
                await tokens.keep(each.token_type, credentials[each.name], None)
        if platform.renew is not None:
            tokens.renew = partial(_renew, session, platform.renew)
        try:
            with interactive():
                yield Trial(session, tokens)
        finally:
            await session.api.aclose()

    def forget(self, connection_id: UUID) -> None:
        """Open a new session next time. Calls under way keep their client until the end."""
        known = self._open.pop(connection_id, None)
        if known is not None:
            self._retired.append(known[1].api)
        self._registry.forget(connection_id)

    async def aclose(self) -> None:
        clients = [session.api for _, session in self._open.values()] + self._retired
        self._open.clear()
        self._retired.clear()
        for each in clients:
            await each.aclose()

    async def _located(self, connection: Connection) -> Connection:
        places = await self._storage.connections.location_map(connection.id)
        mapped = {f"location:{name}": external_id for name, external_id in places.items()}
        return replace(connection, facts={**connection.facts, **mapped}) if mapped else connection

    async def _build(self, connection: Connection) -> Session:
        platform = self._registry.platform(connection.platform)
        credentials = await self._storage.vault.secrets(connection.id)
        gate = SharedGate(self._storage, connection.id, platform.spec.limits, self._clock)
        api = self._client(connection, platform, credentials, gate)
        tokens = ConnectionTokens(self._tokens, connection, api.redactor)
        return Session(connection, credentials, api, tokens, self._clock)

    def _client(
        self, connection: Connection, platform: Platform, credentials: Mapping[str, Secret], gate: Gate
    ) -> ApiClient:
        return ApiClient(
            origins=origins(connection, platform.spec),
            gate=gate,
            clock=self._clock,
            redactor=Redactor(_hidden(platform.spec, connection.setup, credentials)),
            version=self._version,
            concurrency=platform.spec.limits.concurrency,
            ca_file=connection.ca_file,
            transport=self._transport,
            answer_within=self._answer_within,
        )

    def _register(self, session: Session) -> None:
        provider = self._provider(session)
        self._tokens.register_token_provider(session.connection, provider.renew, provider.probe, provider.alive)

    def _provider(self, session: Session) -> Provider:
        platform = self._registry.platform(session.connection.platform)
        renew = partial(_renew, session, platform.renew) if platform.renew is not None else None
        alive = partial(platform.alive, session) if platform.alive is not None else None
        return Provider(renew, partial(self._probe, session), alive)

    async def _probe(self, session: Session) -> TillbridgeError | None:
        """The live test with the credentials at hand, outside the token service so that it cannot loop."""
        platform = self._registry.platform(session.connection.platform)
        async with self.trial(session.connection, session.credentials) as tried:
            try:
                await platform.shop(tried.session).test()
            except TillbridgeError as error:
                return error
        return None


async def _renew(session: Session, renew: Renew, refresh: Secret | None) -> TokenGrant:
    """The refresh token must not show either, should the platform give it back in a refusal."""
    if refresh is not None:
        session.api.redactor.learn(refresh)
    return await renew(session, refresh)


def _hidden(spec: PlatformSpec, setup: str, credentials: Mapping[str, Secret]) -> list[Secret]:
    """A client id is no secret and stands in addresses people must read."""
    secret = {each.name for each in spec.fields_for(setup) if is_secret(each) and each.token_type is not TokenType.ID}
    return [value for name, value in credentials.items() if name in secret]


def _mark(connection: Connection) -> object:
    return (
        connection.platform, connection.setup, tuple(sorted(connection.settings.items())),
        tuple(sorted(connection.facts.items())), connection.base_url, connection.ca_file, connection.insecure_http,
        connection.name,
    )  # fmt: skip

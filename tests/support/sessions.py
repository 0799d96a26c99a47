"""Sessions of a platform against its simulator, in process: what adapters are tested with, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

import httpx

from tests.support.clock import VirtualClock
from tests.support.recorder import Recording
from tillbridge.domain.connections import BreakerState, Connection, ConnectionState, Route
from tillbridge.domain.errors import MissingPermission, ReauthenticationNeeded, TokenRejected
from tillbridge.domain.ids import new_id
from tillbridge.domain.tokens import Secret, Token, TokenType
from tillbridge.net.client import ApiClient
from tillbridge.net.gate import LocalGate
from tillbridge.net.hosts import origins
from tillbridge.net.redact import Redactor
from tillbridge.platforms.contract import Platform, Session

T = TypeVar("T")


@dataclass
class MemoryTokens:
    """A token source without vault that renews by the platform's own renew function. ``renewals`` counts."""

    clock: VirtualClock
    renew: Callable[[Secret | None], Awaitable[None]] | None
    kept: dict[TokenType, Token] = field(default_factory=dict)
    renewals: int = 0

    async def get_token(self, token_type: TokenType = TokenType.ACCESS) -> Token:
        token = self.kept.get(token_type)
        if token is not None and token.is_valid(self.clock.now(), timedelta(seconds=30)):
            return token
        if token_type is not TokenType.ACCESS or self.renew is None:
            raise ReauthenticationNeeded(connection="test")
        refresh = self.kept.get(TokenType.REFRESH)
        await self.renew(refresh.value if refresh else None)
        self.renewals += 1
        return self.kept[token_type]

    async def with_token_refresh(self, call: Callable[[Token], Awaitable[T]]) -> T:
        main = TokenType.ACCESS if self.renew else TokenType.API_KEY
        token = await self.get_token(main)
        try:
            return await call(token)
        except TokenRejected as error:
            if self.renew is None:
                raise ReauthenticationNeeded(connection="test") from error
            self.kept.pop(main, None)
            try:
                return await call(await self.get_token(main))
            except TokenRejected as again:
                raise MissingPermission(permission=str(again)) from again

    async def keep(self, token_type: TokenType, value: Secret, expires_in: float | None) -> None:
        now = self.clock.now()
        expires_at = None if expires_in is None else now + timedelta(seconds=expires_in)
        self.kept[token_type] = Token(token_type, value, now, expires_at)


def connection_for(platform: Platform, values: Mapping[str, str], setup: str = "", base_url: str = "") -> Connection:
    """A connection as the setup form would have saved it."""
    secret = {each.name for each in platform.spec.fields if each.secret or each.token_type}
    return Connection(
        id=new_id(),
        name="web",
        platform=platform.spec.slug,
        setup=setup,
        settings={name: value for name, value in values.items() if name not in secret},
        facts={},
        base_url=base_url,
        ca_file="",
        insecure_http=False,
        currency="EUR",
        zone="Europe/Dublin",
        state=ConnectionState.READY,
        prepared=(),
        route=Route(),
        paused=False,
        breaker=BreakerState.CLOSED,
        breaker_until=None,
        created_at=VirtualClock().now(),
        tested_at=None,
    )


@asynccontextmanager
async def open_session(
    platform: Platform,
    values: Mapping[str, str],
    transport: httpx.AsyncBaseTransport,
    clock: VirtualClock,
    *,
    setup: str = "",
    base_url: str = "",
    facts: Mapping[str, str] | None = None,
) -> AsyncIterator[Session]:
    """A session with the values an operator would have typed; ``transport`` leads to the simulator.

    ``facts`` are what test and preparation would have found out.
    """
    connection = replace(connection_for(platform, values, setup, base_url), facts=dict(facts or {}))
    fields = {each.name: each for each in platform.spec.fields_for(setup)}
    secrets = {
        name: Secret(values[name])
        for name, each in fields.items()
        if name in values and (each.secret or each.token_type)
    }
    api = ApiClient(
        origins=origins(connection, platform.spec),
        gate=LocalGate(platform.spec.limits, clock),
        clock=clock,
        redactor=Redactor(secrets.values()),
        version="test",
        concurrency=platform.spec.limits.concurrency,
        transport=Recording(platform.spec.slug, transport),
    )
    tokens = MemoryTokens(clock, None)
    session = Session(connection=connection, credentials=secrets, api=api, tokens=tokens, clock=clock)
    for name, secret in secrets.items():
        if token_type := fields[name].token_type:
            await tokens.keep(token_type, secret, None)
    if platform.renew is not None:
        renew = platform.renew

        async def renewed(refresh: Secret | None) -> None:
            grant = await renew(session, refresh)
            await tokens.keep(TokenType.ACCESS, grant.access, grant.expires_in)
            if grant.refresh is not None:
                await tokens.keep(TokenType.REFRESH, grant.refresh, grant.refresh_expires_in)

        tokens.renew = renewed
    try:
        yield session
    finally:
        await api.aclose()

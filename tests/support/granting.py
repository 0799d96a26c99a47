"""A platform as the grantor of tokens, and a connection to it, for tests of the token service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from tests.support.sessions import connection_for
from tests.support.stores import Stores
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import TillbridgeError, TokenRejected
from tillbridge.domain.tokens import Secret, Token, TokenGrant, TokenType
from tillbridge.platforms import shopify

__all__ = ["HOUR", "Grantor", "grantor", "web"]

HOUR = 3600.0


@dataclass
class Grantor:
    """The token address of a platform and an operation behind it. ``refuse`` is what renewing fails with."""

    life: float = HOUR
    rotates: bool = False
    refuse: TillbridgeError | None = None
    held: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    asked_with: list[str | None] = field(default_factory=list)
    called_with: list[str] = field(default_factory=list)
    rejects: list[TokenRejected] = field(default_factory=list)

    async def renew(self, refresh: Secret | None) -> TokenGrant:
        self.asked_with.append(refresh.reveal() if refresh else None)
        self.asked.set()
        number = len(self.asked_with)
        if self.held is not None:
            await self.held.wait()
        await asyncio.sleep(0)
        if self.refuse is not None:
            raise self.refuse
        return TokenGrant(Secret(f"access-{number}"), self.life, Secret(f"refresh-{number}") if self.rotates else None)

    async def operation(self, token: Token) -> str:
        self.called_with.append(token.value.reveal())
        if self.rejects:
            raise self.rejects.pop(0)
        return token.value.reveal()


@pytest.fixture
async def web(stores: Stores) -> Connection:
    values = {"shop": "harbour-lane.myshopify.com"}
    connection = connection_for(shopify.PLATFORM, values, "own_app")
    await stores.storage.connections.add(connection)
    return connection


@pytest.fixture
async def grantor(stores: Stores, web: Connection) -> Grantor:
    """A platform whose access token was granted an hour ago but for a minute and a second."""
    grantor = Grantor()
    stores.tokens.register_token_provider(web, grantor.renew)
    await stores.tokens.store_token(web, TokenType.ACCESS, Secret("access-0"), HOUR)
    return grantor

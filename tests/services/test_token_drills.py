"""What happens to a shop when a platform refuses its token: told once, parked, brought back; no renewal without end.

On both kinds of database, and over several openings of it, as the command line, a console and a worker are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import address, postgresql, sqlite_address  # noqa: F401  found by name
from tests.support.records import record
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import MissingPermission, ReauthenticationNeeded, TokenRejected
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.tokens import Token, TokenType
from tillbridge.platforms.shopify.simulator.simulator import ShopifySimulator
from tillbridge.platforms.shopify.simulator.tokens import AUTHORIZATION_CODE
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.house import Services
from tillbridge.settings import Settings
from tillbridge.training.faults import Fault
from tillbridge.training.server import transport
from tillbridge.wiring import open_house

MAYA = Actor(ActorKind.OPERATOR, "Maya")
TOKEN_ADDRESS = "/admin/oauth/access_token"
FRESH_CODE = "c2a4d10f8b5e"
HOUR = 3600.0


@dataclass
class Shop:
    """A connected store with a rotating grant; ``asked`` counts how often its token address was asked."""

    settings: Settings
    clock: VirtualClock
    simulator: ShopifySimulator
    asked: Fault

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Services]:
        """One process of the shop."""
        over = transport([self.simulator])
        async with open_house(self.settings, clock=self.clock, transport=over) as services:
            yield services

    def end_the_token(self) -> None:
        """Both clocks are past the access token's end."""
        self.clock.advance(HOUR)


@pytest.fixture
async def shop(address: str, tmp_path: Path) -> Shop:  # noqa: F811
    clock = VirtualClock()
    simulator = ShopifySimulator(clock)
    settings = Settings(data_dir=tmp_path, database_url=address, keyring=tmp_path / "keyring", tax_rate="0.23")
    values = {**simulator.credentials(), "authorization_code": AUTHORIZATION_CODE}
    shop = Shop(settings, clock, simulator, simulator.faults.arm("slow", 0, TOKEN_ADDRESS, seconds=0))
    async with shop.opened() as services:
        await services.connections.add(ConnectionDraft("shopify", "web", values, "partner_app"), MAYA)
        for view in await services.connections.prepare("web", MAYA):
            if view.open and view.report.choices:
                await services.connections.prepare("web", MAYA, view.step.name, view.report.choices[0][0])
        await services.catalog.pull("web")
        await services.work()
    shop.asked.times = 999
    return shop


async def _not_permitted(token: Token) -> str:
    """An operation whose permission is missing, on a platform that answers it like a dead token."""
    raise TokenRejected(certain=False, reason="cannot view orders")


async def test_a_missing_permission_is_not_renewed_for_ever_however_many_processes_meet_it(shop: Shop) -> None:
    for _ in range(5):
        async with shop.opened() as services:
            connection = await services.connections.find("web")
            for _ in range(2):
                with pytest.raises(MissingPermission, match="cannot view orders"):
                    await services.tokens.with_token_refresh(connection, _not_permitted)
            assert (await services.connections.find("web")).state is ConnectionState.READY
    assert shop.asked.fired == 1


async def test_each_new_token_may_be_doubted_once(shop: Shop) -> None:
    for generations in (1, 2, 3):
        async with shop.opened() as services:
            connection = await services.connections.find("web")
            with pytest.raises(MissingPermission):
                await services.tokens.with_token_refresh(connection, _not_permitted)
            assert shop.asked.fired == 2 * generations - 1
            await services.tokens.refresh_now("web", MAYA)


async def test_a_refused_renewal_parks_the_sales_tells_once_and_goes_on_after_new_credentials(shop: Shop) -> None:
    shop.end_the_token()
    shop.simulator.revoke_tokens()
    for receipt in ("R-1", "R-2"):
        async with shop.opened() as services:
            await services.orders.add([record(receipt)], MAYA)
            await services.work()
            connection = await services.connections.find("web")
            assert connection.state is ConnectionState.NEEDS_REAUTHENTICATION
            with pytest.raises(ReauthenticationNeeded):
                await services.tokens.get_token(connection, TokenType.ACCESS)
    assert shop.asked.fired == 1, "what was refused is not tried again"
    shop.simulator.tokens.revoked = False
    shop.simulator.tokens.codes.add(FRESH_CODE)
    async with shop.opened() as services:
        told = await services.notifications.unread()
        assert [(each.message_id, each.count) for each in told] == [("tokens.told.reauthenticate", 1)]
        assert {(await services.orders.show(each)).status for each in ("R-1", "R-2")} <= {
            OrderStatus.LOCAL, OrderStatus.SYNCING,
        }  # fmt: skip
        await services.connections.reauthenticate("web", {"authorization_code": FRESH_CODE}, MAYA)
        await services.work()
        for each in ("R-1", "R-2"):
            assert (await services.orders.show(each)).status is OrderStatus.SYNCED
    assert len([each for each in shop.simulator.ledger.orders if each["reference"]]) == 2

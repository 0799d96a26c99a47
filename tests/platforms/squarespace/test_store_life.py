"""A Squarespace store in the whole house: connected, its grant kept alive and spent once, sales through the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.stores import OPERATOR, Stores, open_stores
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.orders import OrderStatus, TenderKind
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator import (
    SquarespaceSimulator,
    squarespace_oauth_simulator,
    squarespace_simulator,
)

Opened = tuple[Stores, SquarespaceSimulator]
Open = Callable[[Callable[[VirtualClock], SquarespaceSimulator]], AbstractAsyncContextManager[Opened]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """A house whose only simulator is the one asked for, connected and prepared as "web"."""

    @asynccontextmanager
    async def open_one(make: Callable[[VirtualClock], SquarespaceSimulator]) -> AsyncIterator[Opened]:
        clock = VirtualClock()
        shop = make(clock)
        async with open_stores(copy_template(tmp_path), tmp_path, clock, (shop,)) as stores:
            stores.registry.register("squarespace", PLATFORM)
            draft = replace(stores.draft("squarespace"), base_url=shop.base_url)
            await stores.connections.add(draft, OPERATOR)
            await stores.prepare("web")
            yield stores, shop

    return open_one


async def test_a_grant_is_kept_alive_for_a_month_and_only_the_newest_token_is_stored(opened: Open) -> None:
    async with opened(squarespace_oauth_simulator) as (stores, shop):
        connection = await stores.connections.find("web")
        for _ in range(30):
            stores.clock.advance(timedelta(days=1).total_seconds())
            assert await stores.tokens.renew_due() == 1
        kept = await stores.storage.vault.token(connection.id, TokenType.REFRESH)
        assert kept is not None
        assert list(shop.store.refreshes) == [kept.value.reveal()]
        stores.clock.advance(timedelta(days=8).total_seconds())
        assert await stores.tokens.renew_due() == 0
        assert (await stores.connections.find("web")).state is ConnectionState.NEEDS_REAUTHENTICATION


async def test_a_new_consent_brings_a_connection_back(opened: Open) -> None:
    async with opened(squarespace_oauth_simulator) as (stores, shop):
        stores.clock.advance(timedelta(days=8).total_seconds())
        await stores.tokens.renew_due()
        code = shop.credentials()["authorization_code"]
        await stores.connections.reauthenticate("web", {"authorization_code": code}, OPERATOR)
        assert (await stores.connections.find("web")).state is ConnectionState.READY


async def sold(stores: Stores, sku: str, quantity: int) -> str:
    """A sale rung up at the till, by its receipt."""
    basket = await stores.till.new_basket()
    found = await stores.catalog.by_code(sku)
    assert found is not None
    basket.add(found, Decimal(quantity))
    basket.tender(TenderKind.CARD, basket.priced.due)
    return (await basket.pay(OPERATOR)).receipt


@pytest.mark.parametrize("make", [squarespace_simulator, squarespace_oauth_simulator])
async def test_sales_go_through_the_queue_once_also_oversold_and_after_a_lost_answer(
    opened: Open, make: Callable[[VirtualClock], SquarespaceSimulator]
) -> None:
    async with opened(make) as (stores, shop):
        await stores.stock_up("web")
        shop.faults.arm("timeout_after_commit", times=1, match="POST /1.0/commerce/orders")
        for sku, quantity in (("TEE-M", 2), ("LAST-1", 3)):
            receipt = await sold(stores, sku, quantity)
            for _ in range(5):
                await stores.work()
                stores.clock.advance(130)
            assert (await stores.orders.show(receipt)).status is OrderStatus.SYNCED
        rows = [each for each in shop.ledger.orders if each["reference"]]
        assert len({each["reference"] for each in rows}) == len(rows) == 2
        assert all(each["paid"] for each in rows)
        assert shop.outbox.mails == []
        assert shop.ledger.stock["TEE-M"] == 23

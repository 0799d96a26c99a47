"""Tokens kept alive: renewed before they end, once for everybody, and a dead grant told apart from an outage."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.granting import HOUR, Grantor
from tests.support.sessions import connection_for
from tests.support.stores import OPERATOR, Stores, open_stores
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.errors import (
    DatabaseBusy,
    DatabaseUnreachable,
    MissingPermission,
    NetworkFailure,
    ReauthenticationNeeded,
    TillbridgeError,
    WrongCredentials,
)
from tillbridge.domain.events import ConnectionChanged, ReauthenticationAsked, TokenRenewed
from tillbridge.domain.tokens import Secret, Token, TokenFacts, TokenGrant, TokenType
from tillbridge.messages import text
from tillbridge.platforms import shopify


async def test_a_valid_token_is_used_at_once(stores: Stores, web: Connection, grantor: Grantor) -> None:
    assert await stores.tokens.has_valid_token(web)
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-0"
    assert grantor.asked_with == []


@pytest.mark.parametrize("passed", [HOUR - 59, HOUR, 9 * HOUR])
async def test_a_token_at_its_end_is_renewed_before_the_call(
    stores: Stores, web: Connection, grantor: Grantor, passed: float
) -> None:
    stores.clock.advance(passed)
    assert not await stores.tokens.has_valid_token(web)
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-1"
    assert grantor.called_with == ["access-1"]
    assert await stores.tokens.has_valid_token(web)
    assert stores.told(TokenRenewed) == [TokenRenewed(web.id)]


async def test_a_short_lived_token_is_not_renewed_all_the_time(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    grantor.life = 30
    stores.clock.advance(HOUR)
    for _ in range(5):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert len(grantor.asked_with) == 1


async def test_a_token_without_end_is_never_renewed(stores: Stores, web: Connection, grantor: Grantor) -> None:
    await stores.tokens.store_token(web, TokenType.ACCESS, Secret("lasting"))
    stores.clock.advance(1000 * HOUR)
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "lasting"


async def test_a_hundred_calls_at_once_renew_once(stores: Stores, web: Connection, grantor: Grantor) -> None:
    stores.clock.advance(HOUR)
    calls = [stores.tokens.with_token_refresh(web, grantor.operation) for _ in range(100)]
    assert set(await asyncio.gather(*calls)) == {"access-1"}
    assert len(grantor.asked_with) == 1


async def test_a_rotated_refresh_token_is_kept_with_the_access_token_and_spent_once(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    grantor.rotates = True
    await stores.tokens.store_token(web, TokenType.REFRESH, Secret("refresh-0"), 90 * 24 * HOUR)
    for _ in range(3):
        stores.clock.advance(HOUR)
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert grantor.asked_with == ["refresh-0", "refresh-1", "refresh-2"]
    kept = await stores.tokens.get_token(web, TokenType.REFRESH)
    assert kept.value == Secret("refresh-3")


async def test_both_tokens_are_stored_or_none(
    stores: Stores, web: Connection, grantor: Grantor, monkeypatch: pytest.MonkeyPatch
) -> None:
    grantor.rotates = True
    await stores.tokens.store_token(web, TokenType.REFRESH, Secret("refresh-0"))
    stores.clock.advance(HOUR)
    put = stores.storage.vault.put_token

    async def put_all_but_access(connection_id: object, token: Token, **more: bool) -> None:
        if token.type is TokenType.ACCESS:
            raise NetworkFailure(reason="the power went")
        await put(web.id, token, **more)

    with monkeypatch.context() as patched:
        patched.setattr(stores.storage.vault, "put_token", put_all_but_access)
        with pytest.raises(NetworkFailure):
            await stores.tokens.with_token_refresh(web, grantor.operation)
    assert (await stores.tokens.get_token(web, TokenType.REFRESH)).value == Secret("refresh-0")


async def test_a_caller_that_gives_up_does_not_lose_the_grant(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    grantor.held = asyncio.Event()
    stores.clock.advance(HOUR)
    calling = asyncio.create_task(stores.tokens.with_token_refresh(web, grantor.operation))
    await grantor.asked.wait()
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    grantor.held.set()
    await stores.tokens.aclose()
    assert (await stores.tokens.get_token(web)).value == Secret("access-1")
    assert len(grantor.asked_with) == 1


@pytest.mark.parametrize(
    "refusal",
    [ReauthenticationNeeded(connection="web"), WrongCredentials(field="Client secret", where="the dashboard")],
)
async def test_a_refused_renewal_is_told_once_and_not_tried_again(
    stores: Stores, web: Connection, grantor: Grantor, refusal: TillbridgeError
) -> None:
    grantor.refuse = refusal
    stores.clock.advance(HOUR)
    for _ in range(5):
        with pytest.raises(ReauthenticationNeeded):
            await stores.tokens.with_token_refresh(web, grantor.operation)
    assert (len(grantor.asked_with), grantor.called_with) == (1, [])
    told = await stores.storage.notifications.unread()
    assert [(each.count, each.subject) for each in told] == [(1, "web")]
    assert "web" in text(told[0].message_id, **told[0].params)
    assert stores.told(ReauthenticationAsked) == [ReauthenticationAsked(web.id)]


async def test_an_outage_is_no_dead_grant(stores: Stores, web: Connection, grantor: Grantor) -> None:
    grantor.refuse = NetworkFailure(reason="no route")
    stores.clock.advance(HOUR - 30)
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-0"
    stores.clock.advance(HOUR)
    with pytest.raises(NetworkFailure):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert (await stores.storage.connections.get(web.id)).state is ConnectionState.READY
    grantor.refuse = None
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-3"


async def test_tokens_are_renewed_ahead_of_time_at_four_fifths_of_their_life(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    stores.clock.advance(HOUR * 0.79)
    assert await stores.tokens.renew_due() == 0
    stores.clock.advance(HOUR * 0.02)
    assert await stores.tokens.renew_due() == 1
    assert await stores.tokens.renew_due() == 0
    facts = [each for each in await stores.tokens.facts() if each.type is TokenType.ACCESS]
    assert (facts[0].generation, facts[0].renewed_at) == (2, stores.clock.now())


@pytest.fixture
async def two_due(stores: Stores, web: Connection, grantor: Grantor) -> Connection:
    """A second connection, whose name comes after the first's; tokens of both are due for renewal. Answers it."""
    second = replace(connection_for(shopify.PLATFORM, {"shop": "pier.myshopify.com"}, "own_app"), name="zebra")
    await stores.storage.connections.add(second)
    stores.tokens.register_token_provider(second, Grantor().renew)
    await stores.tokens.store_token(second, TokenType.ACCESS, Secret("zebra-0"), HOUR)
    stores.clock.advance(HOUR * 0.9)
    return second


async def _generation(stores: Stores, name: str) -> int:
    return next(each.generation for each in await stores.tokens.facts() if each.connection == name)


def _spoil(database: Path, connection: Connection) -> None:
    """What a damaged disk or a foreign row would leave."""
    with closing(sqlite3.connect(database)) as raw:
        assert raw.execute("UPDATE token SET closed = 'AAAA' WHERE connection_id = ?", [str(connection.id)]).rowcount
        raw.commit()


async def test_a_credential_that_does_not_open_is_told_once_and_the_others_are_renewed(
    stores: Stores, web: Connection, two_due: Connection, tmp_path: Path
) -> None:
    _spoil(tmp_path / "shop.sqlite3", web)
    assert await stores.tokens.renew_due() == 1
    assert await _generation(stores, "zebra") == 2
    assert (await stores.storage.connections.get(web.id)).state is ConnectionState.LOCKED
    told = await stores.storage.notifications.unread()
    assert [(each.message_id, each.subject) for each in told] == [("tokens.told.locked", "web")]
    assert stores.told(ConnectionChanged) == [ConnectionChanged(web.id)]
    assert await stores.tokens.renew_due() == 0
    assert [each.count for each in await stores.storage.notifications.unread()] == [1]


async def test_a_bug_in_one_platforms_renewal_leaves_the_others_alone(
    stores: Stores, web: Connection, two_due: Connection
) -> None:
    async def broken(refresh: Secret | None) -> TokenGrant:
        raise ZeroDivisionError("a bug")

    stores.tokens.register_token_provider(web, broken)
    assert await stores.tokens.renew_due() == 1
    assert await _generation(stores, "zebra") == 2


async def test_renewal_in_the_background_outlives_a_database_in_trouble(
    stores: Stores, web: Connection, grantor: Grantor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.clock.advance(HOUR * 0.9)
    real = stores.storage.vault.token_facts
    failures = [DatabaseBusy(), DatabaseUnreachable(reason="reset")]

    async def facts() -> tuple[TokenFacts, ...]:
        if failures:
            raise failures.pop()
        return await real()

    monkeypatch.setattr(stores.storage.vault, "token_facts", facts)
    running = asyncio.create_task(stores.tokens.run())
    async with asyncio.timeout(10):
        await asyncio.wait({running, asyncio.create_task(grantor.asked.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert grantor.asked_with == [None]


async def test_renewing_by_hand_is_audited_and_refused_for_keys_that_do_not_end(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    facts = await stores.tokens.refresh_now("web", OPERATOR)
    assert (facts.generation, facts.renewable) == (2, True)
    assert [each.actor for each in await stores.storage.audit.list()] == [OPERATOR]
    stores.tokens.register_token_provider(web, None)
    with pytest.raises(MissingPermission, match="web uses keys that do not end"):
        await stores.tokens.refresh_now("web", OPERATOR)


@dataclass
class Machines:
    """Several openings of one database, each in a task of its own as processes are, on the same grantor."""

    address: str
    folder: Path
    clock: VirtualClock
    connection: Connection
    grantor: Grantor

    async def call(self, times: int) -> list[str]:
        """One machine's calls, all at once; failures as the names of their kinds."""
        async with open_stores(self.address, self.folder, self.clock) as stores:
            stores.tokens.register_token_provider(self.connection, self.grantor.renew)
            calls = [stores.tokens.with_token_refresh(self.connection, self.grantor.operation) for _ in range(times)]
            found = await asyncio.gather(*calls, return_exceptions=True)
        return [type(each).__name__ if isinstance(each, BaseException) else each for each in found]

    async def all(self, machines: int, times: int) -> set[str]:
        tasks = [asyncio.create_task(self.call(times)) for _ in range(machines)]
        return {each for found in await asyncio.gather(*tasks) for each in found}


@pytest.fixture
async def machines(tmp_path: Path) -> Machines:
    """A connection whose token has just ended and whose refresh token may be spent once."""
    address, clock = copy_template(tmp_path), VirtualClock()
    connection = connection_for(shopify.PLATFORM, {"shop": "harbour-lane.myshopify.com"}, "own_app")
    async with open_stores(address, tmp_path, clock) as stores:
        await stores.storage.connections.add(connection)
        await stores.tokens.store_token(connection, TokenType.ACCESS, Secret("access-0"), HOUR)
        await stores.tokens.store_token(connection, TokenType.REFRESH, Secret("refresh-0"))
    clock.advance(HOUR)
    return Machines(address, tmp_path, clock, connection, Grantor(rotates=True))


async def test_several_machines_renew_once_and_all_use_the_winners_token(machines: Machines) -> None:
    assert await machines.all(3, 20) == {"access-1"}
    assert machines.grantor.asked_with == ["refresh-0"]


async def test_a_refusal_of_one_machine_holds_for_all(machines: Machines) -> None:
    machines.grantor.refuse = ReauthenticationNeeded(connection="web")
    assert await machines.all(3, 10) == {"ReauthenticationNeeded"}
    assert machines.grantor.asked_with == ["refresh-0"]


async def test_a_machine_that_died_while_renewing_is_waited_for_no_longer_than_its_lease(machines: Machines) -> None:
    async with open_stores(machines.address, machines.folder, machines.clock) as dead:
        assert await dead.storage.vault.take_renewal_lease(machines.connection.id, "dead:1", 30)
    before = machines.clock.now()
    assert await machines.call(3) == ["access-1"] * 3
    assert 29 < (machines.clock.now() - before).total_seconds() < 32

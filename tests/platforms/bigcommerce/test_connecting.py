"""Connecting a BigCommerce store: what is typed wrongly, what the account may do, the steps, and a store in trouble."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.platforms.bigcommerce.adapter import bench, order_of
from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NotFound,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.domain.tokens import TokenType
from tillbridge.net.hosts import origins
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import bigcommerce_simulator
from tillbridge.platforms.bigcommerce.simulator.demo import READ_ONLY_TOKEN
from tillbridge.training.server import serve


async def test_a_store_tells_who_it_is_and_asking_changes_nothing() -> None:
    async with bench(prepare=False) as at:
        before = (dict(at.shop.store.orders), at.shop.ledger_stock(), at.shop.ledger_gift_cards())
        facts = await PLATFORM.shop(at.session).test()
        assert (facts.name, facts.currency, facts.prices_include_tax) == ("Harbour Lane Outfitters", "EUR", True)
        assert facts.facts["weight_unit"] == "KGS"
        assert (dict(at.shop.store.orders), at.shop.ledger_stock(), at.shop.ledger_gift_cards()) == before


@pytest.mark.parametrize(
    ("field", "value", "title"),
    [("store_hash", "nosuchstore", "Store hash"), ("access_token", "0" * 31, "Access token")],
)
async def test_a_wrong_value_is_named_by_its_field(field: str, value: str, title: str) -> None:
    async with bench(prepare=False, values={field: value}) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == title


async def test_an_account_that_may_only_read_is_told_which_scopes_it_lacks() -> None:
    async with bench(prepare=False, values={"access_token": READ_ONLY_TOKEN}) as at:
        facts = await PLATFORM.shop(at.session).test()
        missing = ("store_inventory", "store_v2_customers", "store_v2_orders", "store_v2_marketing")
        assert facts.missing_scopes == missing
        with pytest.raises(MissingPermission):
            await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1)), at.keep)


async def test_a_deleted_account_asks_for_a_person_and_is_not_tried_again() -> None:
    async with bench() as at:
        assert PLATFORM.renew is None
        assert [each.type for each in PLATFORM.spec.tokens] == [TokenType.API_KEY]
        at.shop.faults.arm("revoked_token", times=1)
        with pytest.raises(ReauthenticationNeeded):
            await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_each_step_says_what_it_found_and_an_unknown_one_is_refused() -> None:
    async with bench(prices_with_tax=False, stock_after_completion=True, cancel_restocks=False) as at:
        shop = PLATFORM.shop(at.session)
        said = {step.name: (await shop.check_step(step.name)) for step in PLATFORM.spec.preparation}
        assert "without tax" in said["taxes"].words
        assert said["location"].facts == {"location_id": "1"}
        assert "arrive completed" in said["stock"].words
        assert "put back by us" in said["stock"].words
        assert said["mails"].facts == {"customers": "guests"}
        assert (await shop.do_step("mails", "link")).facts == {"customers": "link"}
        with pytest.raises(InvalidInput):
            await shop.do_step("mails", "shout")
        with pytest.raises(InvalidInput):
            await shop.check_step("weather")


async def test_a_choice_is_asked_for_where_there_are_several_locations() -> None:
    async with bench() as at:
        at.shop.store.locations[2] = {**at.shop.store.locations[1], "id": 2, "label": "Old town"}
        at.shop.store.locations[3] = {**at.shop.store.locations[1], "id": 3, "label": "Closed", "enabled": False}
        shop = PLATFORM.shop(at.session)
        report = await shop.check_step("location")
        assert (report.state, [name for _, name in report.choices]) == (
            StepState.OPEN,
            ["Default location", "Old town"],
        )
        assert (await shop.do_step("location", "2")).facts == {"location_id": "2"}
        assert [each.active for each in await shop.locations()] == [True, True, False]


async def test_the_tills_own_channel_is_made_once_and_a_disconnected_one_is_not_offered() -> None:
    async with bench() as at:
        shop = PLATFORM.shop(at.session)
        first = await shop.check_step("channel")
        assert [value for value, _ in first.choices] == ["1", "new"]
        made = await shop.do_step("channel", "new")
        assert made.state is StepState.DONE
        again = await shop.do_step("channel", "new")
        assert again.facts == made.facts
        assert sum(row["type"] == "pos" for row in at.shop.store.channels.values()) == 1
        session = at.with_facts(**made.facts)
        await PLATFORM.order(session).create_order(order_of(await at.lines(TEE_M=1)), at.keep)
        assert str(at.orders()[0]["channel_id"]) == made.facts["channel_id"]


async def test_an_account_that_may_not_list_channels_or_settings_keeps_the_default() -> None:
    async with bench() as at:
        account = at.shop.store.accounts[0]
        account.scopes = frozenset(each for each in account.scopes if each != "store_v2_information")
        shop = PLATFORM.shop(at.session)
        assert (await shop.check_step("channel")).facts == {"channel_id": "1"}
        assert "read again after each till sale" in (await shop.check_step("stock")).words


async def test_errors_that_come_compressed_are_read_all_the_same() -> None:
    async with bench(gzip_errors=True) as at:
        with pytest.raises(NotFound) as caught:
            await PLATFORM.order(at.session).read_placed("999999", "EUR")
        assert caught.value.params["what"] == "order"


async def test_maintenance_is_transient_for_reads() -> None:
    async with bench() as at:
        at.shop.switches.maintenance = True
        with pytest.raises(PlatformUnavailable):
            await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_the_window_of_thirty_seconds_is_kept_and_waited_for() -> None:
    async with bench(quota=20) as at:
        began = at.clock.now()
        for _ in range(15):
            assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert (at.clock.now() - began).total_seconds() >= 30
        assert at.shop.store.windows


async def test_a_quota_used_up_by_other_apps_is_the_queues_to_wait_for() -> None:
    async with bench() as at:
        at.shop.store.windows = dict.fromkeys(at.shop.store.windows, 1000)
        with pytest.raises(RateLimited) as caught:
            await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert caught.value.retry_after == 30.0


async def test_a_token_goes_nowhere_but_to_the_platform() -> None:
    async with bench() as at:
        [host] = PLATFORM.spec.hosts
        assert (host.template, host.host_pattern) == ("https://api.bigcommerce.com", r"api\.bigcommerce\.com")
        foreign = replace(at.session.connection, base_url="https://api.bigcommerce.example")
        with pytest.raises(InvalidInput):
            origins(foreign, PLATFORM.spec)


async def test_a_channels_own_settings_go_before_the_stores() -> None:
    async with bench() as at:
        shop = PLATFORM.shop(at.session)
        at.shop.store.channel_settings[1] = {"refund_order_stock_adjustment": False}
        assert (await shop.check_step("stock")).facts == {"stock_behaviour": "order_placed", "cancel_restocks": "no"}


async def test_a_real_server_on_this_machine_is_spoken_to() -> None:
    shop = bigcommerce_simulator(None)
    async with serve([shop]) as (served,), httpx.AsyncHTTPTransport() as line:
        clock = VirtualClock(shop.clock.now())
        async with open_session(PLATFORM, shop.credentials(), line, clock, base_url=served.base_url) as session:
            facts = await PLATFORM.shop(session).test()
    assert (facts.name, facts.zone) == ("Harbour Lane Outfitters", "Europe/Dublin")

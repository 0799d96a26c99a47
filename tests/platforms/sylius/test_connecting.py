"""Connecting a Sylius shop: logging in, renewing, what is read of the shop, and what is refused in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.platforms.sylius.adapter import Bench, bench, eur
from tests.support.clock import VirtualClock
from tests.support.sessions import MemoryTokens, open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NetworkFailure,
    NotTheApi,
    PlatformRefused,
    PlatformUnavailable,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.domain.specs import Noun
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.sylius import PLATFORM, spec
from tillbridge.platforms.sylius.simulator import SyliusSimulator, sylius_simulator
from tillbridge.platforms.sylius.simulator.tokens import REFRESH_PATH
from tillbridge.training.server import transport

WITH_REFRESH = {"refresh_add_on": True}


def _tokens(at: Bench) -> MemoryTokens:
    assert isinstance(at.session.tokens, MemoryTokens)
    return at.session.tokens


# -- tokens


async def test_a_token_lives_as_long_as_it_says_and_is_renewed_by_the_kept_login_before_it_ends() -> None:
    async with bench() as at:
        logins = len(at.shop.tokens.logins)
        await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert len(at.shop.tokens.logins) == logins
        at.clock.advance(3600)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert at.shop.tokens.logins[logins:] == [(at.shop.credentials()["email"], True)]


async def test_a_short_life_set_by_the_shop_is_believed() -> None:
    async with bench(change=lambda shop: setattr(shop.tokens, "life", 120)) as at:
        token = _tokens(at).kept[TokenType.ACCESS]
        assert token.expires_at is not None
        assert (token.expires_at - token.issued_at).total_seconds() == 120


@pytest.mark.parametrize("rotates", [True, False])
async def test_the_refresh_token_of_the_add_on_spares_the_password(rotates: bool) -> None:
    switches = {**WITH_REFRESH, "refresh_rotates": rotates}
    async with bench(switches=switches, values={"refresh_path": REFRESH_PATH}) as at:
        first = _tokens(at).kept[TokenType.REFRESH].value
        at.shop.tokens.logins.clear()
        for _ in range(3):
            at.clock.advance(3600)
            assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert at.shop.tokens.logins == []
        assert (_tokens(at).kept[TokenType.REFRESH].value == first) is not rotates


async def test_a_refresh_token_the_shop_no_longer_takes_falls_back_to_the_login() -> None:
    async with bench(switches=WITH_REFRESH, values={"refresh_path": REFRESH_PATH}) as at:
        at.shop.tokens.refresh.clear()
        at.shop.tokens.logins.clear()
        at.clock.advance(3600)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert [good for _, good in at.shop.tokens.logins] == [True]


async def test_a_refresh_token_kept_in_a_cookie_is_done_without() -> None:
    switches = {**WITH_REFRESH, "refresh_in_cookie": True}
    async with bench(switches=switches, values={"refresh_path": REFRESH_PATH}) as at:
        assert TokenType.REFRESH not in _tokens(at).kept
        at.clock.advance(3600)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_a_login_switched_off_later_asks_for_a_person_and_is_tried_once() -> None:
    async with bench() as at:
        at.shop.revoke_tokens()
        at.shop.tokens.logins.clear()
        with pytest.raises(ReauthenticationNeeded):
            await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert [good for _, good in at.shop.tokens.logins] == [False]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("error_5xx", PlatformUnavailable), ("reset", NetworkFailure), ("truncated", NetworkFailure)],
)
async def test_an_outage_while_renewing_is_an_outage_and_no_dead_login(fault: str, expected: type[Exception]) -> None:
    async with bench() as at:
        at.clock.advance(3600)
        at.shop.faults.arm(fault, match="/administrators/token")
        with pytest.raises(expected):
            await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_shoppers_addresses_are_called_without_the_staff_token() -> None:
    """The shop answers 401 there to a token of staff, so a sale that arrives proves it."""
    async with bench() as at:
        placed = await PLATFORM.order(at.session).create_order(await at.sale(TEE_M=1), at.keep)
        assert placed.total == eur("24.90")


# -- the test


@asynccontextmanager
async def _fresh(values: Mapping[str, str], **switches: Any) -> AsyncIterator[tuple[SyliusSimulator, Any]]:
    clock = VirtualClock()
    shop = sylius_simulator(clock)
    for name, value in switches.items():
        setattr(shop.shop.switches, name, value)
    given = {**shop.credentials(), **values}
    async with open_session(PLATFORM, given, transport([shop]), clock, base_url=shop.base_url) as session:
        yield shop, PLATFORM.shop(session)


async def test_a_wrong_password_is_sent_once_and_both_fields_are_named() -> None:
    async with _fresh({"password": "not-the-password"}) as (shop, service):
        with pytest.raises(WrongCredentials) as caught:
            await service.test()
        assert caught.value.params["field"] == "Administrator e-mail or Password"
        assert len(shop.tokens.logins) == 1


async def test_an_administrator_without_api_access_is_told_which_role_is_missing() -> None:
    async with _fresh({"email": "owner@harbourlane.example", "password": "no-api-for-me"}) as (_, service):
        with pytest.raises(MissingPermission, match=spec.API_ROLE):
            await service.test()


async def test_a_shop_whose_api_is_off_is_no_api() -> None:
    async with _fresh({}, api_enabled=False) as (_, service):
        with pytest.raises(NotTheApi):
            await service.test()


async def test_sylius_1_is_recognised_and_refused_with_words() -> None:
    async with _fresh({}, release="1.14") as (_, service):
        with pytest.raises(PlatformRefused, match=r"Sales need Sylius 2\.0") as caught:
            await service.test()
        assert caught.value.params["code"] == "sylius_1"
        report = await service.check_step(spec.STEP_VERSION)
        assert (report.state, report.words) == (StepState.REFUSED, spec.TOO_OLD)


async def test_a_time_zone_nobody_knows_is_refused_before_anything_is_sent() -> None:
    async with _fresh({"time_zone": "Europe/Galway"}) as (shop, service):
        with pytest.raises(InvalidInput, match="time zone"):
            await service.test()
        assert shop.tokens.logins == []


async def test_a_host_no_channel_has_is_refused_where_there_are_several() -> None:
    async with _fresh({}) as (shop, service):
        for channel in shop.shop.channels.values():
            channel["hostname"] = "elsewhere.example"
        with pytest.raises(InvalidInput, match="host name"):
            await service.test()


# -- preparation


async def test_only_offline_and_free_methods_of_the_channel_are_offered() -> None:
    async with bench() as at:
        service = PLATFORM.shop(at.session)
        assert (await service.check_step(spec.STEP_PAYMENT)).choices == (("pos_till", "Paid at the till"),)
        assert (await service.check_step(spec.STEP_SHIPPING)).choices == (("in_store", "Taken along in store"),)
        with pytest.raises(InvalidInput):
            await service.do_step(spec.STEP_PAYMENT, "card_online")


async def test_a_method_that_was_taken_away_is_asked_for_anew() -> None:
    async with bench() as at:
        at.shop.shop.shipping_methods["in_store"]["enabled"] = False
        report = await PLATFORM.shop(at.session).check_step(spec.STEP_SHIPPING)
        assert report.state is StepState.REFUSED
        assert "without cost" in report.words


@pytest.mark.parametrize(("wrong", "words"), [({"street": ""}, "complete address"), ({"countryCode": "DE"}, "deliver")])
async def test_a_channel_without_an_address_of_its_own_is_refused(wrong: dict[str, str], words: str) -> None:
    async with bench() as at:
        channel = at.shop.shop.channels["HARBOUR_TILL"]
        channel["shopBillingData"] = {**channel["shopBillingData"], **wrong}
        report = await PLATFORM.shop(at.session).check_step(spec.STEP_CHANNEL)
        assert report.state is StepState.REFUSED
        assert words in report.words


async def test_an_unprepared_connection_refuses_a_sale_before_it_is_placed() -> None:
    async with bench(prepare=False) as at:
        session = replace(at.session, connection=replace(at.session.connection, facts={"channel": "HARBOUR_TILL"}))
        prepared = replace(at, session=session)
        order = await prepared.sale(TEE_M=1)
        with pytest.raises(PlatformRefused, match="billing data"):
            await PLATFORM.order(session).create_order(order, at.keep)
        assert (at.booked(order), at.shop.open_carts()) == ([], 0)


def test_absent_things_are_absent_with_their_reasons() -> None:
    absent = {
        (Noun.GIFT_CARD, "redeem"): spec.NO_GIFT_CARDS,
        (Noun.ORDER, "partial_refund"): spec.WHOLE_REFUND_ONLY,
        (Noun.INVENTORY, "compare_and_set"): spec.NO_COMPARE_AND_SET,
    }
    assert {key: PLATFORM.spec.absence(*key) for key in absent} == absent
    assert PLATFORM.spec.absence(Noun.ORDER, "refund") is None
    assert PLATFORM.verify_webhook is None

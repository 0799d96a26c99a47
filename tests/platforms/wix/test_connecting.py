"""Connecting a Wix site: an app or a key, what is typed wrongly, tokens, permissions, and the catalogue it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.platforms.wix.adapter import Tapped, bench, order_of
from tests.support.clock import VirtualClock
from tests.support.recorder import SENT
from tests.support.sessions import MemoryTokens, open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    AuthError,
    InvalidInput,
    MissingPermission,
    NotTheApi,
    PlatformRefused,
    PlatformUnavailable,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.auth import renew
from tillbridge.platforms.wix.simulator import WixSimulator, wix_simulator
from tillbridge.training.server import transport

NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_an_app_names_its_site_and_its_permissions() -> None:
    async with bench() as at:
        facts = await PLATFORM.shop(at.session).test()
        assert (facts.name, facts.currency, facts.zone) == ("Harbour Lane Outfitters", "EUR", "Europe/Dublin")
        assert facts.prices_include_tax is True, "as the online orders show"
        assert facts.missing_scopes == ()
        assert at.mails == []


async def test_a_key_speaks_for_its_site_and_needs_no_token() -> None:
    async with bench(setup="api_key") as at:
        assert (await PLATFORM.shop(at.session).test()).name == "Harbour Lane Outfitters"
        placed = await at.create(order_of(await at.lines(TEE_M=1)))
        assert placed.paid
        at.clock.advance(timedelta(days=400).total_seconds())
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert not any(each.path == "/oauth2/token" for each in SENT)


@pytest.mark.parametrize(
    ("field", "value", "title"),
    [
        ("app_id", NOBODY, "App ID"),
        ("app_secret", "not-the-secret-of-this-app", "App secret key"),
        ("instance_id", NOBODY, "Instance ID"),
    ],
)
async def test_what_is_typed_wrongly_for_an_app_is_named(field: str, value: str, title: str) -> None:
    shop, clock = wix_simulator(), VirtualClock()
    values = {**shop.credentials(), field: value}
    async with open_session(PLATFORM, values, transport([shop]), clock, setup="app", base_url=shop.base_url) as session:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(session).test()
    assert caught.value.params["field"] == title
    assert caught.value.params["where"]


@pytest.mark.parametrize(
    ("field", "value", "title"),
    [("api_key", "IST.somebody-elses-key-0123456789", "API key"), ("site_id", NOBODY, "Site ID")],
)
async def test_what_is_typed_wrongly_for_a_key_is_named(field: str, value: str, title: str) -> None:
    shop, clock = wix_simulator(), VirtualClock()
    values = {**shop.key_credentials(), field: value}
    async with open_session(
        PLATFORM, values, transport([shop]), clock, setup="api_key", base_url=shop.base_url
    ) as session:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(session).test()
    assert caught.value.params["field"] == title


async def test_a_token_lives_four_hours_and_its_predecessor_stays_good() -> None:
    async with bench() as at:
        first = await renew(at.session, None)
        second = await renew(at.session, None)
        assert (first.expires_in, first.refresh) == (14_400.0, None)
        assert first.access != second.access
        assert len(at.shop.site.tokens) == 2
        assert isinstance(at.session.tokens, MemoryTokens)
        await at.session.tokens.keep(TokenType.ACCESS, first.access, first.expires_in)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_an_app_taken_off_the_site_asks_for_a_person_and_an_outage_does_not() -> None:
    async with bench() as at:
        known = replace(at.session, connection=replace(at.session.connection, tested_at=at.clock.now()))
        at.shop.faults.arm("error_5xx", times=50, match="/oauth2/token")
        with pytest.raises(PlatformUnavailable):
            await renew(known, None)
        at.shop.faults.clear()
        at.shop.faults.arm("html", times=50, match="/oauth2/token")
        with pytest.raises(NotTheApi):
            await renew(known, None)
        at.shop.faults.clear()
        at.shop.revoke_tokens()
        with pytest.raises(ReauthenticationNeeded):
            await renew(known, None)


async def test_a_key_the_owner_deleted_asks_for_a_person() -> None:
    async with bench(setup="api_key") as at:
        at.shop.revoke_tokens()
        with pytest.raises(AuthError):
            await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_the_secret_goes_nowhere_but_into_the_grant_and_no_site_is_named_beside_a_token() -> None:
    seen: list[httpx.Request] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        return Tapped(inner, before=seen.append)

    async with bench(tap=tap) as at:
        await PLATFORM.product(at.session).find_by_code("TEE-M")
        secret = at.shop.credentials()["app_secret"].encode()
    grants = [each for each in seen if each.url.path == "/oauth2/token"]
    assert [secret in each.content for each in grants] == [True]
    rest = [each for each in seen if each not in grants]
    assert not any(secret in each.content or "wix-site-id" in each.headers for each in rest)
    assert not any(each.headers["Authorization"].startswith("Bearer") for each in rest)
    assert "Authorization" not in grants[0].headers


@pytest.mark.parametrize(
    ("catalog", "words"), [("V1_CATALOG", "Catalog V1"), ("STORES_NOT_INSTALLED", "not installed")]
)
async def test_a_site_without_the_new_catalogue_is_recognised_and_refused_with_words(catalog: str, words: str) -> None:
    async with bench(catalog=catalog) as at:
        with pytest.raises(PlatformRefused) as caught:
            await PLATFORM.shop(at.session).test()
        assert words in caught.value.params["reason"]
        assert at.rows("") == []


async def test_a_call_the_old_catalogue_refuses_says_so_too() -> None:
    async with bench(catalog="V1_CATALOG") as at:
        with pytest.raises(PlatformRefused) as caught:
            await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert "Catalog V1" in caught.value.params["reason"]


async def test_a_permission_that_is_missing_is_named_and_the_others_are_still_tried() -> None:
    async with bench(withheld_scope="SCOPE.DC-COUPONS.MANAGE-COUPONS") as at:
        assert (await PLATFORM.shop(at.session).test()).missing_scopes == ("SCOPE.DC-COUPONS.MANAGE-COUPONS",)
    async with bench(withheld_scope="SITE_SETTINGS.VIEW") as at:
        with pytest.raises(MissingPermission) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["permission"] == "SITE_SETTINGS.VIEW"


async def test_the_steps_say_what_was_found_and_keep_the_choice_about_mails() -> None:
    async with bench(trigger="ON_ORDER_PAID") as at:
        shop = PLATFORM.shop(at.session)
        said = {step.name: await shop.check_step(step.name) for step in PLATFORM.spec.preparation}
        assert "when an order is paid" in said["stock"].words
        assert said["location"].facts == {"location_id": at.shop.site.home, "location_name": "Harbour Lane"}
        assert "other locations" in said["location"].words
        assert "include tax" in said["taxes"].words
        assert said["mails"].state is StepState.DONE
        chosen = await shop.do_step("mails", "link")
        assert chosen.facts == {"customers": "link"}
        with pytest.raises(InvalidInput):
            await shop.do_step("mails", "everybody")
        with pytest.raises(InvalidInput):
            await shop.check_step("weather")


async def test_without_an_online_order_nothing_is_claimed_about_taxes() -> None:
    async with bench() as at:
        at.shop.site.orders.clear()
        assert (await PLATFORM.shop(at.session).test()).prices_include_tax is None

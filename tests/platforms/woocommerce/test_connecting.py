"""Connecting a WooCommerce shop: by header, query and signature; what is read at setup, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.platforms.woocommerce.adapter import Tapped, bench
from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NotTheApi,
    PlatformRefused,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.auth import KeyPair
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator, woocommerce_simulator
from tillbridge.platforms.woocommerce.steps import report_version
from tillbridge.training.server import serve


def stripping(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
    """A host that drops the Authorization header."""

    def strip(request: httpx.Request) -> None:
        request.headers.pop("authorization", None)

    return Tapped(inner, before=strip)


async def test_where_a_host_strips_the_header_the_key_goes_in_the_query() -> None:
    async with bench(tap=stripping) as at:
        assert at.session.connection.facts["auth"] == "query"
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_over_plain_http_every_try_is_signed_anew_and_the_secret_stays_at_home() -> None:
    sent: list[httpx.URL] = []

    def watching(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
        return Tapped(inner, before=lambda request: sent.append(request.url))

    async with bench(base_url="http://127.0.0.1", tap=watching) as at:
        assert (await PLATFORM.product(at.session).find_by_code("TEE-M"))[0].title == "Organic Tee"
        secret = at.session.credentials["consumer_secret"].reveal()
        assert not any(secret in str(url) for url in sent)
        nonces = [url.params["oauth_nonce"] for url in sent if "oauth_nonce" in url.params]
        assert len(nonces) == len(set(nonces)) > 3
        assert {url.params["oauth_signature_method"] for url in sent if "oauth_nonce" in url.params} == {"HMAC-SHA256"}


async def test_a_real_server_over_plain_http_is_spoken_to() -> None:
    shop = woocommerce_simulator(None)
    async with serve([shop]) as (served,), httpx.AsyncHTTPTransport() as line:
        shop.shop.home = served.base_url
        values = {**shop.credentials(), "shop_url": served.base_url}
        async with open_session(PLATFORM, values, line, VirtualClock(shop.clock.now())) as session:
            facts = await PLATFORM.shop(session).test()
    assert (facts.name, facts.currency) == ("Harbour Lane Outfitters", "EUR")


@pytest.mark.parametrize(
    ("name", "value", "title"),
    [
        ("consumer_key", "ck_ffffffffffffffffffffffffffffffffffffffff", "Consumer key"),
        ("consumer_secret", "cs_ffffffffffffffffffffffffffffffffffffffff", "Consumer secret"),
    ],
)
@pytest.mark.parametrize("base_url", ["", "http://127.0.0.1"])
async def test_a_wrong_value_is_named_with_its_place(name: str, value: str, title: str, base_url: str) -> None:
    async with bench(prepare=False, values={name: value}, base_url=base_url) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == title
        assert "REST API" in caught.value.params["where"]


async def test_a_clock_that_is_wrong_is_said_to_be_wrong() -> None:
    async with bench(prepare=False, base_url="http://127.0.0.1") as at:
        ours = VirtualClock(at.clock.now())
        ours.advance(3600)
        with pytest.raises(PlatformRefused, match="clock"):
            await PLATFORM.shop(replace(at.session, clock=ours)).test()


async def test_a_read_only_key_and_a_user_without_rights_are_told_apart() -> None:
    async with bench() as at:
        at.shop.shop.keys[0].permissions = "read"
        facts = await PLATFORM.shop(at.session).test()
        assert (facts.granted_scopes, facts.missing_scopes) == (("read",), ("write",))
        at.shop.shop.keys[0].permissions = "read_write"
        at.shop.shop.keys[0].capable = False
        with pytest.raises(MissingPermission, match="shop manager"):
            await PLATFORM.shop(at.session).test()


async def test_an_address_without_woocommerce_is_said_to_have_none() -> None:
    async def a_blog(request: Request) -> JSONResponse:
        return JSONResponse({"name": "A blog", "namespaces": ["wp/v2"]})

    def elsewhere(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(Starlette(routes=[Route("/wp-json/", a_blog)]))

    async with bench(prepare=False, tap=elsewhere) as at:
        with pytest.raises(NotTheApi, match="WooCommerce is not active"):
            await PLATFORM.shop(at.session).test()


async def test_tax_settings_are_read_and_stated() -> None:
    settings = {"prices_include_tax": "no", "tax_round_at_subtotal": "no"}
    async with bench(settings=settings) as at:
        report = await PLATFORM.shop(at.session).check_step("taxes")
        assert report.state is StepState.STATED
        assert "without tax" in report.words
        assert "Rounding" in report.words
        assert report.facts["prices_include_tax"] == "no"


async def test_a_shop_with_fewer_decimals_than_its_currency_is_not_ready() -> None:
    async with bench(settings={"price_num_decimals": "0"}) as at:
        report = await PLATFORM.shop(at.session).check_step("taxes")
        assert report.state is StepState.REFUSED
        assert "decimals" in report.words


def test_a_shop_too_old_is_refused_and_one_that_mails_is_said_to() -> None:
    assert report_version({"version": "9.8.1", "hpos": "yes"}).state is StepState.REFUSED
    loud = report_version({"version": "10.5.0", "hpos": "no"})
    assert loud.state is StepState.STATED
    assert "new order" in loud.words
    assert "kept the old way" in loud.words


async def test_the_choice_about_mails_is_silent_unless_made_otherwise() -> None:
    async with bench() as at:
        service = PLATFORM.shop(at.session)
        silent = await service.do_step("mails", None)
        assert (silent.state, silent.facts["customers"]) == (StepState.DONE, "guests")
        chosen = await service.do_step("mails", "link")
        assert chosen.facts["customers"] == "link"
        assert "mailed" in chosen.words
        with pytest.raises(InvalidInput):
            await service.do_step("mails", "shout")


@pytest.mark.parametrize(("present", "words"), [(True, "PW Gift Cards Pro is active"), (False, "no gift cards")])
async def test_the_gift_card_add_on_is_named(present: bool, words: str) -> None:
    async with bench(switches={"gift_cards": present}) as at:
        assert words in (await PLATFORM.shop(at.session).check_step("gift_cards")).words


async def test_a_step_that_is_not_there_is_refused() -> None:
    async with bench(prepare=False) as at:
        with pytest.raises(InvalidInput):
            await PLATFORM.shop(at.session).check_step("nonsense")


def test_the_secret_never_prints() -> None:
    pair = KeyPair(Secret("ck_open"), Secret("cs_sesame"), VirtualClock())
    assert "sesame" not in f"{pair!r} {vars(pair)}"


async def test_a_revoked_key_asks_for_a_new_one() -> None:
    async with bench() as at:
        at.shop.revoke_tokens()
        with pytest.raises(ReauthenticationNeeded):
            await PLATFORM.product(at.session).find_by_code("TEE-M")

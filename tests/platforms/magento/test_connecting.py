"""Connecting to a Magento shop: both setups, second factor, locked accounts, permissions, and the editions refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.support.clock import VirtualClock
from tests.support.sessions import MemoryTokens, open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NetworkFailure,
    NotTheApi,
    PlatformUnavailable,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.magento import PLATFORM, spec
from tillbridge.platforms.magento.auth import alive, one_time_code, renew
from tillbridge.platforms.magento.simulator import MagentoSimulator, demo
from tillbridge.training.faults import Phase
from tillbridge.training.server import transport

from .adapter import Bench, Tapped, bench, without

_LOGIN = "/rest/V1/integration/admin/token"


def logins(at: Bench) -> int:
    """How often the shop saw a login."""
    return at.shop.shop.accounts.logins


async def test_an_admin_token_lives_as_long_as_it_says_and_is_renewed_by_the_login() -> None:
    async with bench() as at:
        grant = await renew(at.session, None)
        assert grant.expires_in == 3600
        assert grant.refresh is None
        before = logins(at)
        at.clock.advance(3500)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert logins(at) == before
        at.clock.advance(200)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert logins(at) == before + 1


async def test_a_shop_that_sets_another_life_is_believed() -> None:
    async with bench(arrange=lambda shop: setattr(shop.shop.accounts, "minutes", 15)) as at:
        assert (await renew(at.session, None)).expires_in == 900


async def test_a_token_that_is_no_jwt_lives_four_hours() -> None:
    def opaque(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return _Answers(inner, _LOGIN, httpx.Response(200, json="abcdefghijklmnopqrstuvwxyz012345"))

    async with bench(prepare=False, tap=opaque) as at:
        assert (await renew(at.session, None)).expires_in == 4 * 3600


class _Answers(httpx.AsyncBaseTransport):
    """Gives one address an answer of its own."""

    def __init__(self, inner: httpx.AsyncBaseTransport, path: str, answer: httpx.Response) -> None:
        self._inner, self._path, self._answer = inner, path, answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == self._path:
            return self._answer
        return await self._inner.handle_async_request(request)


@pytest.mark.parametrize("values", [{"password": "not-the-password"}, {"username": "nobody"}])
async def test_a_wrong_login_is_tried_once(values: dict[str, str]) -> None:
    async with bench(prepare=False, values=values) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert logins(at) == 1
        assert caught.value.params["field"] == "Password"


async def test_a_login_that_worked_once_and_is_refused_now_needs_a_person() -> None:
    async with bench() as at:
        at.shop.revoke_tokens()
        before = logins(at)
        with pytest.raises(ReauthenticationNeeded):
            await renew(at.session, None)
        assert logins(at) == before + 1


@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset", "truncated", "error_5xx", "html"])
async def test_an_outage_at_the_login_is_no_refusal_and_is_not_hammered(fault: str) -> None:
    async with bench() as at:
        at.shop.expire_tokens()
        before = logins(at)
        phase: Phase | None = None if fault in ("timeout_after_commit", "truncated") else "after"
        at.shop.faults.arm(fault, times=20, match=f"POST {_LOGIN}", phase=phase)
        with pytest.raises((NetworkFailure, PlatformUnavailable)):
            await renew(at.session, None)
        assert logins(at) == before + 1


async def test_maintenance_is_an_outage() -> None:
    async with bench() as at:
        at.shop.shop.switches.maintenance = True
        with pytest.raises((NetworkFailure, PlatformUnavailable)):
            await renew(at.session, None)
        with pytest.raises(PlatformUnavailable):
            await PLATFORM.product(at.session).find_by_code("TEE-M")
        at.shop.shop.switches.maintenance = False
        at.clock.advance(600)
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_a_shop_with_a_second_factor_asks_for_its_secret_and_takes_it() -> None:
    async with bench(prepare=False, switches={"two_factor": True}) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == "Two-factor secret"
    async with bench(switches={"two_factor": True}, values={"totp_secret": demo.TOTP}) as at:
        assert (await PLATFORM.shop(at.session).test()).name == "Harbour Lane Outfitters"
    async with bench(prepare=False, switches={"two_factor": True}, values={"totp_secret": "A" * 32}) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == "Two-factor secret"
        assert logins(at) == 1


def test_one_time_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    seed = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    clock = VirtualClock()
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        clock.set_wall(clock.now().fromtimestamp(seconds, clock.now().tzinfo))
        assert one_time_code(seed, clock) == digits


async def test_every_signed_call_has_a_nonce_of_its_own_also_when_repeated() -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> None:
        header = request.headers.get("authorization", "")
        seen.extend(re.findall(r'oauth_nonce="([^"]+)"', header))
        assert "consumer secret" not in header

    async with bench(setup="integration", tap=lambda inner: Tapped(inner, before=note)) as at:
        at.shop.faults.arm("reset", times=2)
        assert await PLATFORM.product(at.session).find_by_code("4006381333948")
        assert len(seen) == len(set(seen)) > 10
        keys = at.shop.shop.accounts.integrations[0]
        assert not any(secret in nonce for nonce in seen for secret in (keys.consumer_secret, keys.token_secret))


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("consumer_key", "Consumer key"),
        ("consumer_secret", "Consumer secret"),
        ("access_token", "Access token"),
        ("access_token_secret", "Consumer secret"),
    ],
)
async def test_a_wrong_key_of_an_integration_is_named(field: str, title: str) -> None:
    async with bench(setup="integration", prepare=False, values={field: "f" * 32}) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == title


async def test_keys_given_in_part_are_asked_for() -> None:
    async with bench(setup="integration", prepare=False, values={"consumer_secret": ""}) as at:
        with pytest.raises(InvalidInput) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == "Consumer secret"


ALONE = {"consumer_key": "", "consumer_secret": "", "access_token_secret": ""}


async def test_a_token_alone_works_only_where_the_shop_allows_it() -> None:
    async with bench(setup="integration", prepare=False, values=ALONE) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == "Access token"
    async with bench(setup="integration", values=ALONE, switches={"bearer": True}) as at:
        facts = await PLATFORM.shop(at.session).test()
        assert any("token alone" in each for each in facts.warnings)
        order = await at.sale()
        assert (await PLATFORM.order(at.session).create_order(order, at.keep)).paid


async def test_where_signatures_do_not_reach_the_shop_the_token_alone_is_used_if_it_is_allowed() -> None:
    """Some hosts eat headers they do not know; the shop then takes the caller for a guest."""

    def eat(request: httpx.Request) -> None:
        if request.headers.get("authorization", "").startswith("OAuth"):
            del request.headers["authorization"]

    async with bench(setup="integration", switches={"bearer": True}, tap=lambda inner: Tapped(inner, before=eat)) as at:
        facts = await PLATFORM.shop(at.session).test()
        assert (facts.facts["auth"], facts.missing_scopes) == ("bearer", ())
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")
    async with bench(setup="integration", prepare=False, tap=lambda inner: Tapped(inner, before=eat)) as at:
        with pytest.raises(MissingPermission):
            await PLATFORM.shop(at.session).test()


async def test_a_shop_without_rewriting_is_reached_below_index_php() -> None:
    async with bench(values={"shop_url": "https://magento.example/index.php"}, base_url="/index.php") as at:
        assert await PLATFORM.product(at.session).find_by_code("TEE-M")


async def test_an_address_without_the_api_says_so() -> None:
    def elsewhere(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return _Answers(inner, _LOGIN, httpx.Response(404, html="<!doctype html><title>404 Not Found</title>"))

    async with bench(prepare=False, tap=elsewhere) as at:
        with pytest.raises(NotTheApi):
            await PLATFORM.shop(at.session).test()


async def test_a_step_nobody_knows_is_refused() -> None:
    async with bench() as at:
        with pytest.raises(InvalidInput):
            await PLATFORM.shop(at.session).check_step("nonsense")
        with pytest.raises(InvalidInput):
            await PLATFORM.shop(at.session).do_step(spec.STEP_TAX, "sometimes:0.2")


async def test_a_withdrawn_integration_needs_a_person() -> None:
    async with bench(setup="integration", values=ALONE, switches={"bearer": True}) as at:
        assert (await renew(at.session, None)).expires_in is None
        at.shop.revoke_tokens()
        with pytest.raises(ReauthenticationNeeded):
            await renew(at.session, None)


async def test_permissions_that_lack_are_named_by_the_test() -> None:
    def narrow(shop: MagentoSimulator) -> None:
        without(shop, "Magento_Sales::create", "Magento_Customer::customer")

    for setup in ("admin", "integration"):
        async with bench(setup=setup, prepare=False, arrange=narrow) as at:
            facts = await PLATFORM.shop(at.session).test()
            assert set(facts.missing_scopes) == {"Magento_Customer::customer", "Magento_Sales::create"}
            assert logins(at) <= 1


async def test_a_permission_lost_later_is_told_from_a_dead_token() -> None:
    for setup in ("admin", "integration"):
        async with bench(setup=setup) as at:
            without(at.shop, "Magento_Sales::actions_view")
            before = logins(at)
            with pytest.raises(MissingPermission) as caught:
                _ = [page async for page in PLATFORM.order(at.session).list_orders()]
            assert "Magento_Sales::actions_view" in caught.value.params["permission"]
            assert logins(at) <= before + 1


@pytest.mark.parametrize("host", ["na1.api.commerce.adobe.com", "eu2-sandbox.api.commerce.adobe.com"])
async def test_the_cloud_service_is_recognised_and_refused_before_anything_is_sent(host: str) -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> None:
        seen.append(str(request.url))

    values = {"shop_url": f"https://{host}/tenant", "username": "till", "password": "secret-7"}
    tapped = Tapped(transport([]), before=note)
    async with open_session(PLATFORM, values, tapped, VirtualClock(), setup="admin") as session:
        with pytest.raises(InvalidInput) as caught:
            await PLATFORM.shop(session).test()
    assert "Cloud Service" in caught.value.params["reason"]
    assert seen == []


async def test_a_shop_with_several_views_and_sources_asks_which() -> None:
    def grow(shop: MagentoSimulator) -> None:
        view = {"id": 2, "code": "pos", "name": "Till", "website_id": 1, "store_group_id": 1, "is_active": 1}
        shop.shop.views.append(view)
        shop.shop.sources.append({"source_code": "shop1", "name": "Quay Street", "enabled": True})

    async with bench(prepare=False, arrange=grow) as at:
        service = PLATFORM.shop(at.session)
        for step, choice in ((spec.STEP_VIEW, "pos"), (spec.STEP_SOURCE, "shop1")):
            report = await service.check_step(step)
            assert report.state is StepState.OPEN
            assert choice in dict(report.choices)
            assert (await service.do_step(step, choice)).state is StepState.DONE
        facts = dict((await service.do_step(spec.STEP_VIEW, "pos")).facts)
        assert facts["store_id"] == "2"
        session = at.with_facts(**facts)
        order = await replace(at, session=session).sale()
        await PLATFORM.order(session).create_order(order, at.keep)
        assert at.row(order.reference)["store_id"] == 2
        with pytest.raises(InvalidInput):
            await service.do_step(spec.STEP_SOURCE, "nowhere")


@pytest.mark.parametrize(("included", "rate"), [("with", "0.23"), ("with", "0.19"), ("without", "0.2")])
async def test_prices_and_rate_are_found_in_the_shops_own_cart(included: str, rate: str) -> None:
    def taxed(shop: MagentoSimulator) -> None:
        shop.shop.tax_rates = {"2": Decimal(rate)}
        shop.shop.prices_include_tax = included == "with"

    async with bench(prepare=False, arrange=taxed) as at:
        service = PLATFORM.shop(at.session)
        assert (await service.check_step(spec.STEP_TAX)).state is StepState.OPEN
        assert at.shop.shop.carts == {}, "looking changes nothing"
        report = await service.do_step(spec.STEP_TAX, None)
        assert report.state is StepState.DONE
        assert report.facts["tax_choice"] == f"{included}:{rate}"
        assert all(not cart["items"] for cart in at.shop.shop.carts.values() if cart["active"])


async def test_a_shop_whose_cart_shows_no_tax_asks_the_operator() -> None:
    async with bench(prepare=False, arrange=lambda shop: shop.shop.tax_rates.clear()) as at:
        report = await PLATFORM.shop(at.session).do_step(spec.STEP_TAX, None)
        assert report.state is StepState.OPEN
        assert report.choices


async def test_prices_and_rate_are_chosen_from_the_shops_own_tax_table() -> None:
    async with bench() as at:
        report = await PLATFORM.shop(at.session).check_step(spec.STEP_TAX)
        assert report.facts["standard_tax_rate"] == "0.23"
        assert report.facts["prices_include_tax"] == "yes"
        assert "with:0.23" in dict(report.choices)
        facts = await PLATFORM.shop(at.session).test()
        assert facts.prices_include_tax is True


async def test_the_memory_source_counts_renewals() -> None:
    async with bench() as at:
        assert isinstance(at.session.tokens, MemoryTokens)
        assert at.session.tokens.renewals == 1
        token = await at.session.tokens.get_token()
        assert token.expires_at is not None
        assert token.expires_at - token.issued_at == timedelta(hours=1)


async def test_a_token_the_shop_forgot_is_told_from_one_that_lacks_a_right() -> None:
    async with bench() as at:
        token = await at.session.tokens.get_token()
        without(at.shop, "Magento_Sales::actions_view")
        assert await alive(at.session, token)
        at.shop.expire_tokens()
        assert not await alive(at.session, token)

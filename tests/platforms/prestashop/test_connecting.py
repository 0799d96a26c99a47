"""Connecting to a PrestaShop shop and preparing it: what is found out, what is refused in words, what is changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tillbridge.domain import errors
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NotTheApi,
    PlatformRefused,
    PlatformUnavailable,
    ReauthenticationNeeded,
    WrongCredentials,
)
from tillbridge.platforms.prestashop import PLATFORM, spec
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator
from tillbridge.platforms.prestashop.simulator.access import METHODS, ApiKey
from tillbridge.training.server import transport

from .adapter import bench, prepare

NINE = "9.0.0"


def limited(*without: str) -> PrestaShopSimulator:
    """A shop whose key lacks some rights, named as "orders POST"."""
    shop = prestashop_simulator(VirtualClock())
    rights = {name: set(METHODS) for name in shop.shop.rows}
    for each in without:
        name, _, method = each.partition(" ")
        rights[name].discard(method)
    key = shop.shop.keys[0]
    shop.shop.keys[0] = ApiKey(key.value, rights={name: frozenset(methods) for name, methods in rights.items()})
    return shop


async def test_the_test_tells_name_money_zone_rights_and_version() -> None:
    async with bench(prepared=False) as at:
        facts = await PLATFORM.shop(at.session).test()
        assert (facts.name, facts.currency, facts.zone) == ("Harbour Lane Outfitters", "EUR", "Europe/Dublin")
        assert (facts.api_version, facts.missing_scopes, facts.warnings) == ("8.2.1", (), ())
        assert facts.granted_scopes == PLATFORM.spec.scopes
        assert facts.facts["standard_tax_rate"] == "0.23"


async def test_missing_rights_are_named_by_the_boxes_to_tick() -> None:
    shop = limited("orders POST", "carts DELETE")
    async with open_session(
        PLATFORM, shop.credentials(), transport([shop]), VirtualClock(), base_url=shop.base_url
    ) as session:
        facts = await PLATFORM.shop(session).test()
        assert facts.missing_scopes == ("carts DELETE", "orders POST")
        assert "products GET" in facts.granted_scopes
        assert "orders GET POST PATCH" not in facts.granted_scopes


async def test_without_the_right_to_read_settings_the_test_says_which() -> None:
    shop = limited("configurations GET")
    async with open_session(
        PLATFORM, shop.credentials(), transport([shop]), VirtualClock(), base_url=shop.base_url
    ) as session:
        with pytest.raises(MissingPermission, match="configurations"):
            await PLATFORM.shop(session).test()


async def test_a_host_that_strips_the_header_gets_the_key_in_the_query_and_only_such_a_host() -> None:
    def strips(shop: PrestaShopSimulator) -> None:
        shop.shop.switches.strips_authorization = True

    async with bench(change=strips) as at:
        assert at.session.connection.facts["auth"] == "query"
        await at.lines(TEE_M=1)
        assert all("ws_key" in dict(seen.query) for seen in at.line.seen)
    async with bench() as at:
        await at.lines(TEE_M=1)
        assert not any("ws_key" in dict(seen.query) for seen in at.line.seen)


async def test_a_key_that_is_switched_off_later_asks_for_a_new_one() -> None:
    async with bench() as at:
        at.shop.revoke_tokens()
        with pytest.raises(ReauthenticationNeeded):
            await at.lines(TEE_M=1)


async def test_the_wrong_key_is_never_tried_twice() -> None:
    async with bench(prepared=False, values={"webservice_key": "F" * 32}) as at:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(at.session).test()
        assert caught.value.params["field"] == "Webservice key"
        assert [seen.line for seen in at.line.seen] == ["GET /api/"]


@pytest.mark.parametrize("version", ["1.7.8.11", "10.0.0"])
async def test_other_editions_are_recognised_and_refused_with_words(version: str) -> None:
    def older(shop: PrestaShopSimulator) -> None:
        shop.shop.version = version

    async with bench(prepared=False, change=older) as at:
        with pytest.raises(PlatformRefused, match=version):
            await PLATFORM.shop(at.session).test()
        report = await PLATFORM.shop(at.session).check_step(spec.STEP_VERSION)
        assert (report.state, version in report.words) == (StepState.REFUSED, True)


async def test_the_admin_api_is_recognised_and_refused_with_words() -> None:
    async with bench(prepared=False) as at:
        settings = {**at.session.connection.settings, "shop_url": "https://shop.example/admin-api/"}
        session = replace(at.session, connection=replace(at.session.connection, settings=settings))
        with pytest.raises(PlatformRefused, match="Admin API"):
            await PLATFORM.shop(session).test()
        assert at.line.seen == []


def test_every_row_of_the_error_table_names_an_error_there_is() -> None:
    for row in PLATFORM.spec.errors:
        assert issubclass(getattr(errors, row.error), errors.TillbridgeError), row
        assert row.words


def test_refused_editions_are_listed_as_not_yet() -> None:
    told = " ".join(PLATFORM.spec.not_yet)
    assert "1.7" in told
    assert "Admin API" in told


async def test_prestashop_9_takes_sales_like_8() -> None:
    def newer(shop: PrestaShopSimulator) -> None:
        shop.shop.version = NINE

    async with bench(change=newer) as at:
        order = await at.sale()
        assert (await at.orders.create_order(order, at.keep)).paid


async def test_a_page_that_is_not_the_webservice_is_told_as_such() -> None:
    async with bench(prepared=False) as at:
        at.shop.faults.arm("html", times=50)
        with pytest.raises(NotTheApi):
            await PLATFORM.shop(at.session).test()


async def test_a_switched_off_webservice_is_an_outage_with_words() -> None:
    async with bench(prepared=False) as at:
        at.shop.shop.switches.webservice = False
        with pytest.raises(PlatformUnavailable, match="switched off"):
            await PLATFORM.shop(at.session).test()


async def test_only_a_free_carrier_is_offered_and_without_one_the_step_is_refused() -> None:
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        shop = PLATFORM.shop(at.session)
        assert (await shop.check_step(spec.STEP_CARRIER)).choices == (("1", "Click and collect"),)
        with pytest.raises(InvalidInput):
            await shop.do_step(spec.STEP_CARRIER, "2")
        at.shop.shop.rows["carriers"][2]["is_free"] = "1"
        other = await shop.do_step(spec.STEP_CARRIER, "2")
        assert other.facts == {"carrier": "2"}
        for row in at.shop.shop.rows["carriers"].values():
            row["is_free"] = "0"
        assert (await shop.check_step(spec.STEP_CARRIER)).state is StepState.REFUSED


async def test_the_walk_in_customer_is_made_once_with_the_shops_own_address() -> None:
    async with bench(prepared=False) as at:
        fresh = await PLATFORM.shop(at.session).check_step(spec.STEP_WALK_IN)
        assert (fresh.state, len(at.shop.shop.rows["customers"])) == (StepState.OPEN, 7)
        at.session = await prepare(await prepare(at.session))
        (row,) = at.shop.shop.matching("customers", email="walk-in@till.invalid")
        (address,) = at.shop.shop.matching("addresses", id_customer=row["id"])
        assert (address["address1"], address["city"], address["id_country"]) == ("3 Harbour Lane", "Galway", "26")
        assert at.mails == []


async def test_mails_stay_open_until_the_operator_chose_and_the_silent_way_changes_one_state() -> None:
    async with bench(prepared=False) as at:
        facts = dict((await PLATFORM.shop(at.session).test()).facts)
        session = replace(at.session, connection=replace(at.session.connection, facts=facts))
        shop, states = PLATFORM.shop(session), at.shop.shop.rows["order_states"]
        assert (await shop.check_step(spec.STEP_MAILS)).state is StepState.OPEN
        assert (await shop.do_step(spec.STEP_MAILS, None)).state is StepState.OPEN
        with pytest.raises(InvalidInput):
            await shop.do_step(spec.STEP_MAILS, "loud")
        assert (await shop.do_step(spec.STEP_MAILS, "shop")).facts == {"mails": "shop"}
        assert states[8]["send_email"] == "1"
        assert (await shop.do_step(spec.STEP_MAILS, "quiet")).facts == {"mails": "quiet"}
        assert [key for key, row in states.items() if row["send_email"] == "0"] == [5, 8]
        at.shop.shop.set_setting("PS_MAIL_METHOD", "3")
        silent = await shop.check_step(spec.STEP_MAILS)
        assert (silent.state, silent.facts, silent.choices) == (StepState.DONE, {"mails": "off"}, ())


async def test_discounts_without_a_code_and_few_decimals_are_refused_at_setup() -> None:
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        shop = PLATFORM.shop(at.session)
        next(iter(at.shop.shop.matching("cart_rules", code="FIVEOFF")))["code"] = ""
        report = await shop.check_step(spec.STEP_RULES)
        assert (report.state, "Fiveoff" in report.words) == (StepState.REFUSED, True)
        at.shop.shop.rows["currencies"][1]["precision"] = "0"
        assert (await shop.check_step(spec.STEP_TAX)).state is StepState.REFUSED
        with pytest.raises(InvalidInput):
            await shop.check_step("nonsense")


async def test_several_shops_and_no_taxes_are_told_right_after_the_test() -> None:
    async with bench(prepared=False, settings={"PS_TAX": "0"}) as at:
        at.shop.shop.add("shops", {"name": "Second", "id_shop_group": 1, "active": 1})
        facts = await PLATFORM.shop(at.session).test()
        assert len(facts.warnings) == 2
        assert facts.facts["tax_rates"] == "{}"

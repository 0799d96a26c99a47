"""Connecting stores: form, live test, preparation, routes, re-authentication, removal, against the simulators."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import TILL
from tests.support.databases import copy_template
from tests.support.sales import record
from tests.support.stores import OPERATOR, Stores, open_stores
from tillbridge.domain.connections import ConnectionState, Route, RouteKind
from tillbridge.domain.errors import (
    InvalidInput,
    ReauthenticationNeeded,
    UnknownConnection,
    UnknownPlatform,
    WrongCredentials,
)
from tillbridge.domain.events import ConnectionChanged
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.specs import Noun
from tillbridge.domain.tokens import TokenType
from tillbridge.messages import text
from tillbridge.platforms.shopify.simulator import tokens as simulated
from tillbridge.services.connections import ConnectionDraft

PLATFORMS = ("shopify", "woocommerce")
WRONG = {"shopify": ("client_secret", "shpss_wrong_wrong_wrong"), "woocommerce": ("consumer_secret", "cs_" + "0" * 40)}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_store_is_tested_before_it_is_saved(stores: Stores, platform: str) -> None:
    facts = await stores.connections.test_draft(stores.draft(platform))
    assert (facts.name, facts.currency, facts.zone) == ("Harbour Lane Outfitters", "EUR", "Europe/Dublin")
    assert facts.missing_scopes == ()
    assert await stores.connections.list() == ()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_wrong_key_is_named_with_its_place_and_nothing_is_saved(stores: Stores, platform: str) -> None:
    name, value = WRONG[platform]
    title = next(each.title for each in stores.connections.spec(platform).fields if each.name == name)
    with pytest.raises(WrongCredentials) as caught:
        await stores.connections.add(stores.draft(platform, **{name: value}), OPERATOR)
    card = caught.value.card()
    assert title in card.title
    assert caught.value.params["where"]
    assert value not in f"{card} {caught.value!r}"
    assert await stores.connections.list() == ()
    assert await stores.storage.vault.token_facts() == ()


async def test_a_value_that_cannot_be_right_is_named_before_anything_is_sent(stores: Stores) -> None:
    shop = stores.simulators["shopify"]
    shop.faults.arm("error_5xx", times=99)
    with pytest.raises(InvalidInput) as caught:
        await stores.connections.add(stores.draft("shopify", shop="harbour-lane.example"), OPERATOR)
    assert (caught.value.params["name"], shop.faults.armed[0].fired) == ("shop", 0)
    with pytest.raises(InvalidInput) as caught:
        await stores.connections.add(stores.draft("shopify", colour="blue"), OPERATOR)
    assert caught.value.params["name"] == "colour"
    with pytest.raises(UnknownPlatform):
        await stores.connections.add(ConnectionDraft("shopware", "web", {}), OPERATOR)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "we\x1b[31mb"])
async def test_a_name_must_be_fit_to_be_shown(stores: Stores, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await stores.connections.add(stores.draft("shopify", name), OPERATOR)
    assert caught.value.params["field"] == "name"


async def test_two_connections_may_not_share_a_name(stores: Stores) -> None:
    await stores.connect("shopify", "web", prepare=False)
    with pytest.raises(InvalidInput, match="already"):
        await stores.connections.add(stores.draft("woocommerce", "Web"), OPERATOR)


async def test_the_kind_of_setup_follows_from_what_was_typed(stores: Stores) -> None:
    draft = stores.draft("shopify")
    saved = await stores.connections.add(ConnectionDraft("shopify", "web", draft.values), OPERATOR)
    assert saved.setup == draft.setup
    with pytest.raises(InvalidInput) as caught:
        await stores.connections.add(ConnectionDraft("shopify", "other", draft.values, "by_letter"), OPERATOR)
    assert caught.value.params["field"] == "setup"


async def test_a_code_that_is_good_once_is_spent_once_between_test_and_save(stores: Stores) -> None:
    values = {
        "shop": stores.simulators["shopify"].credentials()["shop"],
        "client_id": simulated.CLIENT_ID,
        "client_secret": simulated.CLIENT_SECRET,
        "authorization_code": simulated.AUTHORIZATION_CODE,
    }
    draft = ConnectionDraft("shopify", "web", values, "partner_app")
    await stores.connections.test_draft(draft)
    await stores.connections.add(draft, OPERATOR)
    kept = {each.type: each for each in await stores.tokens.facts()}
    assert kept[TokenType.ACCESS].renewable
    assert kept[TokenType.ACCESS].expires_at is not None
    assert TokenType.REFRESH in kept


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_connected_is_not_ready_until_all_steps_are_done(stores: Stores, platform: str) -> None:
    await stores.connect(platform, prepare=False)
    view = await stores.connections.get("web")
    assert (view.connection.state, view.prepared_count, view.ready_nouns) == (ConnectionState.CONNECTED, 0, ())
    assert view.step_count > 0
    assert {why for _, _, why in await stores.connections.readiness("web")} >= {text("connections.not_ready.connected")}
    await stores.prepare("web")
    view = await stores.connections.get("web")
    assert (view.connection.state, view.prepared_count) == (ConnectionState.READY, view.step_count)
    assert set(view.ready_nouns) == set(Noun)
    assert not [each for each in await stores.connections.preparation("web") if each.open]


async def test_preparing_twice_changes_nothing(stores: Stores) -> None:
    await stores.connect("shopify")
    before = await stores.connections.find("web")
    await stores.prepare("web")
    assert await stores.connections.find("web") == before


async def test_an_unknown_step_is_refused_with_the_known_ones(stores: Stores) -> None:
    await stores.connect("shopify", prepare=False)
    with pytest.raises(InvalidInput, match="order_reference"):
        await stores.connections.prepare("web", OPERATOR, "paint_it")


async def test_the_first_ready_store_records_all_sales_and_later_ones_none(stores: Stores) -> None:
    first = await stores.connect("woocommerce", "first")
    second = await stores.connect("shopify", "second")
    assert (first.route.kind, second.route.kind) == (RouteKind.ALL, RouteKind.OFF)


async def test_a_store_without_a_needed_permission_is_connected_but_not_ready(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = [each for each in simulated._BASE if each != "read_discounts"]
    monkeypatch.setattr(simulated, "_BASE", granted)
    connection = await stores.connect("shopify")
    assert connection.state is ConnectionState.CONNECTED
    reasons = {reason for _, _, reason in await stores.connections.readiness("web")}
    assert any("read_discounts" in each for each in reasons)


async def test_the_first_store_tells_a_new_database_what_shop_it_is(stores: Stores) -> None:
    await stores.connect("shopify", prepare=False)
    shop = await stores.storage.shop.get()
    assert (shop.name, shop.currency, shop.zone) == ("Harbour Lane Outfitters", "EUR", "Europe/Dublin")


async def test_a_route_names_tills_or_known_locations(stores: Stores) -> None:
    await stores.connect("shopify")
    await stores.connections.set_route("web", Route(RouteKind.TILLS, ("Till 3",)), OPERATOR)
    assert (await stores.connections.find("web")).route.names == ("Till 3",)
    for route in (Route(RouteKind.TILLS), Route(RouteKind.LOCATIONS, ("Moon",))):
        with pytest.raises(InvalidInput) as caught:
            await stores.connections.set_route("web", route, OPERATOR)
        assert caught.value.params["field"] == "route"


async def test_every_change_is_audited_and_heard_of(stores: Stores) -> None:
    await stores.connect("shopify")
    await stores.connections.pause("web", OPERATOR)
    assert (await stores.connections.get("web")).connection.paused
    await stores.connections.resume("web", OPERATOR)
    await stores.connections.remove("web", OPERATOR)
    entries = await stores.storage.audit.list()
    verbs = [each.message_id.removeprefix("connections.audit.") for each in entries if each.actor == OPERATOR]
    assert verbs == ["removed", "resumed", "paused", "ready", "added"]
    assert all(text(each.message_id, **each.params) for each in entries)
    assert len(stores.told(ConnectionChanged)) >= 4


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_new_credentials_replace_the_refused_ones_and_waiting_sales_go_on(stores: Stores, platform: str) -> None:
    connection = await stores.connect(platform)
    await stores.tokens.refused(connection, ReauthenticationNeeded(connection="web"))
    await stores.orders.add([record("1")], TILL)
    await stores.work()
    assert (await stores.orders.show("1")).status in (OrderStatus.LOCAL, OrderStatus.SYNCING)
    name, value = WRONG[platform]
    with pytest.raises(WrongCredentials):
        await stores.connections.reauthenticate("web", {name: value}, OPERATOR)
    assert (await stores.connections.find("web")).state is ConnectionState.NEEDS_REAUTHENTICATION
    right = stores.simulators[platform].credentials()[name]
    await stores.connections.reauthenticate("web", {name: right}, OPERATOR)
    await stores.work()
    view = await stores.orders.show("1")
    assert (view.status, view.connections["web"].attempts) == (OrderStatus.SYNCED, 1)


async def test_a_refused_connection_goes_on_when_the_shop_was_put_right(stores: Stores) -> None:
    connection = await stores.connect("shopify")
    await stores.tokens.refused(connection, ReauthenticationNeeded(connection="web"))
    await stores.connections.test("web")
    assert (await stores.connections.find("web")).state is ConnectionState.READY


async def test_a_connection_whose_key_is_lost_is_connected_again_by_its_form(tmp_path: Path) -> None:
    address, clock = copy_template(tmp_path), VirtualClock()
    async with open_stores(address, tmp_path, clock) as stores:
        await stores.connect("woocommerce")
        simulators = tuple(stores.simulators.values())
    (tmp_path / "keyring").unlink()
    async with open_stores(address, tmp_path, clock, simulators, accept_new_keyring=True) as stores:
        values = stores.simulators["woocommerce"].credentials()
        connection = await stores.connections.reauthenticate("web", values, OPERATOR)
        assert connection.state is ConnectionState.READY
        assert await stores.storage.vault.unreadable() == ()
        assert (await stores.connections.test("web")).name == "Harbour Lane Outfitters"


async def test_removing_a_store_gives_up_its_open_work_and_keeps_what_it_recorded(stores: Stores) -> None:
    await stores.connect("woocommerce")
    await stores.orders.add([record("1")], TILL)
    await stores.work()
    await stores.connections.pause("web", OPERATOR)
    await stores.orders.add([record("2")], TILL)
    await stores.connections.remove("web", OPERATOR)
    assert {state.value for _, state in await stores.storage.queue.counts()} == {"succeeded", "cancelled"}
    assert (await stores.orders.show("1")).status is OrderStatus.SYNCED
    given_up = await stores.orders.show("2")
    assert given_up.status is OrderStatus.FAILED
    assert {each.reason for each in given_up.connections.values()} == {"connections.gone"}
    with pytest.raises(UnknownConnection):
        await stores.connections.get("web")
    assert await stores.storage.vault.token_facts() == ()

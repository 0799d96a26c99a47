"""A store's life as its operator sees it: addresses a key may go to, secrets kept, grants that end and come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.house import MAYA, House
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import InvalidInput, NetworkFailure, ReauthenticationNeeded, WrongCredentials
from tillbridge.domain.specs import Noun
from tillbridge.domain.tokens import Secret, TokenType
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.sessions import Sessions
from tillbridge.services.tokens import TokenService
from tillbridge.training.server import transport

WRONG = {
    "shopify": ("client_secret", "shpss_00000000000000000000000000000000"),
    "woocommerce": ("consumer_secret", "cs_" + "0" * 40),
}


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        ("woocommerce", "http://shop.example.com"),
        ("woocommerce", "https://user:pass@shop.example.com"),
        ("woocommerce", "ftp://shop.example.com"),
        ("shopify", "https://myshopify.com.evil.example"),
    ],
)
async def test_a_key_goes_to_no_address_it_should_not_go_to(house: House, platform: str, address: str) -> None:
    with pytest.raises(InvalidInput):
        await house.services.connections.add(replace(house.draft(platform), base_url=address), MAYA)
    assert await house.services.connections.list() == ()


async def test_a_store_that_does_not_answer_is_no_wrong_key(house: House) -> None:
    draft = replace(house.draft("woocommerce"), base_url="https://nobody.example")
    with pytest.raises(NetworkFailure):
        await house.services.connections.add(draft, MAYA)
    assert await house.services.tokens.facts() == ()


@pytest.mark.parametrize("platform", list(WRONG))
async def test_secrets_lie_closed_in_the_file_and_go_with_their_store(house: House, platform: str) -> None:
    added = await house.connect(platform, "Harbour", prepare=False)
    field, _ = WRONG[platform]
    secret = house.shops[platform].credentials()[field]
    assert (await house.storage.vault.secrets(added.id))[field] == Secret(secret)
    assert secret not in repr(added)
    assert secret.encode() not in b"".join(each.read_bytes() for each in house.folder.glob("shop.sqlite3*"))
    await house.services.connections.remove("Harbour", MAYA)
    assert await house.storage.vault.secrets(added.id) == {}
    assert await house.services.tokens.facts() == ()


async def test_unprepared_each_service_says_why_it_is_not_ready(house: House) -> None:
    await house.connect("shopify", "Harbour", prepare=False)
    states = {noun: (state, reason) for noun, state, reason in await house.services.connections.readiness("Harbour")}
    assert states[Noun.ORDER][0] == "absent"
    assert "preparation" in states[Noun.ORDER][1]
    view = await house.services.connections.get("Harbour")
    assert (view.prepared_count, view.ready_nouns, view.token_state) == (0, (), "valid")


async def test_a_shop_without_gift_cards_is_ready_for_all_else(house: House) -> None:
    house.shops["shopify"].switches.gift_card_scopes = False
    await house.connect("shopify", "Harbour")
    states = {noun: (state, reason) for noun, state, reason in await house.services.connections.readiness("Harbour")}
    absent = [noun for noun, (state, _) in states.items() if state == "absent"]
    assert absent == [Noun.GIFT_CARD]
    assert "gift cards" in states[Noun.GIFT_CARD][1]


@pytest.mark.parametrize("platform", list(WRONG))
async def test_new_credentials_are_tried_before_the_old_ones_go(house: House, platform: str) -> None:
    before = await house.connect(platform, "Harbour")
    field, value = WRONG[platform]
    with pytest.raises(WrongCredentials):
        await house.services.connections.reauthenticate("Harbour", {field: value}, MAYA)
    kept = await house.storage.vault.secrets(before.id)
    assert kept[field] == Secret(house.shops[platform].credentials()[field])
    await house.services.connections.test("Harbour")


async def test_a_test_with_an_ended_token_renews_it_instead_of_blaming_the_key(house: House) -> None:
    await house.connect("shopify", "Harbour")
    house.shops["shopify"].expire_tokens()
    assert (await house.services.connections.test("Harbour")).name == "Harbour Lane Outfitters"
    assert [each.generation for each in await house.services.tokens.facts() if each.type is TokenType.ACCESS] == [2]


async def test_a_revoked_grant_is_told_once_and_new_credentials_bring_the_store_back(house: House) -> None:
    before = await house.connect("shopify", "Harbour")
    shop = house.shops["shopify"]
    shop.expire_tokens()
    shop.revoke_tokens()
    for _ in range(2):
        with pytest.raises(ReauthenticationNeeded):
            await house.services.offers.check_discount("Harbour", "HARBOUR10", [])
    assert await house.told() == ["tokens.told.reauthenticate"]
    shop.tokens.revoked = False
    await house.services.connections.reauthenticate("Harbour", shop.credentials(), MAYA)
    after = await house.services.connections.find("Harbour")
    assert (after.state, after.route, after.prepared) == (ConnectionState.READY, before.route, before.prepared)
    assert (await house.services.offers.check_discount("Harbour", "HARBOUR10", [])).code == "HARBOUR10"


async def test_a_key_deleted_at_the_shop_waits_for_a_person(house: House) -> None:
    await house.connect("woocommerce", "Own site")
    house.shops["woocommerce"].revoke_tokens()
    with pytest.raises(ReauthenticationNeeded):
        await house.services.offers.check_discount("Own site", "HARBOUR10", [])
    assert (await house.services.connections.find("Own site")).state is ConnectionState.NEEDS_REAUTHENTICATION


async def test_a_partners_app_lives_on_its_rotating_refresh_token(house: House) -> None:
    shop = house.shops["shopify"]
    values = {**shop.credentials(), "authorization_code": "b1f3c09e7a4d"}
    added = await house.services.connections.add(ConnectionDraft("shopify", "Harbour", values, "partner_app"), MAYA)
    spent = []
    for _ in range(2):
        kept = await house.storage.vault.token(added.id, TokenType.REFRESH)
        assert kept is not None
        spent.append(kept.value)
        shop.expire_tokens()
        await house.services.connections.preparation("Harbour")
    assert spent[0] != spent[1]
    assert [each.generation for each in await house.services.tokens.facts() if each.type is TokenType.ACCESS] == [3]


async def test_where_our_locations_are_is_told_to_the_platform(house: House) -> None:
    added = await house.connect("shopify", "Harbour")
    await house.storage.connections.map_location(added.id, "Pier", "gid://shopify/Location/7")
    tokens = TokenService(house.storage, house.clock, house.heard.append)
    shops = transport(tuple(house.shops.values()))
    sessions = Sessions(house.storage, tokens, PlatformServiceRegistry(), house.clock, version="test", transport=shops)
    session = await sessions.open(added)
    assert session.connection.facts["location:Pier"] == "gid://shopify/Location/7"
    assert await sessions.open(added) is session
    await house.storage.connections.map_location(added.id, "Pier", "gid://shopify/Location/8")
    assert (await sessions.open(added)).connection.facts["location:Pier"] == "gid://shopify/Location/8"
    await sessions.aclose()

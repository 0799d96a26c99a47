"""Connecting a Shopify shop: three kinds of setup, each wrong field named, and what is left to prepare."""

from __future__ import annotations

import pytest

from tests.platforms.shopify.bench import connected, prepared
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import ReauthenticationNeeded, WrongCredentials
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.shopify import PLATFORM, spec
from tillbridge.platforms.shopify.simulator import tokens as theirs

PARTNER = {"authorization_code": theirs.AUTHORIZATION_CODE}


async def test_a_fresh_shop_is_two_steps_from_ready() -> None:
    async with connected() as bench:
        shop = PLATFORM.shop(bench.session)
        states = {each.name: (await shop.check_step(each.name)).state for each in PLATFORM.spec.preparation}
        assert states == {
            "order_reference": StepState.OPEN,
            "location": StepState.DONE,
            "taxes": StepState.STATED,
            "currency": StepState.STATED,
            "gift_cards": StepState.STATED,
        }
        assert (await shop.do_step("order_reference", None)).state is StepState.DONE
        assert (await shop.do_step("order_reference", None)).state is StepState.DONE, "repeatable"


async def test_with_several_locations_the_operator_chooses() -> None:
    async with connected() as bench:
        first = next(iter(bench.shop.shop.locations))
        second = {**bench.shop.shop.locations[first], "id": "gid://shopify/Location/2", "name": "Market stall"}
        bench.shop.shop.locations[second["id"]] = second
        shop = PLATFORM.shop(bench.session)
        report = await shop.check_step("location")
        assert report.state is StepState.OPEN
        assert ("gid://shopify/Location/2", "Market stall") in report.choices
        chosen = await shop.do_step("location", "gid://shopify/Location/2")
        assert chosen.state is StepState.DONE
        assert chosen.facts["location_id"] == "gid://shopify/Location/2"
        assert "Market stall" in chosen.words


async def test_a_field_of_the_wrong_type_is_refused_in_words() -> None:
    async with connected() as bench:
        bench.shop.shop.definitions.append(
            {"id": "gid://shopify/MetafieldDefinition/9", "namespace": spec.METAFIELD_NAMESPACE,
             "key": spec.METAFIELD_KEY, "type": {"name": "single_line_text_field"}}
        )  # fmt: skip
        report = await PLATFORM.shop(bench.session).check_step("order_reference")
        assert report.state is StepState.REFUSED
        assert "single_line_text_field" in report.words


@pytest.mark.parametrize(
    ("values", "setup", "field"),
    [
        ({"client_id": "00000000000000000000000000000000"}, "own_app", "Client ID"),
        ({"client_secret": "shpss_wrong_wrong"}, "own_app", "Client secret"),
        ({"legacy_token": "shpat_wrong_wrong"}, "legacy_token", "Admin API access token"),
    ],
)
async def test_a_wrong_value_is_named_by_the_title_of_its_field(values: dict[str, str], setup: str, field: str) -> None:
    async with connected(values, setup) as bench:
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(bench.session).test()
    assert caught.value.params["field"] == field
    assert caught.value.params["where"]


async def test_an_app_of_another_organisation_is_told_from_a_wrong_secret() -> None:
    async with connected() as bench:
        bench.shop.switches.permitted = False
        with pytest.raises(WrongCredentials) as caught:
            await PLATFORM.shop(bench.session).test()
        assert caught.value.params["field"] == "App installation"
        assert "organisation" in caught.value.params["where"]


async def test_an_admin_made_app_connects_with_its_token_and_never_renews() -> None:
    async with connected({"legacy_token": theirs.LEGACY_TOKEN}, "legacy_token") as bench:
        assert (await PLATFORM.shop(bench.session).test()).name == "Harbour Lane Outfitters"
        bench.clock.advance(400 * 24 * 3600)
        token = await bench.session.tokens.get_token(TokenType.ACCESS)
        assert token.expires_at is None


async def test_a_partners_app_trades_its_code_once_and_rotates_from_then_on() -> None:
    async with connected(PARTNER, "partner_app") as bench:
        shop = PLATFORM.shop(bench.session)
        assert (await shop.test()).missing_scopes == ()
        first = await bench.session.tokens.get_token(TokenType.REFRESH)
        bench.clock.advance(3700)
        await shop.test()
        second = await bench.session.tokens.get_token(TokenType.REFRESH)
        assert first.value != second.value
        bench.shop.faults.arm("timeout_after_commit", times=1, match="oauth")
        bench.clock.advance(3700)
        assert (await shop.test()).name, "a lost rotation is asked for again with the same refresh token"


async def test_a_spent_code_and_a_revoked_grant_ask_for_a_person() -> None:
    async with connected({"authorization_code": "used-before"}, "partner_app") as bench:
        with pytest.raises(ReauthenticationNeeded):
            await PLATFORM.shop(bench.session).test()


async def test_what_the_app_may_not_do_is_said_at_the_test() -> None:
    async with connected() as bench:
        bench.shop.switches.gift_card_scopes = False
        facts = await PLATFORM.shop(bench.session).test()
        assert facts.missing_scopes == ()
        assert spec.NO_GIFT_CARDS in facts.warnings
        assert any("60 days" in each for each in facts.warnings)
        bench.shop.switches.all_orders = True
        assert not any("60 days" in each for each in (await PLATFORM.shop(bench.session).test()).warnings)


async def test_a_newer_version_than_ours_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec, "GRAPHQL_PATH", "/admin/api/2023-01/graphql.json")
    async with connected() as bench:
        facts = await PLATFORM.shop(bench.session).test()
        assert facts.api_version == "2026-01"
        assert any("2026-01" in each for each in facts.warnings)


async def test_a_prepared_connection_knows_its_location() -> None:
    async with prepared() as bench:
        assert bench.place in bench.shop.shop.locations

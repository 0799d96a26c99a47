"""Who may call the pretended shop: grants and their ends, refusals in their odd shapes, versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.platforms.shopify.store import NEWEST, Store, opened
from tillbridge.platforms.shopify.simulator import tokens
from tillbridge.training.server import serve

WHO = "query { shop { name currencyCode } }"
DAY, HOUR = 86_400, 3_600


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


async def works(store: Store, token: str) -> bool:
    store.token = token
    return (await store.post(WHO)).status_code == 200


async def pair(store: Store, **values: Any) -> dict[str, Any]:
    answer = await store.grant(**values)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def first_pair(store: Store) -> dict[str, Any]:
    return await pair(store, grant_type=None, code=tokens.AUTHORIZATION_CODE, expiring=1)


async def renewed(store: Store, old: dict[str, Any]) -> httpx.Response:
    return await store.grant(grant_type="refresh_token", refresh_token=old["refresh_token"])


async def test_the_apps_own_grant_lasts_a_day_and_has_nothing_to_refresh(store: Store) -> None:
    granted = await pair(store)
    assert granted["expires_in"] == DAY - 1
    assert "write_orders" in granted["scope"].split(",")
    assert "refresh_token" not in granted
    assert await works(store, granted["access_token"])
    store.clock.advance(DAY)
    assert not await works(store, granted["access_token"])


async def test_the_grant_takes_form_bodies_as_well_as_json(store: Store) -> None:
    known = store.shop.credentials()
    body = urlencode({
        "grant_type": "client_credentials", "client_id": known["client_id"], "client_secret": known["client_secret"],
    })  # fmt: skip
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await store.http.post("/admin/oauth/access_token", content=body, headers=kind)
    assert await works(store, answer.json()["access_token"])


async def test_a_refresh_gives_a_new_pair_and_the_old_token_goes_on_until_the_new_one_is_used(store: Store) -> None:
    first = await first_pair(store)
    assert (first["expires_in"], first["refresh_token_expires_in"]) == (HOUR, 90 * DAY)
    second = (await renewed(store, first)).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second.keys() == first.keys()
    assert (await renewed(store, first)).status_code == 200, "the answer may have got lost"
    assert await works(store, second["access_token"])
    spent = await renewed(store, first)
    assert (spent.status_code, spent.json()["error"]) == (400, "invalid_grant")
    assert (await renewed(store, second)).status_code == 200


async def test_a_refresh_token_ends_after_ninety_days_and_thirty_days_after_its_use(store: Store) -> None:
    first = await first_pair(store)
    store.clock.advance(80 * DAY)
    second = (await renewed(store, first)).json()
    store.clock.advance(11 * DAY)
    assert (await renewed(store, first)).json()["error"] == "invalid_grant", "91 days old"
    third = (await renewed(store, second)).json()
    store.clock.advance(31 * DAY)
    assert (await renewed(store, second)).json()["error"] == "invalid_grant", "used 31 days ago"
    assert (await renewed(store, third)).status_code == 200


async def test_an_authorization_code_is_good_once_and_may_give_a_token_without_end(store: Store) -> None:
    forever = await pair(store, grant_type=None, code=tokens.AUTHORIZATION_CODE)
    assert forever.keys() == {"access_token", "scope"}
    again = await store.grant(grant_type=None, code=tokens.AUTHORIZATION_CODE)
    assert again.status_code == 400
    store.clock.advance(400 * DAY)
    assert await works(store, forever["access_token"])
    assert await works(store, tokens.LEGACY_TOKEN)


async def test_an_app_of_another_organisation_gets_a_page_and_no_json(store: Store) -> None:
    store.shop.turn(permitted=False)
    answer = await store.grant()
    assert answer.status_code == 400
    assert "shop_not_permitted" in answer.text
    assert "html" in answer.headers["content-type"]
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


async def test_a_wrong_secret_is_refused(store: Store) -> None:
    answer = await store.grant(client_secret="shpss_wrong")
    assert answer.status_code == 400
    assert "invalid_client" in answer.text


async def test_a_dead_token_is_a_401_whose_errors_are_a_text(store: Store) -> None:
    for token in ("", "shpat_wrong"):
        store.token = token
        answer = await store.post(WHO)
        assert answer.status_code == 401
        assert answer.json()["errors"].startswith("[API] Invalid API key or access token")


async def test_tokens_that_were_let_expire_are_renewed_and_a_removed_app_is_not(store: Store) -> None:
    store.shop.expire_tokens()
    assert (await store.post(WHO)).status_code == 401
    assert await works(store, (await pair(store))["access_token"])
    store.shop.revoke_tokens()
    assert (await store.post(WHO)).status_code == 401
    assert (await store.grant()).status_code == 400
    store.shop.turn(installed=True)
    assert await works(store, (await pair(store))["access_token"])


async def test_a_missing_scope_is_said_inside_a_200_and_only_its_field_is_null(store: Store) -> None:
    store.shop.turn(gift_card_scopes=False)
    answer = await store.post('query { shop { name } giftCards(first: 1, query: "x") { nodes { id } } }')
    body = answer.json()
    assert answer.status_code == 200
    [error] = body["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("ACCESS_DENIED", ["giftCards"])
    assert "`read_gift_cards`" in error["message"]
    assert body["data"] == {"shop": {"name": "Harbour Lane Outfitters"}, "giftCards": None}
    single = (await store.post('query { giftCard(id: "gid://shopify/GiftCard/1") { id } }')).json()
    assert single["data"] == {"giftCard": None}
    scopes = await store.ask("query { currentAppInstallation { accessScopes { handle } } }")
    handles = [each["handle"] for each in scopes["currentAppInstallation"]["accessScopes"]]
    assert not any("gift_card" in each for each in handles)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (NEWEST, NEWEST),
        ("2026-01", "2026-01"),
        ("2024-04", "2026-01"),
        ("2027-01", "2027-01"),
        ("unstable", "unstable"),
    ],
)
async def test_a_retired_version_is_answered_by_the_oldest_alive(store: Store, asked: str, answered: str) -> None:
    answer = await store.post(WHO, version=asked)
    assert (answer.status_code, answer.headers["X-Shopify-API-Version"]) == (200, answered)


async def test_everything_is_there_over_a_real_socket_too() -> None:
    async with opened() as store, serve([store.shop]) as [served], httpx.AsyncClient(base_url=served.base_url) as http:
        far = Store(store.shop, store.clock, http)
        far.token = (await far.grant()).json()["access_token"]
        assert (await far.ask(WHO))["shop"] == {"name": "Harbour Lane Outfitters", "currencyCode": "EUR"}
        switches = (await http.post("/__control__/switches", json={"all_orders": True})).json()
        assert switches["all_orders"] is True
        refused = await http.post("/__control__/switches", json={"colour": "red"})
        assert (refused.status_code, "colour" in refused.json()["error"]) == (400, True)

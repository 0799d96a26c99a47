"""The simulator's logins: tokens that end, locks, second factor, signatures, and one 401 for everything."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from tests.platforms.magento.shopping import LOGIN, V1, Counter, counter
from tillbridge.platforms.magento.simulator.login import signature

NO_RIGHT = "The consumer isn't authorized to access %resources."


async def _log_in(at: Counter, **wrong: str) -> Any:
    values = at.simulator.credentials()
    login = {"username": values["username"], "password": values["password"]} | wrong
    return await at.client.post(LOGIN, json=login)


async def test_a_token_is_a_bare_text_that_says_when_it_ends() -> None:
    async with counter(log_in=False) as at:
        answer = await _log_in(at)
        token = answer.json()
        assert isinstance(token, str)
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert (claims["utypid"], claims["exp"] - claims["iat"]) == (2, 3600)


async def test_an_ended_token_a_wrong_one_and_a_missing_right_look_alike() -> None:
    async with counter() as at:
        at.simulator.shop.accounts.users[0].resources = frozenset(["Magento_Backend::store"])
        told = [(await at.client.get(f"{V1}/products", params={"searchCriteria": ""})).json()]
        at.simulator.shop.accounts.users[0].resources = None
        at.clock.advance(3601)
        told.append((await at.client.get(f"{V1}/products", params={"searchCriteria": ""})).json())
        at.client.headers["Authorization"] = "Bearer nonsense"
        told.append((await at.client.get(f"{V1}/products", params={"searchCriteria": ""})).json())
        assert told == [{"message": NO_RIGHT, "parameters": {"resources": "Magento_Catalog::products"}}] * 3


async def test_a_wrong_bearer_is_a_guest_where_everybody_may_ask() -> None:
    async with counter(log_in=False) as at:
        at.client.headers["Authorization"] = "Bearer nonsense"
        assert (await at.client.get(f"{V1}/directory/currency")).status_code == 200
        guest = {"customer": {"email": "g@example.com", "firstname": "G", "lastname": "U"}}
        assert (await at.client.post(f"{V1}/customers", json=guest)).status_code == 200


async def test_six_wrong_passwords_lock_the_account_for_half_an_hour() -> None:
    async with counter(log_in=False) as at:
        for _ in range(6):
            assert (await _log_in(at, password="wrong-password")).status_code == 401
        locked = await _log_in(at)
        assert locked.status_code == 401
        assert locked.json() == (await _log_in(at, username="nobody")).json()
        assert "retry-after" not in locked.headers
        at.clock.advance(1801)
        assert (await _log_in(at)).status_code == 200


async def test_five_wrong_passwords_do_not() -> None:
    async with counter(log_in=False) as at:
        for _ in range(5):
            await _log_in(at, password="wrong-password")
        assert (await _log_in(at)).status_code == 200


async def test_with_a_second_factor_the_first_alone_gives_no_token() -> None:
    async with counter(log_in=False) as at:
        at.simulator.shop.switches.two_factor = True
        refused = await _log_in(at)
        assert (refused.status_code, refused.json()["parameters"]) == (400, {"active_providers": ["google"]})
        values = at.simulator.credentials()
        both = {"username": values["username"], "password": values["password"], "otp": "000000"}
        wrong = await at.client.post(f"{V1}/tfa/provider/google/authenticate", json=both)
        assert wrong.status_code == 400


def _header(at: Counter, url: str, pairs: Mapping[str, str], **more: str) -> str:
    keys = at.simulator.shop.accounts.integrations[0]
    given = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_token": keys.token,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(at.clock.now().timestamp())),
        "oauth_nonce": "n1",
        "oauth_version": "1.0",
    } | more
    made = signature(keys, "GET", url, [*pairs.items(), *given.items()])
    return "OAuth " + ",".join(f'{name}="{quote(value)}"' for name, value in {**given, "oauth_signature": made}.items())


async def test_a_signed_call_with_brackets_is_taken_once() -> None:
    async with counter(log_in=False) as at:
        pairs = {"searchCriteria[pageSize]": "1", "fields": "total_count"}
        url = f"{at.simulator.base_url}{V1}/products"
        headers = {"Authorization": _header(at, url, pairs)}
        first = await at.client.get(url, params=pairs, headers=headers)
        assert first.json() == {"total_count": 13}
        again = await at.client.get(url, params=pairs, headers=headers)
        assert (again.status_code, again.json()["parameters"]) == (401, ["1"])
        changed = pairs | {"searchCriteria[pageSize]": "2"}
        other = {"Authorization": _header(at, url, pairs, oauth_nonce="n2")}
        assert (await at.client.get(url, params=changed, headers=other)).status_code == 401


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"oauth_signature_method": "HMAC-SHA1"}, 400),
        ({"oauth_timestamp": "1000"}, 400),
        ({"oauth_token": "x" * 32}, 401),
    ],
)
async def test_other_signatures_are_refused(more: dict[str, str], status: int) -> None:
    async with counter(log_in=False) as at:
        url = f"{at.simulator.base_url}{V1}/store/storeViews"
        answer = await at.client.get(url, headers={"Authorization": _header(at, url, {}, **more)})
        assert answer.status_code == status


async def test_an_integrations_token_alone_is_no_bearer_unless_the_shop_says_so() -> None:
    async with counter(log_in=False) as at:
        headers = {"Authorization": f"Bearer {at.simulator.shop.accounts.integrations[0].token}"}
        assert (await at.client.get(f"{V1}/store/storeViews", headers=headers)).status_code == 401
        at.simulator.shop.switches.bearer = True
        assert (await at.client.get(f"{V1}/store/storeViews", headers=headers)).status_code == 200

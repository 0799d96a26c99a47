"""The simulator lets in whom a WooCommerce shop lets in, and refuses in its words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tillbridge.platforms.woocommerce.simulator import demo
from tillbridge.platforms.woocommerce.simulator.login import signature

from .shopping import V3, Counter

READ_WRITE, READ_ONLY, WRITE_ONLY, CUSTOMER = ((row["consumer_key"], row["consumer_secret"]) for row in demo.key_rows())


async def ask(till: Counter, method: str, path: str, auth: Any = None, **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=till.simulator.app)) as client:
        return await client.request(method, path, auth=auth, **more)


async def test_basic_counts_over_tls_only(till: Counter) -> None:
    secure = await ask(till, "GET", f"https://shop.example{V3}/products", READ_WRITE)
    plain = await ask(till, "GET", f"http://shop.example{V3}/products", READ_WRITE)
    assert (secure.status_code, plain.status_code) == (200, 401)
    assert plain.json() == {
        "code": "woocommerce_rest_cannot_view",
        "message": "Sorry, you cannot list resources.",
        "data": {"status": 401},
    }


async def test_a_proxy_that_hides_tls_makes_basic_fail(till: Counter) -> None:
    till.simulator.shop.switches.behind_tls = False
    assert (await till.get("/products")).status_code == 401


async def test_keys_in_the_query_count_over_tls_and_win(till: Counter) -> None:
    query = urlencode({"consumer_key": READ_WRITE[0], "consumer_secret": READ_WRITE[1]})
    answer = await ask(till, "GET", f"https://shop.example{V3}/products?{query}", ("ck_other", "cs_other"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("auth", "method", "status", "code"),
    [
        (None, "GET", 401, "woocommerce_rest_cannot_view"),
        (("ck_unknown", "cs_unknown"), "POST", 401, "woocommerce_rest_cannot_create"),
        ((READ_WRITE[0], "cs_wrong"), "GET", 401, "woocommerce_rest_authentication_error"),
        (READ_ONLY, "GET", 200, None),
        (READ_ONLY, "POST", 401, "woocommerce_rest_authentication_error"),
        (WRITE_ONLY, "GET", 401, "woocommerce_rest_authentication_error"),
        (CUSTOMER, "GET", 403, "woocommerce_rest_cannot_view"),
        (CUSTOMER, "POST", 403, "woocommerce_rest_cannot_create"),
    ],
)
async def test_each_key_may_what_its_rights_say(
    till: Counter, auth: Any, method: str, status: int, code: str | None
) -> None:
    answer = await ask(till, method, f"https://shop.example{V3}/orders", auth, json={} if method == "POST" else None)
    body = answer.json()
    assert (answer.status_code, body.get("code") if isinstance(body, dict) else None) == (status, code)


async def test_a_bad_argument_is_told_before_a_bad_key(till: Counter) -> None:
    answer = await ask(till, "GET", f"https://shop.example{V3}/products?per_page=101", ("ck_unknown", "x"))
    assert answer.status_code == 400
    assert answer.json()["data"]["details"]["per_page"]["code"] == "rest_out_of_bounds"


def signed(
    till: Counter, *, age: int = 0, nonce: str = "n1", key: tuple[str, str] = READ_WRITE, spoil: str = ""
) -> str:
    url = f"http://shop.example{V3}/products"
    pairs = [
        ("oauth_consumer_key", key[0]),
        ("oauth_timestamp", str(int(till.clock.now().timestamp()) - age)),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("per_page", "1"),
    ]
    mark = signature(key[1], "GET", url, pairs, "HMAC-SHA256")
    return f"{url}?{urlencode([*pairs, ('oauth_signature', spoil or mark)])}"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"age": 14 * 60}, None),
        ({"age": 20 * 60}, "Invalid timestamp."),
        ({"spoil": "bm9wZQ=="}, "Invalid signature - provided signature does not match."),
        ({"key": ("ck_unknown", "cs_unknown")}, "Consumer key is invalid."),
    ],
)
async def test_oauth_is_checked_over_plain_http(till: Counter, how: dict[str, Any], words: str | None) -> None:
    answer = await ask(till, "GET", signed(till, **how))
    assert (answer.json()["message"] if words else answer.status_code) == (words or 200)


async def test_a_nonce_counts_once_within_the_window(till: Counter) -> None:
    first = await ask(till, "GET", signed(till))
    again = await ask(till, "GET", signed(till))
    assert first.status_code == 200
    assert again.json()["message"] == "Invalid nonce - nonce has already been used."


async def test_a_missing_oauth_parameter_is_named(till: Counter) -> None:
    answer = await ask(till, "GET", f"http://shop.example{V3}/products?oauth_consumer_key={READ_WRITE[0]}")
    assert answer.json()["code"] == "woocommerce_rest_authentication_missing_parameter"


async def test_the_index_names_the_shop_to_anybody(till: Counter) -> None:
    body = (await ask(till, "GET", "https://shop.example/wp-json/")).json()
    assert (body["name"], body["timezone_string"]) == ("Harbour Lane Outfitters", "Europe/Dublin")
    assert {"wc/v3", "wc/store/v1", "wc-pimwick/v1"} <= set(body["namespaces"])


async def test_revoked_keys_look_like_no_key(till: Counter) -> None:
    till.simulator.faults.arm("revoked_token")
    answer = await till.get("/products")
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_view")


async def test_without_permalinks_keys_are_not_looked_at(till: Counter) -> None:
    answer = await till.client.get("/index.php", params={"rest_route": "/wc/v3/products"})
    assert answer.status_code == 401

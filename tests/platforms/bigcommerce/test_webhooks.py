"""Deliveries of a BigCommerce store: the signature by hand, its five minutes, and replays; then the store's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator, bigcommerce_simulator, demo, hooks
from tillbridge.platforms.bigcommerce.webhooks import Replays, verify_webhook
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.training.server import transport

NOW = VirtualClock().now()
SECRET = Secret("7a3f1c9e5b2d8064")
BODY = b'{"scope":"store/order/created","data":{"type":"order","id":7},"hash":"abc"}'


def delivery(body: bytes = BODY, *, at: int | None = None, secret: str = "7a3f1c9e5b2d8064") -> WebhookDelivery:
    sent = str(at if at is not None else int(NOW.timestamp()))
    mac = hmac.new(secret.encode(), b"msg_1." + sent.encode() + b"." + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(mac).decode()
    return WebhookDelivery({"webhook-id": "msg_1", "webhook-timestamp": sent, "webhook-signature": signature}, body)


def with_headers(given: WebhookDelivery, **headers: str) -> WebhookDelivery:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(given, headers={**given.headers, **named})


def test_a_known_signature_holds() -> None:
    """Worked out apart from our code: HMAC-SHA256 over "msg_1.1795510800.{}" with the key "secret-of-the-app"."""
    given = WebhookDelivery(
        {
            "webhook-id": "msg_1",
            "webhook-timestamp": "1795510800",
            "webhook-signature": "v1,ZC7iFFFkaoWvSQ8GMnmhrxE+oEjtPAUUnkR5vZ4St+E=",
        },
        b"{}",
    )
    assert verify_webhook(given, Secret("secret-of-the-app"), NOW)


def test_the_own_delivery_is_accepted_also_beside_another_signature() -> None:
    assert verify_webhook(delivery(), SECRET, NOW)
    own = delivery().headers["webhook-signature"]
    assert verify_webhook(with_headers(delivery(), webhook_signature=f"v1,AAAA {own}"), SECRET, NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_delivery_of_another_time_is_refused(seconds: int) -> None:
    given = delivery(at=int(NOW.timestamp()) + seconds)
    assert not verify_webhook(given, SECRET, NOW)
    assert verify_webhook(given, SECRET, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "given",
    [
        replace(delivery(), body=BODY + b" "),
        delivery(secret="another"),
        with_headers(delivery(), webhook_id="msg_2"),
        with_headers(delivery(), webhook_timestamp=str(int(NOW.timestamp()) + 1)),
        with_headers(delivery(), webhook_timestamp="soon"),
        with_headers(delivery(), webhook_timestamp="²³"),
        with_headers(delivery(), webhook_timestamp="9" * 30),
        with_headers(delivery(), webhook_signature=""),
        with_headers(delivery(), webhook_signature=delivery().headers["webhook-signature"].replace("v1,", "v2,")),
        with_headers(delivery(), webhook_signature="v1,ä"),
        WebhookDelivery({}, BODY),
    ],
)
def test_anything_else_is_refused(given: WebhookDelivery) -> None:
    assert not verify_webhook(given, SECRET, NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    assert not verify_webhook(delivery(secret=""), Secret(""), NOW)


def test_a_handled_delivery_is_a_repeat_by_its_id_or_its_event_and_an_unhandled_one_is_not() -> None:
    seen = Replays()
    assert not seen.is_repeat(delivery(), NOW)
    assert not seen.is_repeat(delivery(), NOW), "asking is not handling"
    seen.remember(delivery(), NOW)
    assert seen.is_repeat(delivery(), NOW + timedelta(hours=50))
    assert seen.is_repeat(with_headers(delivery(), webhook_id="msg_9"), NOW), "the same event once more"
    assert not seen.is_repeat(with_headers(delivery(b"not json"), webhook_id="msg_9"), NOW)
    assert not seen.is_repeat(delivery(), NOW + timedelta(hours=73)), "not remembered for ever"


# -- what the store itself sends


class Receiver:
    """Takes deliveries; answers ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[WebhookDelivery] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append(WebhookDelivery(headers, body))
        return self.status


async def hooked(shop: BigCommerceSimulator, token: str = demo.TOKEN) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        transport=transport([shop]),
        base_url=f"{shop.base_url}/stores/{shop.store.hash}/v3",
        headers={"X-Auth-Token": token},
    )
    body = {"scope": "store/order/*", "destination": "https://till.example/bc", "headers": {"X-Our-Key": "s3cret"}}
    assert (await client.post("/hooks", json=body)).status_code == 200
    return client


async def test_a_store_tells_thinly_signed_and_with_our_own_headers() -> None:
    clock, receiver = VirtualClock(), Receiver()
    shop = bigcommerce_simulator(clock)
    client = await hooked(shop)
    hooks.happened(shop.store, "store/order/created", "order", 5)
    hooks.happened(shop.store, "store/product/created", "product", 6)
    assert await shop.deliver_webhooks(receiver, twice=True) == 1
    assert PLATFORM.spec.webhooks is not None
    first, second = receiver.got
    assert verify_webhook(first, Secret(demo.CLIENT_SECRET), clock.now())
    assert first.headers["x-our-key"] == "s3cret"
    assert set(json.loads(first.body)) == {"scope", "store_id", "data", "hash", "created_at", "producer"}
    seen = Replays()
    seen.remember(first, clock.now())
    assert seen.is_repeat(second, clock.now())
    await client.aclose()


async def test_a_lost_delivery_comes_again_with_its_id_and_the_hook_is_given_up_in_the_end() -> None:
    clock, receiver = VirtualClock(), Receiver()
    shop = bigcommerce_simulator(clock)
    client = await hooked(shop)
    receiver.status = 500
    hooks.happened(shop.store, "store/order/created", "order", 5)
    for wait in (0, *hooks.RETRIES):
        clock.advance(wait)
        assert await shop.deliver_webhooks(receiver) == 1
    assert {each.headers["webhook-id"] for each in receiver.got} == {receiver.got[0].headers["webhook-id"]}
    assert verify_webhook(receiver.got[-1], Secret(demo.CLIENT_SECRET), clock.now())
    [hook] = (await client.get("/hooks")).json()["data"]
    assert hook["is_active"] is False
    assert (await client.put(f"/hooks/{hook['id']}", json={"is_active": True})).json()["data"]["is_active"]
    await client.aclose()


async def test_hooks_are_seen_by_their_own_account_only_and_die_with_it() -> None:
    shop = bigcommerce_simulator(VirtualClock())
    client = await hooked(shop)
    other = await hooked(shop, demo.READ_ONLY_TOKEN)
    assert len((await other.get("/hooks")).json()["data"]) == 1
    same = {"scope": "store/order/*", "destination": "https://till.example/bc"}
    assert (await client.post("/hooks", json=same)).status_code == 409
    shop.revoke_tokens()
    assert shop.store.hooks == {}
    await client.aclose()
    await other.aclose()


async def test_a_cart_that_never_became_an_order_is_told_too_and_events_can_come_the_wrong_way_round() -> None:
    clock, receiver = VirtualClock(), Receiver()
    shop = bigcommerce_simulator(clock)
    client = await hooked(shop)
    line = {"name": "Repair", "quantity": 1, "price_ex_tax": 5, "price_inc_tax": 6.15}
    body = {"billing_address": {"zip": "2611"}, "products": [line], "status_id": 0}
    base = str(client.base_url).replace("/v3", "/v2")
    made = (await client.post(f"{base}orders", json=body)).json()
    await client.put(f"{base}orders/{made['id']}", json={"status_id": 10})
    assert await shop.deliver_webhooks(receiver, reverse=True) == 3
    scopes = [json.loads(each.body)["scope"] for each in receiver.got]
    assert scopes == ["store/order/updated", "store/order/statusUpdated", "store/order/created"]
    await client.aclose()

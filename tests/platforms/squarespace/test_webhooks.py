"""Deliveries of a Squarespace site: the signature by hand, its usual mistakes, and replays; then the site's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.platforms.squarespace.adapter import Bench, bench, order_of
from tests.support.clock import VirtualClock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator.hooks import RETRIES
from tillbridge.platforms.squarespace.webhooks import Replays, delivery_id, verify_webhook
from tillbridge.training.server import transport

HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccddeeff"
BODY = b'{"id":"5c2ba184b63ed3cb411ce2b1","topic":"order.update"}'


def signed(body: bytes = BODY, signature: str | None = None) -> WebhookDelivery:
    right = hmac.new(bytes.fromhex(HEX), body, hashlib.sha256).hexdigest()
    return WebhookDelivery({"squarespace-signature": right if signature is None else signature}, body)


def test_a_known_signature_holds() -> None:
    """Worked out apart from our code, over the bytes "{}" with the key ab repeated."""
    expected = hmac.new(b"\xab" * 32, b"{}", "sha256").hexdigest()
    assert verify_webhook(WebhookDelivery({"squarespace-signature": expected}, b"{}"), Secret("ab" * 32))


def test_the_usual_mistakes_do_not_hold() -> None:
    undecoded = hmac.new(HEX.encode(), BODY, hashlib.sha256).hexdigest()
    as_base64 = base64.b64encode(hmac.digest(bytes.fromhex(HEX), BODY, hashlib.sha256)).decode()
    assert verify_webhook(signed(), Secret(HEX))
    for wrong in (undecoded, as_base64, "", signed().headers["squarespace-signature"].upper()):
        assert not verify_webhook(signed(signature=wrong), Secret(HEX)), wrong
    for secret in ("", "not hex", HEX[:-1], HEX[:-2] + "00"):
        assert not verify_webhook(signed(), Secret(secret)), secret


def test_a_repeat_is_known_by_the_id_in_its_body_once_it_was_handled() -> None:
    seen, now = Replays(), VirtualClock().now()
    assert not seen.is_repeat(signed(), now)
    seen.remember(signed(), now)
    assert seen.is_repeat(signed(), now + timedelta(hours=48))
    assert not seen.is_repeat(signed(b'{"id":"another"}'), now)
    for odd in (b"[]", b"not json", b'{"id":5}'):
        assert delivery_id(signed(odd)) == ""


@pytest.fixture
async def listening() -> AsyncIterator[tuple[Bench, httpx.AsyncClient]]:
    async with bench(oauth=True) as at:
        token = (await at.session.tokens.get_token()).value.reveal()
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Owner/1"}
        async with httpx.AsyncClient(
            transport=transport([at.shop]), headers=headers, base_url=f"{at.shop.base_url}/1.0"
        ) as owner:
            yield at, owner


Listening = tuple[Bench, httpx.AsyncClient]


class Endpoint:
    """Takes deliveries with a status."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[WebhookDelivery] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append(WebhookDelivery({name.lower(): value for name, value in headers.items()}, body))
        return self.status


async def made(owner: httpx.AsyncClient, *topics: str) -> dict[str, str]:
    body = {"endpointUrl": "https://till.example/hook", "topics": list(topics)}
    answer = await owner.post("/webhook_subscriptions", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def test_orders_and_the_panels_changes_are_told_also_twice_and_in_disorder(listening: Listening) -> None:
    at, owner = listening
    hook = await made(owner, "order.create", "order.update")
    order = order_of(await at.lines(TEE_M=1))
    placed = await PLATFORM.order(at.session).create_order(order, at.keep)
    at.shop.panel(placed.platform_order_id, "REFUNDED", refunded=Decimal("5.00"))
    endpoint = Endpoint()
    assert await at.shop.deliver_webhooks(endpoint, twice=True, reverse=True) == 2
    assert [b"order.update" in each.body for each in endpoint.got] == [True, True, False, False]
    assert all(verify_webhook(each, Secret(hook["secret"])) for each in endpoint.got)
    seen, handled = Replays(), 0
    for each in endpoint.got:
        if not seen.is_repeat(each, at.clock.now()):
            handled += 1
            seen.remember(each, at.clock.now())
    assert handled == 2


async def test_a_changed_secret_ends_the_old_one_and_is_shown_once(listening: Listening) -> None:
    at, owner = listening
    hook = await made(owner, "contact.create")
    assert "secret" not in (await owner.get("/webhook_subscriptions")).json()["webhookSubscriptions"][0]
    fresh = (await owner.post(f"/webhook_subscriptions/{hook['id']}/actions/rotateSecret")).json()["secret"]
    await owner.post(
        f"/webhook_subscriptions/{hook['id']}/actions/sendTestNotification", json={"topic": "order.create"}
    )
    endpoint = Endpoint()
    await at.shop.deliver_webhooks(endpoint)
    assert [verify_webhook(endpoint.got[0], Secret(each)) for each in (hook["secret"], fresh)] == [False, True]


async def test_a_lost_delivery_is_repeated_for_two_days_and_then_its_subscription_is_deleted(
    listening: Listening,
) -> None:
    at, owner = listening
    await made(owner, "order.create")
    await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1)), at.keep)
    endpoint = Endpoint(500)
    for wait in (0, *RETRIES):
        at.clock.advance(wait)
        await at.shop.deliver_webhooks(endpoint)
    assert len(endpoint.got) == len(RETRIES) + 1
    assert len({delivery_id(each) for each in endpoint.got}) == 1
    assert at.shop.store.hooks == {}


async def test_nothing_tells_of_goods_and_there_are_25_subscriptions_at_most(listening: Listening) -> None:
    _, owner = listening
    body = {"endpointUrl": "https://till.example/hook", "topics": ["inventory.update"]}
    assert (await owner.post("/webhook_subscriptions", json=body)).status_code == 400
    for _ in range(25):
        await made(owner, "order.create")
    again = await owner.post("/webhook_subscriptions", json={**body, "topics": ["order.create"]})
    assert (again.status_code, again.json()["subtype"]) == (409, "WEBHOOK_SUBSCRIPTION_LIMIT_REACHED")

"""Webhooks of the simulator: ping, signature, merging, silence and giving up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import pytest

from .shopping import Counter, sale

Delivery = tuple[str, Mapping[str, str], bytes]


class Receiver:
    """An address that takes deliveries and answers with ``status``."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[Delivery] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append((url, headers, body))
        return self.status

    def topics(self) -> list[str]:
        return [headers["X-WC-Webhook-Topic"] for _, headers, _ in self.got if "X-WC-Webhook-Topic" in headers]


async def hook(till: Counter, topic: str, secret: str = "a-secret") -> int:
    body = {"name": "till", "topic": topic, "delivery_url": "https://till.example/hook", "secret": secret}
    return int((await till.post("/webhooks", body)).json()["id"])


async def test_a_ping_in_form_encoding_and_unsigned_comes_first(till: Counter) -> None:
    receiver = Receiver()
    key = await hook(till, "order.updated")
    await till.simulator.deliver_webhooks(receiver)
    ((_, headers, body),) = receiver.got
    assert (body, headers["Content-Type"]) == (f"webhook_id={key}".encode(), "application/x-www-form-urlencoded")
    assert "X-WC-Webhook-Signature" not in headers


async def test_the_signature_is_over_the_raw_bytes_with_escaped_slashes(till: Counter) -> None:
    receiver = Receiver()
    await hook(till, "order.updated")
    await till.post("/orders", sale(billing={"city": "Tromsø"}))
    await till.simulator.deliver_webhooks(receiver)
    _, headers, body = receiver.got[-1]
    expected = base64.b64encode(hmac.new(b"a-secret", body, hashlib.sha256).digest()).decode()
    assert headers["X-WC-Webhook-Signature"] == expected
    assert b"\\/" in body
    assert b"Troms\\u00f8" in body
    assert json.loads(body)["transaction_id"] == "POS-T1-000001"


async def test_the_secret_is_never_shown(till: Counter) -> None:
    assert "secret" not in (await till.get(f"/webhooks/{await hook(till, 'order.updated')}")).json()


async def test_an_order_tells_itself_and_each_stock_row(till: Counter) -> None:
    receiver = Receiver()
    for topic in ("order.created", "order.updated", "product.updated"):
        await hook(till, topic)
    await till.post("/orders", sale(line_items=[{"sku": "SOAP-1", "quantity": 1}, {"sku": "TEE-S", "quantity": 1}]))
    await till.simulator.deliver_webhooks(receiver)
    assert sorted(receiver.topics()) == ["order.created", "order.updated", "product.updated", "product.updated"]


async def test_a_variation_is_told_as_a_product(till: Counter) -> None:
    receiver = Receiver()
    await hook(till, "product.updated")
    small = await till.row("TEE-S")
    await till.put(f"/products/{small['parent_id']}/variations/{small['id']}", {"stock_quantity": 4})
    await till.simulator.deliver_webhooks(receiver)
    body = json.loads(receiver.got[-1][2])
    assert (body["type"], body["parent_id"], body["stock_quantity"]) == ("variation", small["parent_id"], 4)


async def test_quick_changes_are_one_delivery(till: Counter) -> None:
    receiver = Receiver()
    await hook(till, "product.updated")
    soap = await till.row("SOAP-1")
    for quantity in (9, 8, 7):
        await till.put(f"/products/{soap['id']}", {"stock_quantity": quantity})
    await till.simulator.deliver_webhooks(receiver)
    assert [json.loads(body)["stock_quantity"] for _, headers, body in receiver.got[1:]] == [7]


async def test_a_delivery_may_come_twice_under_one_id(till: Counter) -> None:
    receiver = Receiver()
    await hook(till, "order.created")
    await till.post("/orders", sale())
    await till.simulator.deliver_webhooks(receiver, twice=True)
    first, second = receiver.got[1:]
    assert first == second


async def test_trashing_an_order_tells_order_deleted_only(till: Counter) -> None:
    receiver = Receiver()
    made = (await till.post("/orders", sale())).json()
    await hook(till, "order.updated")
    await hook(till, "order.deleted")
    await till.client.delete(f"/wp-json/wc/v3/orders/{made['id']}")
    await till.simulator.deliver_webhooks(receiver)
    assert receiver.topics() == ["order.deleted"]
    assert json.loads(receiver.got[-1][2]) == {"id": made["id"]}


async def test_nothing_is_repeated_and_the_seventh_failure_disables(till: Counter) -> None:
    receiver = Receiver(500)
    key = await hook(till, "product.updated")
    soap = await till.row("SOAP-1")
    states = []
    for quantity in range(8):
        await till.put(f"/products/{soap['id']}", {"stock_quantity": quantity})
        await till.simulator.deliver_webhooks(receiver)
        states.append((await till.get(f"/webhooks/{key}")).json()["status"])
    assert states == ["active"] * 6 + ["disabled"] * 2
    assert len(receiver.topics()) == 7


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            {"topic": "order.refunded", "delivery_url": "https://x.example"},
            "woocommerce_rest_shop_webhook_invalid_topic",
        ),
        (
            {"topic": "customer.restored", "delivery_url": "https://x.example"},
            "woocommerce_rest_shop_webhook_invalid_topic",
        ),
        ({"topic": "order.created"}, "rest_missing_callback_param"),
        ({"topic": "order.created", "delivery_url": "x"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    ],
)
async def test_webhooks_that_cannot_be_made(till: Counter, body: dict[str, str], code: str) -> None:
    answer = await till.post("/webhooks", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)

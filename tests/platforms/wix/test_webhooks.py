"""A delivery counts only when the app's key signed exactly this body, it has not run out, and it is not a repeat."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.platforms.contract_suite.wire import collected
from tests.platforms.wix.adapter import Bench, bench, order_of
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import hooks
from tillbridge.platforms.wix.webhooks import Replays, read_event, verify_webhook

KEY = Secret(hooks.public_key())


@pytest.fixture
async def ready() -> AsyncIterator[Bench]:
    async with bench() as opened:
        await opened.create(order_of(await opened.lines(TEE_M=1)))
        yield opened


async def delivered(at: Bench, *, twice: bool = False, reverse: bool = False) -> Sequence[WebhookDelivery]:
    sent, post = collected()
    await at.shop.deliver_webhooks(post, twice=twice, reverse=reverse)
    return sent


def unpacked(body: bytes, part: int) -> dict[str, object]:
    raw = body.split(b".")[part]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))
    return found


def packed(value: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


async def test_a_genuine_delivery_is_told_from_changed_ones(ready: Bench) -> None:
    now = ready.clock.now()
    sent = await delivered(ready)
    assert sent
    assert all(verify_webhook(each, KEY, now) for each in sent)
    for each in sent:
        head, claims, signature = each.body.split(b".")
        more = packed(unpacked(each.body, 1) | {"exp": 4_000_000_000})
        changed = (
            each.body + b" ",
            b".".join((head, more, signature)),
            b".".join((head, claims, b"AAAA")),
            each.body[:-4],
        )
        for body in changed:
            assert not verify_webhook(replace(each, body=body), KEY, now)


async def test_a_body_that_names_no_signature_or_another_one_is_refused(ready: Bench) -> None:
    now = ready.clock.now()
    (first, *_) = await delivered(ready)
    _, claims, signature = first.body.split(b".")
    for algorithm in ("none", "HS256", "RS512", ""):
        body = b".".join((packed({"alg": algorithm, "typ": "JWT"}), claims, signature))
        assert not verify_webhook(replace(first, body=body), KEY, now)
    assert not verify_webhook(replace(first, body=claims), KEY, now)
    assert not verify_webhook(replace(first, body=b""), KEY, now)


async def test_another_apps_key_and_what_is_no_key_are_refused(ready: Bench) -> None:
    now = ready.clock.now()
    (first, *_) = await delivered(ready)
    other = generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for wrong in (pem, "", "a secret", "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----"):
        assert not verify_webhook(first, Secret(wrong), now)


async def test_a_key_that_lost_its_line_breaks_in_a_form_still_opens(ready: Bench) -> None:
    (first, *_) = await delivered(ready)
    flat = " ".join(hooks.public_key().split("\n"))
    assert verify_webhook(first, Secret(flat), ready.clock.now())
    field = next(each for each in PLATFORM.spec.fields if each.name == "webhook_public_key")
    assert field.problem(flat) is None
    assert field.problem(hooks.public_key()) is None
    assert field.problem("a secret")


@pytest.mark.parametrize(
    ("late", "holds"),
    [(timedelta(minutes=10), True), (timedelta(minutes=14), True), (timedelta(minutes=16), False),
     (timedelta(minutes=-4), True), (timedelta(minutes=-6), False)],
)  # fmt: skip
async def test_a_delivery_runs_out_and_none_comes_from_the_future(ready: Bench, late: timedelta, holds: bool) -> None:
    (first, *_) = await delivered(ready)
    assert verify_webhook(first, KEY, ready.clock.now() + late) is holds


async def test_an_event_is_read_through_its_three_texts_and_a_repeat_is_known(ready: Bench) -> None:
    now: datetime = ready.clock.now()
    sent = await delivered(ready, twice=True)
    events = [read_event(each) for each in sent]
    assert all(each is not None for each in events)
    created = next(each for each in events if each and each.type == "wix.ecom.v1.order_created")
    assert (created.entity_id, created.slug) == (ready.row()["id"], "created")
    replays = Replays(ready.shop.credentials()["instance_id"])
    assert replays.is_welcome(created, now)
    assert replays.is_welcome(created, now), "one that was not handled may come again"
    replays.remember(created, now)
    assert not replays.is_welcome(created, now + timedelta(hours=48))
    assert replays.is_welcome(created, now + timedelta(hours=73))
    assert not Replays("another installation").is_welcome(created, now)
    ids = [each.id for each in events if each]
    assert len(ids) == 2 * len(set(ids)), "a double carries the id of its first"


async def test_what_is_no_event_is_read_as_none() -> None:
    for body in (b"", b"a.b.c", b"not a token", packed({}) + b"." + packed({"data": "[]"}) + b"." + packed("x")):
        assert read_event(WebhookDelivery({}, body)) is None


async def test_a_lost_delivery_comes_again_with_its_first_state_and_in_any_order(ready: Bench) -> None:
    async def down(url: str, headers: object, body: bytes) -> int:
        return 503

    await ready.shop.deliver_webhooks(down)
    ready.clock.advance(61)
    forward = [read_event(each) for each in await delivered(ready)]
    assert forward
    stale = next(each for each in ready.shop.site.orders.values() if each["id"] == ready.row()["id"])
    assert stale["status"] == "APPROVED"
    ready.shop.site.events.clear()
    ready.shop.site.move(ready.item("SOAP-1"), -1)
    ready.shop.site.move(ready.item("NOTE-1"), -1)
    backward = [read_event(each) for each in await delivered(ready, reverse=True)]
    assert [each.entity_id for each in backward if each] == [ready.item("NOTE-1")["id"], ready.item("SOAP-1")["id"]]


async def test_after_two_days_a_lost_delivery_is_given_up(ready: Bench) -> None:
    async def down(url: str, headers: object, body: bytes) -> int:
        return 500

    ready.clock.advance(timedelta(hours=49).total_seconds())
    await ready.shop.deliver_webhooks(down)
    assert ready.shop.site.events == []

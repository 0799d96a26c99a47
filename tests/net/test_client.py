"""What adapters and, through them, operators get for each way a shop's server can answer."""

from __future__ import annotations

import asyncio
import socket
import struct
from decimal import Decimal

import httpx
import pytest
from structlog.testing import capture_logs

from tests.net.conftest import KEY, PLAIN, READ, WRITE, Answers, MakeClient, Misbehaving
from tests.support.clock import VirtualClock
from tillbridge.domain.errors import (
    AnswerTooLarge,
    AnswerTruncated,
    ForeignRedirect,
    NetworkFailure,
    NotTheApi,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TillbridgeError,
    WarningsBeforeJson,
)
from tillbridge.net import reading
from tillbridge.net.client import Repeat, Request
from tillbridge.net.gate import LocalGate


def html(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, html="<html><h1>Down for lunch</h1></html>")


async def test_fractions_arrive_as_decimals_below_the_base_path(make_client: MakeClient) -> None:
    answers = Answers(httpx.Response(200, text='{"price": 19.90}'))
    answer = await make_client(answers).send(READ, PLAIN)
    assert answer.body == {"price": Decimal("19.90")}
    assert str(answers.asked[0].url) == "https://shop.example/base/things"
    assert answers.asked[0].headers["user-agent"] == "Tillbridge/0.0"


async def test_a_read_is_repeated_after_an_outage_and_a_change_is_not(make_client: MakeClient) -> None:
    reads = Answers(html(503), html(502), httpx.Response(200, json={}))
    assert (await make_client(reads).send(READ, PLAIN)).status == 200
    writes = Answers(html(502), httpx.Response(200, json={}))
    with pytest.raises(OutcomeUnknown) as caught:
        await make_client(writes).send(WRITE, PLAIN)
    assert len(writes.asked) == 1
    assert "502" in str(caught.value)
    assert "Down for lunch" in str(caught.value)


async def test_a_change_that_never_left_is_sent_again(make_client: MakeClient) -> None:
    answers = Answers(httpx.ConnectError("refused"), httpx.Response(201, json={}))
    assert (await make_client(answers).send(WRITE, PLAIN)).status == 201


async def test_a_lost_answer_to_a_change_is_unknown_and_to_a_read_a_network_failure(make_client: MakeClient) -> None:
    lost = Answers(httpx.ReadTimeout("no answer"))
    with pytest.raises(OutcomeUnknown):
        await make_client(lost).send(WRITE, PLAIN)
    assert len(lost.asked) == 1
    with pytest.raises(NetworkFailure):
        await make_client(lost).send(READ, PLAIN)


@pytest.mark.parametrize("form", ["3", "Tue, 24 Nov 2026 09:00:03 GMT"])
async def test_retry_after_is_waited_for_in_both_forms(make_client: MakeClient, clock: VirtualClock, form: str) -> None:
    answers = Answers(html(429, **{"Retry-After": form}), httpx.Response(200, json={}))
    began = clock.monotonic()
    await make_client(answers).send(WRITE, PLAIN)
    assert clock.monotonic() - began >= 3


async def test_a_long_retry_after_is_left_to_the_queue(make_client: MakeClient) -> None:
    answers = Answers(html(429, **{"Retry-After": "600"}))
    with pytest.raises(RateLimited) as caught:
        await make_client(answers).send(READ, PLAIN)
    assert caught.value.retry_after == 600
    assert len(answers.asked) == 1


async def test_repeated_outages_hold_calls_back_and_a_probe_ends_it(
    make_client: MakeClient, clock: VirtualClock, gate: LocalGate
) -> None:
    answers = Answers(*[html(500)] * 8, httpx.Response(200, json={}))
    client = make_client(answers)
    for _ in range(3):
        with pytest.raises(PlatformUnavailable):
            await client.send(READ, PLAIN)
    held = len(answers.asked)
    assert held < 12, "the breaker let every try through"
    clock.advance(3600)
    for _ in range(3):
        try:
            await client.send(READ, PLAIN)
        except PlatformUnavailable:
            clock.advance(3600)
    assert (await client.send(READ, PLAIN)).status == 200
    assert gate.breaker.failures == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<!DOCTYPE html><title>Welcome</title>", NotTheApi),
        ('{"a": [1, 2', AnswerTruncated),
        ('<b>Warning</b>: Undefined key\n{"id": 7}', WarningsBeforeJson),
        ("", NotTheApi),
        ('{"price": NaN}', AnswerTruncated),
    ],
)
async def test_what_answered_is_told_apart(make_client: MakeClient, text: str, error: type[TillbridgeError]) -> None:
    with pytest.raises(error):
        await make_client(Answers(httpx.Response(200, text=text))).send(READ, PLAIN)


async def test_a_byte_order_mark_is_forgiven(make_client: MakeClient) -> None:
    answer = await make_client(Answers(httpx.Response(200, text='\ufeff{"id": 7}'))).send(READ, PLAIN)
    assert answer.body == {"id": 7}


async def test_an_html_answer_to_a_change_is_unknown_when_it_may_have_been_done(make_client: MakeClient) -> None:
    with pytest.raises(OutcomeUnknown):
        await make_client(Answers(html(200))).send(WRITE, PLAIN)
    with pytest.raises(NotTheApi):
        await make_client(Answers(html(403))).send(WRITE, PLAIN)


async def test_too_much_is_not_loaded(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.read_bounded, "__defaults__", (100,))
    with pytest.raises(AnswerTooLarge):
        await make_client(Answers(httpx.Response(200, text="x" * 101))).send(READ, PLAIN)


async def test_redirects_stay_on_the_host(make_client: MakeClient) -> None:
    near = Answers(httpx.Response(301, headers={"location": "/other"}), httpx.Response(200, json={}))
    assert (await make_client(near).send(READ, PLAIN)).status == 200
    for place in ("https://evil.example/", "http://shop.example/things"):
        far = Answers(httpx.Response(302, headers={"location": place}))
        with pytest.raises(ForeignRedirect):
            await make_client(far).send(READ, PLAIN)
        assert len(far.asked) == 1
    with pytest.raises(ForeignRedirect):
        await make_client(Answers(httpx.Response(308, headers={"location": "/other"}))).send(WRITE, PLAIN)


async def test_the_credential_goes_to_its_own_role_only(make_client: MakeClient) -> None:
    answers = Answers(httpx.Response(200, json={}))
    client = make_client(answers)
    auth = httpx.BasicAuth("ck", KEY.reveal())
    await client.send(Request(method="GET", path="/x", action="x", repeat=Repeat.SAFE, auth=auth), PLAIN)
    files = Request(method="GET", path="/x", action="x", repeat=Repeat.SAFE, role="files", auth=auth)
    await client.send(files, PLAIN)
    assert "authorization" in answers.asked[0].headers
    assert "authorization" not in answers.asked[1].headers
    elsewhere = Request(method="GET", path="https://evil.example/x", action="x", repeat=Repeat.SAFE, auth=auth)
    with pytest.raises(ForeignRedirect):
        await client.send(elsewhere, PLAIN)


async def test_no_secret_in_errors_or_logs(make_client: MakeClient) -> None:
    page = httpx.Response(404, html=f"<p>No page for ?key={KEY.reveal()}</p>")
    query = Request(method="GET", path="/x", action="x", repeat=Repeat.SAFE, query=[("key", KEY.reveal())])
    with capture_logs() as logs, pytest.raises(NotTheApi) as caught:
        await make_client(Answers(page)).send(query, PLAIN)
    assert "No page for" in str(caught.value)
    assert KEY.reveal() not in str(caught.value) + repr(caught.value) + repr(logs)
    assert logs[0]["action"] == "x"


async def test_the_shops_clock_is_noticed(make_client: MakeClient, clock: VirtualClock) -> None:
    client = make_client(Answers(httpx.Response(200, json={}, headers={"Date": "Tue, 24 Nov 2026 10:00:00 GMT"})))
    await client.send(READ, PLAIN)
    assert client.clock_skew == 3600


async def test_a_line_cut_in_the_middle_of_an_answer(misbehaving: Misbehaving) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": 1')
        await writer.drain()

    async with misbehaving(cut) as client:
        with pytest.raises(AnswerTruncated):
            await client.send(READ, PLAIN)
        with pytest.raises(OutcomeUnknown):
            await client.send(WRITE, PLAIN)


async def test_a_connection_reset_after_sending(misbehaving: Misbehaving) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    async with misbehaving(reset) as client:
        with pytest.raises(OutcomeUnknown):
            await client.send(WRITE, PLAIN)
        with pytest.raises(NetworkFailure):
            await client.send(READ, PLAIN)


async def test_nobody_listens(gate: LocalGate, clock: VirtualClock) -> None:
    from tests.net.conftest import build

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = build(gate, clock, None, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(NetworkFailure):
            await client.send(WRITE, PLAIN)
        await client.aclose()

"""What a server gives back of a credential shows in no error, no log and no traceback."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import traceback
from html import escape
from urllib.parse import quote, quote_plus

import httpx
import pytest
from structlog.testing import capture_logs

from tests.net.conftest import KEY, PLAIN, READ, WRITE, Answers, MakeClient, Misbehaving
from tillbridge.domain.errors import AnswerTruncated, PlatformRefused, TillbridgeError
from tillbridge.domain.pace import Breaker
from tillbridge.domain.tokens import Secret
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.gate import LocalGate


def _forms(value: str) -> dict[str, str]:
    """How a server may give a credential back, by name."""
    raw = value.encode()
    return {
        "clear": value,
        "last 8": value[-8:],
        "url": quote(value, safe=""),
        "url, small letters": re.sub("%..", lambda found: found[0].lower(), quote(value, safe="")),
        "form": quote_plus(value),
        "json": json.dumps(value)[1:-1],
        "php json": json.dumps(value)[1:-1].replace("/", "\\/"),
        "html": escape(value),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "base64": base64.b64encode(raw).decode(),
        "basic": base64.b64encode(b"ck_shop:" + raw).decode(),
        "basic, shifted": base64.b64encode(b"ck_shop2:" + raw + b":x").decode(),
        "base64 for urls": base64.urlsafe_b64encode(b"k:" + raw).decode().rstrip("="),
        "base64 in a url": quote(base64.b64encode(raw).decode(), safe=""),
    }


HARD = Secret('cs_"quo/te"+ünï&<7f3a 91>')
_SEEN_IN = {
    f"{name} of {'the plain' if secret is KEY else 'the hard'} key": form
    for secret in (KEY, HARD)
    for name, form in _forms(secret.reveal()).items()
}


def _traces(form: str, *told: object) -> list[str]:
    """Where a run of a form's end shows that would help a thief. The last letters of base64 hang on what follows."""
    core = form if len(form) <= 12 else form.rstrip("=")[-24:-4]
    runs = {core[at : at + 9] for at in range(max(1, len(core) - 8))}
    return [words for words in map(str, told) if any(run in words for run in runs)]


def _told(error: TillbridgeError) -> list[object]:
    chain = "".join(traceback.format_exception(error))
    return [error, repr(error), error.params, error.card(), getattr(error, "request_id", ""), chain]


@pytest.mark.parametrize("status", [401, 404, 422, 429, 500])
async def test_a_credential_a_server_gives_back_is_in_no_error_and_no_log(
    make_client: MakeClient, gate: LocalGate, status: int
) -> None:
    """As JSON, as HTML, across the place where a first line is cut, and in a header."""
    answers = Answers()
    client = make_client(answers)
    client.redactor.learn(HARD)
    for name, form in _SEEN_IN.items():
        for content, request in itertools.product(_contents(form), (READ, WRITE)):
            gate.breaker = Breaker()
            answers.answers = [httpx.Response(status, content=content, headers=_header(form))]
            with capture_logs() as logs, pytest.raises(TillbridgeError) as caught:
                await client.send(request, SAYING)
            assert not _traces(form, *_told(caught.value), logs), f"{name} in {content}"


def _contents(form: str) -> list[str]:
    filler = "x" * 100
    return [
        json.dumps({"code": "denied", "message": f"Key {form} is wrong", form: ["deep", {"er": form}]}),
        f'{{"message": "unescaped {form}"}}',
        f"<html><p>{form}</p></html>",
        f"{filler}{form}",
        f'{filler[:-5]}{{"a": "{form}"',
    ]


def _header(form: str) -> dict[str, str]:
    return {"x-request-id": form} if form.isascii() else {}


def _say(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """A dialect that puts the platform's own words into its errors."""
    if answer.status == 422 and isinstance(answer.body, dict):
        words = f"{answer.body} {answer.text} {dict(answer.headers)}"
        return PlatformRefused(field="key", code="denied", reason=words, request_id=answer.request_id)
    return None


SAYING = Dialect(judge=_say)


async def test_a_credential_written_in_escapes_is_hidden_too(make_client: MakeClient) -> None:
    escaped = "".join(f"\\u{ord(each):04x}" for each in KEY.reveal())
    answer = httpx.Response(422, content=f'{{"message": "Key {escaped} is wrong"}}')
    with pytest.raises(PlatformRefused) as caught:
        await make_client(Answers(answer)).send(READ, SAYING)
    assert not _traces(KEY.reveal(), *_told(caught.value))


async def test_what_a_dialect_says_of_an_answer_that_looked_well_hides_the_credential(make_client: MakeClient) -> None:
    def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
        return PlatformRefused(field="key", code="denied", reason=answer.body["errors"])

    answer = httpx.Response(200, json={"errors": f"Key {KEY.reveal()} is wrong"})
    with pytest.raises(PlatformRefused) as caught:
        await make_client(Answers(answer)).send(READ, Dialect(judge=judge))
    assert "Key ••• is wrong" in str(caught.value)
    assert not _traces(KEY.reveal(), *_told(caught.value))


@pytest.mark.parametrize("status", [200, 500])
async def test_a_page_instead_of_data_shows_no_piece_of_the_credential_where_its_line_is_cut(
    make_client: MakeClient, status: int
) -> None:
    answer = httpx.Response(status, html=f"{'x' * 105}{KEY.reveal()}")
    with pytest.raises(TillbridgeError) as caught:
        await make_client(Answers(answer)).send(WRITE, PLAIN)
    assert KEY.reveal()[:6] not in repr(_told(caught.value))


async def test_an_answer_cut_inside_the_credential_shows_no_piece_of_it(misbehaving: Misbehaving) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 400 Bad\r\nContent-Length: 500\r\n\r\n{"key": "' + KEY.reveal()[:-4].encode())
        await writer.drain()

    async with misbehaving(cut) as client:
        with pytest.raises(AnswerTruncated) as caught:
            await client.send(WRITE, PLAIN)
    assert '{"key"' in str(caught.value)
    assert KEY.reveal()[:8] not in repr(_told(caught.value))


async def test_a_credential_that_cannot_be_sent_is_not_shown(make_client: MakeClient) -> None:
    answers = Answers(httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY.reveal()}'"))
    with pytest.raises(TillbridgeError) as caught:
        await make_client(answers).send(WRITE, PLAIN)
    assert not _traces(KEY.reveal(), *_told(caught.value))


async def test_ordinary_words_and_numbers_of_an_error_stay(make_client: MakeClient) -> None:
    client = make_client(Answers(httpx.Response(422, json={"code": 7, "message": "The password of 7 is short"})))
    client.redactor.learn(Secret("a long password"))
    with pytest.raises(PlatformRefused) as caught:
        await client.send(READ, SAYING)
    assert "The password of 7 is short" in str(caught.value)
    assert "'code': 7" in str(caught.value)

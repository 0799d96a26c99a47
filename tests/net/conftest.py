"""A client whose network is a function of the test, and one over a real socket that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.errors import TillbridgeError
from tillbridge.domain.specs import Limits
from tillbridge.domain.tokens import Secret
from tillbridge.net.client import Answer, ApiClient, Dialect, Repeat, Request
from tillbridge.net.gate import LocalGate
from tillbridge.net.hosts import Origin
from tillbridge.net.redact import Redactor

KEY = Secret("ck_planted_secret_0123456789")
LIMITS = Limits(budget=100, restore_per_second=10, concurrency=4, page_size=50)


def judge_nothing(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    return None


PLAIN = Dialect(judge=judge_nothing)
READ = Request(method="GET", path="/things", action="thing.read", repeat=Repeat.SAFE)
WRITE = Request(method="POST", path="/things", action="thing.create", repeat=Repeat.NEVER, json={"a": 1})


class Answers:
    """Gives its answers one after the other, the last one again and again, and remembers what was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


Handler = Callable[[httpx.Request], httpx.Response]
MakeClient = Callable[[Handler], ApiClient]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def gate(clock: VirtualClock) -> LocalGate:
    return LocalGate(LIMITS, clock)


def build(gate: LocalGate, clock: VirtualClock, transport: httpx.AsyncBaseTransport | None, url: str) -> ApiClient:
    return ApiClient(
        origins={"api": Origin(httpx.URL(url), True), "files": Origin(httpx.URL("https://files.example"), False)},
        gate=gate,
        clock=clock,
        redactor=Redactor([KEY]),
        version="0.0",
        transport=transport,
    )


@pytest.fixture
async def make_client(gate: LocalGate, clock: VirtualClock) -> AsyncIterator[MakeClient]:
    made: list[ApiClient] = []

    def make(handler: Handler) -> ApiClient:
        made.append(build(gate, clock, httpx.MockTransport(handler), "https://shop.example/base"))
        return made[-1]

    yield make
    for client in made:
        await client.aclose()


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Misbehaving = Callable[[Speak], AbstractAsyncContextManager[ApiClient]]


@pytest.fixture
def misbehaving(gate: LocalGate, clock: VirtualClock) -> Misbehaving:
    """A client of a real server on loopback that says what the test makes it say."""

    @asynccontextmanager
    async def serve(speak: Speak) -> AsyncIterator[ApiClient]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await speak(reader, writer)
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = build(gate, clock, None, f"http://127.0.0.1:{port}")
        try:
            yield client
        finally:
            await client.aclose()
            server.close()

    return serve

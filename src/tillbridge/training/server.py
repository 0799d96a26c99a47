"""Reaching simulators: in process through a transport, or over real sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tillbridge.training.faults import Aborted
from tillbridge.training.kit import Simulator
from tillbridge.training.middleware import BREAK

_LOOPBACK = "127.0.0.1"


def transport(simulators: Sequence[Simulator]) -> httpx.AsyncBaseTransport:
    """Routes requests by origin to simulators in this process; any other host does not answer."""
    return _InProcess({_origin(httpx.URL(each.base_url)): each for each in simulators})


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


class _Answer(httpx.AsyncByteStream):
    """The answer's body; breaks where the line broke."""

    def __init__(self, parts: list[bytes], broken: str) -> None:
        self._parts, self._broken = parts, broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
        if self._broken:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class _InProcess(httpx.AsyncBaseTransport):
    def __init__(self, simulators: dict[tuple[str, str, int | None], Simulator]) -> None:
        self._simulators = simulators

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        simulator = self._simulators.get(_origin(request.url))
        if simulator is None:
            raise httpx.ConnectError(f"nobody answers at {request.url.host}", request=request)
        start: MutableMapping[str, Any] = {}
        parts: list[bytes] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        broken = ""
        try:
            await simulator.app(_scope(request), _receive(await request.aread()), send)
        except Aborted as aborted:
            broken = aborted.kind
        if not start:
            if broken == "timeout":
                raise httpx.ReadTimeout("no answer in time", request=request)
            raise httpx.ReadError("connection reset by peer", request=request)
        headers = [(name, value) for name, value in start["headers"]]
        return httpx.Response(start["status"], headers=headers, stream=_Answer(parts, broken), request=request)


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "scheme": request.url.scheme,
        "path": request.url.path, "raw_path": request.url.raw_path.split(b"?")[0], "query_string": request.url.query,
        "server": (request.url.host, request.url.port), "client": (_LOOPBACK, 0), "root_path": "", "extensions": {},
    }  # fmt: skip


def _receive(body: bytes) -> Any:
    parts = [body]

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


class _BreakableProtocol(H11Protocol):
    """Lets a fault break the very line a request came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[BREAK] = lambda kind: _break(transport, kind)
            await inner(scope, receive, send)

        self.app = app


def _break(line: asyncio.Transport, kind: str) -> None:
    if kind == "reset" and (sock := line.get_extra_info("socket")) is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if kind == "truncated":
        line.close()
    else:
        line.abort()


@dataclass(frozen=True, slots=True)
class Served:
    """A simulator behind a real socket."""

    simulator: Simulator
    base_url: str


@asynccontextmanager
async def serve(
    simulators: Sequence[Simulator], port: int = 0, *, certificate: Path | None = None, key: Path | None = None
) -> AsyncIterator[tuple[Served, ...]]:
    """Serve each on loopback, from ``port`` upwards (0: any free port each); closed in the end.

    Raises OSError when a port is taken.
    """
    servers: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []
    served: list[Served] = []
    scheme = "https" if certificate else "http"
    try:
        for at, simulator in enumerate(simulators):
            listening = _listen(port + at if port else 0)
            server = _server(simulator, certificate, key)
            servers.append((server, asyncio.create_task(server.serve(sockets=[listening]))))
            served.append(Served(simulator, f"{scheme}://{_LOOPBACK}:{listening.getsockname()[1]}"))
        while not all(server.started or task.done() for server, task in servers):  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield tuple(served)
    finally:
        for server, _ in servers:
            server.should_exit = server.force_exit = True
        await asyncio.gather(*(task for _, task in servers), return_exceptions=True)


def _listen(port: int) -> socket.socket:
    """Bound by us, since uvicorn ends the process when a port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
    except OSError:
        listening.close()
        raise
    return listening


def _server(simulator: Simulator, certificate: Path | None, key: Path | None) -> uvicorn.Server:
    config = uvicorn.Config(
        simulator.app,
        http=_BreakableProtocol,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
    )
    server = uvicorn.Server(config)
    # whoever serves owns the signals, not each simulator
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    return server

"""Consent in a browser: the address to open and the answer, caught on loopback or pasted. Setup and ``add`` call it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import create_server
from typing import Any
from urllib.parse import urlsplit

from tillbridge.domain.clock import Clock
from tillbridge.domain.consent import ConsentPage, code_of, fields_in
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.specs import PlatformSpec
from tillbridge.messages import text
from tillbridge.net.hosts import is_loopback, origins
from tillbridge.services import drafts
from tillbridge.services.drafts import ConnectionDraft

Answered = Callable[[str], None]
_Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """``address`` is opened in any browser; what comes back belongs in the field ``answer``."""

    address: str
    answer: str
    redirect: str = ""
    _state: str = field(default="", repr=False)

    @property
    def comes_back_here(self) -> bool:
        """Whether the browser, on this machine or through a forwarded port, comes back to us by itself."""
        parts = urlsplit(self.redirect)
        return parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port is not None

    def judged(self, answer: str) -> str:
        """The answer, once it is known to belong to this request. Raises InvalidInput."""
        code_of(answer, self._state)
        return answer.strip()


def consent_page(spec: PlatformSpec, setup: str) -> ConsentPage | None:
    """The page of a kind of setup, if it has one."""
    return next((each for each in spec.consent if each.setup == setup), None)


def request_for(draft: ConnectionDraft, spec: PlatformSpec, clock: Clock) -> ConsentRequest:
    """Raises InvalidInput naming the first field the page still needs, or that the kind of setup has no such page."""
    draft = drafts.completed(draft, spec)
    page = consent_page(spec, draft.setup)
    if page is None:
        raise InvalidInput(field="setup", reason=text("connections.no_consent"), name="setup")
    host = next(each for each in spec.hosts if each.role == page.role)
    needed = {*page.needs, *(() if draft.base_url else fields_in(host.template)), page.redirect}
    for each in spec.fields_for(draft.setup):
        if each.name in needed and (problem := each.problem(draft.values.get(each.name, ""))):
            raise InvalidInput(field=each.title, reason=problem, name=each.name)
    state = secrets.token_urlsafe(16)
    address = origins(drafts.connection_of(draft, spec, clock.now()), spec)[page.role].locate(page.path)
    whole = address.copy_with(query=page.query(draft.values, state).encode())
    return ConsentRequest(str(whole), page.answer, draft.values.get(page.redirect, ""), state)


@asynccontextmanager
async def listening(request: ConsentRequest) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Wait on the redirect address for the browser; inside, the awaited call gives its judged answer.

    Raises InvalidInput when the port is taken; then the answer can still be pasted.
    """
    import uvicorn  # noqa: PLC0415  heavy, and only few connections are made by consent

    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    parts = urlsplit(request.redirect)
    try:
        socket = create_server((parts.hostname or "", parts.port or 0))
    except OSError:
        reason = text("connections.redirect_taken", address=request.redirect)
        raise InvalidInput(field="redirect", reason=reason) from None
    config = uvicorn.Config(
        _callback(request, heard), lifespan="off", log_config=None, log_level="critical", access_log=False,
        server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    # the signals belong to the console
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[socket]))

    async def answer() -> str:
        return await heard

    try:
        yield answer
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        heard.cancel()


def _callback(request: ConsentRequest, heard: asyncio.Future[str]) -> Callable[..., Awaitable[None]]:
    """A page that takes the browser's answer and says what to do next; a foreign answer changes nothing."""

    async def app(scope: _Message, receive: Any, send: Callable[[_Message], Awaitable[None]]) -> None:
        query = scope.get("query_string", b"").decode("ascii", "replace")
        status, words = 404, ""
        if scope["type"] == "http" and scope["path"] == (urlsplit(request.redirect).path or "/"):
            try:
                found = request.judged(f"{request.redirect}?{query}")
            except InvalidInput as error:
                status, words = 400, error.card().explanation
            else:
                status, words = 200, text("connections.consent_heard")
                if not heard.done():
                    heard.set_result(found)
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": words.encode()})

    return app

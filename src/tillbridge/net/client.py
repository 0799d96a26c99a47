"""The one HTTP client all platforms speak through. It raises errors of domain.errors only and logs no secret."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx
import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import (
    AnswerUnreadable,
    ForeignRedirect,
    NetworkFailure,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TillbridgeError,
)
from tillbridge.domain.pace import Pace
from tillbridge.net import retry
from tillbridge.net.gate import Gate
from tillbridge.net.hosts import Origin
from tillbridge.net.limits import Turnstile
from tillbridge.net.reading import Answer, Expect, parse_json, read_bounded, retry_after, scrubbed
from tillbridge.net.redact import Redactor, one_line
from tillbridge.net.verdicts import by_status

__all__ = ["Answer", "ApiClient", "Dialect", "Expect", "Pace", "Repeat", "Request", "no_pace"]

_CONNECT, _WRITE, _POOL = 5.0, 15.0, 10.0
_ANSWER = 30.0
_REDIRECTS = 3


class Repeat(StrEnum):
    """Whether a call may be sent again when its answer was lost. NEVER: a change that must be looked up."""

    SAFE = "safe"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call. ``path`` below the role's origin or an absolute URL on it; ``cost`` against the connection's budget."""

    method: str
    path: str
    action: str
    repeat: Repeat
    role: str = "api"
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    cost: float = 1.0
    auth: httpx.Auth | None = None
    expect: Expect = Expect.JSON


def no_pace(answer: Answer) -> Pace | None:
    """For platforms whose answers tell nothing about the budget."""
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a platform speaks. ``judge`` sees every readable answer; None from it leaves the status to decide."""

    judge: Callable[[Answer, Repeat], TillbridgeError | None]
    learn: Callable[[Answer], Pace | None] = no_pace
    request_id_header: str = "x-request-id"


class ApiClient:
    """Speaks for one connection. ``origins`` by role; ``transport`` replaces the network in training and tests.

    ``answer_within``: seconds of silence after which an answer counts as lost.
    """

    def __init__(
        self,
        *,
        origins: Mapping[str, Origin],
        gate: Gate,
        clock: Clock,
        redactor: Redactor,
        version: str,
        concurrency: int = 4,
        ca_file: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        answer_within: float = _ANSWER,
    ) -> None:
        self.redactor = redactor
        self.clock_skew: float | None = None
        """Seconds the platform's clock is ahead of ours, from its newest answer."""
        self._origins, self._gate, self._clock = origins, gate, clock
        self._turnstile = Turnstile(gate, concurrency, clock)
        self._log = structlog.get_logger("net")
        # trust_env would read credentials from ~/.netrc and proxies we did not choose
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
            timeout=httpx.Timeout(connect=_CONNECT, read=answer_within, write=_WRITE, pool=_POOL),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"Tillbridge/{version}", "Accept": "application/json"},
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(self, request: Request, dialect: Dialect) -> Answer:
        """Send a call and answer what the platform said, or raise a typed error.

        With Repeat.NEVER an answer that was lost, unreadable or 5xx after sending raises OutcomeUnknown; a request
        that never left may be sent again.
        """
        repeatable = request.repeat is Repeat.SAFE
        return await retry.run(lambda: self._once(request, dialect), repeatable=repeatable, clock=self._clock)

    async def _once(self, request: Request, dialect: Dialect) -> Answer:
        began = self._clock.monotonic()
        answer: Answer | None = None
        try:
            async with self._turnstile.turn(request.cost):
                began = self._clock.monotonic()
                answer = await self._exchange(request, dialect)
                await self._take_in(request, dialect, answer)
        except TillbridgeError as error:
            self.redactor.scrub_error(error)
            await self._note_failure(error)
            self._write_log(request, answer, began, error)
            raise
        await self._gate.report(well=True)
        self._write_log(request, answer, began, None)
        return answer

    async def _take_in(self, request: Request, dialect: Dialect, answer: Answer) -> None:
        """Learn the pace and raise the verdict."""
        if pace := dialect.learn(answer):
            await self._gate.learn(pace)
        self._note_clock(answer.headers)
        repeatable = request.repeat is Repeat.SAFE
        if verdict := dialect.judge(answer, request.repeat) or by_status(
            answer, repeatable=repeatable, clock=self._clock
        ):
            raise verdict

    async def _note_failure(self, error: TillbridgeError) -> None:
        if isinstance(error, RateLimited) and error.retry_after:
            await self._gate.cool_down(error.retry_after)
        down = isinstance(error, NetworkFailure | OutcomeUnknown) or (
            isinstance(error, PlatformUnavailable) and error.params.get("status", "").isdigit()
        )
        if down:
            await self._gate.report(well=False)

    async def _exchange(self, request: Request, dialect: Dialect) -> Answer:
        """One request, redirects on the same host followed for reads."""
        origin = self._origins[request.role]
        url = origin.locate(request.path)
        for _ in range(_REDIRECTS + 1):
            outgoing = self._http.build_request(
                request.method, url.copy_merge_params(list(request.query)) if request.query else url,
                headers=dict(request.headers), json=request.json, data=request.form, content=request.content,
            )  # fmt: skip
            outcome = await self._transmit(outgoing, origin, request, dialect)
            if isinstance(outcome, Answer):
                return outcome
            url = outcome
        raise ForeignRedirect(location=f"{url.host} again and again")

    async def _transmit(
        self, outgoing: httpx.Request, origin: Origin, request: Request, dialect: Dialect
    ) -> Answer | httpx.URL:
        began = self._clock.monotonic()
        auth = request.auth if origin.sends_credential else None
        try:
            response = await self._http.send(outgoing, auth=auth, stream=True)
        except httpx.TransportError as error:
            raise self._lost(error, request) from None
        try:
            if response.is_redirect:
                return self._redirected(response, origin, request)
            return await self._read(response, request, dialect, began)
        except AnswerUnreadable as error:
            raise self._unreadable(error, response.status_code, request) from error
        except httpx.TransportError as error:
            raise self._lost(error, request) from None
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, request: Request, dialect: Dialect, began: float) -> Answer:
        scrub = self.redactor.scrub
        text = await read_bounded(response, scrub=self.redactor.scrub_cut)
        status, headers = response.status_code, {name.lower(): value for name, value in response.headers.items()}
        request_id = one_line(scrub(headers.get(dialect.request_id_header, "")), 64).removeprefix("(nothing)")
        body = None
        if request.expect is Expect.JSON and (text.strip() or status < 400) and status != 204:
            try:
                body = parse_json(text, status, scrub=scrub)
            except AnswerUnreadable:
                if status == 429:
                    raise RateLimited(retry_after=retry_after(headers, self._clock), request_id=request_id) from None
                if status >= 500 and request.repeat is Repeat.SAFE:
                    wait = retry_after(headers, self._clock)
                    raise PlatformUnavailable(status=status, retry_after=wait, request_id=request_id) from None
                raise
        answer = Answer(status, headers, body, text, request_id, self._clock.monotonic() - began)
        return answer if status < 400 else scrubbed(answer, self.redactor)

    def _redirected(self, response: httpx.Response, origin: Origin, request: Request) -> httpx.URL:
        target = response.url.join(response.headers.get("location", ""))
        # a redirected change would arrive as a read; the shop's final address must be entered instead
        if request.method not in ("GET", "HEAD") or not origin.covers(target):
            raise ForeignRedirect(location=f"{target.scheme}://{target.host}")
        return target

    def _lost(self, error: httpx.TransportError, request: Request) -> TillbridgeError:
        """No answer at all: harmless when it never left, unknown when a change had been sent."""
        reason = one_line(self.redactor.scrub(str(error))) if str(error) else type(error).__name__
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
            return NetworkFailure(reason=reason, left="no")
        if request.repeat is Repeat.SAFE:
            return NetworkFailure(reason=reason, left="yes")
        return OutcomeUnknown(evidence=f"no answer to {request.action}: {reason}")

    def _unreadable(self, error: AnswerUnreadable, status: int, request: Request) -> TillbridgeError:
        refused = isinstance(error, ForeignRedirect) or 400 <= status < 500
        if request.repeat is Repeat.SAFE or refused:
            return error
        return OutcomeUnknown(evidence=f"status {status}: {error.params.get('first_line', '')}")

    def _note_clock(self, headers: Mapping[str, str]) -> None:
        if date := headers.get("date"):
            try:
                self.clock_skew = (parsedate_to_datetime(date) - self._clock.now()).total_seconds()
            except (ValueError, TypeError):
                self._log.info("net.date_unreadable")

    def _write_log(self, request: Request, answer: Answer | None, began: float, error: TillbridgeError | None) -> None:
        """Facts only: no address parameters, headers or bodies, so there is nothing to redact."""
        self._log.info(
            "net.call",
            action=request.action,
            method=request.method,
            status=answer.status if answer else None,
            request_id=answer.request_id if answer else getattr(error, "request_id", None),
            seconds=round(self._clock.monotonic() - began, 3),
            error=error.message_id if error else None,
        )

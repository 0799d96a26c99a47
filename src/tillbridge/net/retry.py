"""The one retry policy: a few tries inside a call, full jitter, the platform's own waiting time first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import (
    AnswerUnreadable,
    Handling,
    NetworkFailure,
    PlatformUnavailable,
    RateLimited,
)
from tillbridge.domain.pace import back_off

T = TypeVar("T")

_TRIES = 4
_FIRST, _LONGEST = 0.5, 8.0


def asked_wait(error: BaseException | None) -> float | None:
    """The waiting time a platform named, if the error carries one."""
    return error.retry_after if isinstance(error, RateLimited | PlatformUnavailable) else None


def _worth_it(error: BaseException, *, repeatable: bool) -> bool:
    wait = asked_wait(error)
    if wait is not None and wait > _LONGEST:
        return False
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, NetworkFailure) and error.params.get("left") == "no":
        return True
    transient = isinstance(error, PlatformUnavailable | NetworkFailure | AnswerUnreadable)
    return repeatable and transient and getattr(error, "handling", None) is Handling.RETRY


async def run(call: Callable[[], Awaitable[T]], *, repeatable: bool, clock: Clock) -> T:
    """Await ``call``, again when that is safe and promising. The last error is raised as it is."""

    def wait(state: RetryCallState) -> float:
        asked = asked_wait(state.outcome.exception() if state.outcome else None)
        return asked if asked is not None else back_off(state.attempt_number, first=_FIRST, longest=_LONGEST)

    policy = AsyncRetrying(
        stop=stop_after_attempt(_TRIES),
        wait=wait,
        retry=retry_if_exception(lambda error: _worth_it(error, repeatable=repeatable)),
        sleep=clock.sleep,
        reraise=True,
    )
    async for attempt in policy:
        with attempt:
            return await call()
    raise AssertionError("tenacity raises the last error itself")

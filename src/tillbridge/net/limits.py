"""Waiting one's turn: permits of the gate and the number of calls under way at once, interactive calls first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import PlatformUnavailable, RateLimited
from tillbridge.net.gate import Gate, is_interactive

_LONGEST_WAIT = 60.0
"""Longer waits are the queue's business: the caller gets RateLimited with the time."""
_INTERACTIVE_WAIT = 10.0


class Turnstile:
    """Lets calls of one connection through at the permitted pace and number."""

    def __init__(self, gate: Gate, concurrency: int, clock: Clock) -> None:
        self._gate, self._clock = gate, clock
        self._places = asyncio.Semaphore(concurrency)

    @asynccontextmanager
    async def turn(self, cost: float) -> AsyncIterator[None]:
        """Hold a place while the call is under way.

        Raises PlatformUnavailable while the breaker is open and RateLimited when the wait would be too long.
        """
        async with self._places:
            if held := await self._gate.admit():
                raise PlatformUnavailable(status="held back after repeated failures", retry_after=held)
            await self._wait_for_permit(cost)
            yield

    async def _wait_for_permit(self, cost: float) -> None:
        urgent = is_interactive()
        patience = _INTERACTIVE_WAIT if urgent else _LONGEST_WAIT
        waited = 0.0
        while wait := await self._gate.permit(cost, interactive=urgent):
            waited += wait
            if waited > patience:
                raise RateLimited(retry_after=wait)
            await self._clock.sleep(wait)

"""Work that must end once begun, whatever is cancelled around it. Used where a decision is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def finished(work: Coroutine[Any, Any, None]) -> None:
    """Await work to its end even when cancelled meanwhile; then its failure, or the cancellation, is raised."""
    inner = asyncio.ensure_future(work)
    try:
        await asyncio.shield(inner)
    except asyncio.CancelledError:
        await asyncio.wait({inner})
        inner.result()
        raise

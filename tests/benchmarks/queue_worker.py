"""One worker process of the PostgreSQL measure: ours, or procrastinate's, with a task that does nothing."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

READY = "ready"


async def ours(address: str, keyring: str, owner: str) -> None:
    """The product's own background worker with a handler that does nothing."""
    from tillbridge.domain.clock import SystemClock
    from tillbridge.domain.jobs import JobKind
    from tillbridge.platforms.woocommerce.spec import SPEC
    from tillbridge.storage import open_storage
    from tillbridge.sync.settle import succeeded
    from tillbridge.sync.tasks import Outcome, Task
    from tillbridge.sync.worker import BackgroundSyncService

    spec = replace(SPEC, limits=replace(SPEC.limits, concurrency=20))

    async def nothing(task: Task) -> Outcome:
        return Outcome(succeeded())

    async def no_service(connection: Any) -> Any:
        raise AssertionError("no job here needs a platform")

    clock = SystemClock()
    async with open_storage(address, clock, keyring_path=Path(keyring)) as storage:
        worker = BackgroundSyncService(
            storage, no_service, {JobKind.GIVE_BACK_GIFT_CARD: nothing}, clock, publish=lambda event: None,
            owner=owner, spec_of=lambda connection: spec,
        )  # fmt: skip
        running = asyncio.create_task(worker.run())
        print(READY, flush=True)  # noqa: T201  the parent waits for it
        await running


async def theirs(address: str) -> None:
    """procrastinate with as many jobs at once."""
    from tests.benchmarks.queue_postgresql import procrastinate_app

    app, _ = procrastinate_app(address)
    async with app.open_async():
        print(READY, flush=True)  # noqa: T201  the parent waits for it
        await app.run_worker_async(concurrency=20, install_signal_handlers=False)


if __name__ == "__main__":
    which, *arguments = sys.argv[1:]
    asyncio.run(ours(*arguments) if which == "ours" else theirs(*arguments))

"""Several workers in processes of their own on one database: every job runs once, and the counters agree."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job
from tillbridge.domain.jobs import JobState
from tillbridge.storage import Storage

LANES, JOBS_PER_LANE, WORKERS = 3, 30, 3
WORKER = """
import asyncio, sys
from pathlib import Path
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.storage import open_storage
async def run(storage, owner, clock):
    while lane := await storage.lanes.take(owner, clock.now(), 60):
        for job in await storage.jobs.claim(lane, 4, clock.now()):
            await storage.jobs.mark_sending(job, lane, action="order.create", idempotency_key=str(job.id), body="{}",
                                            now=clock.now())
            print(job.id)
            await storage.jobs.settle(job, lane, state=JobState.SUCCEEDED, phase=Phase.ANSWERED, spent=True,
                                      now=clock.now(), outcome="done")
        await storage.lanes.release(lane)
async def main():
    clock = SystemClock()
    async with open_storage(sys.argv[1], clock, keyring_path=Path(sys.argv[2])) as storage:
        await run(storage, sys.argv[3], clock)
asyncio.run(main())
"""


def _worked(address: str, keyring: Path) -> list[str]:
    """The jobs that workers in processes of their own ran, all of them at the same time."""
    command = [sys.executable, "-W", "error", "-c", WORKER, address, str(keyring)]
    working = [
        subprocess.Popen([*command, f"worker {number}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(WORKERS)
    ]
    said = [each.communicate(timeout=120) for each in working]
    assert [each.returncode for each in working] == [0] * WORKERS, said
    return [line for out, _ in said for line in out.split()]


async def test_workers_in_several_processes_run_each_job_once(
    storage: Storage, address: str, clock: VirtualClock, tmp_path: Path
) -> None:
    shops = [await connected(storage, f"Shop {number}", clock.now()) for number in range(LANES)]
    long_ago = clock.now().replace(year=2020)
    jobs = [job(shop.id, long_ago) for shop in shops for _ in range(JOBS_PER_LANE)]
    await storage.jobs.add(jobs)
    ran = await asyncio.to_thread(_worked, address, tmp_path / "keyring")
    assert sorted(ran) == sorted(str(each.id) for each in jobs)
    assert await storage.queue.counts() == {(shop.id, JobState.SUCCEEDED): JOBS_PER_LANE for shop in shops}
    assert {len(await storage.jobs.attempts(each.id)) for each in jobs} == {1}

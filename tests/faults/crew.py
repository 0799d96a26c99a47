"""Worker processes on one database, and the hand that kills them just after a claim."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.stage import Stage, until
from tests.support.processes import COMMAND

_AT_WORK = """
SELECT DISTINCT lane.owner AS owner FROM lane JOIN job ON job.connection_id = lane.connection_id
WHERE job.state = 'running' AND lane.owner IS NOT NULL
"""


@dataclass
class Crew:
    """``workers`` by process id; ``killed`` counts those taken away without a word; ``changed``: their settings."""

    stage: Stage
    log: Path
    workers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: int = 0
    killing: asyncio.Lock = field(default_factory=asyncio.Lock)
    changed: Mapping[str, str] = field(default_factory=dict)

    def hire(self) -> subprocess.Popen[bytes]:
        environment = {**self.stage.shop.environment(), **self.changed}
        with self.log.open("ab") as said:
            worker = subprocess.Popen(
                [*COMMAND, "worker"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        self.workers[worker.pid] = worker
        return worker

    async def at_work(self) -> list[int]:
        """Process ids of workers that have claimed something."""
        rows = await self.stage.storage._database.rows(_AT_WORK)
        owners = [int(str(row["owner"]).split(":")[1]) for row in rows if str(row["owner"]).count(":") == 2]
        return [each for each in owners if each in self.workers]

    async def kill_one_after_a_claim(self, draw: random.Random, patience: float = 30.0) -> None:
        """``kill -9`` of a worker 0 to 300 ms after it was seen with claimed work; another takes its place."""
        async with self.killing:
            chosen = draw.choice(sorted(await until(self.at_work, patience)))
            await asyncio.sleep(draw.uniform(0, 0.3))
            self.kill(chosen)
            self.hire()

    def kill(self, process_id: int) -> None:
        worker = self.workers.pop(process_id)
        worker.kill()
        worker.wait(timeout=30)
        self.killed += 1

    def said(self) -> str:
        """What the workers complained about."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextmanager
def crew(stage: Stage, count: int, *, answer_within: float | None = None, clock: str = "") -> Iterator[Crew]:
    """``count`` workers; in the end they are told to stop and must do so in order."""
    changed = {"TILLBRIDGE_ANSWER_WITHIN_SECONDS": str(answer_within)} if answer_within else {}
    if clock:
        changed["TILLBRIDGE_CLOCK"] = clock
    hired = Crew(stage, stage.ground.settings.data_dir / "workers.txt", changed=changed)
    try:
        for _ in range(count):
            hired.hire()
        yield hired
        for each in hired.workers.values():
            each.terminate()
        assert [each.wait(timeout=30) for each in hired.workers.values()] == [0] * len(hired.workers), hired.said()
    finally:
        for each in hired.workers.values():
            if each.poll() is None:
                each.kill()
                each.wait(timeout=30)

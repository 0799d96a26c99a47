"""Faults at random from a seed, armed at all stores while a shop trades; what struck is counted."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.stage import Stage
from tillbridge.training.faults import PHASES

FAULTS = tuple(each for each in PHASES if each != "revoked_token")
"""A grant that was revoked needs a person; every other fault must be lived through without one."""
EITHER = ("error_5xx", "reset", "html")
"""Faults that may strike before and after the store did what it was asked."""
SLOW_FOR = 10.0
"""Seconds on the store's clock."""


@dataclass
class Storm:
    """``struck`` counts by platform, fault, phase and whether the create was meant."""

    stage: Stage
    draw: random.Random
    pause: float
    struck: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    async def rage(self) -> None:
        """Until cancelled, one fault after the other, each at most twice in a row."""
        while True:
            platform = self.draw.choice(sorted(self.stage.stores))
            self._collect(platform)
            fault = self.draw.choice(FAULTS)
            phase = self.draw.choice(("before", "after")) if fault in EITHER else PHASES[fault]
            match = self.draw.choice((self.stage.door(platform).places_order, ""))
            body = {"fault": fault, "phase": phase, "match": match, "times": self.draw.randint(1, 2)}
            self.stage.door(platform).post("faults", {**body, "seconds": SLOW_FOR})
            await asyncio.sleep(self.draw.uniform(0, 2 * self.pause))
            # fair weather in between, or a store that is probed now and then would never be found well again
            self._collect(platform)
            await asyncio.sleep(self.draw.uniform(0, 2 * self.pause))

    def _collect(self, platform: str) -> None:
        """Read the counts and clear away, so that faults do not pile up."""
        for each in self.stage.door(platform).get("faults")["faults"]:
            if each["fired"]:
                where = "create" if each["match"] else "any"
                self.struck[platform, each["fault"], each["phase"], where] += each["fired"]
        self.stage.door(platform).forget_faults()

    def end(self) -> None:
        for platform in self.stage.stores:
            self._collect(platform)

    def told(self) -> str:
        """Counts by platform and fault in a few lines."""
        lines = []
        for platform in sorted(self.stage.stores):
            counts: Counter[str] = Counter()
            for (where, fault, phase, _), count in self.struck.items():
                if where == platform:
                    counts[f"{fault}/{phase}"] += count
            lines.append(f"  {platform}: " + (", ".join(f"{k} {v}" for k, v in sorted(counts.items())) or "nothing"))
        return "\n".join(lines)


@asynccontextmanager
async def storm(stage: Stage, draw: random.Random, pause: float) -> AsyncIterator[Storm]:
    """Rages while the block runs; afterwards no fault is armed."""
    raging = Storm(stage, draw, pause)
    task = asyncio.create_task(raging.rage())
    try:
        yield raging
        if task.done():
            await task
    finally:
        task.cancel()
        await asyncio.wait({task})
        raging.end()

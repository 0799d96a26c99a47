"""The console over a shop with a backlog: what it writes while nobody touches it, and its memory after a day."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import closing
from pathlib import Path

from tests.benchmarks.queue_panel import DOWN, console, filled
from tests.benchmarks.ratios import Figure
from tests.benchmarks.screen import Screen

JOBS = 1_000
MINUTE = 60.0
OF_SSH = 40
"""Bytes that ssh adds to each part it sends."""
PANELS = (b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~", b"\x1bOQ")
"""F3 to F6, then F2, which is Home."""
SETTINGS = b"\x1b[18~"
"""F7: it lists all platforms, whose code is loaded then."""
SESSIONS, ROUNDS = 3, 3


def measure(runs: int) -> list[Figure]:
    """One idle minute on Home; resident megabytes after all panels were visited and moved about in."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(filled(Path(folder), JOBS))
        with closing(console(Path(folder))) as screen:
            screen.settle(3)
            written, parts = screen.bytes_in(MINUTE)
            memory = [_day(screen)]
        for _ in range(min(runs, SESSIONS) - 1):
            with closing(console(Path(folder))) as screen:
                memory.append(_day(screen))
        day, settings = zip(*memory, strict=True)
    return [
        Figure("at rest on Home, a minute", "kB", [(written + parts * OF_SSH) / 1000], "over SSH: what the console "
               f"writes and {OF_SSH} B of ssh for each part", "<= 0.5 kB"),
        Figure("console after a day on all panels but Settings", "MB", day, "resident memory", "<= 95 MB"),
        Figure("console after Settings, which loads all platforms", "MB", settings, "resident memory", "<= 95 MB"),
    ]  # fmt: skip


def _day(screen: Screen) -> tuple[float, float]:
    for _ in range(ROUNDS):
        for panel in PANELS:
            screen.send(panel)
            screen.settle()
            for _ in range(5):
                screen.send(DOWN)
            screen.settle()
    day = screen.memory()
    screen.send(SETTINGS)
    screen.settle(2)
    return day, screen.memory()

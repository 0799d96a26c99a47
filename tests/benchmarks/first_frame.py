"""The console's first frame and first key against the least a Textual app can be."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable

from tests.benchmarks.ratios import Ratio, interleaved
from tests.benchmarks.screen import Screen

BARE = [sys.executable, "-m", "tests.benchmarks.bare"]


def measure(runs: int) -> list[Ratio]:
    """Time to the first frame and from the first key to its answer, in seconds."""
    with tempfile.TemporaryDirectory() as data_dir:
        console = [sys.executable, "-m", "tillbridge", "--data-dir", data_dir, "training"]
        keys: dict[str, list[float]] = {"console": [], "bare": []}

        def frame(command: list[str], name: str) -> Callable[[], float]:
            def once() -> float:
                screen = Screen(command, columns=80, lines=24)
                try:
                    first = screen.next_frame() - screen.started
                    keys[name].append(screen.press(b"2"))
                    return first
                finally:
                    screen.close()

            return once

        frame(console, "console")()
        ours, theirs = interleaved(runs, frame(console, "console"), frame(BARE, "bare"))
        return [
            Ratio("first frame", "s", ours, theirs, "bare Textual app", "<= 1.25"),
            Ratio(
                "first key after it", "s", keys["console"][-runs:], keys["bare"][-runs:], "bare Textual app", "50 ms"
            ),
        ]

"""The console's first frame and first key against the least a Textual app can be."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable

from tests.benchmarks.ratios import Ratio, interleaved
from tests.benchmarks.screen import Screen
from tillbridge.messages import text

F1, HELP = b"\x1bOP", text("console.help.everywhere").encode()
"""Asked for with the first frame, before the shop is open."""
BARE = [sys.executable, "-m", "tests.benchmarks.bare"]


def measure(runs: int) -> list[Ratio]:
    """Time to the first frame and from the first key to its answer, in seconds."""
    with tempfile.TemporaryDirectory() as data_dir:
        console = [sys.executable, "-m", "tillbridge", "--data-dir", data_dir, "training"]
        keys: dict[str, list[float]] = {"console": [], "bare": []}

        def frame(command: list[str], name: str, key: bytes, answer: bytes) -> Callable[[], float]:
            def once() -> float:
                screen = Screen(command, columns=80, lines=24)
                try:
                    first = screen.next_frame() - screen.started
                    keys[name].append(screen.press(key, answer))
                    return first
                finally:
                    screen.close()

            return once

        ours_once, theirs_once = frame(console, "console", F1, HELP), frame(BARE, "bare", b"2", b"answered")
        ours_once()
        ours, theirs = interleaved(runs, ours_once, theirs_once)
        return [
            Ratio("first frame", "s", ours, theirs, "bare Textual app", "<= 1.25"),
            Ratio(
                "first key after it", "s", keys["console"][-runs:], keys["bare"][-runs:], "bare Textual app", "50 ms"
            ),
        ]

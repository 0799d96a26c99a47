"""Measures everything, prints the ratios and writes RESULTS.md: ``make bench``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import at_rest, drain, first_frame, mapping, queue_claims, queue_panel, queue_postgresql
from tests.benchmarks.ratios import Figure, Ratio

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASURES: dict[str, Callable[[int], Sequence[Ratio | Figure]]] = {
    "first-frame": first_frame.measure,
    "queue-claims": queue_claims.measure,
    "queue-postgresql": queue_postgresql.measure,
    "mapping": mapping.measure,
    "queue-panel": queue_panel.measure,
    "at-rest": at_rest.measure,
    "drain": drain.measure,
}
HEAD = """# Results
Written by `make bench`. Figures are medians of {runs} runs. Ours and the other run by turns, in the same minute on
one machine, so the ratio means more than the figures. Spread is the ratio of neighbouring runs. Aim is what we
want the ratio (or our figure) to be; where there is none the ratio is there to be watched.

{date}, {machine}, Python {python}, {system}. Nothing here is drawn at random, so there is no seed.

| What | Ours | Other | Measured against | Ratio | Spread | Runs | Aim |
|---|---|---|---|---|---|---|---|
"""

NOTES = """
Where a figure misses its aim, this is known:
- First frame. Of what the console takes beyond a bare app about a third is importing its own modules, the rest laying
  out, styling and painting Home: 11 widgets and 60 rules, which is little. Tried and kept: all line filters in one
  pass, no second parse of the style sheets for a new screen, the platforms' code only where it is shown. Tried and
  dropped: composing Home after the frame, which delays the first key by as much. It would need a Home that is
  painted as one widget.
- First key. What it waits for is the thread that loads the rest; the key's own work is a few milliseconds.
- Memory. The code of all eight platforms takes 15 MB, and Settings shows them all. It would need platform packages
  whose declaration loads without their wire models and services. A quarter of the rest is Textual itself.
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASURES)}; writes no file")
    arguments.add_argument("--runs", type=int, default=7)
    given = arguments.parse_args()
    if unknown := sorted(set(given.names) - set(MEASURES)):
        arguments.error(f"no such measure: {', '.join(unknown)}")
    rows = []
    for name in given.names or MEASURES:
        try:
            rows += [_told(each) for each in MEASURES[name](given.runs)]
        except LookupError as missing:
            rows.append(f"| {name} | not measured: {missing} | | | | | | |")
            sys.stdout.write(f"{rows[-1]}\n")
    if not given.names:
        RESULTS.write_text(_head(given.runs) + "\n".join(rows) + "\n" + NOTES, encoding="utf-8")


def _told(ratio: Ratio | Figure) -> str:
    sys.stdout.write(f"{ratio.row()}\n")
    sys.stdout.flush()
    return ratio.row()


def _head(runs: int) -> str:
    return HEAD.format(
        runs=runs, date=f"{datetime.now(UTC):%Y-%m-%d}", machine=f"{os.cpu_count()} cores ({platform.machine()})",
        python=platform.python_version(), system=platform.system(),
    )  # fmt: skip


if __name__ == "__main__":
    main()

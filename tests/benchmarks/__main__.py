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

SOAK = "## At full size"
NOTES = """
What is known where a figure misses its aim, or comes near it:
- First frame. 1.24 to 1.37 by turns on one quiet machine. Kept: all line filters in one pass, all style sheets of the
  first keys in one parse, the platforms' code only where it is shown. Composing Home after the frame was tried and
  dropped, since the first key then waits. It would need fewer widgets on Home.
- First key. 68 ms, loading threads or not, as long as its sheet was parsed when it was pressed: a sheet that comes
  later makes Textual parse all of them again (41 of 154 ms of the profile). Parsed with the first ones it is 51 ms; the
  rest is painting the dialog and the dimmed panel behind it.
- PostgreSQL with one worker. 4.25 to 4.96 by turns, and above 5 with three. It would need a claim that asks for the
  next group while the last one is settled.
- Memory. The code of all eight platforms takes 13 MB, and Settings shows them all. It would need platform packages
  whose declaration loads without their wire models and services.
- Draining. A store that refills its quota all at once keeps a tenth of it for calls a person waits for, so its backlog
  drains at nine tenths; nothing is refused for being too fast.
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
        measured = _head(given.runs) + "\n".join(rows) + "\n" + NOTES
        RESULTS.write_text(measured + _kept(RESULTS.read_text(encoding="utf-8")), encoding="utf-8")


def _kept(before: str) -> str:
    """What runs at full size told, which this does not measure."""
    at = before.find(SOAK)
    return "\n" + before[at:] if at >= 0 else ""


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

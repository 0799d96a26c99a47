"""What the suite proved, for the passports: ``--write-proofs`` writes it into the package, and only then.

Cases of the contract say with ``proves`` which operation they stand for; replays say how many answers were alike.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tillbridge.platforms import proofs

OPTION = "--write-proofs"
PROVES, REPLAYED = "proves", "replayed"
"""Properties under which a test records what it stands for."""


def proves(*operations: str) -> pytest.MarkDecorator:
    """Mark a case of the contract; an operation is written as noun and verb, such as "order.create"."""
    return pytest.mark.proves(*operations)


def supported(spec: Any) -> set[str]:
    """The operations a spec declares to be there, as ``proves`` writes them."""
    return {f"{each.noun.value}.{each.verb}" for each in spec.capabilities if each.present}


class ProofWriter:
    """Collects from the reports of all processes; writes when the run is over."""

    def __init__(self, file: Path = proofs.FILE) -> None:
        self._file = file
        self._proved: dict[tuple[str, str], str] = {}
        self._replayed: dict[str, dict[str, Any]] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.partition("[")[0]
        if report.failed:
            self._failed.add(test)
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            words = str(value)
            if name == PROVES:
                platform, operation = words.split()
                known = self._proved.get((platform, operation), test)
                self._proved[platform, operation] = min(known, test)
            elif name == REPLAYED:
                platform, number, alike = words.split()
                self._replayed[platform] = {"test": test, "exchanges": int(number), "alike": int(alike)}

    def pytest_sessionfinish(self) -> None:
        """A run of a part renews only what it proved; a test of which any case failed proves nothing."""
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        whole: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        for (platform, operation), test in self._proved.items():
            if test not in self._failed:
                rows = whole.setdefault(platform, {}).setdefault("operations", {})
                rows[operation] = {"on": today, "against": "simulator", "test": test}
        for platform, row in self._replayed.items():
            whole.setdefault(platform, {})["recordings"] = {"on": today, **row}
        text = json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False)
        self._file.write_text(f"{text}\n", encoding="utf-8")

"""What tests have to tell although they passed: seeds and counts, printed at the end of every run."""

from __future__ import annotations

import pytest

TOLD = "told"
"""The property under which a test records what is to be printed."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in terminalreporter.stats.values():
        for each in reports:
            if not isinstance(each, pytest.TestReport) or each.when != "call":
                continue
            for name, words in each.user_properties:
                if name == TOLD:
                    terminalreporter.write_line(f"{each.nodeid}\n{words}")

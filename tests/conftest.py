"""What tests have to tell although they passed: seeds and counts, printed at the end of every run."""

from __future__ import annotations

import pytest

from tests.support.proving import OPTION, ProofWriter

FIRST = ("tests/faults/", "tests/walks/")
"""Tests that wait longest, so that no worker begins one when the others are done."""
TOLD = "told"
"""The property under which a test records what is to be printed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="Keep in the package what this run proved, for the passports.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ProofWriter())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda each: not each.nodeid.startswith(FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in terminalreporter.stats.values():
        for each in reports:
            if not isinstance(each, pytest.TestReport) or each.when != "call":
                continue
            for name, words in each.user_properties:
                if name == TOLD:
                    terminalreporter.write_line(f"{each.nodeid}\n{words}")

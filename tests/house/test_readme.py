"""The README tells what the code declares."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tillbridge.cli.app import app
from tillbridge.console import actions

README = Path(__file__).parents[2] / "README.md"


def test_the_table_of_platforms_is_the_generated_one() -> None:
    """``tillbridge platforms --table`` prints it."""
    table = CliRunner().invoke(app, ["platforms", "--table"]).output.strip()
    assert table.count("\n") >= 2
    assert table in README.read_text(encoding="utf-8")


def test_the_table_of_panels_is_the_generated_one() -> None:
    """So that a panel, its key and what it is for are told as the console tells them."""
    assert actions.panels_table() in README.read_text(encoding="utf-8")

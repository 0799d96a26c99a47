"""Every verb speaks JSON when asked, also when it is refused or typed wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.cli.conftest import Cli
from tests.support.processes import SimulatorDoor
from tests.support.records import sale
from tillbridge.cli.app import app

WITHOUT: Mapping[str, str] = {
    "": "opens the console on the terminal",
    "training": "opens the training console on the terminal",
}
"""What runs without --json, with the reason."""


def _walk(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children or getattr(command, "invoke_without_command", False):
        yield path, command
    for name, child in children.items():
        yield from _walk(child, f"{path} {name}".strip())


LEAVES = dict(_walk(get_command(app)))


@pytest.mark.parametrize("path", LEAVES)
def test_every_verb_has_json(path: str) -> None:
    names = {name for each in LEAVES[path].params for name in each.opts}
    assert ("--json" in names) is (path not in WITHOUT)


def test_the_walk_sees_all_verbs() -> None:
    assert {"queue pause", "connections remove", "worker", "sync", "restore", "training serve", "demo"} <= set(LEAVES)
    assert set(WITHOUT) <= set(LEAVES)


def test_verbs_that_change_something_say_what_they_did(cli: Cli, tmp_path: Path) -> None:
    told = {
        "paused": ("connections", "pause", "Harbour"),
        "resumed": ("connections", "resume", "Harbour"),
        "routed": ("connections", "route", "Harbour", "tills", "Till 2"),
        "idle": ("sync",),
        "replayed": ("quarantine", "replay"),
        "added": ("locations", "add", "Pier"),
        "removed": ("connections", "remove", "Own site", "--yes"),
    }
    assert {each: cli.ask(*arguments)["done"] for each, arguments in told.items()} == {each: each for each in told}
    for verb, done in (("pause", "paused"), ("resume", "resumed")):
        assert cli.ask("queue", verb, "Harbour") == {"done": done, "name": "Harbour"}
    copy = cli.ask("backup", str(tmp_path / "copy.db"))["path"]
    assert "before-restore" in cli.ask("restore", copy, "--yes")["kept"]


def test_a_job_given_up_is_said_in_json(cli: Cli) -> None:
    cli.add(sale("J-1", currency="USD"))
    [job] = cli.ask("queue", "list", "--state", "parked", "--connection", "Harbour")["jobs"]
    assert cli.refused("queue", "accept", job["id"])["error"] == "error.invalid_input"
    assert cli.ask("queue", "cancel", job["id"]) == {"done": "cancelled", "job": job["id"]}
    notes = cli.ask("notifications", "list")
    for each in notes:
        assert cli.ask("notifications", "read", each["id"])["done"] == "read"


def test_new_credentials_are_said_in_json(cli: Cli, doors: Mapping[str, SimulatorDoor]) -> None:
    credentials = str(doors["woocommerce"].credentials)
    told = cli.ask("connections", "reauth", "Own site", "--credentials", credentials)
    assert told == {"done": "reauthenticated", "name": "Own site", "state": "ready"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("connections", "route", "Harbour", "everything"),
        ("connections", "paint"),
        ("orders", "list", "--limit", "0"),
        ("queue", "cancel"),
        ("restore", "/nowhere/copy.db"),
    ],
)
def test_a_wrong_command_ends_with_two_and_a_card(empty: Cli, arguments: tuple[str, ...]) -> None:
    result = empty.run(*arguments, "--json", expect=2)
    card = json.loads(result.stderr)
    assert {"error", "title", "explanation", "next_step", "who"} <= set(card)
    assert result.stdout == ""


def test_with_json_nothing_is_asked(cli: Cli) -> None:
    card = cli.refused("connections", "remove", "Harbour", stdin="y\n")
    assert "--yes" in card["explanation"]
    assert "--yes" in cli.refused("restore", str(cli.data_dir / "tillbridge.db"), stdin="y\n")["explanation"]
    assert len(cli.ask("connections", "list")) == 2


def test_a_question_without_an_answer_ends_with_one_and_a_card(cli: Cli) -> None:
    result = cli.run("connections", "reauth", "Own site", "--json", expect=1)
    assert json.loads(result.stderr.splitlines()[-1])["error"] == "error.invalid_input"

"""Connecting stores from the command line: files others can read, wrong keys, and what each verb says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import NAMES, Cli, secrets_of
from tests.support.processes import SimulatorDoor

Doors = Mapping[str, SimulatorDoor]
WRONG = {"shopify": ("client_secret", "shpss_0000000000000000"), "woocommerce": ("consumer_secret", "cs_" + "0" * 40)}


def _file(folder: Path, door: SimulatorDoor, mode: int = 0o600, values: Mapping[str, str] | None = None) -> str:
    file = folder / "credentials.json"
    file.write_text(json.dumps({**json.loads(door.credentials.read_text()), **(values or {})}))
    file.chmod(mode)
    return str(file)


def _add(door: SimulatorDoor, file: str) -> tuple[str, ...]:
    return (
        "connections", "add", door.platform, "--name", "Harbour", "--base-url", door.base_url, "--credentials", file,
    )  # fmt: skip


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_credentials_file_others_can_read_is_refused(empty: Cli, doors: Doors, tmp_path: Path, mode: int) -> None:
    card = empty.refused(*_add(doors["shopify"], _file(tmp_path, doors["shopify"], mode)))
    assert card["error"] == "error.invalid_input"
    assert "chmod 600" in card["explanation"]
    assert card["who"] == "operator"
    assert empty.ask("connections", "list") == []


def test_a_refusal_is_a_card_on_the_error_stream(empty: Cli, doors: Doors, tmp_path: Path) -> None:
    result = empty.run(*_add(doors["shopify"], _file(tmp_path, doors["shopify"], 0o644)), expect=1)
    assert result.stdout == ""
    title, explanation, step = result.stderr.splitlines()
    assert "credentials" in title
    assert "chmod 600" in explanation
    assert step.lstrip().startswith("→")


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"shop": 5}'])
def test_a_file_that_is_no_form_is_refused(empty: Cli, doors: Doors, tmp_path: Path, content: str) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(content)
    file.chmod(0o600)
    assert "JSON object" in empty.refused(*_add(doors["shopify"], str(file)))["explanation"]


def test_a_file_that_is_not_there_is_refused(empty: Cli, doors: Doors, tmp_path: Path) -> None:
    assert "nowhere" in empty.refused(*_add(doors["shopify"], str(tmp_path / "nowhere")))["explanation"]


@pytest.mark.parametrize("platform", list(NAMES))
def test_a_wrong_key_names_its_field_and_saves_nothing(empty: Cli, doors: Doors, tmp_path: Path, platform: str) -> None:
    field, value = WRONG[platform]
    card = empty.refused(*_add(doors[platform], _file(tmp_path, doors[platform], values={field: value})))
    assert card["error"] == "error.wrong_credentials"
    assert field.replace("_", " ") in card["title"].lower()
    assert value not in "\n".join(empty.said)
    assert empty.ask("connections", "list") == []


@pytest.mark.parametrize("platform", list(NAMES))
def test_a_store_is_connected_prepared_and_ready(empty: Cli, doors: Doors, platform: str) -> None:
    added = empty.connect(doors[platform], "Harbour")
    assert (added["name"], added["platform"], added["state"]) == ("Harbour", platform, "connected")
    steps = empty.ask("connections", "prepare", "Harbour")
    assert {each["state"] for each in steps} <= {"done", "stated"}
    shown = empty.ask("connections", "show", "Harbour")
    assert (shown["state"], shown["records"], shown["prepared"]) == ("ready", "all", shown["steps"])
    assert {each["state"] for each in shown["services"].values()} == {"ready"}
    assert not [each for each in secrets_of(doors.values()) if each in "\n".join(empty.said)]


def test_credentials_come_from_standard_input_as_well(empty: Cli, doors: Doors) -> None:
    door = doors["woocommerce"]
    added = empty.ask(*_add(door, "-"), stdin=door.credentials.read_text())
    assert added["state"] == "connected"


def test_a_store_is_connected_by_consent_with_its_page_told_beside_the_answer(empty: Cli, doors: Doors) -> None:
    door = doors["shopify"]
    given = json.loads(door.credentials.read_text())
    typed = [given["shop"], given["client_id"], given["client_secret"], "code-of-long-ago"]
    result = empty.run(
        "connections", "add", "shopify", "--name", "Harbour", "--setup", "partner_app", "--base-url", door.base_url,
        "--json", stdin="\n".join(typed) + "\n", expect=1,
    )  # fmt: skip
    assert f"{door.base_url}/admin/oauth/authorize?client_id={given['client_id']}" in result.stderr
    assert "Client secret" not in result.stdout, "questions are no part of the answer"


def test_an_unknown_platform_is_refused_with_the_known_ones(empty: Cli) -> None:
    card = empty.refused("connections", "add", "bigshop", "--name", "x", "--credentials", "-")
    assert "shopify" in card["explanation"]


def test_an_unknown_connection_is_refused(cli: Cli) -> None:
    for verb in ("show", "test", "prepare"):
        assert cli.refused("connections", verb, "Nowhere")["error"] == "error.unknown_connection"


def test_the_list_says_where_each_store_stands(cli: Cli) -> None:
    rows = {each["name"]: each for each in cli.ask("connections", "list")}
    assert set(rows) == set(NAMES.values())
    assert {each["state"] for each in rows.values()} == {"ready"}
    assert "Harbour" in cli.run("connections", "list").stdout


def test_a_test_asks_the_store_who_it_is(cli: Cli) -> None:
    assert cli.ask("connections", "test", "Harbour")["name"] == "Harbour Lane Outfitters"


def test_a_store_is_paused_resumed_routed_and_removed(cli: Cli) -> None:
    cli.run("connections", "pause", "Harbour")
    assert cli.ask("connections", "show", "Harbour")["paused"]
    cli.run("connections", "resume", "Harbour")
    cli.run("connections", "route", "Harbour", "tills", "Till 2")
    shown = cli.ask("connections", "show", "Harbour")
    assert (shown["paused"], shown["records"]) == (False, "tills Till 2")
    cli.run("connections", "remove", "Harbour", stdin="n\n", expect=1)
    cli.run("connections", "remove", "Harbour", "--yes")
    assert [each["name"] for each in cli.ask("connections", "list")] == ["Own site"]


def test_new_credentials_are_tried_before_they_replace_the_old(cli: Cli, doors: Doors, tmp_path: Path) -> None:
    door = doors["woocommerce"]
    bad = _file(tmp_path, door, values={"consumer_secret": "cs_" + "0" * 40})
    refused = cli.run("connections", "reauth", "Own site", "--credentials", bad, expect=1)
    assert "Consumer secret" in refused.stderr
    cli.run("connections", "test", "Own site")
    cli.run("connections", "reauth", "Own site", "--credentials", str(door.credentials))


@pytest.mark.parametrize(
    "arguments",
    [
        ("connections", "add"),
        ("connections", "route", "Harbour", "everything"),
        ("orders", "list", "--limit", "0"),
        ("queue", "list", "--state", "lost"),
        ("connections", "paint"),
        ("restore", "/nowhere/copy.db"),
    ],
)
def test_a_wrong_command_ends_with_two(empty: Cli, arguments: tuple[str, ...]) -> None:
    assert empty.run(*arguments, expect=2).stderr

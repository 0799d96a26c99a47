"""A keyring that is lost, or locked with another passphrase: what the command line says, and how a shop goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import NAMES, Cli
from tests.support.processes import SimulatorDoor
from tests.support.records import sale

Doors = Mapping[str, SimulatorDoor]


def test_a_keyring_lost_for_good_is_replaced_and_the_stores_it_closed_are_named_and_brought_back(
    cli: Cli, doors: Doors
) -> None:
    cli.add(sale("R-1"))
    (cli.data_dir / "keyring.json").unlink()
    assert "keys replace" in cli.refused("doctor")["next_step"]
    cli.run("keys", "replace", stdin="n\n", expect=1)
    assert not (cli.data_dir / "keyring.json").exists()
    assert sorted(cli.ask("keys", "replace", "--yes")["reauthenticate"]) == sorted(NAMES.values())
    found = {each["name"]: each for each in cli.ask("doctor", expect=1)}
    assert all(name in found["vault"]["words"] for name in NAMES.values())
    assert "reauth" in found["connection Harbour"]["next_step"]
    cli.run("sync")
    assert cli.ask("orders", "show", "R-1")["status"] in ("local", "syncing")
    for platform, name in NAMES.items():
        cli.run("connections", "reauth", name, "--credentials", str(doors[platform].credentials))
    assert {each["verdict"] for each in cli.ask("doctor") if each["name"] != "disk"} == {"well"}
    cli.run("sync")
    assert cli.ask("orders", "show", "R-1")["status"] == "synced"
    assert "health.audit.new_keyring" in [each["message_id"] for each in cli.ask("audit", "list")]


def test_a_keyring_that_is_there_is_not_replaced(cli: Cli) -> None:
    before = (cli.data_dir / "keyring.json").read_bytes()
    assert cli.ask("keys", "replace", "--yes")["reauthenticate"] == []
    assert (cli.data_dir / "keyring.json").read_bytes() == before
    cli.run("connections", "test", "Harbour")


def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLBRIDGE_KEYRING_PASSPHRASE", "open sesame")
    new = Cli(tmp_path, [])
    new.ask("connections", "list")
    monkeypatch.setenv("TILLBRIDGE_KEYRING_PASSPHRASE", "open barley")
    card = new.refused("connections", "list")
    assert card["error"] == "error.wrong_passphrase"
    assert "barley" not in str(card)
    monkeypatch.setenv("TILLBRIDGE_KEYRING_PASSPHRASE", "open sesame")
    assert new.ask("connections", "list") == []

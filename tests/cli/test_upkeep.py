"""Keeping the data well from the command line: doctor, copies, restores and keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.cli.conftest import Cli
from tests.support.processes import SimulatorDoor
from tests.support.records import sale

Doors = Mapping[str, SimulatorDoor]


def test_doctor_finds_a_well_shop_well(cli: Cli) -> None:
    checks = {each["name"]: each["verdict"] for each in cli.ask("doctor", "--live")}
    assert checks["connection Harbour"] == checks["connection Own site"] == "well"
    assert {checks[each] for each in ("database", "permissions", "vault", "clock")} == {"well"}
    assert "database" in cli.run("doctor").stdout


def test_doctor_names_a_file_others_can_read_and_the_command_against_it(cli: Cli) -> None:
    (cli.data_dir / "keyring.json").chmod(0o644)
    result = cli.run("doctor", expect=1)
    assert "keyring.json" in result.stdout
    assert "chmod 600" in result.stdout
    assert [each["verdict"] for each in cli.ask("doctor", expect=1) if each["name"] == "permissions"] == ["ill"]


def test_doctor_says_what_keeps_a_store_from_being_ready(empty: Cli, doors: Doors) -> None:
    empty.connect(doors["shopify"], "Harbour")
    [check] = [each for each in empty.ask("doctor") if each["name"] == "connection Harbour"]
    assert check["verdict"] == "watch"
    assert "prepare" in check["next_step"]


def test_a_copy_is_put_back_and_what_was_sent_meanwhile_is_not_sent_again(
    cli: Cli, doors: Doors, tmp_path: Path
) -> None:
    cli.add(sale("UP-1"))
    copy = Path(cli.ask("backup", str(tmp_path / "copy.db"))["path"])
    cli.run("sync")
    cli.add(sale("UP-2"))
    cli.run("restore", str(copy), stdin="n\n", expect=1)
    assert "before-restore" in cli.run("restore", str(copy), "--yes").stdout
    assert cli.refused("orders", "show", "UP-2")["error"] == "error.not_found"
    assert cli.ask("orders", "show", "UP-1")["status"] == "local"
    cli.run("sync")
    shown = cli.ask("orders", "show", "UP-1")
    assert shown["status"] == "synced"
    assert [len(door.orders(shown["reference"])) for door in doors.values()] == [1, 1]
    texts = [each["message_id"] for each in cli.ask("audit", "list")]
    assert "health.audit.restored" in texts


def test_a_copy_is_never_written_over_a_file(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "copy.db"
    kept.write_text("mine")
    assert str(kept) in cli.refused("backup", str(kept))["explanation"]
    assert kept.read_text() == "mine"


def test_a_file_that_is_no_copy_is_not_put_back(cli: Cli, tmp_path: Path) -> None:
    other = tmp_path / "letter.db"
    other.write_text("Dear shop")
    assert "letter.db" in cli.run("restore", str(other), "--yes", expect=1).stderr
    assert len(cli.ask("connections", "list")) == 2


def test_a_dated_copy_goes_beside_the_data_without_the_keyring(cli: Cli) -> None:
    copy = Path(cli.ask("backup")["path"])
    assert copy.parent == cli.data_dir / "backups"
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o077 == 0


def test_keys_are_rotated_and_the_stores_still_open(cli: Cli) -> None:
    [before] = cli.ask("keys", "list")
    fresh = cli.ask("keys", "rotate")["key"]
    assert cli.ask("keys", "list") == [fresh]
    assert fresh != before
    cli.run("connections", "test", "Harbour")
    cli.run("connections", "test", "Own site")


def test_a_lost_keyring_says_what_to_do_instead_of_starting_anew(cli: Cli) -> None:
    (cli.data_dir / "keyring.json").rename(cli.data_dir / "elsewhere.json")
    card = cli.refused("connections", "list")
    assert card["error"] == "error.key_missing"
    assert card["next_step"]


def test_a_setting_that_cannot_be_right_is_named(cli: Cli) -> None:
    (cli.data_dir / "settings.toml").write_text('tax_rate = "a lot"\n')
    card = cli.refused("connections", "list")
    assert "tax_rate" in card["title"]
    assert "a lot" not in json.dumps(card)


def test_without_a_terminal_the_console_says_so(empty: Cli) -> None:
    assert "terminal" in empty.run(expect=2).stderr

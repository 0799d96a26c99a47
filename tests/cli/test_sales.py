"""Sales through the command line: taken in line by line, once each, recorded on every store, and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.cli.conftest import NAMES, Cli
from tests.support.processes import SimulatorDoor
from tests.support.records import sale

Doors = Mapping[str, SimulatorDoor]


def test_good_lines_are_added_and_bad_ones_named_with_line_and_field(cli: Cli) -> None:
    bad = sale("A-2")
    bad["lines"][0]["unit_price"] = "cheap"
    wrong_total = {**sale("A-3"), "totals": {"total": "1.00"}}
    lines = [json.dumps(sale("A-1")), json.dumps(bad), "no JSON", "", json.dumps(wrong_total), json.dumps(sale("A-4"))]
    report = json.loads(cli.run("orders", "add", "-", "--json", stdin="\n".join(lines), expect=1).stdout)
    assert (report["added"], report["known"]) == (2, 0)
    refused = {each["line"]: each["field"] for each in report["refused"]}
    assert set(refused) == {2, 3, 5}
    assert "unit_price" in refused[2]
    assert "total" in refused[5]
    assert all(each["reason"] for each in report["refused"])


def test_the_same_lines_again_are_known_and_nothing_is_sent_twice(cli: Cli, doors: Doors) -> None:
    report = cli.add(sale("B-1"), sale("B-2"))
    assert (report["added"], report["known"], report["refused"]) == (2, 0, [])
    cli.run("sync", "--until-idle")
    again = cli.add(sale("B-1"), sale("B-2"))
    assert (again["added"], again["known"]) == (0, 2)
    cli.run("sync", "--until-idle")
    reference = cli.ask("orders", "show", "B-1")["reference"]
    assert [len(door.orders(reference)) for door in doors.values()] == [1, 1]


def test_a_receipt_that_stands_for_another_sale_is_refused(cli: Cli) -> None:
    cli.add(sale("C-1"))
    other = json.dumps(sale("C-1", quantity="2"))
    report = json.loads(cli.run("orders", "add", "-", "--json", stdin=other, expect=1).stdout)
    assert [each["field"] for each in report["refused"]] == ["receipt"]


def test_a_file_of_sales_is_taken_in(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "sales.jsonl"
    file.write_text(json.dumps(sale("D-1")) + "\n")
    assert "1 added" in cli.run("orders", "add", str(file)).stdout
    assert "sales.csv" in cli.refused("orders", "add", str(tmp_path / "sales.csv"))["explanation"]


def test_a_synced_sale_shows_where_it_is_with_the_stores_own_totals(cli: Cli, doors: Doors) -> None:
    cli.add(sale("E-1", quantity="2"))
    before = cli.ask("orders", "show", "E-1")
    assert before["status"] == "local"
    cli.run("sync", "--until-idle")
    shown = cli.ask("orders", "show", "E-1")
    assert (shown["receipt"], shown["status"], shown["total"], shown["currency"]) == ("E-1", "synced", "49.80", "EUR")
    assert set(shown["connections"]) == set(NAMES.values())
    for platform, name in NAMES.items():
        there = shown["connections"][name]
        assert (there["status"], there["attempts"], there["paid"]) == ("synced", 1, True)
        assert (there["totals"]["total"], there["totals"]["currency"]) == ("49.80", "EUR")
        [booked] = doors[platform].orders(shown["reference"])
        assert booked["total"] == "49.80"
        assert booked["id"] == there["platform_order_id"]
    assert cli.ask("orders", "show", shown["reference"]) == shown
    assert "synced" in cli.run("orders", "show", "E-1").stdout


def test_an_unknown_sale_is_refused(cli: Cli) -> None:
    assert cli.refused("orders", "show", "E-404")["error"] == "error.not_found"


def test_the_newest_sales_come_first(cli: Cli) -> None:
    cli.add(sale("F-1"), sale("F-2"))
    assert [each["receipt"] for each in cli.ask("orders", "list", "--limit", "2")] == ["F-2", "F-1"]


def test_a_cancelled_sale_is_cancelled_on_the_stores(cli: Cli, doors: Doors) -> None:
    cli.add(sale("G-1"))
    cli.run("sync")
    reference = cli.ask("orders", "cancel", "G-1", "--reason", "wrong size")["reference"]
    cli.run("sync")
    assert [each["cancelled"] for door in doors.values() for each in door.orders(reference)] == [True, True]


def test_a_line_is_given_back_on_the_stores(cli: Cli, doors: Doors) -> None:
    cli.add(sale("H-1", quantity="3"))
    cli.run("sync")
    reference = cli.ask("orders", "refund", "H-1", "--line", "1=1", "--reason", "torn")["reference"]
    cli.run("sync")
    assert [each["refunded"] for door in doors.values() for each in door.orders(reference)] == ["24.90", "24.90"]


def test_a_refund_of_a_line_that_was_not_sold_is_refused(cli: Cli) -> None:
    cli.add(sale("I-1"))
    assert "9" in cli.refused("orders", "refund", "I-1", "--line", "9")["explanation"]
    assert "many" in cli.refused("orders", "refund", "I-1", "--line", "1=many")["explanation"]
    assert "much" in cli.refused("orders", "refund", "I-1", "--amount", "much")["explanation"]


def test_the_schema_describes_what_a_till_writes(cli: Cli) -> None:
    schema = json.loads(cli.run("orders", "schema").stdout)
    assert set(sale("x")) <= set(schema["properties"])


def test_a_sale_is_found_by_the_number_its_store_gave_it(cli: Cli) -> None:
    cli.add(sale("FIND-1"))
    cli.run("sync", "--until-idle")
    there = next(iter(cli.ask("orders", "show", "FIND-1")["connections"].values()))
    [found] = cli.ask("orders", "find", there["number"])
    assert (found["receipt"], found["state"]) == ("FIND-1", "synced")
    assert cli.ask("orders", "find", "FIND-1", "--show", "needs_you") == []
    assert "FIND-1" in cli.run("orders", "find", "find-").stdout

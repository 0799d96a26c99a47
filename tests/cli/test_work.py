"""The queue and the looking verbs: what waits and why, codes and cards, stock, and who did what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing

import pytest

from tests.cli.conftest import NAMES, Cli
from tests.support.processes import SimulatorDoor
from tests.support.records import sale
from tillbridge.platforms.registry import PlatformServiceRegistry

Doors = Mapping[str, SimulatorDoor]


def _parked(cli: Cli, receipt: str, *more: str) -> list[dict[str, object]]:
    """Sales in another currency than the stores' wait for a person from the start."""
    cli.add(*(sale(each, currency="USD") for each in (receipt, *more)))
    jobs: list[dict[str, object]] = cli.ask("queue", "list", "--state", "parked", "--connection", "Harbour")["jobs"]
    return jobs


def test_the_queue_shows_what_waits_and_is_filtered(cli: Cli) -> None:
    cli.add(sale("Q-1"), sale("Q-2"))
    waiting = cli.ask("queue", "list", "--state", "waiting")
    assert waiting["count"] >= 4
    one = cli.ask("queue", "list", "--connection", "Harbour", "--like", "Q-1")
    assert [(each["receipt"], each["state"]) for each in one["jobs"]] == [("Q-1", "waiting")]
    assert "Q-1" in cli.run("queue", "list").stdout


def test_a_parked_job_says_what_stopped_it_and_what_can_be_done(cli: Cli) -> None:
    [job] = _parked(cli, "Q-3")
    detail = cli.ask("queue", "show", str(job["id"]))
    assert detail["job"]["state"] == "parked"
    assert detail["card"]["title"] == "Another currency"
    assert "retry" in detail["choices"]
    said = cli.run("queue", "show", str(job["id"])).stdout
    assert "Another currency" in said
    assert "Try again" in said


def test_a_job_is_tried_again_alone_or_with_all_like_it(cli: Cli) -> None:
    first, second = _parked(cli, "Q-4", "Q-5")
    assert cli.ask("queue", "retry", str(first["id"])) == {"retried": 1}
    cli.run("sync")
    assert cli.ask("queue", "show", str(first["id"]))["job"]["state"] == "parked"
    assert cli.ask("queue", "retry", str(second["id"]), "--alike") == {"retried": 2}


def test_what_was_sent_is_shown_as_a_document(cli: Cli) -> None:
    cli.add(sale("Q-7"))
    cli.run("sync")
    [job] = cli.ask("queue", "list", "--connection", "Harbour", "--like", "Q-7")["jobs"]
    [tried] = cli.ask("queue", "show", job["id"])["attempts"]
    assert tried["body"]["receipt"] == "Q-7"
    assert tried["body"]["lines"][0]["sku"]
    with closing(sqlite3.connect(cli.data_dir / "tillbridge.db")) as database:
        database.execute("UPDATE attempt SET body = ?", (json.dumps({"lines": [{"token": "abc", "sku": "TEE-M"}]}),))
        database.commit()
    [tried] = cli.ask("queue", "show", job["id"])["attempts"]
    assert tried["body"] == {"lines": [{"token": "•••", "sku": "TEE-M"}]}
    [parked] = _parked(cli, "Q-9")
    assert cli.ask("queue", "show", str(parked["id"]))["attempts"] == []


def test_a_job_is_given_up(cli: Cli) -> None:
    [job] = _parked(cli, "Q-6")
    cli.run("queue", "cancel", str(job["id"]))
    assert cli.ask("queue", "show", str(job["id"]))["job"]["state"] == "cancelled"


def test_only_a_differing_total_is_accepted(cli: Cli) -> None:
    [job] = _parked(cli, "Q-8")
    assert "no total to accept" in cli.run("queue", "accept", str(job["id"]), expect=1).output
    assert cli.ask("queue", "show", str(job["id"]))["job"]["state"] == "parked"


def test_what_is_no_job_is_refused(cli: Cli) -> None:
    assert "that one" in cli.refused("queue", "show", "that one")["explanation"]
    missing = cli.refused("queue", "show", "00000000-0000-7000-8000-000000000000")
    assert missing["error"] == "error.not_found"


def test_a_paused_store_lets_its_jobs_wait(cli: Cli) -> None:
    cli.run("queue", "pause", "Harbour")
    cli.add(sale("Q-7"))
    cli.run("sync")
    states = {name: each["status"] for name, each in cli.ask("orders", "show", "Q-7")["connections"].items()}
    assert states == {"Harbour": "local", "Own site": "synced"}
    cli.run("queue", "resume", "Harbour")
    cli.run("sync")
    assert cli.ask("orders", "show", "Q-7")["status"] == "synced"


def test_tokens_are_listed_without_their_values(cli: Cli) -> None:
    rows = cli.ask("tokens", "list")
    kinds = {(each["connection"], each["type"]) for each in rows}
    assert {("Harbour", "access"), ("Own site", "api_key")} <= kinds
    assert not {"value", "token", "secret"} & {key for each in rows for key in each}
    assert "shpat_" not in "\n".join(cli.said)


def test_a_token_is_renewed_by_hand_where_it_ends(cli: Cli) -> None:
    [before] = [each for each in cli.ask("tokens", "list") if each["type"] == "access"]
    assert cli.ask("tokens", "refresh", "Harbour")["generation"] == before["generation"] + 1
    assert "do not end" in cli.refused("tokens", "refresh", "Own site")["explanation"]


@pytest.mark.parametrize("name", NAMES.values())
def test_a_code_is_judged_by_the_store(cli: Cli, name: str) -> None:
    good = cli.ask("discounts", "check", name, "HARBOUR10", "--line", "TEE-M=2")
    assert (good["valid"], good["amount"]) == (True, {"amount": "4.98", "currency": "EUR"})
    ended = cli.ask("discounts", "check", name, "EXPIRED5", "--line", "TEE-M", expect=1)
    assert not ended["valid"]
    assert ended["reason"]
    assert not cli.ask("discounts", "check", name, "NOSUCHCODE", "--line", "TEE-M", expect=1)["valid"]


def test_a_code_for_goods_or_quantities_nobody_knows_is_refused(cli: Cli) -> None:
    assert "TEA" in cli.refused("discounts", "check", "Harbour", "HARBOUR10", "--line", "TEA")["explanation"]
    assert "some" in cli.refused("discounts", "check", "Harbour", "HARBOUR10", "--line", "TEE-M=some")["explanation"]


@pytest.mark.parametrize("name", NAMES.values())
def test_a_gift_cards_code_comes_from_standard_input_and_is_never_shown(cli: Cli, name: str) -> None:
    held = cli.ask("gift-cards", "balance", name, stdin="GIFT-BBBB-3333-4444\n")
    assert held["balance"] == {"amount": "10.00", "currency": "EUR"}
    assert held["masked"].endswith("4444")
    assert "GIFT-BBBB" not in "\n".join(cli.said)
    assert cli.run("gift-cards", "balance", name, stdin="GIFT-ZZZZ-0000-0000\n", expect=1).stderr


@pytest.mark.parametrize(("platform", "name"), NAMES.items())
def test_a_gift_card_is_debited_once_per_reference(cli: Cli, doors: Doors, platform: str, name: str) -> None:
    def take() -> str:
        return str(
            cli.ask(
                "gift-cards", "redeem", name, "5.00", "--reference", "voucher-1", stdin="GIFT-AAAA-1111-2222\n"
            )["amount"]["amount"]
        )  # fmt: skip

    def left() -> str:
        cards = doors[platform].get("ledger")["gift_cards"]
        return next(str(each["balance"]) for each in cards if each["code"].upper().endswith("2222"))

    assert (take(), left()) == ("5.00", "45.00")
    assert (take(), left()) == ("5.00", "45.00")
    assert cli.refused("gift-cards", "redeem", name, "much", "--reference", "x", stdin="GIFT-AAAA-1111-2222\n")


def test_stock_says_what_made_it_what_it_is(cli: Cli) -> None:
    cli.add(sale("S-1", sku="SOAP-1", price="6.40", quantity="2"))
    story = cli.ask("stock", "why", "SOAP-1")
    assert [(each["cause"], each["quantity"]) for each in story["movements"]] == [("sale", "-2")]
    assert cli.run("stock", "why", "SOAP-1").stdout


def test_operators_are_told_until_one_has_read_it(cli: Cli) -> None:
    [job, *_] = _parked(cli, "Q-8")
    cli.ask("queue", "retry", str(job["id"]))
    cli.run("sync")
    told = cli.ask("notifications", "list")
    assert "Another currency" in told[0]["text"]
    assert "Harbour" in cli.run("notifications", "list").stdout
    cli.run("notifications", "read", told[0]["id"])
    assert told[0]["id"] not in {each["id"] for each in cli.ask("notifications", "list")}
    assert told[0]["id"] in {each["id"] for each in cli.ask("notifications", "list", "--all")}
    assert "that one" in cli.run("notifications", "read", "that one", expect=1).stderr


def test_the_audit_says_who_did_what(cli: Cli) -> None:
    cli.run("connections", "pause", "Harbour")
    newest = cli.ask("audit", "list", "--limit", "1")[0]
    assert newest["text"] == "paused Harbour"
    assert newest["actor"]["kind"] == "operator"
    subjects = {each["subject"] for each in cli.ask("audit", "list", "--subject", "Own site")}
    assert subjects == {"Own site"}
    assert "paused Harbour" in cli.run("audit", "list").stdout


def test_platforms_are_passports(empty: Cli) -> None:
    slugs = [each["slug"] for each in json.loads(empty.run("platforms", "--json").stdout)]
    assert slugs == list(PlatformServiceRegistry().slugs())
    proofs = {
        each["slug"]: each["proofs"]["operations"] for each in json.loads(empty.run("platforms", "--json").stdout)
    }
    assert all(rows["order.create"]["on"] for rows in proofs.values())
    said = empty.run("platforms").stdout
    assert "Shopify" in said
    assert "days left" in said
    for label in ("Totals", "Found again", "Risk", "Mails", "Keys", "Documents", "Not yet", "Proved"):
        assert f"\n  {label}: " in said, label

"""Verbs on what stores tell: unlinked products, customers, quarantine and locations."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.cli.conftest import Cli


def test_products_without_a_link_are_listed_with_the_reason(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.data_dir / "tillbridge.db")) as database:
        id_ = "(SELECT id FROM connection WHERE name = 'Harbour')"
        changed = database.execute(
            "UPDATE listing SET unlinked = 'empty_sku', sku = '', variant_id = NULL WHERE id = "
            f"(SELECT id FROM listing WHERE connection_id = {id_} AND unlinked = '' LIMIT 1)"
        )
        assert changed.rowcount == 1
        database.commit()
    found = cli.ask("products", "unlinked", "Harbour")
    assert [each["sku"] for each in found if each["reason"] == "empty_sku"].count("") >= 1
    assert "no SKU" in cli.run("products", "unlinked", "Harbour").stdout
    assert cli.refused("products", "unlinked", "Nowhere")["error"] == "error.unknown_connection"


def test_customers_are_listed_by_the_beginning_of_their_mail_and_found_by_all_of_it(cli: Cli) -> None:
    everybody = cli.ask("customers", "list")
    assert everybody
    email = everybody[0]["email"]
    assert email in [each["email"] for each in cli.ask("customers", "list", "--like", email[:4])]
    assert cli.ask("customers", "find", email.upper())["email"] == email
    assert email in cli.run("customers", "find", email).stdout
    assert email in cli.run("customers", "list").stdout
    assert cli.refused("customers", "find", email[:-1])["error"] == "error.not_found"


def test_records_that_do_not_fit_are_shown_and_read_anew(cli: Cli) -> None:
    assert cli.ask("quarantine", "list") == []
    with closing(sqlite3.connect(cli.data_dir / "tillbridge.db")) as database:
        database.execute(
            "INSERT INTO quarantine (id, connection_id, kind, external_id, path, expected, found, body, at) SELECT "
            "'018f0000-0000-7000-8000-000000000001', id, 'pull_customers', 'gone', '$.customers[4].email', 'text', "
            "'number', '{}', '2026-11-24 09:00:00+00:00' FROM connection WHERE name = 'Harbour'"
        )
        database.commit()
    [group] = cli.ask("quarantine", "list", "--connection", "Harbour")
    assert (group["path"], group["records"][0]["external_id"]) == ("$.customers[].email", "gone")
    assert "expected text, found number" in cli.run("quarantine", "list").stdout
    assert cli.ask("connections", "show", "Harbour")["quarantined"] == 1
    assert cli.ask("quarantine", "list", "--connection", "Own site") == []
    assert cli.ask("quarantine", "replay") == {"done": "replayed", "records": 1}
    jobs = cli.ask("queue", "list", "--state", "waiting", "--connection", "Harbour")["jobs"]
    assert [each["kind"] for each in jobs] == ["pull_customers"]


def test_a_location_is_added_and_mapped_to_a_place_the_store_has(cli: Cli) -> None:
    cli.run("locations", "add", "Pier")
    refused = cli.refused("locations", "map", "Harbour", "Pier", "nowhere")
    assert "gid://shopify/Location/" in refused["explanation"]
    place = next(each for each in refused["explanation"].split() if each.startswith("gid://"))
    cli.run("locations", "map", "Harbour", "Pier", place)
    assert {each["name"]: each["places"] for each in cli.ask("locations", "list")}["Pier"] == {"Harbour": place}
    assert place in cli.run("locations", "list").stdout
    assert cli.refused("locations", "map", "Harbour", "Moon", place)["error"] == "error.not_found"
    assert cli.refused("locations", "add", " ")["error"] == "error.invalid_input"


def test_conflicts_are_listed_and_decided_and_rules_chosen(cli: Cli) -> None:
    before = cli.ask("conflicts", "list")["total"]
    tee = _conflict(cli, "TEE-M", "24.90", "19.90")
    found = cli.ask("conflicts", "list", "--connection", "Harbour")["conflicts"]
    waiting = next(each for each in found if each["id"] == tee)
    assert (waiting["name"], waiting["field"], waiting["standing"]) == ("TEE-M", "price", "open")
    assert waiting["theirs"] == {"amount": "19.90", "currency": "EUR"}
    assert "19.90" in cli.run("conflicts", "list").stdout
    assert cli.ask("conflicts", "decide", tee, "theirs") == {"done": "decided", "conflicts": 1, "side": "theirs"}
    assert cli.refused("conflicts", "decide", tee, "ours")["error"] == "error.invalid_input"
    assert cli.refused("conflicts", "decide", tee[:-4] + "ffff", "ours")["error"] == "error.not_found"
    assert tee in [each["id"] for each in cli.ask("conflicts", "list", "--settled")["conflicts"]]
    mug = _conflict(cli, "MUG-BLU", "12.50", "1.00")
    assert cli.ask("conflicts", "decide", mug, "ours", "--all-alike")["conflicts"] >= 1
    assert cli.ask("conflicts", "list", "--connection", "Harbour")["total"] == 0
    assert cli.ask("conflicts", "list")["total"] <= before
    assert (
        "the store keeps its own value" in cli.run("conflicts", "decide", _conflict(cli, "X", "1", "2"), "ours").stdout
    )
    assert cli.refused("conflicts", "list", "--connection", "Nowhere")["error"] == "error.unknown_connection"


def test_rules_of_conflicts_are_shown_and_chosen(cli: Cli) -> None:
    rules = {each["field"]: each for each in cli.ask("conflicts", "rules")}
    assert (rules["price"]["rule"], rules["consent"]["fixed"]) == ("ask", True)
    assert cli.ask("conflicts", "set-rule", "product", "price", "till_wins")["done"] == "chosen"
    assert {each["field"]: each["rule"] for each in cli.ask("conflicts", "rules")}["price"] == "till_wins"
    assert "the till wins" in cli.run("conflicts", "rules").stdout
    assert cli.refused("conflicts", "set-rule", "customer", "consent", "newest")["error"] == "error.invalid_input"
    cli.run("conflicts", "set-rule", "product", "price", "perhaps", expect=2)


def _conflict(cli: Cli, sku: str, ours: str, theirs: str) -> str:
    """One that a pull of the first store would have opened; its id."""
    with closing(sqlite3.connect(cli.data_dir / "tillbridge.db")) as database:
        number = database.execute("SELECT count(*) FROM conflict").fetchone()[0]
        id_ = f"018f0000-0000-7000-8000-{number:012}"
        euros = [{"amount": each, "currency": "EUR"} for each in (ours, theirs)]
        document = json.dumps({"name": sku, "base": None, "ours": euros[0], "theirs": euros[1]})
        database.execute(
            "INSERT INTO conflict (id, connection_id, noun, external_id, subject, field, document, standing, "
            "settled_by, at) SELECT ?, id, 'product', ?, ?, 'price', ?, 'open', '', '2026-11-24 09:00:00+00:00' "
            "FROM connection WHERE name = 'Harbour'",
            (id_, f"v-{sku}", sku.casefold(), document),
        )
        database.commit()
    return id_


def test_goods_are_found_by_words_with_each_stores_number(cli: Cli) -> None:
    every = cli.ask("products", "find")
    tee = next(each for each in every if each["sku"] == "TEE-M")
    assert cli.ask("products", "find", "organic", "tee-m") == [tee]
    assert "Harbour" in tee["listed"]
    assert tee["price"] == {"amount": "24.90", "currency": "EUR"}
    assert "Organic Tee" in cli.run("products", "find", "tee-m").stdout
    assert cli.ask("products", "find", "no such thing") == []

"""A first day, by keyboard alone, at 80x24 through a real sshd: connect both stores, sell, see it arrive."""

from __future__ import annotations

import json
import shlex
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.processes import SimulatorDoor, eventually, simulators
from tests.support.terminal import Terminal, ssh_server, terminal
from tillbridge.platforms.registry import PlatformServiceRegistry

WRONG = "shpss_not_the_secret"


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short, since a socket's path has little room."""
    return tmp_path_factory.mktemp("w")


def test_connect_sell_and_see_it_synced(folder: Path) -> None:
    data = folder / "data"
    command = shlex.join(["env", "TERM=xterm-256color", sys.executable, "-m", "tillbridge", "--data-dir", str(data)])
    with simulators(folder / "shops") as doors, ssh_server(folder) as ssh, terminal([*ssh, command], folder) as pane:
        leave_training(pane)
        connect_first(pane, doors["shopify"])
        connect_second(pane, doors["woocommerce"])
        receipt = sell(pane)
        arrived(pane, receipt, {each: doors[each] for each in ("shopify", "woocommerce")})
        pane.keys("C-q")
        pane.wait_for_the_end()


def leave_training(pane: Terminal) -> None:
    """Nothing is connected, so the training shop opens; the real one is one choice away."""
    pane.wait_for("TRAINING SHOP", "Welcome to Tillbridge", "Connect a real store")
    pane.keys("Down", "Enter")
    pane.wait_for("TRAINING SHOP", gone=True)
    pane.wait_for("Welcome to Tillbridge", "Connect a store")
    pane.keys("Enter")
    pane.wait_for("Which platform?")


def connect_first(pane: Terminal, door: SimulatorDoor) -> None:
    """A wrong key first: the card names the field and where to find it, and the focus goes there."""
    given = json.loads(door.credentials.read_text())
    choose(pane, door)
    pane.wait_for("Connect Shopify", "Shop domain")
    for value in (given["shop"], given["client_id"], WRONG, door.base_url):
        pane.type(value)
        pane.keys("Tab")
    assert WRONG not in pane.screen()
    pane.keys("F12")
    pane.wait_for("Client secret is not accepted", "Where to find it", "Dev Dashboard")
    pane.keys("Enter")
    pane.wait_for("Attention", gone=True)
    pane.keys("C-e", "C-u")
    pane.type(given["client_secret"])
    pane.keys("F12")
    pane.wait_for("Passport", "Shopify", "ready", "all sales")


def choose(pane: Terminal, door: SimulatorDoor) -> None:
    """The list has all platforms by their slugs."""
    pane.keys(*["Down"] * PlatformServiceRegistry().slugs().index(door.platform), "Enter")


def connect_second(pane: Terminal, door: SimulatorDoor) -> None:
    given = json.loads(door.credentials.read_text())
    pane.keys("n")
    pane.wait_for("Which platform?")
    choose(pane, door)
    pane.wait_for("Connect WooCommerce")
    for value in (door.base_url, given["consumer_key"], given["consumer_secret"]):
        pane.type(value)
        pane.keys("Tab")
    pane.keys("F12")
    pane.wait_for("Passport", "Platform      WooCommerce", "State         ● ready")
    pane.keys("o")
    pane.wait_for("Which sales does WooCommerce record?")
    pane.keys("Down", "Enter")
    pane.wait_for("Which sales", gone=True)
    pane.wait_for("all sales")


def sell(pane: Terminal) -> str:
    """Two tees and a mug, a 10 % code, a gift card that pays a part, the rest by card."""
    pane.keys("F6")
    pane.wait_for("Scan or search")
    scan(pane, "tee-m", "Organic")
    scan(pane, "tee-m", " 2 ")
    scan(pane, "mug-blu", "Enamel")
    reduce(pane)
    pane.wait_for("-€6.23", "€56.07")
    pane.keys("F9")
    pane.wait_for("Nothing is taken before")
    pane.type("GIFT-BBBB-3333-4444")
    pane.keys("Enter")
    pane.wait_for("-€10.00", "€46.07")
    receipt = pane.screen().partition("Basket C")[2].partition(" ")[0]
    pane.keys("F12")
    pane.wait_for("How is €46.07 paid?")
    pane.keys("Enter")
    pane.wait_for(f"C{receipt}  €56.07")
    return f"C{receipt}"


def scan(pane: Terminal, code: str, words: str) -> None:
    """The catalogue is fetched in the background; until it is there a scan finds nothing and is made again."""

    def found() -> bool:
        pane.keys("C-u")
        pane.type(code)
        pane.keys("Enter")
        return words in pane.wait_for("Basket C") or words in pane.wait_for(words, patience=1.5, forgiving=True)

    eventually(found)


def reduce(pane: Terminal) -> None:
    """Both stores must know the goods to judge a code; until a new store's catalogue is there the till says so."""

    def judged() -> bool:
        pane.keys("F8")
        pane.wait_for("Discount code")
        pane.type("HARBOUR10")
        pane.keys("Enter")
        return "-€6.23" in pane.wait_for("-€6.23", patience=3, forgiving=True)

    eventually(judged)


def arrived(pane: Terminal, receipt: str, doors: dict[str, SimulatorDoor]) -> None:
    """Synced on screen with the platforms' numbers; once, to the cent, and no mail, in both shops' own books."""
    pane.wait_until(lambda seen: seen.count("● synced") == len(doors))
    screen = pane.screen()
    for door in doors.values():
        mine = [each for each in door.orders() if each["reference"].startswith("TB")]
        assert [Decimal(each["total"]) for each in mine] == [Decimal("56.07")]
        assert mine[0]["paid"]
        assert str(mine[0]["id"]).rsplit("/", 1)[-1] in screen
        assert door.get("outbox")["mails"] == []
    cards = {each["code"]: each["balance"] for each in doors["shopify"].get("ledger")["gift_cards"]}
    assert Decimal(cards["GIFT-BBBB-3333-4444"]) == 0
    assert receipt in screen

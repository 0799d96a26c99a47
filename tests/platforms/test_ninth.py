"""A ninth platform from outside goes the whole way by the public door, and nothing here knows its name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.console.scenes import NARROW, connecting, console, press, settle, typed
from tests.console.seen import screen
from tests.platforms.ninth.simulator import KEY, StallSimulator
from tests.platforms.ninth.spec import NOTHING, SLUG
from tests.support.clock import VirtualClock
from tests.support.house import open_house_of
from tests.support.processes import SimulatorDoor, simulators
from tests.support.sales import line, record
from tillbridge.cli.demo import FLOWS, run_flows
from tillbridge.domain.connections import ConnectionState
from tillbridge.platforms import registry
from tillbridge.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The distribution as an installer leaves it, for this process and those it starts."""
    place = tmp_path / "site"
    info = place / "corner_stall-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corner-stall\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{registry.DOOR}]\n{SLUG} = tests.platforms.ninth:PLATFORM\n")
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{ROOT / 'src'}:{ROOT}")


def test_no_file_of_the_package_or_its_styles_names_it() -> None:
    names = (SLUG, "Corner Stall", "tests.platforms.ninth")
    files = [each for folder in ("src", "styles") for each in (ROOT / folder).rglob("*.*") if each.is_file()]
    texts = {each: each.read_bytes().decode(errors="replace") for each in files if each.suffix != ".pyc"}
    assert len(texts) > 200
    assert not [each for each, text in texts.items() if any(name in text for name in names)]


@pytest.mark.usefixtures("installed")
def test_it_is_known_by_its_entry_point_and_takes_no_shipped_ones_place(tmp_path: Path) -> None:
    points = tmp_path / "site" / "corner_stall-1.0.dist-info" / "entry_points.txt"
    points.write_text(f"{points.read_text()}shopify = tests.platforms.ninth:PLATFORM\n")
    known = registry.PlatformServiceRegistry()
    assert known.spec(SLUG).title == "Corner Stall"
    assert known.spec("shopify").title == "Shopify"
    assert len(known.slugs()) == 9


@pytest.mark.usefixtures("installed")
async def test_the_console_draws_its_form_and_connects_it(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with open_house_of(tmp_path, clock, {SLUG: StallSimulator(clock)}) as house:
        async with console(house, NARROW) as pilot:
            await press(pilot, *connecting(house, SLUG))
            assert "Connect Corner Stall" in screen(pilot.app)
            await press(pilot, *typed("stall.example"), "tab")
            assert "Stall address" in screen(pilot.app)
            assert "Where to find it: under the mat" in screen(pilot.app)
            await press(pilot, *typed("stall-key-12"))
            assert "Stall key does not look right" in screen(pilot.app)
            await press(pilot, "ctrl+u", *typed(KEY), "f12")
            await settle(pilot)
            seen = screen(pilot.app)
            assert "Passport" in seen
            assert NOTHING in seen
            assert KEY not in seen
        assert (await house.services.connections.find("Corner Stall")).state is ConnectionState.READY


@pytest.fixture
def doors(installed: None, tmp_path: Path) -> Iterator[Mapping[str, SimulatorDoor]]:
    """What ``training serve`` says, the ninth among them."""
    with simulators(tmp_path / "shops") as served:
        yield served


def test_a_paid_sale_arrives_there_once_by_the_command_line(doors: Mapping[str, SimulatorDoor], tmp_path: Path) -> None:
    cli, door = Cli(tmp_path / "data", []), doors[SLUG]
    cli.connect(door, "Corner")
    cli.run("connections", "prepare", "Corner")
    cli.run("connections", "route", "Corner", "all")
    cli.run("sync", "--until-idle")
    sale = record("R-9", lines=[line("TEE-M", "2")])
    assert cli.ask("orders", "add", "-", stdin=sale)["added"] == 1
    assert cli.ask("orders", "add", "-", stdin=sale)["added"] == 0
    cli.run("sync", "--until-idle")
    told = cli.ask("orders", "show", "R-9")
    assert told["status"] == "synced"
    assert told["connections"]["Corner"]["platform_order_id"] == "1"
    (booked,) = door.orders()
    assert (booked["reference"], booked["total"], booked["paid"]) == (told["reference"], "49.80", True)


@pytest.mark.usefixtures("installed")
def test_its_passport_is_told_beside_the_others(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "data", [])
    (row,) = [each for each in cli.ask("platforms") if each["slug"] == SLUG]
    assert row["proofs"]["operations"] == {}
    said = cli.run("platforms").stdout
    assert "Corner Stall (corner_stall) · API 1, until 01 Jan 2030" in said
    assert f"○ gift_card * – {NOTHING}" in said
    assert "Proved: not by a test yet: products list, find; orders create" in said


@pytest.mark.usefixtures("installed")
async def test_the_demo_plays_its_flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_SHIPPED", {})
    lines = await run_flows(Settings(data_dir=tmp_path / "data"))
    assert [each.flow for each in lines] == list(FLOWS)
    outcomes = {each.flow: each.outcome for each in lines}
    assert {each.platform for each in lines} == {SLUG}
    assert outcomes["5 order sync"] == "done", lines
    assert "failed" not in outcomes.values(), lines
    assert json.dumps(NOTHING)[1:-1] in lines[-1].detail

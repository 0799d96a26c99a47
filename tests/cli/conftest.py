"""The command line in this process, on data of its own, with pretended stores behind real sockets."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.support.databases import copy_template
from tests.support.processes import SimulatorDoor, simulators
from tillbridge.cli.app import app
from tillbridge.places import DATABASE

CARDS = ("GIFT-AAAA-1111-2222", "GIFT-BBBB-3333-4444", "GIFTAAAA11112222", "GIFTBBBB33334444")
NAMES = {"shopify": "Harbour", "woocommerce": "Own site"}


@dataclass(frozen=True, slots=True)
class Cli:
    """``said`` collects all that was ever printed, so that secrets can be looked for in it."""

    data_dir: Path
    said: list[str]

    def run(self, *arguments: str, stdin: str = "", expect: int = 0) -> Result:
        """One command, which must end as expected."""
        result = CliRunner().invoke(app, ["--data-dir", str(self.data_dir), *arguments], input=stdin)
        self.said.append(result.output)
        ended = f"{' '.join(arguments)} ended with {result.exit_code}\n{result.output}"
        assert result.exit_code == expect, f"{ended}\n{result.exception!r}"
        assert result.exception is None or isinstance(result.exception, SystemExit), ended
        return result

    def ask(self, *arguments: str, stdin: str = "", expect: int = 0) -> Any:
        """A command with --json, its answer read."""
        return json.loads(self.run(*arguments, "--json", stdin=stdin, expect=expect).stdout)

    def refused(self, *arguments: str, stdin: str = "") -> Any:
        """The card of a command that must be refused, as JSON on the error stream."""
        return json.loads(self.run(*arguments, "--json", stdin=stdin, expect=1).stderr)

    def add(self, *sales: Mapping[str, Any]) -> Any:
        return self.ask("orders", "add", "-", stdin="\n".join(json.dumps(each) for each in sales))

    def connect(self, door: SimulatorDoor, name: str) -> Any:
        return self.ask(
            "connections", "add", door.platform, "--name", name, "--credentials", str(door.credentials), "--base-url",
            door.base_url,
        )  # fmt: skip


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, SimulatorDoor]]:
    """The pretended stores these tests connect, which run as long as the tests of the command line."""
    with simulators(tmp_path_factory.mktemp("simulators")) as served:
        yield {platform: served[platform] for platform in NAMES}


@pytest.fixture(scope="session")
def connected(doors: Mapping[str, SimulatorDoor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with both stores connected, prepared and pulled, to be copied."""
    cli = Cli(tmp_path_factory.mktemp("connected"), [])
    for platform, name in NAMES.items():
        cli.connect(doors[platform], name)
        cli.run("connections", "prepare", name)
    cli.run("connections", "route", NAMES["woocommerce"], "all")
    cli.run("sync")
    return cli.data_dir


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    """A shop nobody connected anything to; that a first start makes it is tests/storage's business."""
    Path(copy_template(tmp_path)).rename(tmp_path / DATABASE)
    (tmp_path / "keyring").rename(tmp_path / "keyring.json")
    return Cli(tmp_path, [])


@pytest.fixture
def cli(connected: Path, doors: Mapping[str, SimulatorDoor], tmp_path: Path) -> Iterator[Cli]:
    """A connected shop. Whatever a test made it print or log, no secret may have been in it."""
    shutil.copytree(connected, tmp_path / "shop")
    opened = Cli(tmp_path / "shop", [])
    yield opened
    told = "\n".join([*opened.said, (opened.data_dir / "tillbridge.log").read_text()])
    assert not [each for each in (*secrets_of(doors.values()), *CARDS) if each in told]


def secrets_of(doors: Sequence[SimulatorDoor] | Any) -> list[str]:
    """Values of the credentials files that must not be shown."""
    shown = {"shop", "shop_url", "client_id"}
    return [
        value for each in doors for name, value in json.loads(each.credentials.read_text()).items() if name not in shown
    ]

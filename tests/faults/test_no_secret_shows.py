"""A day with stores, faults, a worker, a backup and the console: no secret is anywhere but in the vault."""

from __future__ import annotations

import base64
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.secrets import files_under, forms, found_in, processes_of
from tests.support.processes import COMMAND, Shop, SimulatorDoor, eventually, simulators
from tests.support.records import sale
from tests.support.terminal import needs, terminal
from tillbridge.platforms.registry import PlatformServiceRegistry

REGISTRY = PlatformServiceRegistry()
WRONG = "planted-and-wrong-7Q4Z"
DATABASE_PASSWORD = "planted/db pass-9K2X"
LOOKS = (
    ("connections", "list"), ("connections", "show", "{name}"), ("connections", "test", "{name}"), ("tokens", "list"),
    ("platforms",), ("orders", "list"), ("queue", "list"), ("notifications", "list"), ("audit", "list"), ("doctor",),
)  # fmt: skip


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, SimulatorDoor]]:
    with simulators(tmp_path_factory.mktemp("simulators")) as served:
        yield served


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short, since a socket's path has little room."""
    return tmp_path_factory.mktemp("s")


def secrets_of(doors: Mapping[str, SimulatorDoor]) -> dict[str, str]:
    """What was planted, by platform and field."""
    return {
        f"{door.platform} {field}": value
        for door in doors.values()
        for field, value in json.loads(door.credentials.read_text()).items()
        if field in hidden(door) and value
    } | {"wrong key": WRONG, "database password": DATABASE_PASSWORD}


def hidden(door: SimulatorDoor) -> set[str]:
    """Fields of a platform's form that are secrets."""
    return {each.name for each in REGISTRY.spec(door.platform).fields if each.secret}


@pytest.mark.soak  # the stores' troubles are waited out in real time
def test_no_secret_is_anywhere_but_in_the_vault(doors: Mapping[str, SimulatorDoor], folder: Path) -> None:
    shop, said = Shop(folder / "shop"), []
    secrets = secrets_of(doors)
    for door in doors.values():
        shop.connect(door, door.platform)
        said.append(refused_connection(shop, door, folder))
    said += busy_day(shop, doors)
    said += [*watched_worker(shop), console_panels(shop, folder)]
    said.append(said_by(shop, "doctor", TILLBRIDGE_DATABASE_URL=database_url()))
    shop.run("backup", str(folder / "shop" / "copy.sqlite3"))
    places = [(f"output {at}", each) for at, each in enumerate(said)] + list(files_under(folder / "shop"))
    assert len(places) > len(LOOKS)
    assert found_in(places, secrets) == []


def refused_connection(shop: Shop, door: SimulatorDoor, folder: Path) -> bytes:
    """A key that is wrong, through the form's file."""
    values = json.loads(door.credentials.read_text())
    field = [name for name in values if name in hidden(door)][-1]
    file = folder / f"{door.platform}-wrong.json"
    file.write_text(json.dumps({**values, field: f"{values[field][:6]}{WRONG}" if field == "client_secret" else WRONG}))
    file.chmod(0o600)
    return said_by(
        shop, "connections", "add", door.platform, "--name", "wrong", "--credentials", str(file), "--base-url",
        door.base_url, "--json",
    )  # fmt: skip


def busy_day(shop: Shop, doors: Mapping[str, SimulatorDoor]) -> list[bytes]:
    """Sales through a store in trouble, then everything there is to look at, in words and as JSON."""
    for door in doors.values():
        shop.run("connections", "route", door.platform, "all")
        for fault in ("html", "error_5xx", "truncated", "storm_429"):
            door.arm(fault)
    shop.add_sales([sale("S-1"), sale("S-2")])
    said = [said_by(shop, "sync")]
    for look in LOOKS:
        for name in doors if "{name}" in look else [""]:
            arguments = [each.format(name=name) for each in look]
            said += [said_by(shop, *arguments), said_by(shop, *arguments, "--json")]
    return said


def watched_worker(shop: Shop) -> list[bytes]:
    """A worker's arguments, environment and last words when it is brought down with a dump."""
    command = [sys.executable, "-X", "faulthandler", *COMMAND[1:], "worker"]
    running = subprocess.Popen(command, env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        log = shop.data_dir / "tillbridge.log"
        before = log.stat().st_size
        eventually(lambda: running.poll() is not None or log.stat().st_size > before or _up(running))
        seen = [content for _, content in processes_of(running.pid)]
        running.send_signal(signal.SIGABRT)
        dump, _ = running.communicate(timeout=30)
        assert b"Fatal Python error" in dump
        return [*seen, dump]
    finally:
        running.kill()
        running.wait(timeout=30)


def _up(running: subprocess.Popen[bytes]) -> bool:
    """Whether it has its database open."""
    folder = Path(f"/proc/{running.pid}/fd")
    return any("shop" in str(each.readlink()) and str(each.readlink()).endswith("-wal") for each in folder.iterdir())


def console_panels(shop: Shop, folder: Path) -> bytes:
    """Every panel of the console, one after the other."""
    needs("tmux")
    with terminal([*COMMAND, "--data-dir", str(shop.data_dir)], folder, columns=160, lines=50) as pane:
        pane.wait_for("Connections")
        seen = []
        for key, words in (("F3", "Platforms"), ("F4", "Tokens"), ("F5", "Queue"), ("F7", "Settings"), ("F2", "Shop")):
            pane.keys(key)
            seen.append(pane.wait_for(words))
        pane.keys("C-q")
        pane.wait_for_the_end()
        return "\n".join(seen).encode()


def database_url() -> str:
    """A server that is not there, with a password that must not be repeated."""
    return "postgresql://till:planted%2Fdb%20pass-9K2X@127.0.0.1:1/shop"


def said_by(shop: Shop, *arguments: str, **environment: str) -> bytes:
    """Both streams of a command, however it ends."""
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, env={**shop.environment(), **environment}, timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout + done.stderr


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    """The positive control: each form, in a file beside the shop's, is a hit."""
    secret = 'shpss_a/b c+d"e-0123456789'
    for name, content in forms(secret).items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "tillbridge.log").write_bytes(b"before " + content + b" after")
        assert found_in(files_under(folder), {"planted": secret}), name
    (tmp_path / "basic").mkdir()
    (tmp_path / "basic" / "log").write_bytes(base64.b64encode(f"user:{secret}".encode()))
    assert found_in(files_under(tmp_path / "basic"), {"planted": secret})
    shutil.rmtree(tmp_path / "clear")
    assert found_in(files_under(tmp_path), {"another": "not-to-be-found-31"}) == []

"""Databases for tests: a SQLite file, and a PostgreSQL cluster of the test run's own with a fresh database per test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from glob import glob
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import VirtualClock
from tillbridge.storage import Storage, open_storage
from tillbridge.storage.database import Database

__all__ = ["address", "clock", "copy_template", "postgresql", "sqlite_address", "sqlite_storage", "storage"]

_OWNER = "postgres"
_USER = "till"
_PRIVATE = ("-c", "max_connections=60", "-c", "listen_addresses=")
_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off")


class Cluster:
    """A private server on a socket in its own folder. ``fresh`` makes a database that is up to date and empty."""

    def __init__(self, folder: Path, binaries: Path, *, durable: bool = False) -> None:
        self.folder, self._binaries, self._durable = folder, binaries, durable
        self._numbers = itertools.count(1)
        self._template = ""

    def initialise(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, _OWNER, _OWNER)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        options = " ".join((*_PRIVATE, *(() if self._durable else _FAST), "-k", str(self.folder)))
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def fresh(self, template: str = "") -> str:
        """The address of a new database; of ``template`` "template0" without any table."""
        if not template and not self._template:
            self._template = self._made("template0")
            _outside_any_loop(lambda: _bring_up(self.url(self._template)))
        return self.url(self._made(template or self._template))

    def _made(self, template: str) -> str:
        name = f"shop_{next(self._numbers)}"
        self._run("createdb", "-h", str(self.folder), "-U", _USER, "-T", template, name)
        return name

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _OWNER, "--", *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


async def _bring_up(address: str) -> None:
    async with Database(address).opened():
        pass


def _binaries() -> Path | None:
    folders = [*sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True), "/usr/local/bin", "/usr/bin"]
    return next((Path(each) for each in folders if Path(each, "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """One cluster per process of the test run, stopped at its end; skipped where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here")
    with _running(binaries, durable=False) as cluster:
        yield cluster


@contextmanager
def durable_cluster() -> Iterator[Cluster]:
    """A server that writes to disk as a shop's would, for measures. Raises LookupError where there is none."""
    binaries = _binaries()
    if binaries is None:
        raise LookupError("PostgreSQL is not installed here")
    with _running(binaries, durable=True) as cluster:
        yield cluster


@contextmanager
def _running(binaries: Path, *, durable: bool) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="tillbridge-pg-"))
    cluster = Cluster(folder, binaries, durable=durable)
    try:
        cluster.initialise()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@cache
def _template() -> tempfile.TemporaryDirectory[str]:
    """A new shop, opened once: its migrations take longer than most tests."""
    folder = tempfile.TemporaryDirectory(prefix="tillbridge-template-")
    _outside_any_loop(lambda: _open_once(Path(folder.name)))
    return folder


def _outside_any_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


async def _open_once(folder: Path) -> None:
    async with open_storage(str(folder / "shop.sqlite3"), VirtualClock(), keyring_path=folder / "keyring"):
        pass


def copy_template(folder: Path) -> str:
    """Put an empty shop into ``folder``: ``shop.sqlite3``, whose path is answered, and its ``keyring``."""
    for name in ("shop.sqlite3", "keyring"):
        shutil.copy(Path(_template().name, name), folder / name)
    return str(folder / "shop.sqlite3")


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    return copy_template(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """Where an empty database is, on each kind in turn."""
    if request.param == "sqlite":
        path: str = request.getfixturevalue("sqlite_address")
        return path
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.fresh()


@pytest.fixture
async def storage(address: str, clock: VirtualClock, tmp_path: Path) -> AsyncIterator[Storage]:
    """An open storage on each kind of database."""
    async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as opened:
        yield opened


@pytest.fixture
async def sqlite_storage(sqlite_address: str, clock: VirtualClock, tmp_path: Path) -> AsyncIterator[Storage]:
    """An open storage on a SQLite file, for tests that are about the file."""
    async with open_storage(sqlite_address, clock, keyring_path=tmp_path / "keyring") as opened:
        yield opened

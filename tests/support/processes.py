"""Tillbridge as its users start it: real processes, real sockets, a data directory of their own."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_PATIENCE = 60.0
_LOOK_EVERY = 0.05

COMMAND = [sys.executable, "-m", "tillbridge"]


@dataclass(frozen=True, slots=True)
class SimulatorDoor:
    """One simulator as ``training serve`` announced it, and its control door."""

    platform: str
    base_url: str
    credentials: Path
    control: str
    setup: str
    places_order: str = ""
    trust: ssl.SSLContext | None = None

    def get(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.control}/{what}", timeout=30, context=self.trust) as answer:
            return json.load(answer)

    def post(self, what: str, body: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.control}/{what}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30, context=self.trust) as answer:
            return json.load(answer)

    def forget_faults(self) -> None:
        request = urllib.request.Request(f"{self.control}/faults", method="DELETE")
        with urllib.request.urlopen(request, timeout=30, context=self.trust):
            pass

    def orders(self, reference: str = "") -> list[dict[str, Any]]:
        """Orders in the shop's ledger, or those that carry a reference."""
        orders: list[dict[str, Any]] = self.get("ledger")["orders"]
        return [each for each in orders if not reference or each["reference"] == reference]

    def arm(self, fault: str, times: int = 1, match: str = "") -> None:
        self.post("faults", {"fault": fault, "times": times, "match": match})


@dataclass(frozen=True, slots=True)
class Shop:
    """A data directory and the commands run on it."""

    data_dir: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TILLBRIDGE_")}
        return {**kept, "TILLBRIDGE_DATA_DIR": str(self.data_dir)}

    def run(self, *arguments: str, expect: int = 0, stdin: str = "") -> str:
        """The output of one command; fails with both streams when it ends otherwise than expected."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=120,
            check=False,
        )
        if done.returncode != expect:
            pytest.fail(f"tillbridge {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def ask(self, *arguments: str, stdin: str = "") -> Any:
        """A command with --json, its answer read."""
        return json.loads(self.run(*arguments, "--json", stdin=stdin))

    def add_sales(self, sales: Sequence[Mapping[str, Any]]) -> Any:
        return self.ask("orders", "add", "-", stdin="\n".join(json.dumps(each) for each in sales))

    def connect(self, door: SimulatorDoor, name: str) -> None:
        self.run(
            "connections", "add", door.platform, "--name", name, "--credentials", str(door.credentials),
            "--base-url", door.base_url,
        )  # fmt: skip
        self.run("connections", "prepare", name)

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command left running; killed at the end if it still runs."""
        running = subprocess.Popen(
            [*COMMAND, *arguments], env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
            running.wait(timeout=30)


@contextmanager
def simulators(
    folder: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
    trust: ssl.SSLContext | None = None,
) -> Iterator[dict[str, SimulatorDoor]]:
    """``training serve`` on free ports; yields a door per platform. ``trust`` knows the certificate it serves."""
    serving = subprocess.Popen(
        [*COMMAND, "--data-dir", str(folder), "training", "serve", "--port", "0", *options],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _doors(serving, trust)
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def _doors(serving: subprocess.Popen[str], trust: ssl.SSLContext | None) -> dict[str, SimulatorDoor]:
    assert serving.stdout is not None
    doors: dict[str, SimulatorDoor] = {}
    while line := serving.stdout.readline():
        if not line.strip():
            break
        said = json.loads(line)
        if "ready" in said:
            break
        doors[said["platform"]] = SimulatorDoor(
            said["platform"], said["base_url"], Path(said["credentials"]), said["control"], said.get("setup", ""),
            said.get("places_order", ""), trust,
        )  # fmt: skip
    if not doors:
        pytest.fail(f"training serve said nothing: {serving.stderr.read() if serving.stderr else ''}")
    return doors


def eventually(look: Callable[[], Any], patience: float = _PATIENCE) -> Any:
    """The first true answer; fails with the last one seen. What runs elsewhere can only be looked at again."""
    until = time.monotonic() + patience
    seen = look()
    while not seen:
        if time.monotonic() > until:
            pytest.fail(f"never came true: {seen!r}")
        time.sleep(_LOOK_EVERY)
        seen = look()
    return seen

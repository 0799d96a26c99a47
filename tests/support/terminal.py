"""A terminal as a person has it: tmux for keys and screen, and an own sshd on loopback to log in through."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PATIENCE = 40.0
_LOOK_EVERY = 0.1


def needs(*programs: str) -> None:
    """Skip by name when a Debian package the walk needs is absent."""
    for program in programs:
        if shutil.which(program) is None and not Path(f"/usr/sbin/{program}").exists():
            pytest.skip(f"needs {program}")


class Terminal:
    """One tmux pane. ``wait_for`` polls what is on the screen; nothing sleeps for a fixed time."""

    def __init__(self, command: list[str], columns: int, lines: int, folder: Path, env: dict[str, str]) -> None:
        self._socket = str(folder / "tmux.sock")
        exports = [f"{name}={value}" for name, value in env.items()]
        program = shlex.join(["env", *exports, *command])
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines), program)
        # a program that ends at once must leave its last words readable
        self._tmux("set-option", "-g", "remain-on-exit", "on")

    def _tmux(self, *arguments: str) -> str:
        run = subprocess.run(["tmux", "-S", self._socket, *arguments], capture_output=True, text=True, check=False)
        return run.stdout

    def keys(self, *names: str) -> None:
        """Press keys by tmux name: Enter, Tab, BTab, Escape, Down, C-q, F1."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", text)

    def resize(self, columns: int, lines: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait_for_the_end(self, patience: float = _PATIENCE) -> None:
        """Until the program ended (tmux does not always learn its status). Fails with the screen it stays on."""
        until = time.monotonic() + patience
        while self._tmux("display-message", "-p", "#{pane_dead}").strip() != "1":
            if time.monotonic() > until:
                pytest.fail(f"never ended:\n{self.screen()}")
            time.sleep(_LOOK_EVERY)  # a program can only be looked at again

    def wait_until(self, fits: Callable[[str], bool], patience: float = _PATIENCE) -> str:
        """The first screen that fits. Fails with the screen as it was last seen."""
        until = time.monotonic() + patience
        while not fits(screen := self.screen()):
            if time.monotonic() > until:
                pytest.fail(f"never came to fit:\n{screen}")
            time.sleep(_LOOK_EVERY)  # a screen can only be looked at again
        return screen

    def wait_for(self, *words: str, gone: bool = False, patience: float = _PATIENCE, forgiving: bool = False) -> str:
        """The screen once all words are on it (or none any more). Fails with the screen as it was last seen.

        ``forgiving``: answers that screen instead.
        """
        until = time.monotonic() + patience
        screen = ""
        while time.monotonic() < until:
            screen = self.screen()
            seen = [word in screen for word in words]
            if all(seen) if not gone else not any(seen):
                return screen
            time.sleep(_LOOK_EVERY)  # a screen can only be looked at again
        if forgiving:
            return screen
        pytest.fail(f"{'still' if gone else 'never'} saw {words!r}:\n{screen}")

    def close(self) -> None:
        self._tmux("kill-server")


@contextmanager
def terminal(
    command: list[str], folder: Path, *, columns: int = 80, lines: int = 24, env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """A pane that is closed at the end, whatever happened in it."""
    needs("tmux")
    pane = Terminal(command, columns, lines, folder, env or {})
    try:
        yield pane
    finally:
        pane.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ssh_server(folder: Path) -> Iterator[list[str]]:
    """An sshd of our own on loopback; yields the ssh command line to put a remote command behind."""
    needs("sshd", "ssh", "ssh-keygen")
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    port, pid_file = free_port(), folder / "sshd.pid"
    config = folder / "sshd.conf"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"StrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile {pid_file}\nPermitRootLogin yes\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    server = subprocess.Popen([program, "-D", "-f", str(config)], stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(port)
        yield [
            "ssh", "-tt", "-F", "none", "-p", str(port), "-i", str(folder / "user"), "-o", "StrictHostKeyChecking=no",
            "-o", f"UserKnownHostsFile={folder}/known", "-o", "LogLevel=ERROR", "127.0.0.1",
        ]  # fmt: skip
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_until_open(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_LOOK_EVERY)  # a port can only be tried again
    pytest.fail("the server did not open its port")

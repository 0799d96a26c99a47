"""A program on a pseudo terminal, measured by its frames: the driver wraps each in a synchronised-output mark."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from pathlib import Path

_QUERY, _REPLY = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_FRAME_END = b"\x1b[?2026l"
_PATIENCE = 60.0


class Screen:
    """Start a command, then ask for the time to its next frame, in seconds."""

    def __init__(self, command: list[str], *, columns: int, lines: int, env: dict[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.written = 0
        self.text = b""

    def next_frame(self, after: bytes = b"", patience: float = _PATIENCE) -> float:
        """The moment the next frame that follows the words ``after`` is complete."""
        seen = b""
        until = time.perf_counter() + patience
        while time.perf_counter() < until:
            seen += self._read(until - time.perf_counter())
            at = seen.find(after)
            if at >= 0 and seen.find(_FRAME_END, at) >= 0:
                return time.perf_counter()
        raise TimeoutError(f"no frame with {after!r}: {seen[-400:]!r}")

    def press(self, key: bytes, answer: bytes) -> float:
        """Seconds from a key to the end of the frame that holds its answer."""
        began = time.perf_counter()
        self.send(key)
        return self.next_frame(answer) - began

    def settle(self, quiet: float = 0.4) -> None:
        """Read until nothing was written for a while."""
        while self._read(quiet):
            pass

    def send(self, key: bytes) -> None:
        """Press a key without waiting for an answer."""
        os.write(self._fd, key)

    def bytes_in(self, seconds: float) -> tuple[int, int]:
        """How much the program writes by itself in a time, and in how many parts."""
        before, parts, until = self.written, 0, time.perf_counter() + seconds
        while (rest := until - time.perf_counter()) > 0:
            parts += bool(self._read(rest))
        return self.written - before, parts

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def _read(self, patience: float) -> bytes:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, patience))
        if not ready:
            return b""
        try:
            part = os.read(self._fd, 65536)
        except OSError as error:
            raise TimeoutError("the program ended") from error
        if _QUERY in part:
            os.write(self._fd, _REPLY)
        self.written += len(part)
        self.text = (self.text + part)[-20000:]
        return part

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

"""Rotates the keys of a row of equal shops, each in a process that is killed one write later than the one before.

Run as ``python -m tests.support.rotating DATABASE KEYRING DATABASE KEYRING …``;
prints how many were killed before one was through.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tillbridge.domain.clock import SystemClock
from tillbridge.storage import Vault, keyring, open_storage
from tillbridge.storage.database import Database


def _killing(step: int) -> Callable[[], None]:
    """Ends this process without a word at its n-th write."""
    numbers = itertools.count()

    def wrote() -> None:
        if next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return wrote


def _watch(wrote: Callable[[], None]) -> None:
    """Before each write: of the keyring's file, of its folder, of a row, and before and after the commit."""

    def around(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            wrote()
            return real(*given, **named)

        setattr(owner, name, watched)

    around(os, "fsync")
    around(Path, "replace")
    around(keyring, "save")
    around(Vault, "_close_again")
    around(Vault, "_save")
    around(Database, "transaction")


async def _rotate(address: str, path: Path, step: int) -> None:
    async with open_storage(address, SystemClock(), keyring_path=path) as storage:
        _watch(_killing(step))
        await storage.vault.rotate()


def _killed(address: str, path: Path, step: int) -> bool:
    child = os.fork()
    if child == 0:
        asyncio.run(_rotate(address, path, step))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main() -> None:
    pairs = list(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    killed = itertools.takewhile(bool, (_killed(address, Path(path), at) for at, (address, path) in enumerate(pairs)))
    sys.stdout.write(str(len(list(killed))))


if __name__ == "__main__":
    main()

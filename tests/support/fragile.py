"""A storage whose power fails at the n-th call, before or after that call took effect, and stays off until restored."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from tests.support.memory_shop import Killed
from tillbridge.storage import Storage


class Fuse:
    """``burn`` counts down to the cut; ``None`` never cuts."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.after = False
        self.blown = False

    def set(self, calls: int | None, *, after: bool = False) -> None:
        self.left, self.after, self.blown = calls, after, False

    def check(self) -> None:
        if self.blown:
            raise Killed("the power is off")

    def burn(self) -> bool:
        """Whether this call is the one at which the power fails."""
        self.check()
        if self.left is None:
            return False
        self.left -= 1
        self.blown = self.left < 0
        return self.blown


class _Repository:
    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*args: Any, **kwargs: Any) -> Any:
            if self._fuse.burn() and not self._fuse.after:
                raise Killed(f"before {name}")
            result = await method(*args, **kwargs)
            self._fuse.check()
            return result

        return call


class FragileStorage:
    """Stands in front of a real storage."""

    def __init__(self, inner: Storage, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        return _Repository(getattr(self._inner, name), self._fuse)

    async def prune(self) -> int:
        """Nothing of what is cleared away is needed again, so its power never fails."""
        return await self._inner.prune()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        self._fuse.check()
        async with self._inner.transaction():
            yield
            self._fuse.check()


def fragile(storage: Storage, fuse: Fuse) -> Storage:
    """The storage with the fuse in front."""
    return cast(Storage, FragileStorage(storage, fuse))

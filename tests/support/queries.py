"""Counting the statements that reach a SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tillbridge.storage.sqlite_engine import Guarded

_WAYS = ("execute_insert", "execute_many", "execute_query", "execute_query_dict")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements made inside, in order."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in _WAYS:
            patch.setattr(Guarded, name, _counting(getattr(Guarded, name), seen))
        yield seen


def _counting(real: Any, seen: list[str]) -> Any:
    async def call(self: Guarded, query: str, *values: Any) -> Any:
        seen.append(query)
        return await real(self, query, *values)

    return call

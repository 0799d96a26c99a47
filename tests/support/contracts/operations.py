"""A bare list of operations, method and path, as a project's older line had them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.recorder import Sent


@dataclass(frozen=True, slots=True)
class Operations:
    file: Path

    def covers(self, sent: Sent) -> bool:
        return any(method == sent.method and form.fullmatch(sent.path) for method, form in _operations(self.file))

    def problems(self, sent: Sent) -> Iterator[str]:
        yield from ()


@cache
def _operations(file: Path) -> list[tuple[str, re.Pattern[str]]]:
    document = json.loads(file.read_text(encoding="utf-8"))
    rows = [*document["operations"], *document["extraOperations"]]
    return [(row["method"], re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(row["path"])))) for row in rows]

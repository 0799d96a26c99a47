"""What shows that a shop takes what its document does not declare: an exchange recorded from a real one, or a sheet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.contracts.places import RECORDINGS, SHEETS


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange by file and place in it, such as "35/1": what was asked in it, and how the real shop answered."""

    name: str
    status: int
    asked: str
    """A part of method, path, query and body as they were recorded."""

    def fault(self, platform: str) -> str:
        """Why the evidence does not stand, or nothing."""
        if not (RECORDINGS / platform).is_dir():
            return ""
        number, _, at = self.name.partition("/")
        file, rows = _recording(platform, number)
        if int(at) >= len(rows):
            return f"{file} has no exchange {at}"
        row = rows[int(at)]
        said = _request(row["request"])
        if row["response"]["status"] != self.status:
            return f"{self.name} was answered {row['response']['status']}, not {self.status}"
        return "" if self.asked in said else f"{self.name} did not ask {self.asked!r}: {said[:300]}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Words in a numbered section of the platform's fact sheet."""

    section: int
    words: str

    def fault(self, platform: str) -> str:
        """Why the evidence does not stand, or nothing."""
        file = SHEETS / f"{platform}.md"
        if not file.is_file():
            return ""
        sections = f"\n{file.read_text(encoding='utf-8')}".split("\n## ")
        found = next((each for each in sections if each.startswith(f"{self.section}.")), "")
        return "" if self.words in " ".join(found.split()) else f"section {self.section} does not say {self.words!r}"


@cache
def _recording(platform: str, number: str) -> tuple[str, list[Any]]:
    (file,) = (RECORDINGS / platform).glob(f"{number}-*.json")
    rows: list[Any] = json.loads(file.read_text(encoding="utf-8"))["exchanges"]
    return file.name, rows


def _request(asked: Any) -> str:
    """One line of a recorded request, whichever of the two ways it was written down."""
    query = asked.get("query") or ""
    if isinstance(query, list):
        query = "&".join("=".join(map(str, pair)) for pair in query)
    body = next((asked[key] for key in ("json", "body") if asked.get(key) is not None), None)
    text = json.dumps(body) if body is not None else asked.get("text") or asked.get("body_text") or ""
    return f"{asked['method']} {asked['path']}{'?' if query else ''}{query} {text}".strip()

"""Routes and arguments as WordPress itself lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

from tests.support.recorder import Sent

_SIGNS = ("oauth_", "_", "consumer_key", "consumer_secret")
"""How arguments begin that belong to the site's front door, not to a route: proofs of who asks, and what to answer."""


@dataclass(frozen=True, slots=True)
class Routes:
    file: Path

    def covers(self, sent: Sent) -> bool:
        return _route(self.file, sent.path) is not None

    def problems(self, sent: Sent) -> Iterator[str]:
        """Arguments of the query and the body against what the route declares."""
        route = _route(self.file, sent.path) or {"endpoints": []}
        endpoint = next((each for each in route["endpoints"] if sent.method in each["methods"]), None)
        if endpoint is None:
            yield f"{sent.method} is not a method of the route"
            return
        known, body = endpoint["args"], sent.body or {}
        given = [name for name, _ in sent.query if not name.startswith(_SIGNS)]
        yield from (f"{name} is not an argument" for name in [*given, *body] if name not in known)
        yield from (f"{name} is missing" for name in known if _is_missing(known[name], name, sent))
        for name, value in body.items():
            for error in Draft4Validator(_strict(known.get(name) or {})).iter_errors(value):
                yield f"{name}: {error.message[:200]}"


def _is_missing(argument: Any, name: str, sent: Sent) -> bool:
    in_path = sent.path.rpartition("/")[2].isdigit() or "/batch" in sent.path
    there = name in (sent.body or {}) or name in dict(sent.query) or in_path
    return argument.get("required") is True and "default" not in argument and not there


@cache
def _routes(file: Path) -> list[tuple[re.Pattern[str], Any]]:
    routes = json.loads(file.read_text(encoding="utf-8"))["routes"]
    return [
        (re.compile(".*/wp-json" + re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(path))), route)
        for path, route in routes.items()
    ]


@cache
def _route(file: Path, path: str) -> Any:
    return next((route for pattern, route in _routes(file) if pattern.fullmatch(path)), None)


def _strict(schema: Any) -> Any:
    """The schema without WordPress's own keywords: "required" as a flag and shop-specific enums."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: _strict(value) for name, value in schema.items() if name not in ("required", "enum", "context", "default")
    }
    if kept.get("type") == "mixed":
        del kept["type"]
    return kept

"""Holds requests to the vendor's OpenAPI files, which lie beside the checkout: path, method, query and body."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from tests.support.contracts import CONTRACTS
from tests.support.recorder import Sent

FOLDER = CONTRACTS / "magento"
FILES = ("admin-2.4.7.trimmed.yaml", "admin-2.4.8.trimmed.yaml", "admin-2.4.9.trimmed.yaml")
_OPEN = ("fields",)


@cache
def document(name: str) -> Any:
    """One contract, read by the fastest reader there is."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(), Loader=loader)


@cache
def _patterns(name: str) -> list[tuple[re.Pattern[str], Any]]:
    """Routes, plain ones before those with parts to fill."""
    paths = sorted(document(name)["paths"].items(), key=lambda pair: ("{" in pair[0], pair[0]))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path.rstrip("/")) + "/?"), route) for path, route in paths]


def problems(name: str, sent: Sent) -> list[str]:
    """What a contract says against a request; empty when it holds."""
    path = re.sub(r"^(/index\.php)?/rest(/(?!V1)\w+)?", "", sent.path)
    routes = [route for pattern, route in _patterns(name) if pattern.fullmatch(path)]
    route = next((each[sent.method.lower()] for each in routes if sent.method.lower() in each), None)
    if route is None:
        return [f"{sent.method} {path} is no route"]
    parameters = route.get("parameters") or []
    known = {_plain(each["name"]) for each in parameters if each["in"] == "query"}
    asked = {_plain(key) for key, _ in sent.query if key not in _OPEN}
    found = [f"{each} is no argument" for each in sorted(asked - known)]
    body = next((each for each in parameters if each["in"] == "body"), None)
    if sent.body is not None and body is None:
        return [*found, "no body is taken"]
    return found + (list(_misfits(name, body["schema"], sent.body, "$")) if body and sent.body is not None else [])


def _plain(key: str) -> str:
    """A criterion whatever its place in the list and its spelling."""
    plain = re.sub(r"\[\d+\]", "[0]", key)
    return re.sub(r"_(\w)", lambda found: found[1].upper(), plain)


def _misfits(name: str, schema: Any, value: Any, path: str) -> Any:
    """Unknown fields, missing required ones and values of another type, at every depth."""
    if "$ref" in schema:
        schema = document(name)["definitions"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        fields = schema.get("properties") or {}
        yield from (f"{path}.{each} is unknown" for each in value if each not in fields)
        yield from (f"{path}.{each} is missing" for each in schema.get("required") or () if each not in value)
        for each, inner in value.items():
            if each in fields:
                yield from _misfits(name, fields[each], inner, f"{path}.{each}")
    elif kind == "array" and isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _misfits(name, schema["items"], inner, f"{path}[{at}]")
    elif not _is(kind, value):
        yield f"{path} is {type(value).__name__}, not {kind}"


def _is(kind: str | None, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    told: dict[str | None, type] = {"string": str, "boolean": bool, "object": dict, "array": list}
    return kind not in told or isinstance(value, told[kind])

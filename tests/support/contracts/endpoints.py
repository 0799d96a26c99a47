"""Endpoints with one JSON Schema a request and the fields that lists may be asked by, derived from a vendor's packages.

Its schemas are open, so a field they do not name is noticed by us; the vendor itself would drop it without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.recorder import Sent

_MADE_BY_THE_SHOP = ("id", "orderId", "identifiers")
"""Named as required of a record, and not of what is sent to make one."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """``folder`` holds ``endpoints.json``, ``filters.json`` and ``schemas``."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "endpoints.json"

    def covers(self, sent: Sent) -> bool:
        return self._endpoint(sent) is not None

    def problems(self, sent: Sent) -> Iterator[str]:
        endpoint = self._endpoint(sent)
        assert endpoint is not None
        yield from self._body(endpoint, sent)
        yield from self._filter(endpoint, sent)

    def answer(self, api: str, name: str, value: Any) -> list[str]:
        """What a definition says against an answer."""
        return list(self._against(api, name, value))

    def _endpoint(self, sent: Sent) -> Mapping[str, Any] | None:
        rows = _endpoints(self.file)
        return next((row for method, form, row in rows if method == sent.method and form.fullmatch(sent.path)), None)

    def _body(self, endpoint: Mapping[str, Any], sent: Sent) -> Iterator[str]:
        if sent.method == "GET":
            return
        body = sent.body or {}
        yield from self._against(endpoint["api"], endpoint["request"], body)
        ids = {part.rpartition(".")[2] for part in re.findall(r"\{([^}]+)\}", endpoint["url"])}
        spared = ids | set(_MADE_BY_THE_SHOP)
        for path in endpoint.get("requiredFields") or ():
            if _lacks(path, body, spared):
                yield f"{path} is required"

    def _against(self, api: str, name: str, value: Any) -> Iterator[str]:
        defs = _schemas(self.folder, api)["$defs"]
        validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": defs})
        for error in validator.iter_errors(value):
            where = re.sub(r"\[\d+\]", "[]", error.json_path)
            yield f"{where}: {error.message[:200]}"
        yield from (f"{where} is not a field" for where in _unknown(defs, name, value, "$"))

    def _filter(self, endpoint: Mapping[str, Any], sent: Sent) -> Iterator[str]:
        """Fields and operators of a question that the list does not declare."""
        specs = _filters(self.folder).get(endpoint["api"]) or {}
        wanted = "Search" if "earch" in endpoint["operation"] else "Query"
        spec = next((each for name, each in specs.items() if wanted in name), None)
        asked = (sent.body or {}).get("search" if wanted == "Search" else "query") or {}
        if spec is None or not isinstance(asked.get("filter") or {}, dict):
            return
        for field, condition in (asked.get("filter") or {}).items():
            allowed = next((set(row["operators"]) for row in spec["filters"] if field in row["fields"]), None)
            used = set(condition) if isinstance(condition, dict) else {"$eq"}
            if allowed is None:
                yield f"{field} is not declared as filterable"
            elif "*" not in allowed and not used <= allowed:
                yield f"{field} does not take {used - allowed}"
        yield from _paging(asked, spec)


def _paging(asked: Any, spec: Mapping[str, Any]) -> Iterator[str]:
    for row in asked.get("sort") or ():
        sortable = next((each["sort"] for each in spec["filters"] if row["fieldName"] in each["fields"]), "NONE")
        if sortable not in ("BOTH", row.get("order", "ASC")):
            yield f"{row['fieldName']} does not sort {row.get('order')}"
    if (asked.get("cursorPaging") or {}).get("cursor") and (asked.get("filter") or asked.get("sort")):
        yield "a cursor goes without filter and sort"


@cache
def _endpoints(file: Path) -> tuple[tuple[str, re.Pattern[str], Mapping[str, Any]], ...]:
    told = json.loads(file.read_text(encoding="utf-8"))
    found = []
    for each in told["endpoints"]:
        path = each["url"].removeprefix(told["host"])
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))
        found.append((each["method"], re.compile(pattern), each))
    # a fixed path before one with ids in it
    return tuple(sorted(found, key=lambda each: each[2]["url"].count("{")))


@cache
def _schemas(folder: Path, api: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "schemas" / f"{api}.schema.json").read_text(encoding="utf-8"))
    return found


@cache
def _filters(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "filters.json").read_text(encoding="utf-8"))["apis"]
    return found


def _unknown(defs: Mapping[str, Any], name: str, value: Any, where: str) -> Iterator[str]:
    """Fields of a record that its definition does not name. Records that are open on purpose name none."""
    known = defs[name].get("properties", {})
    if not isinstance(value, dict) or not known:
        return
    for key, each in value.items():
        if key not in known:
            yield f"{where}.{key}"
            continue
        if inner := _reference(known[key]):
            for row in each if isinstance(each, list) else [each]:
                yield from _unknown(defs, inner, row, f"{where}.{key}")


def _reference(schema: Mapping[str, Any]) -> str:
    for each in (schema, schema.get("items") or {}, *(schema.get("allOf") or ())):
        if "$ref" in each:
            return str(each["$ref"]).rpartition("/")[2]
    return ""


def _lacks(path: str, body: Any, spared: set[str]) -> bool:
    """Whether a required field is missing. Fields of a record that is not sent at all are not asked for."""
    first, _, rest = path.partition(".")
    if isinstance(body, list):
        return any(_lacks(path, each, spared) for each in body)
    if not isinstance(body, dict):
        return False
    if first not in body:
        return not rest and first not in spared
    return bool(rest) and _lacks(rest, body[first], spared)

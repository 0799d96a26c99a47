"""Holds requests really sent to what was derived from the vendor's own packages, which lies beside the checkout.

Its schemas are open, so a field they do not name is noticed by us; Wix itself would drop it without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.contracts import CONTRACTS
from tests.support.recorder import Sent

FOLDER = CONTRACTS / "wix"
PROBES: tuple[dict[str, Any], ...] = ({}, {"inventoryItems": []})
"""Writes without content: the live test sends them on purpose, to be refused."""


def available() -> bool:
    """Whether the contracts are there."""
    return FOLDER.exists()


@cache
def _endpoints() -> tuple[tuple[str, re.Pattern[str], Mapping[str, Any]], ...]:
    told = json.loads((FOLDER / "endpoints.json").read_text())
    found = []
    for each in told["endpoints"]:
        path = each["url"].removeprefix(told["host"])
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))
        found.append((each["method"], re.compile(pattern), each))
    # a fixed path before one with ids in it
    return tuple(sorted(found, key=lambda each: each[2]["url"].count("{")))


@cache
def _schemas(api: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((FOLDER / "schemas" / f"{api}.schema.json").read_text())
    return found


@cache
def filters() -> Mapping[str, Any]:
    """The declared filters by API."""
    found: Mapping[str, Any] = json.loads((FOLDER / "filters.json").read_text())["apis"]
    return found


def check(sent: Sent) -> list[str]:
    """What the contract says against a request; empty when it holds."""
    for method, pattern, endpoint in _endpoints():
        if method == sent.method and pattern.fullmatch(sent.path):
            return [*_body(endpoint, sent), *_filter(endpoint, sent)]
    return ["is no operation of the contract"]


def _body(endpoint: Mapping[str, Any], sent: Sent) -> list[str]:
    if sent.method == "GET":
        return []
    api, name = endpoint["api"], endpoint["request"]
    document = _schemas(api)
    body = sent.body or {}
    whole = {"$ref": f"#/$defs/{name}", "$defs": document["$defs"]}
    problems = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(body)]
    problems += [f"{where} is not a field" for where in unknown(document["$defs"], name, body, "$")]
    ids = {part.rpartition(".")[2] for part in re.findall(r"\{([^}]+)\}", endpoint["url"])}
    problems += [f"{path} is required" for path in endpoint.get("requiredFields") or () if _lacks(path, body, ids)]
    return problems


def unknown(defs: Mapping[str, Any], name: str, value: Any, where: str) -> Iterator[str]:
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
                yield from unknown(defs, inner, row, f"{where}.{key}")


def _reference(schema: Mapping[str, Any]) -> str:
    for each in (schema, schema.get("items") or {}, *(schema.get("allOf") or ())):
        if "$ref" in each:
            return str(each["$ref"]).rpartition("/")[2]
    return ""


def _lacks(path: str, body: Any, ids: set[str]) -> bool:
    """Whether a required field is missing. Fields of a record that is not sent at all are not asked for."""
    first, _, rest = path.partition(".")
    if isinstance(body, list):
        return any(_lacks(path, each, ids) for each in body)
    if not isinstance(body, dict):
        return False
    if first not in body:
        optional = {
            "currencyConversionDetails",
            "catalogReference",
            "paymentDetails",
            "additionalFees",
            "packageDimensions",
        }
        return not rest and first not in ids | optional and first not in ("id", "orderId", "identifiers")
    return bool(rest) and _lacks(rest, body[first], ids)


def _filter(endpoint: Mapping[str, Any], sent: Sent) -> list[str]:
    """Fields and operators of a question that the list does not declare."""
    specs = filters().get(endpoint["api"]) or {}
    wanted = "Search" if "earch" in endpoint["operation"] else "Query"
    spec = next((each for name, each in specs.items() if wanted in name), None)
    asked = (sent.body or {}).get("search" if wanted == "Search" else "query") or {}
    if spec is None or not isinstance(asked.get("filter") or {}, dict):
        return []
    problems = []
    for field, condition in (asked.get("filter") or {}).items():
        allowed = next((set(row["operators"]) for row in spec["filters"] if field in row["fields"]), None)
        used = set(condition) if isinstance(condition, dict) else {"$eq"}
        if allowed is None:
            problems.append(f"{field} is not declared as filterable")
        elif "*" not in allowed and not used <= allowed:
            problems.append(f"{field} does not take {used - allowed}")
    for row in asked.get("sort") or ():
        sortable = next((each["sort"] for each in spec["filters"] if row["fieldName"] in each["fields"]), "NONE")
        if sortable not in ("BOTH", row.get("order", "ASC")):
            problems.append(f"{row['fieldName']} does not sort {row.get('order')}")
    if (asked.get("cursorPaging") or {}).get("cursor") and (asked.get("filter") or asked.get("sort")):
        problems.append("a cursor goes without filter and sort")
    return problems

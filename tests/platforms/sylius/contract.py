"""Holds requests to Sylius's own declarations, which lie beside the checkout and are never part of it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.contracts import CONTRACTS, SHARED
from tests.support.recorder import Sent

OPENAPI = SHARED / "recordings" / "sylius" / "openapi-2.1.6.json"
OPERATIONS = CONTRACTS / "sylius" / "operations-2.0.json"
PRESENT = OPENAPI.exists() and OPERATIONS.exists()

_PAGING = {"page", "itemsPerPage"}
PROVEN = {
    # the document of 2.1.6 leaves out what only other releases or add-ons have
    ("GET", "/api/v2/admin/promotion-coupons"): "asked once to tell Sylius 1, where it is declared; 404 on Sylius 2",
    ("POST", "/api/v2/admin/administrators/token/refresh"): "of the refresh token add-on, where the shop has it",
}
"""Deviations with their evidence."""
_UNDECLARED_FILTERS = {
    # declared in the list's own hydra:search of a recorded answer
    ("/api/v2/admin/product-variants", "product[]"),
}


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    document = json.loads(OPENAPI.read_text())
    return [(_pattern(path), operations) for path, operations in document["paths"].items()]


@cache
def _older() -> list[tuple[str, re.Pattern[str]]]:
    document = json.loads(OPERATIONS.read_text())
    rows = [*document["operations"], *document["extraOperations"]]
    return [(row["method"], _pattern(row["path"])) for row in rows]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


@cache
def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OPENAPI.read_text())["components"]["schemas"]
    return found


def check(sent: Sent) -> list[str]:
    """What the shop's documents say against a request; empty when it holds."""
    if (sent.method, sent.path) in PROVEN:
        return []
    problems: list[str] = []
    if not any(method == sent.method and form.fullmatch(sent.path) for method, form in _older()):
        problems.append("is no operation of 2.0")
    operation = next(
        (
            each[sent.method.lower()]
            for form, each in _paths()
            if form.fullmatch(sent.path) and sent.method.lower() in each
        ),
        None,
    )
    if operation is None:
        return [*problems, "is no operation of 2.1.6"]
    known = {each["name"] for each in operation.get("parameters", ())} | _PAGING
    problems += [
        f"{name} is no parameter"
        for name, _ in sent.query
        if name not in known and (sent.path, name) not in _UNDECLARED_FILTERS
    ]
    return problems + _body_problems(operation, sent)


def _body_problems(operation: dict[str, Any], sent: Sent) -> list[str]:
    content = (operation.get("requestBody") or {}).get("content") or {}
    if sent.body in (None, {}):
        return []
    schema = next((each["schema"] for each in content.values()), None)
    if schema is None:
        return ["takes no body"]
    whole = {"components": {"schemas": _schemas()}, **schema}
    problems = [
        f"{'.'.join(map(str, each.path))}: {each.message}"
        for each in Draft202012Validator(whole).iter_errors(sent.body)
        # a PUT is partial: recordings 15/0 and 17/3 send one field or two and are answered with 200
        if not (sent.method == "PUT" and each.validator == "required")
    ]
    names = _names(schema)
    return problems + [f"{name} is no field" for name in sent.body if names and name not in names]


def _names(schema: dict[str, Any]) -> set[str]:
    """The fields a schema declares, through references."""
    if "$ref" in schema:
        return _names(_schemas()[schema["$ref"].rpartition("/")[2]])
    found = set(schema.get("properties") or ())
    for part in schema.get("allOf") or ():
        found |= _names(part)
    return found

"""Holds requests to the vendors' own schemas, which lie beside the checkout and are never part of it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, get_variable_values, parse, validate
from jsonschema import Draft4Validator

from tests.support.recorder import Sent

SHARED = Path(__file__).parents[3] / "shared"
CONTRACTS = SHARED / "contracts"
ABSENT = "needs ../shared/contracts"


def check(sent: Sent) -> list[str]:
    """What the vendor's contract says against a request; empty when it holds. Unknown platforms hold."""
    checker = {"shopify": _check_graphql, "woocommerce": _check_routes}.get(sent.platform)
    return checker(sent) if checker and CONTRACTS.exists() else []


@cache
def graphql_schema() -> GraphQLSchema:
    return build_schema((CONTRACTS / "shopify" / "admin-2026-10.pos.graphql").read_text())


@cache
def document_problems(document: str) -> tuple[str, ...]:
    return tuple(error.message for error in validate(graphql_schema(), parse(document)))


def _check_graphql(sent: Sent) -> list[str]:
    if not sent.path.endswith("/graphql.json"):
        return []
    document, variables = sent.body["query"], sent.body.get("variables") or {}
    if broken := document_problems(document):
        return list(broken)
    operation = next(each for each in parse(document).definitions if isinstance(each, OperationDefinitionNode))
    outcome = get_variable_values(graphql_schema(), operation.variable_definitions or (), variables)
    declared = {each.variable.name.value for each in operation.variable_definitions or ()}
    problems = [error.message for error in outcome] if isinstance(outcome, list) else []
    return [*problems, *(f"unknown variable {name}" for name in variables if name not in declared)]


_PROVEN = {
    ("GET", "/products"): {"global_unique_id"},
    ("POST", "/refunds"): {"line_items"},
}
"""Arguments the shop takes without declaring them; each was recorded from a real one. By method and end of path."""


@cache
def _routes() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    found: list[tuple[re.Pattern[str], dict[str, Any]]] = []
    for name in ("wc-v3-routes-and-schemas.json", "wc-store-v1-cart-routes-and-schemas.json"):
        document = json.loads((CONTRACTS / "woocommerce" / name).read_text())
        for path, route in document["routes"].items():
            pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(path))
            found.append((re.compile(f".*/wp-json{pattern}$"), route))
    return found


def _check_routes(sent: Sent) -> list[str]:
    """Arguments of the query and the body against what the route declares. Routes of add-ons have no contract."""
    route = next((each for pattern, each in _routes() if pattern.match(sent.path)), None)
    if route is None:
        return []
    endpoint = next((each for each in route["endpoints"] if sent.method in each["methods"]), None)
    if endpoint is None:
        return [f"{sent.method} {sent.path} is not a method of the route"]
    given = {**{name: value for name, value in sent.query if not name.startswith(("oauth_", "_"))}, **(sent.body or {})}
    credentials = {"consumer_key", "consumer_secret"}
    for (method, ending), names in _PROVEN.items():
        if sent.method == method and sent.path.endswith(ending):
            credentials |= names
    problems = [
        f"{name} is not an argument" for name in given if name not in endpoint["args"] and name not in credentials
    ]
    for name, value in given.items():
        if name in endpoint["args"] and name in (sent.body or {}):
            schema = _strict(endpoint["args"][name])
            problems += [f"{name}: {error.message}" for error in Draft4Validator(schema).iter_errors(value)]
    return problems


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

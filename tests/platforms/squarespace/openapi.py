"""Holds what is really said to the contract, an OpenAPI document beside the checkout; nothing without it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.contracts import CONTRACTS
from tests.support.recorder import Sent

FILE = CONTRACTS / "squarespace" / "squarespace-commerce-subset.openapi.yaml"
_TYPES = ("application/json", "application/merge-patch+json")
_URN = "urn:squarespace"


def available() -> bool:
    """Whether the document and a reader for it are there."""
    return FILE.exists() and _yaml() is not None


@cache
def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError:
        return None


@cache
def document() -> Any:
    yaml = _yaml()
    return yaml.load(FILE.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _registry() -> Any:
    return Registry().with_resource(_URN, DRAFT202012.create_resource(document()))


def check(sent: Sent) -> list[str]:
    """What the contract says against a request; empty when it holds."""
    operation = _operation(sent.method, sent.path)
    if operation is None:
        return ["is not in the contract"]
    return [*_query(operation, sent), *_body(operation, sent.body)]


def check_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """What the contract says against an answer."""
    operation = _operation(method, path)
    if operation is None:
        return ["is not in the contract"]
    told = _resolved(operation["responses"].get(str(status)))
    if told is None:
        return [f"{status} is not an answer"]
    schema = _schema(told)
    return list(_against(schema, body)) if schema else []


@cache
def _operation(method: str, path: str) -> Any:
    paths = document()["paths"]
    for template in sorted(paths, key=lambda each: each.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in paths[template]:
            return paths[template][method.lower()]
    return None


def _resolved(node: Any) -> Any:
    while isinstance(node, Mapping) and "$ref" in node:
        target: Any = document()
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _query(operation: Any, sent: Sent) -> Iterator[str]:
    rows = [_resolved(each) for each in operation.get("parameters", ())]
    declared = {row["name"]: row.get("schema") or {} for row in rows if row["in"] == "query"}
    names = [name for name, _ in sent.query]
    if ("modifiedAfter" in names) is not ("modifiedBefore" in names):
        yield "both bounds or none"
    if "cursor" in names and set(names) - {"cursor", "pageSize"}:
        yield "a cursor goes alone"
    for name, value in sent.query:
        schema = declared.get(name)
        if schema is None:
            yield f"{name} is not a parameter"
        elif schema.get("type") == "integer" and not value.isdigit():
            yield f"{name}: {value} is not a number"
        elif schema.get("type") == "integer" and int(value) > schema.get("maximum", int(value)):
            yield f"{name}: {value} is more than {schema['maximum']}"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{name}: {value} is none of {schema['enum']}"


def _body(operation: Any, body: Any) -> Iterator[str]:
    holder = _resolved(operation.get("requestBody"))
    if body is None:
        return
    if holder is None:
        yield "takes no body"
        return
    yield from _against(_schema(holder), body)


def _schema(holder: Any) -> Any:
    content = holder.get("content") or {}
    return next((content[each]["schema"] for each in _TYPES if each in content), None)


def _against(schema: Any, value: Any) -> Iterator[str]:
    for error in Draft202012Validator(_absolute(schema), registry=_registry()).iter_errors(value):
        where = ".".join(str(each) for each in error.absolute_path)
        yield f"{where}: {error.message[:200]}"


def _absolute(node: Any) -> Any:
    """References that find their document from anywhere."""
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"{_URN}{value}" if key == "$ref" and isinstance(value, str) else _absolute(value)
        for key, value in node.items()
    }

"""OpenAPI 2.0, 3.0 and 3.1: path, method, query, kind of content and body. Read once a process, only when asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

from tests.support.recorder import Sent

_URN = "urn:document"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenApi:
    """``below``: regular expression of what stands before the document's paths; ``only``: of the paths it is asked for.

    ``plain`` writes the name of a query parameter as the document does. ``overlapping``: its "exactly one of" is read
    as "any of", because the vendor's own examples fit several.
    """

    file: Path
    below: str = ""
    only: str = ".*"
    plain: Callable[[str], str] = str
    overlapping: bool = False

    def covers(self, sent: Sent) -> bool:
        path = self._path(sent)
        return path is not None and self._operation(sent.method, path) is not None

    def problems(self, sent: Sent) -> Iterator[str]:
        path = self._path(sent)
        operation = self._operation(sent.method, path) if path is not None else None
        if operation is None:
            yield "is in no document"
            return
        yield from operation.query([(self.plain(name), value) for name, value in sent.query], self.plain)
        yield from operation.body(sent)

    def answer(self, sent: Sent, status: int, body: Any) -> list[str]:
        """What the document says against an answer to a request; it may hold more than is declared."""
        path = self._path(sent)
        operation = self._operation(sent.method, path) if path is not None else None
        return ["is in no document"] if operation is None else list(operation.answer(status, body))

    def _operation(self, method: str, path: str) -> _Operation | None:
        return _document(self.file, self.overlapping).operation(method, path)

    def _path(self, sent: Sent) -> str | None:
        found = re.fullmatch(f"(?:{self.below})(?P<path>{self.only})", sent.path)
        return found["path"] if found else None


@cache
def _document(file: Path, overlapping: bool) -> _Document:
    text = file.read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _Document(json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader=loader), overlapping)


class _Document:
    """A document as it is; schemas are resolved where a request asks for them."""

    def __init__(self, whole: Any, overlapping: bool) -> None:
        self.whole = whole
        newest = str(whole.get("openapi", "")).startswith("3.1")
        kind: Any = Draft202012Validator if newest else _OlderValidator
        self._kind = extend(kind, {"oneOf": kind.VALIDATORS["anyOf"]}) if overlapping else kind
        resource = (DRAFT202012 if newest else DRAFT4).create_resource(whole)
        self._registry: Any = Registry().with_resource(_URN, resource)
        # plain paths before those with parts to fill
        templates = sorted(whole["paths"], key=lambda each: (each.count("{"), each))
        self._routes = [(re.compile(_pattern(each)), each) for each in templates]
        self._operations: dict[tuple[str, str], _Operation | None] = {}

    def operation(self, method: str, path: str) -> _Operation | None:
        asked = (method.lower(), path)
        if asked not in self._operations:
            self._operations[asked] = self._find(*asked)
        return self._operations[asked]

    def _find(self, method: str, path: str) -> _Operation | None:
        paths = self.whole["paths"]
        found = (each for form, each in self._routes if method in paths[each] and form.fullmatch(path))
        template = next(found, None)
        return None if template is None else _Operation(self, paths[template], paths[template][method])

    def resolved(self, node: Any) -> Any:
        while isinstance(node, Mapping) and "$ref" in node:
            target = self.whole
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def misfits(self, schema: Schema, value: Any) -> Iterator[str]:
        resolver = self._registry.resolver(_URN)
        for error in self._kind(schema, registry=self._registry, _resolver=resolver).iter_errors(value):
            yield f"{_where(error)}: {error.message[:200]}"

    def strangers(self, schema: Schema, value: Any) -> Iterator[str]:
        """Fields that no part of a schema names."""
        yield from (f"{each} is not a field" for each in self._strangers([schema], value, "$"))

    def _strangers(self, schemas: Sequence[Schema], value: Any, where: str) -> Iterator[str]:
        parts = [part for each in schemas for part in self._parts(each)]
        if isinstance(value, list):
            rows = [each["items"] for each in parts if "items" in each]
            for row in value if rows else ():
                yield from self._strangers(rows, row, f"{where}[]")
        elif isinstance(value, dict):
            known: dict[str, list[Schema]] = {}
            for each in parts:
                for name, inner in (each.get("properties") or {}).items():
                    known.setdefault(str(name), []).append(inner)
            is_open = not known or any(each.get("additionalProperties") for each in parts)
            for name, inner_value in value.items():
                if name in known:
                    yield from self._strangers(known[name], inner_value, f"{where}.{name}")
                elif not is_open:
                    yield f"{where}.{name}"

    def _parts(self, schema: Any) -> Iterator[Schema]:
        """A schema with all it is put together from, alternatives included."""
        schema = self.resolved(schema)
        if isinstance(schema, Mapping):
            yield schema
            for word in ("allOf", "oneOf", "anyOf"):
                for each in schema.get(word) or ():
                    yield from self._parts(each)


class _Operation:
    def __init__(self, document: _Document, route: Any, told: Any) -> None:
        self._document, self._told = document, told
        declared = [document.resolved(each) for each in [*route.get("parameters", ()), *told.get("parameters", ())]]
        self._query = [each for each in declared if each["in"] == "query"]
        self._in_body = next((each for each in declared if each["in"] == "body"), None)

    def query(self, asked: Sequence[tuple[str, str]], plain: Callable[[str], str]) -> Iterator[str]:
        declared = {plain(each["name"]): each for each in self._query}
        names = {name for name, _ in asked}
        yield from (
            f"{name} is missing" for name, each in declared.items() if each.get("required") and name not in names
        )
        for name, value in asked:
            if name not in declared:
                yield f"{name} is not a parameter"
                continue
            schema = declared[name].get("schema") or declared[name]
            yield from (f"{name}: {words}" for words in self._value(schema, value))

    def _value(self, schema: Any, value: str) -> Iterator[str]:
        """A text of the query against the kind of its parameter; lists are written with commas."""
        schema = self._document.resolved(schema)
        kind = schema.get("type")
        if kind == "array":
            for part in value.split(","):
                yield from self._value(schema.get("items") or {}, part)
        elif kind == "boolean" and value not in ("true", "false", "1", "0"):
            yield f"{value} is neither true nor false"
        elif kind in ("integer", "number") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            yield f"{value} is not a number"
        elif "enum" in schema and value not in [str(each) for each in schema["enum"]]:
            yield f"{value} is none of {schema['enum']}"
        elif kind in ("integer", "number") and float(value) > schema.get("maximum", float("inf")):
            yield f"{value} is more than {schema['maximum']}"

    def body(self, sent: Sent) -> Iterator[str]:
        if sent.body is None and sent.text:
            yield f"is not JSON but {sent.kind or 'something else'}"
            return
        holder = self._document.resolved(self._told.get("requestBody"))
        needed = bool((holder or self._in_body or {}).get("required"))
        if sent.body is None:
            yield from ["a body is missing"] if needed else []
            return
        if holder is not None:
            schema = self._schema(holder["content"], sent.kind)
        elif self._in_body is not None:
            schema = self._in_body["schema"]
        else:
            yield "takes no body"
            return
        if schema is None:
            yield f"takes no {sent.kind}"
            return
        yield from self._document.misfits(schema, sent.body)
        yield from self._document.strangers(schema, sent.body)

    def _schema(self, content: Mapping[str, Any], kind: str) -> Any:
        """The schema of a kind of content; the first one where a test names none."""
        row = content.get(kind) if kind else next(iter(content.values()), None)
        return None if row is None else row.get("schema") or {}

    def answer(self, status: int, body: Any) -> Iterator[str]:
        holder = self._document.resolved(self._told["responses"].get(str(status)))
        if holder is None:
            yield f"{status} is not an answer"
            return
        content = holder.get("content") or {}
        if content:
            yield from self._document.misfits(self._schema(content, ""), body)


def _pattern(template: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template.rstrip("/"))) + "/?"


def _where(error: ValidationError) -> str:
    return re.sub(r"\[\d+\]", "[]", error.json_path)


def _kind_or_null(validator: Any, kind: Any, value: Any, schema: Schema) -> Iterator[ValidationError]:
    if not (value is None and schema.get("nullable")):
        yield from Draft4Validator.VALIDATORS["type"](validator, kind, value, schema) or ()


def _member_or_null(validator: Any, members: Any, value: Any, schema: Schema) -> Iterator[ValidationError]:
    if not (value is None and schema.get("nullable")):
        yield from Draft4Validator.VALIDATORS["enum"](validator, members, value, schema) or ()


_OlderValidator = extend(Draft4Validator, {"type": _kind_or_null, "enum": _member_or_null})
"""What OpenAPI before 3.1 is made of, which says with a word of its own that a value may be null."""

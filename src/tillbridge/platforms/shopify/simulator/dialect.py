"""Our part of the schema, and errors the way this platform words them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any, cast

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, build_schema, print_ast, value_from_ast_untyped
from graphql.language import OperationDefinitionNode, ValueNode

from .shop import Row, moment

_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'")
_VARIABLE = re.compile(r"Variable '\$(\w+)'")


@cache
def schema() -> GraphQLSchema:
    """Built once. Amounts and times that are none are refused before anything runs."""
    folder = resources.files(__package__)
    built = build_schema("\n".join(folder.joinpath(name).read_text() for name in ("schema.graphql", "orders.graphql")))
    for name in ("Decimal", "Money"):
        _strict(cast(GraphQLScalarType, built.type_map[name]), _amount)
    _strict(cast(GraphQLScalarType, built.type_map["DateTime"]), _time)
    return built


def _strict(scalar: GraphQLScalarType, check: Any) -> None:
    def literal(node: ValueNode, variables: Any = None) -> Any:
        return check(value_from_ast_untyped(node, variables))

    scalar.parse_value = check  # type: ignore[method-assign]
    scalar.coerce_input_value = check
    scalar.parse_literal = literal  # type: ignore[method-assign]


def _amount(value: Any) -> Any:
    try:
        good = not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        good = False
    if not good:
        raise GraphQLError(f"invalid decimal '{value}'")
    return value


def _time(value: Any) -> Any:
    try:
        moment(value)
    except (ValueError, AttributeError) as wrong:
        raise GraphQLError(f"invalid date '{value}'") from wrong
    return value


def document_errors(problems: Sequence[GraphQLError]) -> list[Row]:
    """A document that does not fit the schema."""
    return [_document_error(each) for each in problems]


def _document_error(problem: GraphQLError) -> Row:
    row: Row = dict(problem.formatted)
    if found := _UNKNOWN_FIELD.match(problem.message):
        name, kind = found.groups()
        row["message"] = f"Field '{name}' doesn't exist on type '{kind}'"
        row["extensions"] = {"code": "undefinedField", "typeName": kind, "fieldName": name}
    elif found := _UNKNOWN_ARGUMENT.match(problem.message):
        name, _, field = found.groups()
        row["message"] = f"Field '{field}' doesn't accept argument '{name}'"
        row["extensions"] = {"code": "argumentNotAccepted", "name": field, "argumentName": name}
    return row


def variable_errors(problems: Sequence[GraphQLError], operation: OperationDefinitionNode, variables: Row) -> list[Row]:
    """Variables that do not fit: one error per variable, with all its problems."""
    found: dict[str, list[str]] = {}
    for each in problems:
        match = _VARIABLE.search(each.message)
        found.setdefault(match.group(1) if match else "", []).append(each.message)
    kinds = {each.variable.name.value: print_ast(each.type) for each in operation.variable_definitions or ()}
    return [
        {
            "message": f"Variable ${name} of type {kinds.get(name, '')} was provided invalid value",
            "extensions": {
                "code": "INVALID_VARIABLE",
                "value": variables.get(name),
                "problems": [{"path": [], "explanation": each} for each in explained],
            },
        }
        for name, explained in found.items()
    ]


def run_errors(problems: Sequence[GraphQLError]) -> list[Row]:
    """What went wrong in single fields while the others answered."""
    return [dict(each.formatted) for each in problems]

"""The schema of our pretended shop is a part of the vendor's, type for type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
)

from tests.support import contracts
from tillbridge.platforms.shopify.simulator.dialect import schema

pytestmark = pytest.mark.skipif(not contracts.CONTRACTS.exists(), reason=contracts.ABSENT)


def problems(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    """What ours says that theirs does not, or what theirs demands and ours lacks."""
    for name, mine in ours.type_map.items():
        if is_introspection_type(mine):
            continue
        vendor = theirs.type_map.get(name)
        if vendor is None:
            yield f"type {name} is unknown"
        elif type(vendor).__name__ != type(mine).__name__:
            yield f"type {name} is a {type(vendor).__name__}"
        else:
            yield from _inside(name, mine, vendor)


def _inside(name: str, mine: GraphQLNamedType, vendor: Any) -> Iterator[str]:
    if isinstance(mine, GraphQLEnumType):
        yield from (f"{name} has no value {each}" for each in mine.values if each not in vendor.values)
    elif isinstance(mine, GraphQLUnionType):
        known = {each.name for each in vendor.types}
        yield from (f"{name} does not hold {each.name}" for each in mine.types if each.name not in known)
    elif isinstance(mine, GraphQLInputObjectType):
        yield from _inputs(name, mine.fields, vendor.fields)
    elif isinstance(mine, GraphQLObjectType | GraphQLInterfaceType):
        interfaces = {each.name for each in vendor.interfaces}
        yield from (f"{name} is no {each.name}" for each in mine.interfaces if each.name not in interfaces)
        for field, given in mine.fields.items():
            if field not in vendor.fields:
                yield f"{name}.{field} is unknown"
                continue
            if str(given.type) != str(vendor.fields[field].type):
                yield f"{name}.{field} is {vendor.fields[field].type}, not {given.type}"
            yield from _inputs(f"{name}.{field}", given.args, vendor.fields[field].args)


def _inputs(name: str, mine: Mapping[str, Any], vendor: Mapping[str, Any]) -> Iterator[str]:
    for each, given in mine.items():
        if each not in vendor:
            yield f"{name} takes no {each}"
        elif str(given.type) != str(vendor[each].type):
            yield f"{name}({each}) is {vendor[each].type}, not {given.type}"
    demanded = [each for each, field in vendor.items() if str(field.type).endswith("!") and each not in mine]
    yield from (f"{name} demands {each}" for each in demanded if "default" not in _facts(vendor[each]))


def _facts(field: Any) -> set[str]:
    return {"default"} if field.ast_node is not None and field.ast_node.default_value is not None else set()


def test_our_schema_is_a_part_of_the_vendor_s() -> None:
    assert list(problems(schema(), contracts.graphql_schema())) == []


def test_what_is_not_the_vendor_s_is_noticed() -> None:
    from graphql import build_schema

    ours = build_schema("type QueryRoot { made: Int } schema { query: QueryRoot }")
    assert list(problems(ours, contracts.graphql_schema())) == ["QueryRoot.made is unknown"]

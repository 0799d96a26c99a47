"""A GraphQL schema: documents it can run, and variables as they declare them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, get_variable_values, parse, validate

from tests.support.contracts.places import CONTRACTS
from tests.support.recorder import Sent

SDL = CONTRACTS / "shopify" / "admin-2026-10.pos.graphql"


@dataclass(frozen=True, slots=True)
class GraphQl:
    """``ending``: how the path ends under which questions are asked."""

    file: Path
    ending: str

    def covers(self, sent: Sent) -> bool:
        return sent.method == "POST" and sent.path.endswith(self.ending)

    def problems(self, sent: Sent) -> Iterator[str]:
        document, variables = sent.body["query"], sent.body.get("variables") or {}
        if broken := document_problems(document):
            yield from broken
            return
        operation = next(each for each in parse(document).definitions if isinstance(each, OperationDefinitionNode))
        outcome: Any = get_variable_values(graphql_schema(), operation.variable_definitions or (), variables)
        declared = {each.variable.name.value for each in operation.variable_definitions or ()}
        yield from (error.message for error in outcome if isinstance(outcome, list))
        yield from (f"unknown variable {name}" for name in variables if name not in declared)


@cache
def graphql_schema() -> GraphQLSchema:
    return build_schema(SDL.read_text(encoding="utf-8"))


@cache
def document_problems(document: str) -> tuple[str, ...]:
    """What the vendor's schema says against a document."""
    return tuple(error.message for error in validate(graphql_schema(), parse(document)))

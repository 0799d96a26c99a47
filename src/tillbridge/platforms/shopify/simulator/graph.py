"""Answers GraphQL documents: parsed, held to the schema, weighed, run, and answered with their cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    parse,
    validate,
)

from . import costs
from .costs import Bucket
from .dialect import document_errors, run_errors, schema, variable_errors
from .resolvers import root_fields
from .shop import Row, Shop
from .tokens import Tokens


class Graph:
    """One shop's GraphQL endpoint."""

    def __init__(self, shop: Shop, tokens: Tokens, bucket: Bucket, base_url: Callable[[], str]) -> None:
        self._shop, self._bucket = shop, bucket
        self._root = root_fields(shop, tokens, base_url)

    def answer(self, given: Any) -> Row:
        """The body of a 200, whatever happened inside."""
        self._shop.catch_up()
        if not isinstance(given, dict) or not isinstance(given.get("query"), str):
            return {"errors": [{"message": "Parameter 'query' is required"}]}
        try:
            document = parse(given["query"])
        except GraphQLError as error:
            return {"errors": document_errors([error])}
        if problems := validate(schema(), document):
            return {"errors": document_errors(problems)}
        operation = _operation(document, given.get("operationName"))
        if operation is None:
            return {"errors": [{"message": "No operation to run"}]}
        return self._weigh(document, operation, given.get("variables") or {})

    def _weigh(self, document: DocumentNode, operation: OperationDefinitionNode, variables: Row) -> Row:
        asked = costs.requested(document, operation, variables)
        if asked > costs.MOST:
            return self._refused("MAX_COST_EXCEEDED", _too_much(asked), {"cost": asked, "maxCost": costs.MOST}, asked)
        if self._bucket.refill() < asked:
            return self.throttled(asked)
        self._bucket.level -= asked
        outcome = self._run(document, operation, variables)
        if outcome.data is None and (denied := _denied(outcome)):
            outcome = self._run_rest(document, operation, variables, denied)
        if outcome.errors and not any(each.path for each in outcome.errors):
            self._bucket.level += asked
            return {"errors": variable_errors(outcome.errors, operation, variables)}
        spent = min(asked, costs.actual(outcome.data))
        self._bucket.level += asked - spent
        body: Row = {"data": outcome.data}
        if outcome.errors:
            body["errors"] = run_errors(outcome.errors)
        return {**body, "extensions": {"cost": self._cost(asked, spent)}}

    def _run(self, document: DocumentNode, operation: OperationDefinitionNode, variables: Row) -> ExecutionResult:
        breaks = [_breaking(self._shop)] if self._shop.switches.broken_field else None
        name = operation.name.value if operation.name else None
        return execute_sync(
            schema(), document, self._root, variable_values=variables, operation_name=name, middleware=breaks
        )

    def _run_rest(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Row, denied: list[GraphQLError]
    ) -> ExecutionResult:
        """A refused field is null even where the schema promises a value; the other fields are answered."""
        names = [each.path[0] for each in denied if each.path]
        rest = _without(document, operation, names)
        found = self._run(*rest, variables) if rest else ExecutionResult({}, None)
        nothing: Row = dict.fromkeys(str(each) for each in names)
        return ExecutionResult({**(found.data or {}), **nothing}, [*denied, *(found.errors or ())])

    def throttled(self, asked: float) -> Row:
        """Nothing ran; the answer tells when there will be points enough."""
        return self._refused("THROTTLED", "Throttled", {}, asked)

    def _refused(self, code: str, words: str, more: Row, asked: float) -> Row:
        documentation = "https://shopify.dev/api/usage/rate-limits"
        error = {"message": words, "extensions": {"code": code, "documentation": documentation, **more}}
        return {"errors": [error], "extensions": {"cost": self._cost(asked, None)}}

    def _cost(self, asked: float, spent: float | None) -> Row:
        cost: Row = {"requestedQueryCost": asked, "actualQueryCost": spent}
        if self._shop.switches.tells_throttle:
            cost["throttleStatus"] = self._bucket.status()
        return cost


def _breaking(shop: Shop) -> Callable[..., Any]:
    """Lets the field that the switch names fail inside."""

    def resolve(inner: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        if f"{info.parent_type.name}.{info.field_name}" == shop.switches.broken_field:
            code = {"code": "INTERNAL_SERVER_ERROR", "requestId": f"req-{next(shop.ids)}"}
            raise GraphQLError("Internal error. Looks like something went wrong on our end.", extensions=code)
        return inner(source, info, **given)

    return resolve


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name:
        return next((each for each in found if each.name and each.name.value == name), None)
    return found[0] if len(found) == 1 else None


def _denied(outcome: ExecutionResult) -> list[GraphQLError]:
    return [each for each in outcome.errors or () if (each.extensions or {}).get("code") == "ACCESS_DENIED"]


def _without(
    document: DocumentNode, operation: OperationDefinitionNode, names: list[str | int]
) -> tuple[DocumentNode, OperationDefinitionNode] | None:
    """The document less some root fields; None when none is left."""
    chosen = operation.selection_set.selections
    kept = tuple(each for each in chosen if not (isinstance(each, FieldNode) and _key(each) in names))
    if not kept or len(kept) == len(chosen):
        return None
    less = replace(operation, selection_set=SelectionSetNode(selections=kept))
    others = tuple(less if each is operation else each for each in document.definitions)
    return DocumentNode(definitions=others), less


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _too_much(asked: float) -> str:
    return f"Query cost is {asked:.0f}, which exceeds the single query max cost limit (1000)."

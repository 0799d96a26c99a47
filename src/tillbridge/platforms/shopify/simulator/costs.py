"""Query cost and the leaky bucket: asked for before, corrected after, told in every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log2
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

MOST = 1000.0
_MUTATION = 10.0


@dataclass(slots=True)
class Bucket:
    """Points of one app on one shop."""

    now: Callable[[], datetime]
    maximum: float = 2000.0
    restore: float = 100.0
    level: float = 2000.0
    at: datetime | None = None

    def refill(self) -> float:
        now = self.now()
        if self.at is not None:
            self.level = min(self.maximum, self.level + max(0.0, (now - self.at).total_seconds()) * self.restore)
        self.at = now
        return self.level

    def status(self) -> dict[str, float]:
        return {"maximumAvailable": self.maximum, "currentlyAvailable": int(self.refill()), "restoreRate": self.restore}


def requested(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> float:
    """Before the run: connections count with the logarithm of their size, as measured ones do."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    base = _MUTATION if operation.operation is OperationType.MUTATION else 0.0
    return max(1.0, round(base + _selection(operation.selection_set, fragments, variables), 0))


def actual(data: Any) -> float:
    """After the run: what was really there."""
    return max(1.0, float(ceil(_objects(data) * 0.3)))


def _objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(_objects(each) for each in value.values())
    if isinstance(value, list):
        return sum(_objects(each) for each in value)
    return 0


def _selection(
    selection: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
) -> float:
    cost = 0.0
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            cost += _field(node, fragments, variables)
        elif isinstance(node, FragmentSpreadNode):
            cost += _selection(fragments[node.name.value].selection_set, fragments, variables)
        elif isinstance(node, InlineFragmentNode):
            cost += _selection(node.selection_set, fragments, variables)
    return cost


def _field(node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> float:
    if node.selection_set is None:
        return 0.0
    inside = _selection(node.selection_set, fragments, variables)
    first = _first(node, variables)
    if first is None:
        return 1.0 + inside
    return 2.0 + (ceil(log2(max(2, first))) + 2) * (1.0 + inside) * 0.12


def _first(node: FieldNode, variables: Mapping[str, Any]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                return int(variables.get(argument.value.name.value) or 50)
    return None

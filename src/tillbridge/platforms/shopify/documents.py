"""The GraphQL documents of ``operations.graphql`` by name, each with the fragments it uses and its expected cost."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_DEFINITION = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)
_SPREAD = re.compile(r"\.\.\.(\w+)")

_COSTS = {
    "ProductsPage": 220.0,
    "ProductVariantsPage": 60.0,
    "OrdersPage": 220.0,
    "OrderById": 40.0,
    "OrderLinesPage": 40.0,
    "CustomersPage": 50.0,
    "InventoryLevels": 60.0,
    "InventoryLevelsAt": 60.0,
    "DiscountByCode": 40.0,
    "ProductById": 40.0,
    "CustomerCodes": 30.0,
    "GiftCardTransactions": 15.0,
}
"""Measured orders of magnitude; each answer tells the true cost and corrects the budget."""
_MUTATION_COST, _QUERY_COST = 10.0, 5.0


@cache
def _definitions() -> dict[str, tuple[str, str]]:
    """Kind and text of every definition."""
    text = resources.files(__package__).joinpath("operations.graphql").read_text(encoding="utf-8")
    found = list(_DEFINITION.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    return {match[2]: (match[1], text[match.start() : end].strip()) for match, end in zip(found, ends, strict=True)}


@cache
def document(name: str) -> str:
    """The text to send for an operation: itself and its fragments, transitively."""
    definitions = _definitions()
    wanted, queue = [name], [name]
    while queue:
        for spread in _SPREAD.findall(definitions[queue.pop()][1]):
            if spread not in wanted:
                wanted.append(spread)
                queue.append(spread)
    return "\n\n".join(definitions[each][1] for each in wanted)


def names() -> tuple[str, ...]:
    """All operations, fragments aside."""
    return tuple(name for name, (kind, _) in _definitions().items() if kind != "fragment")


def is_mutation(name: str) -> bool:
    return _definitions()[name][0] == "mutation"


def expected_cost(name: str) -> float:
    """Points the call will probably be charged."""
    return _COSTS.get(name, _MUTATION_COST if is_mutation(name) else _QUERY_COST)

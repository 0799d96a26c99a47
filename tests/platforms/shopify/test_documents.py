"""Every document stands on its own and is one the vendor's schema knows."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse

from tests.support import contracts
from tillbridge.platforms.shopify.documents import document, is_mutation, names

needs_contracts = pytest.mark.skipif(not contracts.CONTRACTS.exists(), reason=contracts.ABSENT)


@pytest.mark.parametrize("name", names())
def test_a_document_holds_one_operation_of_its_name(name: str) -> None:
    operations = [each for each in parse(document(name)).definitions if isinstance(each, OperationDefinitionNode)]
    assert [each.name.value for each in operations if each.name] == [name]
    assert operations[0].operation.value == ("mutation" if is_mutation(name) else "query")


@needs_contracts
@pytest.mark.parametrize("name", names())
def test_a_document_is_one_shopify_knows(name: str) -> None:
    assert contracts.document_problems(document(name)) == ()


@pytest.mark.parametrize("name", ["InventorySet", "InventoryAdjust", "RefundCreate"])
def test_what_shopify_only_runs_once_per_key_carries_one(name: str) -> None:
    assert "@idempotent(key: $key)" in document(name)

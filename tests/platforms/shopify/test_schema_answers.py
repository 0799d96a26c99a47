"""Answers made from the vendor's own schema, as sparse and as full as it permits, are all mapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    execute,
    parse,
)

from tests.support import contracts
from tillbridge.platforms.reading import parse as parse_wire
from tillbridge.platforms.shopify import mapping, wire_offers
from tillbridge.platforms.shopify.documents import document
from tillbridge.platforms.shopify.order_mapping import map_placed

pytestmark = pytest.mark.skipif(not contracts.CONTRACTS.exists(), reason=contracts.ABSENT)

SCALARS: Mapping[str, Any] = {
    "String": "available", "Int": 1, "Float": 0.1, "Boolean": False, "Decimal": "1.0", "Money": "1.00", "HTML": "<p>",
    "URL": "https://cdn.example.com/a.jpg", "DateTime": "2026-11-24T09:00:00Z", "Date": "2027-01-01",
    "UnsignedInt64": "1", "JSON": {}, "FormattedString": "words", "StorefrontID": "1", "Color": "#fff",
}  # fmt: skip
FIXED = {"hasNextPage": False, "tracked": True}
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def made(kind: Any, info: GraphQLResolveInfo[Any], *, full: bool) -> Any:
    """A value of a type: empty wherever it may be when sparse, one of everything when full."""
    if isinstance(kind, GraphQLNonNull):
        return made_of(kind.of_type, info, full=full)
    return made_of(kind, info, full=full) if full else None


def made_of(kind: Any, info: GraphQLResolveInfo[Any], *, full: bool) -> Any:
    if isinstance(kind, GraphQLList):
        return [made(kind.of_type, info, full=full)] if full else []
    if isinstance(kind, GraphQLEnumType):
        return "EUR" if kind.name == "CurrencyCode" else next(iter(kind.values))
    if isinstance(kind, GraphQLScalarType):
        return f"gid://shopify/{info.parent_type.name}/1" if kind.name == "ID" else SCALARS[kind.name]
    if isinstance(kind, GraphQLObjectType):
        return {"__typename": kind.name}
    return {"__typename": info.schema.get_possible_types(kind)[0].name}


def answered(name: str, *, full: bool, root: Callable[[str], Any] = lambda field: None, **variables: Any) -> Any:
    """The data of a document executed over the schema; the fields at its root always answer something."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        top = info.path.prev is None
        if top and (chosen := root(info.field_name)) is not None:
            return chosen
        if info.field_name in FIXED:
            return FIXED[info.field_name]
        kind: Any = info.return_type
        if top and not isinstance(kind, GraphQLNonNull):
            kind = GraphQLNonNull(kind)
        return made(kind, info, full=full)

    outcome = execute(
        contracts.graphql_schema(),
        parse(document(name)),
        variable_values=variables,
        field_resolver=resolve,
        type_resolver=lambda value, info, kind: value["__typename"],
        operation_name=name,
    )
    assert isinstance(outcome, ExecutionResult)
    assert outcome.errors is None, outcome.errors
    return json.loads(json.dumps(outcome.data), parse_float=Decimal)


sparse_and_full = pytest.mark.parametrize("full", [False, True], ids=["sparse", "full"])


@sparse_and_full
def test_products(full: bool) -> None:
    data = answered("ProductsPage", full=full, first=1)
    products = mapping.map_to_unified_products(data)
    assert [bool(each.variants) for each in products] == ([True] if full else [])
    one = answered("ProductById", full=full, id="1")
    assert mapping.map_product(one["product"], "EUR", "$.product").external_id == "gid://shopify/Product/1"


@sparse_and_full
def test_customers(full: bool) -> None:
    raw = answered("CustomerByEmail", full=full, email="a@example.com")["customerByIdentifier"]
    assert mapping.map_customer(raw, "$").external_id == "gid://shopify/Customer/1"


@sparse_and_full
def test_orders(full: bool) -> None:
    raw = answered("OrderById", full=full, id="1")["order"]
    order = mapping.map_order(raw, "$.order", "Europe/Dublin")
    assert (order.external_id, order.currency) == ("gid://shopify/Order/1", "EUR")
    assert map_placed(raw, "$.order", "EUR").platform_order_id == "gid://shopify/Order/1"


@sparse_and_full
def test_stock(full: bool) -> None:
    data = answered(
        "InventoryLevelsAt", full=full, ids=["1"], location="1", root=lambda field: [{"__typename": "InventoryItem"}]
    )
    levels = mapping.map_levels(data["nodes"][0], "$.nodes[0]", NOW, "gid://shopify/Location/1")
    assert [each.available for each in levels] == ([1] if full else []), "not stocked there is not zero"


@sparse_and_full
@pytest.mark.parametrize(
    "kind", ["DiscountCodeBasic", "DiscountCodeFreeShipping", "DiscountCodeBxgy", "DiscountCodeApp"]
)
def test_codes(full: bool, kind: str) -> None:
    raw = answered("DiscountByCode", full=full, code="X", root=lambda field: {"codeDiscount": {"__typename": kind}})
    raw["codeDiscountNodeByCode"]["codeDiscount"]["__typename"] = kind
    node = parse_wire(wire_offers.CodeNode, raw["codeDiscountNodeByCode"], "$")
    assert node.codeDiscount.status == "ACTIVE"


@sparse_and_full
def test_gift_cards(full: bool) -> None:
    data = answered("GiftCardLookup", full=full, query="x")
    for raw in data["giftCards"]["nodes"]:
        assert mapping.map_gift_card(raw, "$", "EUR", date(2026, 11, 24)).balance.currency == "EUR"

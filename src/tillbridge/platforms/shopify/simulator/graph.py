"""Answers GraphQL documents: schema, scopes, idempotency and cost, then the resolvers of each noun."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from importlib import resources
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from . import bulk, costs, goods, offers, people, refunds, selling, webhooks
from .costs import Bucket
from .shop import Row, Shop, user_error
from .tokens import Tokens

SCOPES = {
    "products": "read_products", "product": "read_products", "productVariants": "read_products",
    "inventoryItem": "read_inventory", "locations": "read_locations", "customers": "read_customers",
    "customerByIdentifier": "read_customers", "orders": "read_orders", "order": "read_orders",
    "orderByIdentifier": "read_orders", "orderCreate": "write_orders", "orderCancel": "write_orders",
    "refundCreate": "write_orders", "codeDiscountNodeByCode": "read_discounts", "giftCards": "read_gift_cards",
    "giftCard": "read_gift_cards", "giftCardDebit": "write_gift_card_transactions",
    "giftCardCredit": "write_gift_card_transactions", "inventorySetQuantities": "write_inventory",
    "inventoryAdjustQuantities": "write_inventory", "inventoryActivate": "write_inventory",
}  # fmt: skip
_REMEMBER = timedelta(hours=24)


@cache
def schema() -> GraphQLSchema:
    """Our part of the schema, built once."""
    folder = resources.files(__package__)
    return build_schema("\n".join(folder.joinpath(name).read_text() for name in ("schema.graphql", "orders.graphql")))


class Graph:
    """One shop's GraphQL endpoint."""

    def __init__(self, shop: Shop, tokens: Tokens, bucket: Bucket, base_url: Callable[[], str]) -> None:
        self._shop, self._tokens, self._bucket, self._base_url = shop, tokens, bucket, base_url
        self._root = {**self._reads(), **self._writes()}

    def answer(self, given: Any) -> Row:
        """The body of a 200, whatever happened inside."""
        if not isinstance(given, dict) or not isinstance(given.get("query"), str):
            return {"errors": [{"message": "Parameter 'query' is required"}]}
        variables = given.get("variables") or {}
        try:
            document = parse(given["query"])
        except GraphQLError as error:
            return {"errors": [error.formatted]}
        if problems := validate(schema(), document):
            return {"errors": [error.formatted for error in problems]}
        operation = _operation(document, given.get("operationName"))
        if operation is None:
            return {"errors": [{"message": "No operation to run"}]}
        asked = costs.requested(document, operation, variables)
        if asked > costs.MOST:
            return self._refused("MAX_COST_EXCEEDED", _too_much(asked), {"cost": asked, "maxCost": costs.MOST}, asked)
        if self._bucket.refill() < asked:
            return self.throttled(asked)
        self._bucket.level -= asked
        outcome = execute_sync(
            schema(), document, self._root, variable_values=variables, operation_name=given.get("operationName")
        )
        spent = min(asked, costs.actual(outcome.data))
        self._bucket.level += asked - spent
        body: Row = {"data": outcome.data} if outcome.data is not None or not outcome.errors else {}
        if outcome.errors:
            body["errors"] = [error.formatted for error in outcome.errors]
            if any(error.path for error in outcome.errors):
                body.setdefault("data", None)
        return {**body, "extensions": {"cost": self._cost(asked, spent)}}

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

    def _reads(self) -> Row:
        shop = self._shop
        found: Row = {
            "shop": lambda info: _shop(shop),
            "currentAppInstallation": lambda info: {
                "accessScopes": [{"handle": each} for each in self._tokens.scopes()]
            },
            "publicApiVersions": lambda info: [{"handle": each, "supported": True} for each in VERSIONS],
            "locations": lambda info, first=50, after=None, includeInactive=False: {
                "nodes": list(shop.locations.values())[:first], "pageInfo": {"hasNextPage": False, "endCursor": None},
            },
            "metafieldDefinitions": lambda info, first=50, ownerType="", namespace=None, key=None: {
                "nodes": [each for each in shop.definitions if _named(each, namespace, key)][:first]
            },
            "products": partial(goods.products, shop),
            "product": partial(goods.product, shop),
            "productVariants": partial(goods.product_variants, shop),
            "nodes": partial(goods.nodes, shop),
            "inventoryItem": partial(goods.inventory_item, shop),
            "customers": partial(people.customers, shop),
            "customerByIdentifier": partial(people.by_identifier, shop),
            "orders": partial(selling.orders, shop),
            "order": partial(selling.order, shop),
            "orderByIdentifier": partial(selling.by_identifier, shop),
            "job": partial(selling.job, shop),
            "codeDiscountNodeByCode": partial(offers.discount_by_code, shop),
            "giftCards": partial(offers.gift_cards, shop),
            "giftCard": partial(offers.gift_card, shop),
            "bulkOperation": lambda info, id: bulk.view(shop, id),
            "webhookSubscriptions": lambda info, first=50: {"nodes": list(shop.webhooks.values())[:first]},
        }  # fmt: skip
        return {name: self._guarded(name, resolve) for name, resolve in found.items()}

    def _writes(self) -> Row:
        shop = self._shop
        found: Row = {
            "metafieldDefinitionCreate": lambda info, definition: _define(shop, definition),
            "inventorySetQuantities": self._once(lambda input: goods.set_quantities(shop, input)),
            "inventoryAdjustQuantities": self._once(lambda input: goods.adjust_quantities(shop, input)),
            "inventoryActivate": self._once(
                lambda inventoryItemId, locationId: goods.activate(shop, inventoryItemId, locationId)
            ),
            "refundCreate": self._once(lambda input: refunds.create(shop, input)),
            "customerCreate": lambda info, input: people.create(shop, input),
            "customerUpdate": lambda info, input: people.update(shop, input),
            "customerEmailMarketingConsentUpdate": lambda info, input: people.consent(shop, input),
            "orderCreate": self._create_order,
            "orderCancel": lambda info, orderId, reason, restock, refundMethod=None, notifyCustomer=False, staffNote=None: (  # noqa: E501
                selling.cancel(shop, orderId, reason, restock, notifyCustomer)
            ),
            "giftCardDebit": lambda info, id, debitInput: offers.debit(shop, id, debitInput),
            "giftCardCredit": lambda info, id, creditInput: offers.credit(shop, id, creditInput),
            "bulkOperationRunQuery": lambda info, query: bulk.run(shop, query, self._base_url()),
            "webhookSubscriptionCreate": lambda info, topic, webhookSubscription: webhooks.subscribe(
                shop, topic, webhookSubscription
            ),
            "webhookSubscriptionDelete": lambda info, id: webhooks.unsubscribe(shop, id),
        }
        return {name: self._guarded(name, resolve) for name, resolve in found.items()}

    def _create_order(self, info: GraphQLResolveInfo[Any], order: Row, options: Row | None = None) -> Row:
        made = selling.create(self._shop, order, options)
        if made["order"] is not None:
            row = self._shop.orders[made["order"]["id"]]
            for topic in ("ORDERS_CREATE", "ORDERS_PAID"):
                webhooks.happened(self._shop, topic, webhooks.order_body(row))
        return made

    def _guarded(self, name: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
        """A field whose scope was not granted is refused inside a 200."""

        def ask(info: GraphQLResolveInfo[Any], **given: Any) -> Any:
            needed = SCOPES.get(name)
            if needed and needed not in self._tokens.scopes():
                words = f"Access denied for {name} field. Required access: `{needed}` access scope."
                documentation = "https://shopify.dev/api/usage/access-scopes"
                raise GraphQLError(words, extensions={"code": "ACCESS_DENIED", "documentation": documentation})
            return resolve(info, **given)

        return ask

    def _once(self, run: Callable[..., Row]) -> Callable[..., Row]:
        """Mutations that demand an idempotency key: the same key and input has one effect for 24 hours."""

        def ask(info: GraphQLResolveInfo[Any], **given: Any) -> Row:
            key = _key(info)
            if key is None:
                words = "The @idempotent directive is required for this mutation but was not provided."
                raise GraphQLError(words, extensions={"code": "BAD_REQUEST"})
            print_of = json.dumps([info.field_name, given], sort_keys=True, default=str)
            known = self._shop.remembered.get(key)
            if known and self._shop.now() - known[0] < _REMEMBER:
                return dict(known[2]) if known[1] == print_of else _mismatch(info.field_name)
            result = run(**given)
            if not result["userErrors"]:
                self._shop.remembered[key] = (self._shop.now(), print_of, result)
            return result

        return ask


VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name:
        return next((each for each in found if each.name and each.name.value == name), None)
    return found[0] if len(found) == 1 else None


def _too_much(asked: float) -> str:
    return f"Query cost is {asked:.0f}, which exceeds the single query max cost limit (1000)."


def _key(info: GraphQLResolveInfo[Any]) -> str | None:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent" and directive.arguments:
            value = directive.arguments[0].value
            if isinstance(value, StringValueNode):
                return value.value
            if isinstance(value, VariableNode):
                return str(info.variable_values.coerced[value.name.value])
    return None


def _mismatch(field: str) -> Row:
    code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    error = user_error(["key"], "The same idempotency key was used with other parameters.", code)
    empty = {"refundCreate": ("refund", "order"), "inventoryActivate": ("inventoryLevel",)}
    return {**dict.fromkeys(empty.get(field, ("inventoryAdjustmentGroup",))), "userErrors": [error]}


def _shop(shop: Shop) -> Row:
    return {
        "id": "gid://shopify/Shop/77001", "name": "Harbour Lane Outfitters", "myshopifyDomain": shop.domain,
        "email": "owner@harbourlane.example", "currencyCode": "EUR", "ianaTimezone": "Europe/Dublin",
        "weightUnit": "KILOGRAMS", "taxesIncluded": True,
        "plan": {"publicDisplayName": "Grow", "partnerDevelopment": False, "shopifyPlus": False},
    }  # fmt: skip


def _named(row: Row, namespace: str | None, key: str | None) -> bool:
    return namespace in (None, row["namespace"]) and key in (None, row["key"])


def _define(shop: Shop, definition: Row) -> Row:
    if any(_named(each, definition.get("namespace"), definition["key"]) for each in shop.definitions):
        words = "Key is in use for Order metafields on the namespace."
        return {"createdDefinition": None, "userErrors": [user_error(["definition", "key"], words, "TAKEN")]}
    row = {
        "id": shop.gid("MetafieldDefinition"), "namespace": definition.get("namespace") or "app",
        "key": definition["key"], "type": {"name": definition["type"]},
    }  # fmt: skip
    shop.definitions.append(row)
    return {"createdDefinition": row, "userErrors": []}

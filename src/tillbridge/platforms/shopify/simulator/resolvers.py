"""The table of root fields: who answers which, and the scope each needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from . import bulk, finding, goods, offers, people, refunds, selling, stock, webhooks
from .about import LIVE, VERSIONS, define, definitions, locations, shop_facts
from .once import once
from .shop import Row, Shop
from .tokens import Tokens

SCOPES = {
    "products": "read_products", "product": "read_products", "productVariants": "read_products",
    "inventoryItem": "read_inventory", "locations": "read_locations", "customers": "read_customers",
    "customer": "read_customers", "customerByIdentifier": "read_customers", "customerCreate": "write_customers",
    "customerUpdate": "write_customers", "customerSet": "write_customers",
    "customerEmailMarketingConsentUpdate": "write_customers", "orders": "read_orders", "order": "read_orders",
    "orderByIdentifier": "read_orders", "orderCreate": "write_orders", "orderCancel": "write_orders",
    "refundCreate": "write_orders", "codeDiscountNodeByCode": "read_discounts", "giftCards": "read_gift_cards",
    "giftCard": "read_gift_cards", "giftCardDebit": "write_gift_card_transactions",
    "giftCardCredit": "write_gift_card_transactions", "inventorySetQuantities": "write_inventory",
    "inventoryAdjustQuantities": "write_inventory", "inventoryActivate": "write_inventory",
}  # fmt: skip


def root_fields(shop: Shop, tokens: Tokens, base_url: Callable[[], str]) -> Row:
    """All queries and mutations, each behind its scope."""
    fields = {**_reads(shop, tokens), **_writes(shop, base_url)}
    return {name: _guarded(tokens, name, resolve) for name, resolve in fields.items()}


def _guarded(tokens: Tokens, name: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
    """A field whose scope was not granted is refused inside a 200."""

    def ask(info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        needed = SCOPES.get(name)
        if needed and needed not in tokens.scopes():
            words = f"Access denied for {name} field. Required access: `{needed}` access scope."
            documentation = "https://shopify.dev/api/usage/access-scopes"
            raise GraphQLError(words, extensions={"code": "ACCESS_DENIED", "documentation": documentation})
        return resolve(info, **given)

    return ask


def _reads(shop: Shop, tokens: Tokens) -> Row:
    return {
        "shop": lambda info: shop_facts(shop),
        "currentAppInstallation": lambda info: {"accessScopes": [{"handle": each} for each in tokens.scopes()]},
        "publicApiVersions": lambda info: [{"handle": each, "supported": each in LIVE} for each in VERSIONS],
        "locations": partial(locations, shop),
        "metafieldDefinitions": partial(definitions, shop),
        "products": partial(goods.products, shop),
        "product": partial(goods.product, shop),
        "productVariants": partial(goods.product_variants, shop),
        "nodes": partial(goods.nodes, shop),
        "inventoryItem": partial(goods.inventory_item, shop),
        "customers": partial(people.customers, shop),
        "customer": partial(people.one, shop),
        "customerByIdentifier": partial(people.by_identifier, shop),
        "orders": partial(finding.orders, shop),
        "order": partial(finding.order, shop),
        "orderByIdentifier": partial(finding.by_identifier, shop),
        "job": partial(finding.job, shop),
        "codeDiscountNodeByCode": partial(offers.discount_by_code, shop),
        "giftCards": partial(offers.gift_cards, shop),
        "giftCard": partial(offers.gift_card, shop),
        "bulkOperation": lambda info, id: bulk.view(shop, id),
        "webhookSubscriptions": lambda info, first=50: {"nodes": list(shop.webhooks.values())[:first]},
    }


def _writes(shop: Shop, base_url: Callable[[], str]) -> Row:
    def cancel(info: Any, orderId: str, reason: str, restock: bool, notifyCustomer: bool = False, **rest: Any) -> Row:
        return selling.cancel(shop, orderId, reason, restock, notifyCustomer)

    def activate(inventoryItemId: str, locationId: str) -> Row:
        return stock.activate(shop, inventoryItemId, locationId)

    return {
        "metafieldDefinitionCreate": lambda info, definition: define(shop, definition),
        "inventorySetQuantities": once(shop, lambda input: stock.set_quantities(shop, input)),
        "inventoryAdjustQuantities": once(shop, lambda input: stock.adjust_quantities(shop, input)),
        "inventoryActivate": once(shop, activate),
        "refundCreate": once(shop, lambda input: refunds.create(shop, input)),
        "customerCreate": lambda info, input: people.create(shop, input),
        "customerUpdate": lambda info, input: people.update(shop, input),
        "customerSet": lambda info, input, identifier=None: people.set_one(shop, input, identifier),
        "customerEmailMarketingConsentUpdate": lambda info, input: people.consent(shop, input),
        "orderCreate": lambda info, order, options=None: selling.create(shop, order, options),
        "orderCancel": cancel,
        "giftCardDebit": lambda info, id, debitInput: offers.debit(shop, id, debitInput),
        "giftCardCredit": lambda info, id, creditInput: offers.credit(shop, id, creditInput),
        "bulkOperationRunQuery": lambda info, query, groupObjects=False: bulk.run(shop, query, base_url()),
        "webhookSubscriptionCreate": lambda info, topic, webhookSubscription: webhooks.subscribe(
            shop, topic, webhookSubscription
        ),
        "webhookSubscriptionDelete": lambda info, id: webhooks.unsubscribe(shop, id),
    }

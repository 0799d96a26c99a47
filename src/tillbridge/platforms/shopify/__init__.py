"""Shopify, Admin GraphQL API 2026-10.

Grants     client credentials (24 h), authorization code with rotating refresh token, legacy admin token without end
Pace       cost based: every answer tells the bucket; a throttled call arrives as 200
Orders     totals exact; found again by a unique metafield; stock lowered by the create itself
Stock      compare-and-set per location, replay-safe by idempotency key
Discounts  the platform judges dates, the till the rest; percentage, fixed, free shipping
Gift cards debit with our reference as note; only on shops where Shopify enabled them
Mails      none: receipts and notifications are switched off on each call
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.shopify.auth import renew
from tillbridge.platforms.shopify.customers import ShopifyCustomerService
from tillbridge.platforms.shopify.discounts import ShopifyDiscountService
from tillbridge.platforms.shopify.gift_cards import ShopifyGiftCardService
from tillbridge.platforms.shopify.inventory import ShopifyInventoryService
from tillbridge.platforms.shopify.orders import ShopifyOrderService
from tillbridge.platforms.shopify.products import ShopifyProductService
from tillbridge.platforms.shopify.shop import ShopifyShopService
from tillbridge.platforms.shopify.spec import SPEC
from tillbridge.platforms.shopify.webhooks import verify_webhook

__all__ = [
    "PLATFORM",
    "ShopifyCustomerService",
    "ShopifyDiscountService",
    "ShopifyGiftCardService",
    "ShopifyInventoryService",
    "ShopifyOrderService",
    "ShopifyProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=ShopifyShopService,
    product=ShopifyProductService,
    inventory=ShopifyInventoryService,
    order=ShopifyOrderService,
    customer=ShopifyCustomerService,
    discount=ShopifyDiscountService,
    gift_card=ShopifyGiftCardService,
    renew=renew,
    verify_webhook=verify_webhook,
    simulator="tillbridge.platforms.shopify.simulator:shopify_simulator",
)

"""WooCommerce, REST API wc/v3, on shops from 9.9 on.

Grants     one API key without end; Basic inside TLS, OAuth 1.0a signatures over plain http
Pace       none of its own; gentle by default, since every call boots WordPress
Orders     totals recomputed by the shop from net prices with six decimals; no idempotency, found by reference
Stock      one number per variant; read, compare, set; the order itself lowers it
Discounts  judged by us, then tried in a shopper's cart (Cart-Token, two days)
Gift cards by PW Gift Cards Pro; balances by the official extension; none in WooCommerce itself
Mails      till orders are made silent; a new account's welcome cannot be stopped
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.woocommerce.customers import WooCommerceCustomerService
from tillbridge.platforms.woocommerce.discounts import WooCommerceDiscountService
from tillbridge.platforms.woocommerce.gift_cards import WooCommerceGiftCardService
from tillbridge.platforms.woocommerce.inventory import WooCommerceInventoryService
from tillbridge.platforms.woocommerce.orders import WooCommerceOrderService
from tillbridge.platforms.woocommerce.products import WooCommerceProductService
from tillbridge.platforms.woocommerce.shop import WooCommerceShopService
from tillbridge.platforms.woocommerce.spec import SPEC
from tillbridge.platforms.woocommerce.webhooks import verify_webhook

__all__ = [
    "PLATFORM",
    "WooCommerceCustomerService",
    "WooCommerceDiscountService",
    "WooCommerceGiftCardService",
    "WooCommerceInventoryService",
    "WooCommerceOrderService",
    "WooCommerceProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=WooCommerceShopService,
    product=WooCommerceProductService,
    inventory=WooCommerceInventoryService,
    order=WooCommerceOrderService,
    customer=WooCommerceCustomerService,
    discount=WooCommerceDiscountService,
    gift_card=WooCommerceGiftCardService,
    renew=None,
    verify_webhook=verify_webhook,
    simulator="tillbridge.platforms.woocommerce.simulator:woocommerce_simulator",
)

"""BigCommerce, REST v2 and v3 side by side, by a store-level API account.

Grants     one access token without end; a dead one is noticed and the operator told
Pace       150 calls in 30 seconds for all apps of a store, told with every answer
Orders     v2, completed at once, with the till's own totals; no idempotency, found by external_order_id
Stock      per variant and location; read, compare, set, or moved by a difference; orders lower it
Discounts  promotions and coupons judged by us; what only a cart can reckon is tried in one
Gift cards gift certificates: a balance without ledger, our bookings marked in its message
Mails      none for an order made here; changes of status are kept silent by leaving the address out
"""

from __future__ import annotations

from tillbridge.platforms.bigcommerce.customers import BigCommerceCustomerService
from tillbridge.platforms.bigcommerce.discounts import BigCommerceDiscountService
from tillbridge.platforms.bigcommerce.gift_cards import BigCommerceGiftCardService
from tillbridge.platforms.bigcommerce.inventory import BigCommerceInventoryService
from tillbridge.platforms.bigcommerce.orders import BigCommerceOrderService
from tillbridge.platforms.bigcommerce.products import BigCommerceProductService
from tillbridge.platforms.bigcommerce.shop import BigCommerceShopService
from tillbridge.platforms.bigcommerce.spec import SPEC
from tillbridge.platforms.bigcommerce.webhooks import verify_webhook
from tillbridge.platforms.contract import Platform

__all__ = [
    "PLATFORM",
    "BigCommerceCustomerService",
    "BigCommerceDiscountService",
    "BigCommerceGiftCardService",
    "BigCommerceInventoryService",
    "BigCommerceOrderService",
    "BigCommerceProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=BigCommerceShopService,
    product=BigCommerceProductService,
    inventory=BigCommerceInventoryService,
    order=BigCommerceOrderService,
    customer=BigCommerceCustomerService,
    discount=BigCommerceDiscountService,
    gift_card=BigCommerceGiftCardService,
    renew=None,
    verify_webhook=verify_webhook,
    simulator="tillbridge.platforms.bigcommerce.simulator:bigcommerce_simulator",
)

"""Wix: Wix Stores with Catalog V3, and Wix eCommerce.

Grants     an app's client credentials, tokens of four hours renewed by themselves; or an API key without end
Pace       200 calls a minute, told by nothing; three a second of our own
Orders     totals stand as sent; created, then paid, then handed over; found by the reference in channelInfo
Stock      one number per variant and location, guarded by a revision; the order itself lowers it
Discounts  coupons judged by us; those for a category by Wix's own reckoning; uses are not counted
Gift cards Wix Gift Card app: debits carry an idempotency key, its journal names no reference
Mails      switched off call by call; till orders carry no e-mail address unless the operator chose so
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.wix.auth import renew
from tillbridge.platforms.wix.customers import WixCustomerService
from tillbridge.platforms.wix.discounts import WixDiscountService
from tillbridge.platforms.wix.gift_cards import WixGiftCardService
from tillbridge.platforms.wix.inventory import WixInventoryService
from tillbridge.platforms.wix.orders import WixOrderService
from tillbridge.platforms.wix.products import WixProductService
from tillbridge.platforms.wix.shop import WixShopService
from tillbridge.platforms.wix.spec import SPEC
from tillbridge.platforms.wix.webhooks import verify_webhook

__all__ = [
    "PLATFORM",
    "WixCustomerService",
    "WixDiscountService",
    "WixGiftCardService",
    "WixInventoryService",
    "WixOrderService",
    "WixProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=WixShopService,
    product=WixProductService,
    inventory=WixInventoryService,
    order=WixOrderService,
    customer=WixCustomerService,
    discount=WixDiscountService,
    gift_card=WixGiftCardService,
    renew=renew,
    verify_webhook=verify_webhook,
    simulator="tillbridge.platforms.wix.simulator:wix_simulator",
)

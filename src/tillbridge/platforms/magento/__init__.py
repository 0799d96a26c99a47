"""Magento 2 Open Source, REST V1, 2.4.7 and newer on servers of one's own.

Grants     an admin user's login, whose token lives an hour and is renewed by it; or an integration's four keys, signed
Pace       none of its own; gentle by default, since every call boots the shop
Orders     imported paid and complete under our own number, totals as sent; a number is taken once, so nothing doubles
Stock      one number per SKU and source; read, compare, set; an import moves none, so it is booked by us
Discounts  judged by us for the reason, then tried in a guest's cart; a use is counted after the import
Gift cards none in the Open Source edition
Mails      imports and credit memos are silent; a new account's welcome cannot be stopped
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.magento.auth import alive, renew
from tillbridge.platforms.magento.customers import MagentoCustomerService
from tillbridge.platforms.magento.discounts import MagentoDiscountService
from tillbridge.platforms.magento.gift_cards import MagentoGiftCardService
from tillbridge.platforms.magento.inventory import MagentoInventoryService
from tillbridge.platforms.magento.orders import MagentoOrderService
from tillbridge.platforms.magento.products import MagentoProductService
from tillbridge.platforms.magento.shop import MagentoShopService
from tillbridge.platforms.magento.spec import SPEC

__all__ = [
    "PLATFORM",
    "MagentoCustomerService",
    "MagentoDiscountService",
    "MagentoGiftCardService",
    "MagentoInventoryService",
    "MagentoOrderService",
    "MagentoProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=MagentoShopService,
    product=MagentoProductService,
    inventory=MagentoInventoryService,
    order=MagentoOrderService,
    customer=MagentoCustomerService,
    discount=MagentoDiscountService,
    gift_card=MagentoGiftCardService,
    renew=renew,
    alive=alive,
    verify_webhook=None,
    simulator="tillbridge.platforms.magento.simulator:magento_simulator",
)

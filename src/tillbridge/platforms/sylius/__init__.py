"""Sylius 2.0 to 2.3, the open-source edition, over its API v2.

Grants     an administrator's login for an hour-long token; a refresh token where the shop has that add-on
Pace       none of its own; a few calls at a time
Orders     a shopper's cart completed, then paid as staff; the cart's token, kept before, finds it again
Totals     dictated by the shop's price rules; a sale that differs is not placed
Stock      one number per variant, less what unpaid orders hold; read, compare, set
Discounts  coupons tried in a cart; the shop's one word of refusal is explained from its promotion
Gift cards none in Sylius 2
Mails      each order is confirmed by mail, so till sales carry an address of the till
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.sylius.auth import renew
from tillbridge.platforms.sylius.customers import SyliusCustomerService
from tillbridge.platforms.sylius.discounts import SyliusDiscountService
from tillbridge.platforms.sylius.gift_cards import SyliusGiftCardService
from tillbridge.platforms.sylius.inventory import SyliusInventoryService
from tillbridge.platforms.sylius.orders import SyliusOrderService
from tillbridge.platforms.sylius.products import SyliusProductService
from tillbridge.platforms.sylius.shop import SyliusShopService
from tillbridge.platforms.sylius.spec import SPEC

__all__ = [
    "PLATFORM",
    "SyliusCustomerService",
    "SyliusDiscountService",
    "SyliusGiftCardService",
    "SyliusInventoryService",
    "SyliusOrderService",
    "SyliusProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=SyliusShopService,
    product=SyliusProductService,
    inventory=SyliusInventoryService,
    order=SyliusOrderService,
    customer=SyliusCustomerService,
    discount=SyliusDiscountService,
    gift_card=SyliusGiftCardService,
    renew=renew,
    verify_webhook=None,
    simulator="tillbridge.platforms.sylius.simulator:sylius_simulator",
)

"""Squarespace, Commerce APIs, each resource in its own version.

Grants     an API key without end, or OAuth: half an hour, renewed by a seven-day token that is spent once
Pace       300 calls a minute for all APIs; an API key makes 100 orders an hour
Orders     imported as paid with the till's totals; idempotency key for 48 hours, then found by its reference
Stock      one number per variant; set or moved under a key; the order itself lowers it
Discounts  read and judged by us; a code on an imported order is noted, its use not counted
Gift cards none over the API, and no cancel or refund of orders
Mails      the shopper's notice is switched off, and the order carries no address unless the operator chose so
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.squarespace.auth import renew
from tillbridge.platforms.squarespace.customers import SquarespaceCustomerService
from tillbridge.platforms.squarespace.discounts import SquarespaceDiscountService
from tillbridge.platforms.squarespace.gift_cards import SquarespaceGiftCardService
from tillbridge.platforms.squarespace.inventory import SquarespaceInventoryService
from tillbridge.platforms.squarespace.orders import SquarespaceOrderService
from tillbridge.platforms.squarespace.products import SquarespaceProductService
from tillbridge.platforms.squarespace.shop import SquarespaceShopService
from tillbridge.platforms.squarespace.spec import SPEC
from tillbridge.platforms.squarespace.webhooks import verify_webhook

__all__ = [
    "PLATFORM",
    "SquarespaceCustomerService",
    "SquarespaceDiscountService",
    "SquarespaceGiftCardService",
    "SquarespaceInventoryService",
    "SquarespaceOrderService",
    "SquarespaceProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=SquarespaceShopService,
    product=SquarespaceProductService,
    inventory=SquarespaceInventoryService,
    order=SquarespaceOrderService,
    customer=SquarespaceCustomerService,
    discount=SquarespaceDiscountService,
    gift_card=SquarespaceGiftCardService,
    renew=renew,
    verify_webhook=verify_webhook,
    simulator="tillbridge.platforms.squarespace.simulator:squarespace_simulator",
)

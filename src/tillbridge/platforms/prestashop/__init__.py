"""PrestaShop, webservice, on shops with PrestaShop 8 or 9.

Grants     one API key without end; Basic, or in the query where a host strips the header
Pace       none of its own; gentle by default, since every call boots the shop
Orders     the shop's price rules dictate totals; till prices are bound to a cart, which is kept and makes one order
Stock      one number per article; read, compare, set; the paid order itself lowers it
Discounts  judged by us alone; rules without a code would change totals and stop the sale
Gift cards none in PrestaShop
Mails      till orders are placed unpaid and silent, then set to paid, which mails nobody
"""

from __future__ import annotations

from tillbridge.platforms.contract import Platform
from tillbridge.platforms.prestashop.customers import PrestaShopCustomerService
from tillbridge.platforms.prestashop.discounts import PrestaShopDiscountService
from tillbridge.platforms.prestashop.gift_cards import PrestaShopGiftCardService
from tillbridge.platforms.prestashop.inventory import PrestaShopInventoryService
from tillbridge.platforms.prestashop.orders import PrestaShopOrderService
from tillbridge.platforms.prestashop.products import PrestaShopProductService
from tillbridge.platforms.prestashop.shop import PrestaShopShopService
from tillbridge.platforms.prestashop.spec import SPEC

__all__ = [
    "PLATFORM",
    "PrestaShopCustomerService",
    "PrestaShopDiscountService",
    "PrestaShopGiftCardService",
    "PrestaShopInventoryService",
    "PrestaShopOrderService",
    "PrestaShopProductService",
]

PLATFORM = Platform(
    spec=SPEC,
    shop=PrestaShopShopService,
    product=PrestaShopProductService,
    inventory=PrestaShopInventoryService,
    order=PrestaShopOrderService,
    customer=PrestaShopCustomerService,
    discount=PrestaShopDiscountService,
    gift_card=PrestaShopGiftCardService,
    renew=None,
    verify_webhook=None,
    simulator="tillbridge.platforms.prestashop.simulator:prestashop_simulator",
)

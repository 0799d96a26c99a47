"""Corner Stall: the smallest platform there can be, from outside the package. It sells and is paid; all else is absent.

One key and no renewal, an order made paid in one call and found by our reference, no mails, no webhooks.
"""

from __future__ import annotations

from tests.platforms.ninth.services import StallOrders, StallProducts, StallShop, absent
from tests.platforms.ninth.spec import SPEC
from tillbridge.platforms.contract import Platform

PLATFORM = Platform(
    spec=SPEC,
    shop=StallShop,
    product=StallProducts,
    inventory=absent,
    order=StallOrders,
    customer=absent,
    discount=absent,
    gift_card=absent,
    renew=None,
    verify_webhook=None,
    simulator="tests.platforms.ninth.simulator:StallSimulator",
)

"""PrestaShop keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.prestashop import PLATFORM
from tillbridge.platforms.prestashop.simulator import prestashop_simulator


class TestPrestaShop(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(prestashop_simulator)
    wrong_field = "webservice_key"
    wrong_value = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    create_match = "POST /api/orders"

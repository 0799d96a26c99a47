"""PrestaShop keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.prestashop import PLATFORM
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator
from tillbridge.platforms.prestashop.spec import RIGHTS
from tillbridge.training.kit import Simulator


class TestPrestaShop(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(prestashop_simulator)
    wrong_field = "webservice_key"
    wrong_value = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    create_match = "POST /api/orders"
    page_constants = (
        "tillbridge.platforms.prestashop.calls:_MANY",
        "tillbridge.platforms.prestashop.products:_COMBINATIONS",
    )

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, PrestaShopSimulator)
        rights = {name: frozenset(methods) for name, methods in RIGHTS.items()}
        shop.shop.keys[0].rights = {**rights, "orders": rights["orders"] - {"POST"}}
        return "orders POST"

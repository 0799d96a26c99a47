"""Wix keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.domain.orders import Order
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import WixSimulator, wix_simulator
from tillbridge.training.kit import Simulator


class TestWix(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(wix_simulator)
    setup = "app"
    wrong_field = "app_secret"
    wrong_value = "this-is-not-the-secret-of-the-app"
    create_match = "sendNotificationsToBusiness"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, WixSimulator)
        shop.switches.withheld_scope = "SCOPE.DC-STORES.MANAGE-ORDERS"
        return "SCOPE.DC-STORES.MANAGE-ORDERS"

    def unknown_variant(self, order: Order) -> str:
        return "00000000-0000-4000-8000-000000000000"

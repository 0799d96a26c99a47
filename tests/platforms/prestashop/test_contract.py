"""PrestaShop keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

import pytest

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

    @pytest.mark.soak  # test_power_cuts has its share of these two in the suite
    async def test_a_power_cut_while_looking_up_leaves_one_paid_order(self) -> None:
        await super().test_a_power_cut_while_looking_up_leaves_one_paid_order()

    @pytest.mark.soak
    async def test_a_power_cut_after_any_call_of_a_refund_gives_back_once(self) -> None:
        await super().test_a_power_cut_after_any_call_of_a_refund_gives_back_once()

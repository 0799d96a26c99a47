"""Sylius keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.simulator import sylius_simulator
from tillbridge.platforms.sylius.simulator.simulator import SyliusSimulator
from tillbridge.platforms.sylius.spec import API_ROLE
from tillbridge.training.kit import Simulator


class TestSylius(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(sylius_simulator)
    wrong_field = "password"
    wrong_value = "not-the-password-at-all"
    create_match = '"notes"'

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, SyliusSimulator)
        for each in shop.shop.administrators:
            each["roles"] = [role for role in each["roles"] if role != API_ROLE]
        return API_ROLE

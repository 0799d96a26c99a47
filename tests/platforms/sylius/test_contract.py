"""Sylius keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.sylius import adapter
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.simulator import sylius_simulator
from tillbridge.platforms.sylius.simulator.simulator import SyliusSimulator
from tillbridge.platforms.sylius.simulator.tokens import REFRESH_PATH
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

    async def rest_of_the_day(self, bench: Bench) -> None:
        """A shop with the add-on for refresh tokens."""
        async with adapter.bench(switches={"refresh_add_on": True}, values={"refresh_path": REFRESH_PATH}) as at:
            at.clock.advance(3600)
            assert await self.platform.product(at.session).find_by_code("TEE-M")

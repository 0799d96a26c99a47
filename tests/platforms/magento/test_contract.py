"""Magento keeps the contract of every platform, over HTTP against its simulator, whoever asks."""

from __future__ import annotations

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.contract_suite.connecting import ConnectingCases
from tests.support.clock import VirtualClock
from tillbridge.platforms.magento import PLATFORM
from tillbridge.platforms.magento.simulator import MagentoSimulator, magento_simulator
from tillbridge.training.kit import Simulator

from .adapter import without

_IMPORT = "Magento_Sales::create"


class TestMagento(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(magento_simulator)
    setup = "admin"
    wrong_field = "password"
    wrong_value = "not-the-password-7"
    create_match = "POST /rest/V1/orders"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, MagentoSimulator)
        without(shop, _IMPORT)
        return _IMPORT


class _ByIntegration(MagentoSimulator):
    setup = "integration"

    def credentials(self) -> dict[str, str]:
        return self.integration_credentials()


def integration_simulator(clock: VirtualClock) -> MagentoSimulator:
    """The demo shop that hands out its integration's keys."""
    shop = magento_simulator(clock)
    shop.__class__ = _ByIntegration
    return shop


class TestMagentoIntegration(ConnectingCases):
    """Only who asks is another; what is asked is the same."""

    platform = PLATFORM
    simulator = staticmethod(integration_simulator)
    setup = "integration"
    wrong_field = "consumer_secret"
    wrong_value = "ffffffffffffffffffffffffffffffff"
    create_match = "POST /rest/V1/orders"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, MagentoSimulator)
        without(shop, _IMPORT)
        return _IMPORT

    async def test_an_expired_token_is_renewed_by_itself(self, bench: Bench) -> None:
        """It has no end."""
        bench.clock.advance(400 * 86_400)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")
        assert bench.renewals == 0

    async def test_a_signed_sale_arrives_paid_and_is_cancelled(self, bench: Bench) -> None:
        order = await bench.sale(receipt="R’ø+7 / 2")
        placed = await bench.push(order)
        assert placed.paid
        bench.one_paid_order(order)
        orders = self.platform.order(bench.session)
        assert (await orders.cancel_order(order, placed.platform_order_id, "rung up twice")).cancelled

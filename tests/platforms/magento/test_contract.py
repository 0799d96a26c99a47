"""Magento keeps the contract of every platform, over HTTP against its simulator, by both of its setups."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tests.support.clock import VirtualClock
from tillbridge.platforms.magento import PLATFORM
from tillbridge.platforms.magento.simulator import MagentoSimulator, magento_simulator


class TestMagento(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(magento_simulator)
    setup = "admin"
    wrong_field = "password"
    wrong_value = "not-the-password-7"
    create_match = "POST /rest/V1/orders"


class _ByIntegration(MagentoSimulator):
    setup = "integration"

    def credentials(self) -> dict[str, str]:
        return self.integration_credentials()


def integration_simulator(clock: VirtualClock) -> MagentoSimulator:
    """The demo shop that hands out its integration's keys."""
    shop = magento_simulator(clock)
    shop.__class__ = _ByIntegration
    return shop


class TestMagentoIntegration(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(integration_simulator)
    setup = "integration"
    wrong_field = "consumer_secret"
    wrong_value = "ffffffffffffffffffffffffffffffff"
    create_match = "POST /rest/V1/orders"

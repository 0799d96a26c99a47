"""Wix keeps the contract of every platform, over HTTP against its simulator: as an app of one's own, and with a key."""

from __future__ import annotations

from datetime import timedelta

from tests.platforms.contract_suite import Bench, PlatformContract
from tillbridge.domain.orders import Order
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import WixSimulator, wix_simulator
from tillbridge.training.clock import Ticking
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


class KeyedSite(WixSimulator):
    """The same site, reached with the account's key."""

    def credentials(self) -> dict[str, str]:
        return self.key_credentials()


def keyed_site(clock: Ticking | None = None, seed: int = 1) -> WixSimulator:
    return KeyedSite(clock, seed)


class TestWixWithKey(TestWix):
    simulator = staticmethod(keyed_site)
    setup = "api_key"
    wrong_field = "api_key"
    wrong_value = "IST.this-is-somebody-elses-key"

    async def test_an_expired_token_is_renewed_by_itself(self, bench: Bench) -> None:
        """A key does not end, so nothing is ever renewed."""
        bench.clock.advance(timedelta(days=400).total_seconds())
        assert await self.platform.product(bench.session).find_by_code("TEE-M")
        assert isinstance(bench.shop, WixSimulator)
        assert bench.shop.site.tokens == {}

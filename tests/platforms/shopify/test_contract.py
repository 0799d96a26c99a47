"""Shopify keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from collections.abc import Sequence

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.contract_suite.wire import collected
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.shopify import PLATFORM
from tillbridge.platforms.shopify.simulator import shopify_simulator
from tillbridge.platforms.shopify.simulator.simulator import ShopifySimulator
from tillbridge.platforms.shopify.simulator.webhooks import subscribe
from tillbridge.training.kit import Simulator


class TestShopify(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(shopify_simulator)
    setup = "own_app"
    wrong_field = "client_secret"
    wrong_value = "shpss_this-is-not-the-secret"
    create_match = "OrderCreate"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, ShopifySimulator)
        shop.switches.withheld_scope = "write_orders"
        return "write_orders"

    async def deliveries(self, bench: Bench) -> tuple[Secret, Sequence[WebhookDelivery]]:
        assert isinstance(bench.shop, ShopifySimulator)
        subscribe(bench.shop.shop, "ORDERS_CREATE", {"uri": "https://till.example/hook"})
        for receipt in ("R-1", "R-2"):
            await bench.push(await bench.sale(receipt))
        sent, post = collected()
        await bench.shop.deliver_webhooks(post, twice=True)
        return Secret(bench.shop.credentials()["client_secret"]), sent

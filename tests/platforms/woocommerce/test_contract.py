"""WooCommerce keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.contract_suite.wire import collected
from tests.platforms.woocommerce import adapter
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator, woocommerce_simulator
from tillbridge.platforms.woocommerce.webhooks import is_ping
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport

HOOK = {"name": "till", "topic": "order.created", "delivery_url": "https://till.example/hook", "secret": "s" * 40}


class TestWooCommerce(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(woocommerce_simulator)
    wrong_field = "consumer_secret"
    wrong_value = "cs_ffffffffffffffffffffffffffffffffffffffff"
    create_match = "POST /wp-json/wc/v3/orders"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, WooCommerceSimulator)
        shop.shop.keys[0].permissions = "read"
        return "write"

    async def rest_of_the_day(self, bench: Bench) -> None:
        """A shop without the gift card add-on."""
        async with adapter.bench(switches={"gift_cards": False}) as at:
            assert await self.platform.shop(at.session).check_step("gift_cards")

    async def deliveries(self, bench: Bench) -> tuple[Secret, Sequence[WebhookDelivery]]:
        assert isinstance(bench.shop, WooCommerceSimulator)
        given = bench.shop.credentials()
        login = (given["consumer_key"], given["consumer_secret"])
        async with httpx.AsyncClient(transport=transport([bench.shop]), auth=login) as owner:
            await owner.post(f"{bench.shop.base_url}/wp-json/wc/v3/webhooks", json=HOOK)
        for receipt in ("R-1", "R-2"):
            await bench.push(await bench.sale(receipt))
        sent, post = collected()
        await bench.shop.deliver_webhooks(post, twice=True)
        return Secret(HOOK["secret"]), [each for each in sent if not is_ping(each)]

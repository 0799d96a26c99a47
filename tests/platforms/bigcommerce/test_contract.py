"""BigCommerce keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.contract_suite.wire import collected
from tests.support.till import basket_lines, offer_of
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator, bigcommerce_simulator
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport

HOOK = {"scope": "store/order/created", "destination": "https://till.example/hook"}


class TestBigCommerce(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(bigcommerce_simulator)
    wrong_field = "access_token"
    wrong_value = "0000000000aaaaaaaaaa1111111111b"
    create_match = "POST /stores/g5cd38/v2/orders"

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, BigCommerceSimulator)
        for account in shop.store.accounts:
            account.scopes -= {"store_v2_orders"}
        return "store_v2_orders"

    async def rest_of_the_day(self, bench: Bench) -> None:
        """A code that only a cart can reckon."""
        lines = await basket_lines(self.platform.product(bench.session), {"TEE-M": 1, "SOAP-1": 1})
        verdict = await self.platform.discount(bench.session).check_code("SECONDHALF", offer_of(lines))
        assert verdict.judged_by_platform == ("the cart",)

    async def deliveries(self, bench: Bench) -> tuple[Secret, Sequence[WebhookDelivery]]:
        assert isinstance(bench.shop, BigCommerceSimulator)
        # a delivery proves itself for five minutes by the real clock
        bench.clock.set_wall(SystemClock().now())
        given = bench.shop.credentials()
        async with httpx.AsyncClient(transport=transport([bench.shop])) as owner:
            url = f"{bench.shop.base_url}/stores/{given['store_hash']}/v3/hooks"
            made = await owner.post(url, json=HOOK, headers={"X-Auth-Token": given["access_token"]})
        assert made.status_code == 200, made.text
        for receipt in ("R-1", "R-2"):
            await bench.push(await bench.sale(receipt))
        sent, post = collected()
        await bench.shop.deliver_webhooks(post, twice=True)
        return Secret(given["client_secret"]), sent

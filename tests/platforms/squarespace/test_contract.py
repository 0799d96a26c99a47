"""Squarespace keeps the contract of every platform, over HTTP against its simulator, by API key and by extension."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from tests.platforms.contract_suite import Bench, PlatformContract
from tests.platforms.contract_suite.wire import collected
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator import (
    SquarespaceSimulator,
    squarespace_oauth_simulator,
    squarespace_simulator,
)
from tillbridge.platforms.squarespace.spec import SETUP_KEY, SETUP_OAUTH
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport

HOOK = {"endpointUrl": "https://till.example/hook", "topics": ["order.create"]}
YEAR = 365 * 86400


class SquarespaceContract(PlatformContract):
    platform = PLATFORM
    create_match = "POST /1.0/commerce/orders"
    page_constants = (
        "tillbridge.platforms.squarespace.simulator.paging:FIXED_PAGE",
        "tillbridge.platforms.squarespace.customers:PEOPLE_PAGE",
    )

    def withhold(self, shop: Simulator) -> str:
        assert isinstance(shop, SquarespaceSimulator)
        for each in shop.store.passes.values():
            each.scopes -= {"website.inventory"}
        return "website.inventory"


class TestSquarespaceByKey(SquarespaceContract):
    simulator = staticmethod(squarespace_simulator)
    setup = SETUP_KEY
    wrong_field = "api_key"
    wrong_value = "00000000-ffff-4fff-8fff-ffffffffffff"

    async def test_an_expired_token_is_renewed_by_itself(self, bench: Bench) -> None:
        """A key does not end, so neither a fault nor a year asks for another."""
        products = self.platform.product(bench.session)
        bench.shop.faults.arm("expired_token", times=1)
        assert await products.find_by_code("TEE-M")
        before = bench.renewals
        bench.clock.advance(YEAR)
        assert await products.find_by_code("TEE-M")
        assert bench.renewals == before


class TestSquarespaceByExtension(SquarespaceContract):
    simulator = staticmethod(squarespace_oauth_simulator)
    setup = SETUP_OAUTH
    wrong_field = "client_secret"
    wrong_value = "xX9yY8zZ7wW6vV5uU4tT3sS2rR1qQ0pP"

    async def deliveries(self, bench: Bench) -> tuple[Secret, Sequence[WebhookDelivery]]:
        assert isinstance(bench.shop, SquarespaceSimulator)
        token = (await bench.session.tokens.get_token()).value.reveal()
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Owner/1"}
        async with httpx.AsyncClient(transport=transport([bench.shop]), headers=headers) as owner:
            made = await owner.post(f"{bench.shop.base_url}/1.0/webhook_subscriptions", json=HOOK)
        for receipt in ("R-1", "R-2"):
            await bench.push(await bench.sale(receipt))
        sent, post = collected()
        await bench.shop.deliver_webhooks(post, twice=True)
        return Secret(made.json()["secret"]), sent

"""A simulator and a client on it, for the simulator's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator, woocommerce_simulator
from tillbridge.training.server import transport

V3 = "/wp-json/wc/v3"


@dataclass(slots=True)
class Counter:
    """A shop with a client that holds the read/write key."""

    simulator: WooCommerceSimulator
    clock: VirtualClock
    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET below wc/v3."""
        return await self.client.get(f"{V3}{path}", params=query)

    async def post(self, path: str, body: Any) -> httpx.Response:
        """POST below wc/v3."""
        return await self.client.post(f"{V3}{path}", json=body)

    async def put(self, path: str, body: Any) -> httpx.Response:
        """PUT below wc/v3."""
        return await self.client.put(f"{V3}{path}", json=body)

    async def row(self, sku: str) -> dict[str, Any]:
        """The product or variation with a sku."""
        (found,) = (await self.get("/products", sku=sku)).json()
        return dict(found)

    async def stock(self, sku: str) -> int:
        """What the shop says it has."""
        return int((await self.row(sku))["stock_quantity"])

    def mails(self) -> list[str]:
        """Subjects in the outbox."""
        return [mail.subject for mail in self.simulator.outbox.mails]


@asynccontextmanager
async def counter() -> AsyncIterator[Counter]:
    """A fresh demo shop."""
    clock = VirtualClock()
    simulator = woocommerce_simulator(clock)
    values = simulator.credentials()
    login = (values["consumer_key"], values["consumer_secret"])
    headers = {"Accept": "application/json"}
    async with httpx.AsyncClient(
        transport=transport([simulator]), base_url=simulator.base_url, auth=login, headers=headers
    ) as client:
        yield Counter(simulator, clock, client)


def sale(reference: str = "POS-T1-000001", **more: Any) -> dict[str, Any]:
    """A paid till sale of two soaps."""
    body: dict[str, Any] = {
        "created_via": "pos-rest-api",
        "set_paid": True,
        "payment_method": "pos_card",
        "payment_method_title": "Card at till",
        "transaction_id": reference,
        "line_items": [{"sku": "SOAP-1", "quantity": 2}],
        "meta_data": [{"key": "pos_reference", "value": reference}],
    }
    return body | more

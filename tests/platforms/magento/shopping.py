"""A simulator and a client on it, for the simulator's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tillbridge.platforms.magento.simulator import MagentoSimulator, magento_simulator
from tillbridge.training.server import transport

V1 = "/rest/V1"
LOGIN = f"{V1}/integration/admin/token"
ADDRESS = {
    "firstname": "Aoife",
    "lastname": "Byrne",
    "street": ["3 Quay Street"],
    "city": "Galway",
    "postcode": "H91",
    "country_id": "IE",
    "telephone": "+353 1 5550100",
    "email": "aoife.byrne@example.com",
}
SHIPPING = {
    "addressInformation": {
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "shipping_carrier_code": "freeshipping",
        "shipping_method_code": "freeshipping",
    }
}
PAYMENT = {"paymentMethod": {"method": "checkmo"}}


@dataclass(slots=True)
class Counter:
    """A shop with a client that holds an admin token."""

    simulator: MagentoSimulator
    clock: VirtualClock
    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """The body of a read below V1."""
        return (await self.client.get(f"{V1}{path}", params=query)).json()

    async def post(self, path: str, body: Any = None) -> Any:
        """The body of a POST below V1."""
        return (await self.client.post(f"{V1}{path}", json=body)).json()

    async def put(self, path: str, body: Any = None) -> Any:
        """The body of a PUT below V1."""
        return (await self.client.put(f"{V1}{path}", json=body)).json()

    async def filled(self, customer: int = 1, **goods: int) -> str:
        """A customer's cart with goods, ready to be placed; underscores stand for dashes."""
        cart = await self.post(f"/customers/{customer}/carts")
        for sku, count in goods.items():
            item = {"quote_id": str(cart), "sku": sku.replace("_", "-"), "qty": count}
            await self.post(f"/carts/{cart}/items", {"cartItem": item})
        await self.post(f"/carts/{cart}/shipping-information", SHIPPING)
        return str(cart)

    async def placed(self, customer: int = 1, **goods: int) -> str:
        """The id of an order placed through a cart."""
        cart = await self.filled(customer, **goods)
        return str(await self.put(f"/carts/{cart}/order", PAYMENT))

    async def salable(self, sku: str) -> int:
        """What may be sold of a SKU."""
        return int(await self.get(f"/inventory/get-product-salable-quantity/{sku}/1"))

    def on_hand(self, sku: str) -> int:
        """What lies at the sources."""
        return self.simulator.ledger.stock[sku]

    def mails(self) -> list[str]:
        """Subjects in the outbox."""
        return [mail.subject for mail in self.simulator.outbox.mails]


@asynccontextmanager
async def counter(*, log_in: bool = True) -> AsyncIterator[Counter]:
    """A fresh demo shop."""
    clock = VirtualClock()
    simulator = magento_simulator(clock)
    async with httpx.AsyncClient(transport=transport([simulator]), base_url=simulator.base_url) as client:
        if log_in:
            values = simulator.credentials()
            login = {"username": values["username"], "password": values["password"]}
            client.headers["Authorization"] = f"Bearer {(await client.post(LOGIN, json=login)).json()}"
        yield Counter(simulator, clock, client)


def sale(reference: str, **more: Any) -> dict[str, Any]:
    """An import of two soaps, paid and complete."""
    tax = {"tax_amount": 2.39, "tax_invoiced": 2.39}
    counts = dict.fromkeys(("qty_ordered", "qty_invoiced", "qty_shipped"), 2)
    item: dict[str, Any] = {"sku": "SOAP-1", "product_id": 9, "product_type": "simple", "name": "Sea Salt Soap"}
    item |= {"price": 5.2, "price_incl_tax": 6.4, "tax_percent": 23, "discount_amount": 0} | counts | tax
    item |= dict.fromkeys(("row_total", "base_row_total", "row_invoiced"), 10.41)
    entity: dict[str, Any] = {"increment_id": reference, "ext_order_id": reference, "store_id": 1, "is_virtual": 1}
    entity |= {"state": "complete", "status": "complete", "subtotal": 10.41} | tax
    entity |= {"base_currency_code": "EUR", "order_currency_code": "EUR", "items": [item]}
    entity |= dict.fromkeys(("grand_total", "base_grand_total", "total_paid", "base_total_paid"), 12.8)
    entity |= {"payment": {"method": "checkmo", "additional_information": ["In store"]}}
    return {"entity": entity | more}

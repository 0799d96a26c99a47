"""What the pretended site answers has the shape the contract promises."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from tests.platforms.squarespace.adapter import bench, order_of
from tests.platforms.squarespace.documents import DOCUMENT, HELD
from tests.support.recorder import Sent
from tillbridge.domain.basket import Discount
from tillbridge.domain.customers import Customer
from tillbridge.domain.offers import DiscountType
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator.demo import API_KEY
from tillbridge.training.server import transport

pytestmark = pytest.mark.skipif(bool(HELD.missing), reason=HELD.missing)


async def test_the_sites_answers_hold_to_the_contract() -> None:
    async with bench() as at:
        ten = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
        placed = await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1), [ten]), at.keep)
        person = await PLATFORM.customer(at.session).save(Customer(email="new@example.com"))
        store = at.shop.store
        variant = at.variant("TEE-M")["id"]
        paths = [
            "/1.0/authorization/website",
            "/v2/commerce/products",
            f"/v2/commerce/products/{','.join(list(store.products)[:3])}",
            "/1.0/commerce/inventory",
            f"/1.0/commerce/inventory/{variant}",
            "/1.0/commerce/orders",
            f"/1.0/commerce/orders/{placed.platform_order_id}",
            "/v1/contacts",
            f"/v1/contacts/{person.external_id}",
            f"/v1/contacts/{next(iter(store.contacts))}/address-book",
            "/v1/commerce/discounts",
            f"/v1/commerce/discounts/{next(iter(store.discounts))}",
            "/v1/contacts/5f3c39ce69e11e7900000000",
        ]
        store.switches.empty_arrays_null = False  # the contract knows empty arrays only, live answers both
        headers = {"Authorization": f"Bearer {API_KEY}", "User-Agent": "Owner/1"}
        async with httpx.AsyncClient(transport=transport([at.shop]), headers=headers) as owner:
            for path in paths:
                answer = await owner.get(f"{at.shop.base_url}{path}")
                sent = Sent("squarespace", "GET", path, (), None)
                assert DOCUMENT.answer(sent, answer.status_code, answer.json()) == [], path

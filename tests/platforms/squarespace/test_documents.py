"""The check against the contract bites, the site's own answers hold to it, and what breaks it on purpose is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.platforms.squarespace import openapi
from tests.platforms.squarespace.adapter import bench, order_of
from tests.platforms.squarespace.conftest import is_probe
from tests.support.recorder import SENT, Sent
from tillbridge.domain.basket import Discount
from tillbridge.domain.customers import Customer
from tillbridge.domain.offers import DiscountType
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator.demo import API_KEY
from tillbridge.training.server import transport

pytestmark = pytest.mark.skipif(not openapi.available(), reason="needs ../shared/contracts/squarespace and PyYAML")


def sent(method: str, path: str, body: Any = None, *query: tuple[str, str]) -> Sent:
    return Sent("squarespace", method, path, query, body)


@pytest.mark.parametrize(
    "wrong",
    [
        sent("GET", "/1.0/commerce/orders", None, ("externalOrderReference", "X")),
        sent("GET", "/1.0/commerce/orders", None, ("modifiedAfter", "2026-11-24T09:00:00Z")),
        sent("GET", "/1.0/commerce/orders", None, ("cursor", "abc"), ("paymentStates", "PAID")),
        sent("GET", "/v1/contacts", None, ("pageSize", "1001")),
        sent("GET", "/v1/commerce/discounts", None, ("status", "USED")),
        sent("GET", "/v1/commerce/orders"),
        sent("POST", "/1.0/commerce/orders/5f3c/cancel", {}),
        sent("POST", "/1.0/commerce/orders", {"channelName": "Till"}),
        sent("POST", "/v1/contacts", {"firstName": "Ann", "lastName": "Vos", "locale": "nl-NL"}),
        sent("POST", "/1.0/commerce/inventory/adjustments", {"setFiniteOperations": [{"variantId": "x"}]}),
        sent("DELETE", "/1.0/commerce/orders/5f3c"),
    ],
    ids=lambda each: f"{each.method} {each.path}",
)
def test_a_request_that_breaks_the_contract_is_noticed(wrong: Sent) -> None:
    assert openapi.check(wrong)


async def test_only_the_questions_for_permissions_break_it() -> None:
    async with bench() as at:
        await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1)), at.keep)
    broken = [each for each in SENT if openapi.check(each)]
    assert broken
    assert all(is_probe(each) for each in broken)


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
                assert openapi.check_answer("GET", path, answer.status_code, answer.json()) == [], path

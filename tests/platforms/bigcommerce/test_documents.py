"""The check against the vendor's documents bites, and the one call that breaks them on purpose does nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.bigcommerce import openapi
from tests.platforms.bigcommerce.adapter import bench, order_of
from tests.platforms.bigcommerce.conftest import is_probe
from tests.support.recorder import SENT, Sent
from tillbridge.platforms.bigcommerce import PLATFORM

pytestmark = pytest.mark.skipif(not openapi.available(), reason="needs ../shared/contracts/bigcommerce and PyYAML")


def sent(method: str, path: str, body: Any = None, *query: tuple[str, str]) -> Sent:
    return Sent("bigcommerce", method, f"/stores/g5cd38{path}", query, body)


@pytest.mark.parametrize(
    "wrong",
    [
        sent("GET", "/v2/orders", None, ("reference", "X")),
        sent("GET", "/v2/orders", None, ("include", "lines")),
        sent("GET", "/v3/catalog/products", None, ("limit", "251")),
        sent("GET", "/v3/inventory/items", None, ("variant_id:in", "TEE-M")),
        sent("PATCH", "/v2/orders/5", {}),
        sent("GET", "/v9/orders"),
        sent("GET", "/v3/weather"),
        sent("POST", "/v2/orders", {"products": [], "billing_address": {"zip": 2611}}),
        sent("POST", "/v2/orders", {"products": [], "billing_address": {"zip": "26"}, "total_inc_tax": 5.0}),
        sent("POST", "/v3/customers", [{"email": "ann@example.com", "first_name": "", "last_name": "Vos"}]),
        sent("PUT", "/v2/gift_certificates/5", {"balance": "5.00"}),
        sent("PUT", "/v3/inventory/adjustments/absolute", {"items": [{"location_id": 1, "quantity": 3}]}),
        sent("POST", "/v3/orders/5/payment_actions/refunds", {"items": []}),
    ],
    ids=lambda each: f"{each.method} {each.path[15:]}",
)
def test_a_request_that_breaks_the_contract_is_noticed(wrong: Sent) -> None:
    assert openapi.check(wrong)


async def test_only_the_probes_for_scopes_break_it_and_nothing_else_is_passed_over() -> None:
    async with bench() as at:
        await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1)), at.keep)
    probes = [each for each in SENT if each.method != "GET" and is_probe(each)]
    paths = ["/v3/inventory/adjustments/absolute", "/v3/customers", "/v2/orders", "/v2/gift_certificates"]
    assert [each.path.removeprefix("/stores/g5cd38") for each in probes] == paths
    written = [each for each in SENT if each.method != "GET" and not is_probe(each)]
    assert [each.method for each in written] == ["POST"]
    assert openapi.check(written[0]) == []

"""BigCommerce keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import bigcommerce_simulator


class TestBigCommerce(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(bigcommerce_simulator)
    wrong_field = "access_token"
    wrong_value = "0000000000aaaaaaaaaa1111111111b"
    create_match = "POST /stores/g5cd38/v2/orders"

"""WooCommerce keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.simulator import woocommerce_simulator


class TestWooCommerce(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(woocommerce_simulator)
    wrong_field = "consumer_secret"
    wrong_value = "cs_ffffffffffffffffffffffffffffffffffffffff"
    create_match = "POST /wp-json/wc/v3/orders"

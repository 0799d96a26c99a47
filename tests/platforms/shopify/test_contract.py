"""Shopify keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.platforms.shopify import PLATFORM
from tillbridge.platforms.shopify.simulator import shopify_simulator


class TestShopify(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(shopify_simulator)
    setup = "own_app"
    wrong_field = "client_secret"
    wrong_value = "shpss_this-is-not-the-secret"
    create_match = "OrderCreate"

"""The registry: slugs to code, connections to cached services."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.clock import VirtualClock
from tests.support.sessions import connection_for
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import AmbiguousConnection, UnknownConnection, UnknownPlatform
from tillbridge.domain.specs import ECommercePlatform
from tillbridge.domain.tokens import Secret
from tillbridge.net.client import ApiClient
from tillbridge.net.gate import LocalGate
from tillbridge.net.hosts import origins
from tillbridge.net.redact import Redactor
from tillbridge.platforms import shopify, woocommerce
from tillbridge.platforms.contract import Session
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.platforms.shopify import ShopifyProductService
from tillbridge.platforms.woocommerce import WooCommerceOrderService
from tillbridge.services.sessions import TrialTokens


class Shop:
    """Connections of a shop, and the sessions opened for them: one per state of a connection."""

    def __init__(self, *connections: Connection) -> None:
        self.connections = connections
        self.opened: list[Session] = []
        self.registry = PlatformServiceRegistry(self._open, self._on)

    async def _open(self, connection: Connection) -> Session:
        known = next((each for each in self.opened if each.connection == connection), None)
        if known is None:
            known = _session(connection)
            self.opened.append(known)
        return known

    async def _on(self, slug: str) -> Sequence[Connection]:
        return [each for each in self.connections if each.platform == slug]


def _session(connection: Connection) -> Session:
    clock = VirtualClock()
    spec = PlatformServiceRegistry().spec(connection.platform)
    api = ApiClient(
        origins=origins(connection, spec),
        gate=LocalGate(spec.limits, clock),
        clock=clock,
        redactor=Redactor(),
        version="t",
    )
    hidden = {name: Secret("x" * 12) for name in ("consumer_key", "consumer_secret", "client_id", "client_secret")}
    return Session(connection, hidden, api, TrialTokens(clock, connection.name), clock)


def a_connection(platform: str, name: str = "web") -> Connection:
    known = {"shopify": shopify.PLATFORM, "woocommerce": woocommerce.PLATFORM}[platform]
    values = {"shop": "harbour-lane.myshopify.com", "store_url": "https://shop.example", "url": "https://shop.example"}
    return replace(connection_for(known, values, base_url="https://127.0.0.1"), name=name)


def test_known_platforms_are_sorted_and_an_unknown_one_answers_with_them() -> None:
    registry = PlatformServiceRegistry()
    assert list(registry.slugs()) == sorted(registry.slugs())
    assert [each.slug for each in registry.specs()] == list(registry.slugs())
    with pytest.raises(UnknownPlatform) as caught:
        registry.platform("shopware")
    assert ", ".join(registry.slugs()) in caught.value.card().explanation


def test_every_shipped_platform_is_one_of_the_named_eight() -> None:
    assert set(PlatformServiceRegistry().slugs()) <= {each.value for each in ECommercePlatform}


def test_a_platform_from_outside_is_known_by_its_path_or_as_it_is() -> None:
    registry = PlatformServiceRegistry()
    registry.register(
        "market", replace(shopify.PLATFORM, spec=replace(shopify.PLATFORM.spec, slug="market", title="Market"))
    )
    registry.register("bazaar", "tillbridge.platforms.woocommerce:PLATFORM")
    assert registry.spec("market").title == "Market"
    assert registry.platform("bazaar") is woocommerce.PLATFORM
    assert {"market", "bazaar"} <= set(registry.slugs())


async def test_a_platform_of_the_enum_means_its_only_connection() -> None:
    shop = Shop(a_connection("shopify"), a_connection("woocommerce"))
    product = await shop.registry.get_product_service(ECommercePlatform.SHOPIFY)
    assert isinstance(product, ShopifyProductService)
    assert isinstance(await shop.registry.get_order_service("woocommerce"), WooCommerceOrderService)


async def test_several_connections_on_a_platform_are_named_and_none_is_guessed() -> None:
    shop = Shop(a_connection("shopify", "web"), a_connection("shopify", "outlet"))
    with pytest.raises(AmbiguousConnection) as caught:
        await shop.registry.get_order_service(ECommercePlatform.SHOPIFY)
    assert "web, outlet" in caught.value.card().explanation
    assert isinstance(await shop.registry.get_product_service(shop.connections[1]), ShopifyProductService)


async def test_a_platform_without_connection_says_so() -> None:
    with pytest.raises(UnknownConnection) as caught:
        await Shop().registry.get_customer_service(ECommercePlatform.SHOPIFY)
    assert "Shopify" in caught.value.card().explanation


async def test_instances_are_kept_until_the_connection_changes() -> None:
    web = a_connection("shopify")
    shop = Shop(web)
    first = await shop.registry.get_inventory_service(web)
    assert await shop.registry.get_inventory_service(web) is first
    moved = replace(web, base_url="https://localhost")
    assert await shop.registry.get_inventory_service(moved) is not first


async def test_each_noun_has_its_own_instance_of_the_same_connection() -> None:
    web = a_connection("shopify")
    registry = Shop(web).registry
    found = [
        await registry.get_shop_service(web),
        await registry.get_product_service(web),
        await registry.get_inventory_service(web),
        await registry.get_order_service(web),
        await registry.get_customer_service(web),
        await registry.get_discount_service(web),
        await registry.get_gift_card_service(web),
    ]
    assert len({type(each) for each in found}) == 7


def test_no_platform_is_loaded_before_it_is_asked_for() -> None:
    script = (
        "import sys; from tillbridge.platforms.registry import PlatformServiceRegistry as R; r = R(); r.slugs();"
        "print(sorted(n for n in sys.modules if n.startswith('tillbridge.platforms.') and n.count('.') == 2))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['tillbridge.platforms.contract', 'tillbridge.platforms.registry']"

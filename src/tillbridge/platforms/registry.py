"""The registry: from a platform's slug to its code, loaded when first asked for, and from a connection to its services.

Services and wiring call it. A platform from outside the package is known once its distribution is installed: it names
itself among the entry points of the group ``tillbridge.platforms``, by slug and ``module:NAME``; or one ``register``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, TypeVar, cast
from uuid import UUID

from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import AmbiguousConnection, UnknownConnection, UnknownPlatform
from tillbridge.domain.specs import ECommercePlatform, PlatformSpec
from tillbridge.platforms.contract import (
    CustomerService,
    DiscountService,
    GiftCardService,
    InventoryService,
    OrderService,
    Platform,
    ProductService,
    Session,
    ShopService,
)

S = TypeVar("S")
Store = Connection | ECommercePlatform | str
"""A connection, or the platform when the shop has one connection of it."""
OpenSession = Callable[[Connection], Awaitable[Session]]
ConnectionsOn = Callable[[str], Awaitable[Sequence[Connection]]]

_SHIPPED: Mapping[str, str] = {
    ECommercePlatform.BIGCOMMERCE.value: "tillbridge.platforms.bigcommerce:PLATFORM",
    ECommercePlatform.MAGENTO.value: "tillbridge.platforms.magento:PLATFORM",
    ECommercePlatform.PRESTASHOP.value: "tillbridge.platforms.prestashop:PLATFORM",
    ECommercePlatform.SHOPIFY.value: "tillbridge.platforms.shopify:PLATFORM",
    ECommercePlatform.SQUARESPACE.value: "tillbridge.platforms.squarespace:PLATFORM",
    ECommercePlatform.SYLIUS.value: "tillbridge.platforms.sylius:PLATFORM",
    ECommercePlatform.WIX.value: "tillbridge.platforms.wix:PLATFORM",
    ECommercePlatform.WOOCOMMERCE.value: "tillbridge.platforms.woocommerce:PLATFORM",
}

DOOR = "tillbridge.platforms"
"""The group of entry points by which an installed distribution brings a platform in."""


def _from_outside() -> Mapping[str, str]:
    """Installed platforms by slug. None can stand in the place of a shipped one."""
    return {each.name: each.value for each in entry_points(group=DOOR) if each.name not in _SHIPPED}


class PlatformServiceRegistry:
    """Instances are cached per session: a connection whose settings or credentials changed gets new ones.

    ``open_session`` gives the session of a connection, the same object while nothing about it changed;
    ``connections_on`` the shop's connections on a platform.
    """

    def __init__(self, open_session: OpenSession | None = None, connections_on: ConnectionsOn | None = None) -> None:
        self._known: dict[str, str | Platform] = {**_SHIPPED, **_from_outside()}
        self._open_session, self._connections_on = open_session, connections_on
        self._built: dict[UUID, tuple[Session, dict[str, Any]]] = {}

    def connect(self, open_session: OpenSession, connections_on: ConnectionsOn) -> None:
        """Where sessions and connections come from; wiring calls it once."""
        self._open_session, self._connections_on = open_session, connections_on

    def register(self, slug: str, platform: str | Platform) -> None:
        """Make a platform known by its dotted path ``module:NAME`` or as it is."""
        self._known[slug] = platform

    def slugs(self) -> tuple[str, ...]:
        return tuple(sorted(self._known))

    def platform(self, slug: str) -> Platform:
        """A platform's parts, imported when first asked for. Raises UnknownPlatform with the known ones."""
        try:
            entry = self._known[slug]
        except KeyError:
            raise UnknownPlatform(platform=slug, known=", ".join(self.slugs())) from None
        if isinstance(entry, str):
            module, _, name = entry.partition(":")
            entry = self._known[slug] = cast(Platform, getattr(import_module(module), name))
        return entry

    def spec(self, slug: str) -> PlatformSpec:
        return self.platform(slug).spec

    def specs(self) -> tuple[PlatformSpec, ...]:
        """What all known platforms declare, by slug."""
        return tuple(self.spec(slug) for slug in self.slugs())

    async def get_shop_service(self, store: Store) -> ShopService:
        return await self._service(store, "shop", lambda platform: platform.shop)

    async def get_product_service(self, store: Store) -> ProductService:
        return await self._service(store, "product", lambda platform: platform.product)

    async def get_inventory_service(self, store: Store) -> InventoryService:
        return await self._service(store, "inventory", lambda platform: platform.inventory)

    async def get_order_service(self, store: Store) -> OrderService:
        return await self._service(store, "order", lambda platform: platform.order)

    async def get_customer_service(self, store: Store) -> CustomerService:
        return await self._service(store, "customer", lambda platform: platform.customer)

    async def get_discount_service(self, store: Store) -> DiscountService:
        return await self._service(store, "discount", lambda platform: platform.discount)

    async def get_gift_card_service(self, store: Store) -> GiftCardService:
        return await self._service(store, "gift_card", lambda platform: platform.gift_card)

    async def connection(self, store: Store) -> Connection:
        """The one connection meant. Raises AmbiguousConnection naming them, UnknownConnection, UnknownPlatform."""
        if isinstance(store, Connection):
            return store
        slug = str(store)
        title = self.spec(slug).title
        found = await self._connections_on(slug) if self._connections_on else ()
        if len(found) > 1:
            raise AmbiguousConnection(platform=title, names=", ".join(each.name for each in found))
        if not found:
            raise UnknownConnection(name=title)
        return found[0]

    def forget(self, connection_id: UUID) -> None:
        """Drop the instances of a connection that was removed."""
        self._built.pop(connection_id, None)

    async def _service(self, store: Store, noun: str, part: Callable[[Platform], Callable[[Session], S]]) -> S:
        if self._open_session is None:
            raise LookupError("the registry is not connected to sessions")
        connection = await self.connection(store)
        platform = self.platform(connection.platform)
        session = await self._open_session(connection)
        known = self._built.get(connection.id)
        if known is None or known[0] is not session:
            known = self._built[connection.id] = (session, {})
        services = known[1]
        if noun not in services:
            services[noun] = part(platform)(session)
        return cast(S, services[noun])

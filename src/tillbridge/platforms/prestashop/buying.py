"""Who an order is for: the shopper where that changes no price, else the walk-in customer. Called before a create."""

from __future__ import annotations

from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import Order
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import spec
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.customers import PrestaShopCustomerService
from tillbridge.platforms.prestashop.order_writing import Buyer
from tillbridge.platforms.prestashop.reading import id_of, number_of, text_of
from tillbridge.platforms.prestashop.shop_facts import ADDRESS, CUSTOMER, fact

ALIAS = "POS"
"""Names the copy of the shop's own address that till sales are taxed by, whatever address a shopper has."""


class Buyers:
    """Finds accounts and makes them a till address once."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest
        self._customers = PrestaShopCustomerService(session)

    async def of(self, order: Order) -> Buyer:
        """Raises PlatformRefused while preparation has not made the walk-in customer."""
        walk_in = Buyer(fact(self._session, CUSTOMER), fact(self._session, ADDRESS))
        if not walk_in.customer_id or not walk_in.address_id:
            reason = "the walk-in customer is not set up; prepare the connection again"
            raise PlatformRefused(field=spec.STEP_WALK_IN, code="not_prepared", reason=reason)
        if order.customer is None or not order.customer.email:
            return walk_in
        row = await self._customers.account(order.customer.email)
        # a group with a discount of its own would come on top of the till's prices
        if row is None or not await self._plain(text_of(row, "id_default_group", "0")):
            return walk_in
        account = id_of(row)
        return Buyer(account, await self.till_address(account, order.customer))

    async def _plain(self, group: str) -> bool:
        rows = await self._rest.of("groups", "customer.group", "id", [group], "[id,reduction]")
        return not rows or number_of(rows[0], "reduction") == 0

    async def till_address(self, customer_id: str, owner: Customer) -> str:
        """The id of the customer's copy of the shop's address, made when it is missing or in another country."""
        country = fact(self._session, "shop_country_id") or fact(self._session, "country_id")
        query = (
            ("filter[id_customer]", customer_id),
            ("filter[alias]", ALIAS),
            ("filter[deleted]", "0"),
            ("filter[id_country]", country),
            ("display", "[id]"),
        )
        rows = await self._rest.rows("addresses", "customer.till_address", query)
        if rows:
            return id_of(rows[0])
        return await self._customers.add_address(customer_id, await self._own_address(country), owner, ALIAS)

    async def _own_address(self, country: str) -> Address:
        rows = await self._rest.of("countries", "shop.country", "id", [country], "[id,iso_code]")
        return Address(
            line1=fact(self._session, "street") or "At the till",
            city=fact(self._session, "city") or fact(self._session, "name") or "At the till",
            postcode=fact(self._session, "postcode"),
            country=text_of(rows[0], "iso_code") if rows else "",
        )

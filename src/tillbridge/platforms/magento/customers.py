"""Customers on Magento: accounts, found by e-mail whatever the case. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import Drift, PlatformRefused
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.magento import shop_facts, wire
from tillbridge.platforms.magento.calls import Rest, Where, since
from tillbridge.platforms.magento.mapping import map_customer
from tillbridge.platforms.magento.order_mapping import address_of
from tillbridge.platforms.magento.places import is_whole, names, place
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse

_SEARCH, _CUSTOMERS = "/customers/search", "/customers"


async def account(rest: Rest, email: str, website_id: int) -> dict[str, Any] | None:
    """The raw account with exactly this address; of several, since each website has its own, the one of ours."""
    wanted = email.strip()
    if not wanted:
        return None
    rows = await rest.rows(_SEARCH, "customer.find", ((Where("email", wanted),),))
    known = [(parse(wire.Customer, row, f"$.items[{at}]"), row) for at, row in enumerate(rows)]
    found = [(each, row) for each, row in known if each.email.lower() == wanted.lower()]
    return min(found, key=lambda each: each[0].website_id != website_id, default=(None, None))[1]


class MagentoCustomerService:
    """A new account is welcomed by mail unless the merchant switched that off; a subscription is never switched on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """All accounts by id, or those that changed."""
        groups = since(changed_since)
        async for page in self._rest.pages(_SEARCH, "customer.list", groups, "entity_id", cursor_page(cursor)):
            fine, refused = sort_out(page.rows, "$", map_customer)
            newest = wire.newest(each.updated_at for each in fine)
            yield Page(fine, refused, newest, str(page.number + 1) if page.more else None)

    async def find_by_email(self, email: str) -> Customer | None:
        """The account with exactly this address, whatever the case."""
        found = await self._account(email)
        return map_customer(found, "$") if found else None

    async def save(self, customer: Customer) -> Customer:
        """Create, or update by id. An existing address is found and updated instead."""
        known = await self._known(customer)
        if known is not None:
            return await self._update(known, customer)
        try:
            raw = await self._rest.post(_CUSTOMERS, "customer.create", {"customer": self._fresh(customer)})
        except PlatformRefused:
            # two tills may have made it at once
            if (twin := await self._account(customer.email)) is None:
                raise
            return await self._update(twin, customer)
        return map_customer(raw, "$")

    async def _known(self, customer: Customer) -> dict[str, Any] | None:
        if customer.external_id:
            raw = await self._rest.get(f"{_CUSTOMERS}/{customer.external_id}", "customer.read")
            if not isinstance(raw, dict):
                raise Drift(path="$", expected="a customer", found=type(raw).__name__)
            return raw
        return await self._account(customer.email)

    async def _account(self, email: str) -> dict[str, Any] | None:
        return await account(self._rest, email, shop_facts.website_id(self._session))

    def _fresh(self, customer: Customer) -> dict[str, Any]:
        body: dict[str, Any] = {
            "email": customer.email,
            **names(customer),
            "website_id": shop_facts.website_id(self._session),
            "store_id": shop_facts.store_id(self._session),
        }
        places = [found for each in customer.addresses if is_whole(found := place(each, customer))]
        if places:
            places[0] |= {"default_billing": True, "default_shipping": True}
            body["addresses"] = places
        return body

    async def _update(self, known: dict[str, Any], customer: Customer) -> Customer:
        """Only what is known is laid over the account. Addresses go out whole, since those left out are deleted."""
        node = parse(wire.Customer, known, "$")
        told = {"firstname": customer.first_name, "lastname": customer.last_name}
        body: dict[str, Any] = {
            "id": node.id,
            "email": customer.email or node.email,
            "firstname": node.firstname,
            "lastname": node.lastname,
            "website_id": node.website_id,
            **{name: value for name, value in told.items() if value},
        }
        if fresh := _new_places(node, customer):
            body["addresses"] = [*(known.get("addresses") or []), *fresh]
        if customer.consent is Consent.UNSUBSCRIBED:
            body["extension_attributes"] = {"is_subscribed": False}
        raw = await self._rest.put(f"{_CUSTOMERS}/{node.id}", "customer.update", {"customer": body})
        return map_customer(raw, "$")


def _new_places(node: wire.Customer, customer: Customer) -> list[dict[str, Any]]:
    """Addresses the account does not have yet and that are whole enough for the shop."""
    there = {_where(found) for each in node.addresses if (found := address_of(each)) is not None}
    wanted = [place(each, customer) for each in customer.addresses if _where(each) not in there]
    return [each for each in wanted if is_whole(each)]


def _where(address: Address) -> tuple[str, ...]:
    return tuple(each.casefold() for each in (address.line1, address.city, address.postcode, address.country))

"""Customers on WooCommerce: accounts only, since guests are not kept. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import PlatformRefused
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.woocommerce.calls import BY_ID, Rest
from tillbridge.platforms.woocommerce.mapping import map_customer
from tillbridge.platforms.woocommerce.places import place

_CUSTOMERS = "/wc/v3/customers"
_TAKEN = "registration-error-email-exists"


class WooCommerceCustomerService:
    """Read in full each time: the platform ignores a filter by change."""

    def __init__(self, session: Session) -> None:
        self._rest = Rest(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """All accounts by id; those that say they have not changed since are left out."""
        query = (*BY_ID, ("role", "customer"))
        async for page in self._rest.pages(_CUSTOMERS, "customer.list", query, cursor_page(cursor)):
            fine, refused = sort_out(page.rows, "$", map_customer)
            kept = tuple(each for each in fine if _newer(each, changed_since))
            newest = max((moment for each in fine if (moment := _moved(each)) is not None), default=None)
            yield Page(kept, refused, newest, str(page.number + 1) if page.more else None)

    async def find_by_email(self, email: str) -> Customer | None:
        """The account with exactly this address, whatever the case. A malformed address has none."""
        try:
            rows = await self._rest.rows(_CUSTOMERS, "customer.find", (("email", email.strip()), ("role", "all")))
        except PlatformRefused as refusal:
            if refusal.params.get("field") != "email":
                raise
            return None
        return map_customer(rows[0], "$[0]") if rows else None

    async def save(self, customer: Customer) -> Customer:
        """Create, or update by id. An existing address is found and updated instead.

        A new account is welcomed by mail unless the merchant switched that off.
        """
        known = customer.external_id or (found.external_id if (found := await self._found(customer)) else "")
        if known:
            return await self._update(known, customer)
        try:
            return map_customer(await self._rest.post(_CUSTOMERS, "customer.create", _body(customer)), "$")
        except PlatformRefused as refusal:
            if refusal.params.get("code") != _TAKEN or (twin := await self._found(customer)) is None:
                raise
            return await self._update(twin.external_id, customer)

    async def _found(self, customer: Customer) -> Customer | None:
        return await self.find_by_email(customer.email) if customer.email else None

    async def _update(self, external_id: str, customer: Customer) -> Customer:
        return map_customer(
            await self._rest.put(f"{_CUSTOMERS}/{external_id}", "customer.update", _body(customer)), "$"
        )


def _moved(customer: Customer) -> datetime | None:
    return customer.updated_at or customer.created_at


def _newer(customer: Customer, since: datetime | None) -> bool:
    moment = _moved(customer)
    return since is None or moment is None or moment > since


def _body(customer: Customer) -> dict[str, Any]:
    """Only what is known: an empty value would clear what the shop has."""
    names = {"first_name": customer.first_name, "last_name": customer.last_name}
    places = [place(each) for each in customer.addresses[:2]]
    billing = (places[0] if places else {}) | ({"phone": customer.phone} if customer.phone else {})
    body: dict[str, Any] = {name: value for name, value in names.items() if value} | {"email": customer.email}
    if billing:
        body["billing"] = billing
    if len(places) > 1:
        body["shipping"] = places[1]
    return body

"""Customers on Sylius, saved without an account so that no mail goes out. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import PlatformRefused
from tillbridge.net.client import Repeat
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key
from tillbridge.platforms.sylius.mapping import map_customer
from tillbridge.platforms.sylius.shop_facts import zone

_CUSTOMERS = f"{ADMIN}/customers"
_UNKNOWN = "u"
"""Sylius wants a gender, and takes this for one it was not told."""
_OLDEST_FIRST = (("order[createdAt]", "asc"),)


class SyliusCustomerService:
    """Read in full each time: the platform tells no date of change."""

    def __init__(self, session: Session) -> None:
        self._rest = Rest(session)
        self._zone = zone(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """All customers, oldest first, whatever ``changed_since`` says: nothing tells which of them changed."""
        async for page in self._rest.pages(_CUSTOMERS, "customer.list", _OLDEST_FIRST, cursor_page(cursor)):
            fine, refused = sort_out(page.rows, "$", lambda each, path: map_customer(each, path, self._zone))
            newest = max((each.created_at for each in fine if each.created_at), default=None)
            yield Page(fine, refused, newest, str(page.number + 1) if page.more else None)

    async def find_by_email(self, email: str) -> Customer | None:
        """The customer with exactly this address, whatever the case. The shop's filter also finds parts of one."""
        typed = email.strip()
        # whether capitals matter is the shop's database's own affair
        for spelling in dict.fromkeys((typed, typed.lower())):
            if spelling and (found := await self._spelled(spelling)) is not None:
                return found
        return None

    async def _spelled(self, email: str) -> Customer | None:
        async for page in self._rest.pages(_CUSTOMERS, "customer.find", (("email", email),)):
            for at, row in enumerate(page.rows):
                found = map_customer(row, f"$[{at}]", self._zone)
                if found.email.casefold() == email.casefold():
                    return found
        return None

    async def save(self, customer: Customer) -> Customer:
        """Create, or update by id. An existing address is found and updated instead."""
        known = customer.external_id or (
            found.external_id if (found := await self.find_by_email(customer.email)) else ""
        )
        if known:
            return await self._update(known, customer)
        try:
            # a repeated create is refused as taken, so it cannot make two
            body = {**_body(customer), "gender": _UNKNOWN}
            created = await self._rest.post(_CUSTOMERS, "customer.create", body, repeat=Repeat.SAFE)
        except PlatformRefused as refusal:
            if refusal.params.get("field") != "email" or (twin := await self.find_by_email(customer.email)) is None:
                raise
            return await self._update(twin.external_id, customer)
        return map_customer(created, "$", self._zone)

    async def _update(self, external_id: str, customer: Customer) -> Customer:
        changed = await self._rest.put(f"{_CUSTOMERS}/{key(external_id)}", "customer.update", _body(customer))
        return map_customer(changed, "$", self._zone)


def _body(customer: Customer) -> dict[str, Any]:
    """Only what is known: an empty value would clear what the shop has. Raises PlatformRefused for short names."""
    for name, value in (("firstName", customer.first_name), ("lastName", customer.last_name)):
        if len(value) == 1:
            raise PlatformRefused(field=name, code="too_short", reason="Sylius wants names of two letters at least")
    known = {
        "email": customer.email.strip(),
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "phoneNumber": customer.phone,
    }
    body: dict[str, Any] = {name: value for name, value in known.items() if value}
    if customer.consent in (Consent.SUBSCRIBED, Consent.UNSUBSCRIBED):
        body["subscribedToNewsletter"] = customer.consent is Consent.SUBSCRIBED
    return body

"""Customers on BigCommerce: accounts by e-mail and by cursor, made without a welcome mail. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import Drift, PlatformRefused
from tillbridge.net.paging import by_cursor
from tillbridge.platforms.bigcommerce import wire
from tillbridge.platforms.bigcommerce.calls import Api, unwrapped
from tillbridge.platforms.bigcommerce.mapping import map_customer
from tillbridge.platforms.bigcommerce.places import for_customer
from tillbridge.platforms.bigcommerce.spec import SPEC
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import moment

_CUSTOMERS, _SUBSCRIBERS = "/v3/customers", "/v3/customers/subscribers"
_NEWSLETTER = "marketing_newsletter"
_NAMELESS = "–"
"""Both names are demanded; a shopper known by e-mail alone gets this one."""


class BigCommerceCustomerService:
    """The newsletter is a list of its own: it is read for a single customer, and never written."""

    def __init__(self, session: Session) -> None:
        self._api = Api(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """Accounts by last change, resumed by the platform's own cursor."""
        since = (("date_modified:min", moment(changed_since)),) if changed_since else ()

        async def fetch(after: str | None) -> tuple[Page[Customer], str | None]:
            resumed = (("after", after),) if after else ()
            limit = ("limit", str(SPEC.limits.page_size))
            query = (*since, ("include", "addresses"), ("sort", "date_modified:asc"), limit)
            body = await self._api.get(_CUSTOMERS, "customer.list", (*query, *resumed))
            fine, refused = sort_out(unwrapped(body, _CUSTOMERS), "$", map_customer)
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            following = _following(body)
            return Page(fine, refused, newest, following), following

        async for page in by_cursor(fetch, cursor):
            yield page

    async def find_by_email(self, email: str) -> Customer | None:
        """The account with exactly this address, whatever the case."""
        wanted = email.strip()
        # the filter takes a list, so a comma would ask for several
        if not wanted or "," in wanted:
            return None
        rows = await self._api.rows(
            _CUSTOMERS, "customer.find", (("email:in", wanted), ("include", "addresses"), ("limit", "10"))
        )
        found = [map_customer(row, f"$.data[{at}]") for at, row in enumerate(rows)]
        mine = next((each for each in found if each.email.lower() == wanted.lower()), None)
        return None if mine is None else replace(mine, consent=await self._consent(wanted))

    async def _consent(self, email: str) -> Consent:
        """Only what the newsletter list says; somebody not on it was not asked, as far as we know."""
        rows = await self._api.rows(_SUBSCRIBERS, "customer.consent", (("email", email), ("limit", "1")))
        for row in rows:
            node = parse(wire.Subscriber, row, "$")
            if node.email.lower() == email.lower():
                return Consent.SUBSCRIBED if _NEWSLETTER in node.consents else Consent.UNSUBSCRIBED
        return Consent.UNKNOWN

    async def save(self, customer: Customer) -> Customer:
        """Create without a mail, or update by id. An existing address is found and updated instead."""
        known = customer.external_id or (found.external_id if (found := await self._found(customer)) else "")
        if known:
            return await self._update(known, customer)
        try:
            body = [_body(customer) | {"trigger_account_created_notification": False}]
            return _single(await self._api.post(_CUSTOMERS, "customer.create", body))
        except PlatformRefused:
            # another terminal may have made it a moment ago
            if (twin := await self._found(customer)) is None:
                raise
            return await self._update(twin.external_id, customer)

    async def _found(self, customer: Customer) -> Customer | None:
        return await self.find_by_email(customer.email) if customer.email else None

    async def _update(self, external_id: str, customer: Customer) -> Customer:
        """Addresses are not changed by this call."""
        known = {name: value for name, value in _names(customer).items() if value != _NAMELESS}
        email = {"email": customer.email} if customer.email else {}
        body = [{"id": int(external_id), **email, **known}]
        return _single(await self._api.put(_CUSTOMERS, "customer.update", body))


def _following(body: Any) -> str | None:
    """The cursor of the next page, where the answer links to one."""
    told = parse(wire.ListMeta, body.get("meta"), "$.meta").cursor_pagination
    return told.end_cursor if told.links.next and told.end_cursor else None


def _single(body: Any) -> Customer:
    rows = unwrapped(body, _CUSTOMERS)
    if not isinstance(rows, list) or len(rows) != 1:
        raise Drift(path=_CUSTOMERS, expected="one customer", found=str(rows))
    return map_customer(rows[0], "$.data[0]")


def _names(customer: Customer) -> dict[str, str]:
    found = {"first_name": customer.first_name or _NAMELESS, "last_name": customer.last_name or _NAMELESS}
    return found | ({"phone": customer.phone} if customer.phone else {})


def _body(customer: Customer) -> dict[str, Any]:
    names = _names(customer)
    places = [for_customer(each, names["first_name"], names["last_name"]) for each in customer.addresses[:10]]
    known = [each for each in places if each is not None]
    return {"email": customer.email, **names} | ({"addresses": known} if known else {})

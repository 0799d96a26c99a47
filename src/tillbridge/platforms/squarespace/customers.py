"""Customers on Squarespace: contacts, found by e-mail and read in full. Built by the registry."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import Drift, InvalidInput, PlatformRefused
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.squarespace.calls import Api, listed
from tillbridge.platforms.squarespace.dialect import DUPLICATE_CONTACT
from tillbridge.platforms.squarespace.mapping import map_customer
from tillbridge.platforms.squarespace.shop_facts import language

PEOPLE_PAGE = 500
_CONTACTS, _QUERY = "/v1/contacts", "/v1/contacts/query"
_MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
_MOST_SEARCHED = 50
_NAMELESS = "–"
"""Both names are demanded; a shopper known by e-mail alone gets this one."""


class SquarespaceCustomerService:
    """Consent is read and never written; a contact without an e-mail address cannot be."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """All contacts: the platform does not tell which changed, so ``changed_since`` leaves none out."""
        kept = (("pageSize", str(PEOPLE_PAGE)),)
        async for page in self._api.pages(_CONTACTS, "customer.list", "contacts", (), cursor, kept):
            fine, refused = sort_out(page.rows, "$.contacts", map_customer)
            yield Page(fine, refused, None, page.following)

    async def find_by_email(self, email: str) -> Customer | None:
        """The contact with exactly this address, whatever the case; the search itself also finds parts of names."""
        wanted = email.strip().lower()
        if not wanted:
            return None
        cursor: str | None = None
        while True:
            asked = {"searchString": wanted, "pageSize": _MOST_SEARCHED} | ({"cursor": cursor} if cursor else {})
            body = await self._api.post(_QUERY, "customer.find", asked, repeat=Repeat.SAFE)
            page = listed(body, "contacts", _QUERY)
            for at, row in enumerate(page.rows):
                found = map_customer(row, f"$.contacts[{at}]")
                if found.email.lower() == wanted:
                    return found
            if page.following is None or page.following == cursor:
                return None
            cursor = page.following

    async def save(self, customer: Customer) -> Customer:
        """Create, or update by id. An existing address is found and updated instead.

        Raises OutcomeUnknown when the answer to a create was lost; saving again finds what was made.
        """
        if customer.external_id:
            return await self._update(customer.external_id, customer)
        if not customer.email.strip():
            raise InvalidInput(field="e-mail", reason="Squarespace keeps no contact without an address")
        if found := await self.find_by_email(customer.email):
            return await self._update(found.external_id, customer)
        try:
            return await self._create(customer)
        except PlatformRefused as refusal:
            found = await self.find_by_email(customer.email) if _is_duplicate(refusal) else None
            if found is None:
                raise
            return await self._update(found.external_id, customer)

    async def _create(self, customer: Customer) -> Customer:
        body = {
            "firstName": customer.first_name or _NAMELESS,
            "lastName": customer.last_name or _NAMELESS,
            "locale": language(self._session),
            "primaryEmail": {"email": customer.email, "acceptsMarketing": False},
        }
        return _single(await self._api.post(_CONTACTS, "customer.create", body))

    async def _update(self, external_id: str, customer: Customer) -> Customer:
        """Only what is known; setting it twice is setting it once."""
        known: dict[str, Any] = {"firstName": customer.first_name, "lastName": customer.last_name}
        body = {name: value for name, value in known.items() if value and value != _NAMELESS}
        if customer.external_id and customer.email:
            body["primaryEmail"] = {"email": customer.email}
        path = f"{_CONTACTS}/{external_id}"
        if not body:
            return _single(await self._api.get(path, "customer.read"))
        answer = await self._api.send(
            "PATCH", path, "customer.update", Repeat.SAFE, content=json.dumps(body).encode(), headers=_MERGE_PATCH
        )
        return _single(answer.body)


def _is_duplicate(refusal: PlatformRefused) -> bool:
    return refusal.params.get("code") == DUPLICATE_CONTACT


def _single(body: Any) -> Customer:
    contact = body.get("contact") if isinstance(body, dict) else None
    if contact is None:
        raise Drift(path=_CONTACTS, expected="one contact", found=type(body).__name__)
    return map_customer(contact, "$.contact")

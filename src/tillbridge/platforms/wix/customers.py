"""Contacts of a Wix site: found by e-mail, listed by change, never made twice. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import Conflict, InvalidInput, NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.calls import BY_CHANGE, CONTACTS, Api, changed, record_of
from tillbridge.platforms.wix.mapping import map_customer
from tillbridge.platforms.wix.order_writing import is_guid
from tillbridge.platforms.wix.places import dialable, for_contact

_CONTACTS = "/contacts/v5/contacts"
_SUBSCRIPTIONS = "/email-marketing/v1/email-subscriptions"
_MOST_ADDRESSES = 10


class WixCustomerService:
    """Contacts V5: the one e-mail and the one phone are records; lists of them would be dropped without a word."""

    def __init__(self, session: Session) -> None:
        self._api = Api(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """Contacts by last change."""
        pages = self._api.pages(CONTACTS, "customer.list", changed(changed_since), sort=BY_CHANGE, start=cursor)
        async for page in pages:
            fine, refused = sort_out(page.rows, "$.contacts", map_customer)
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.following)

    async def find_by_email(self, email: str) -> Customer | None:
        """The contact with exactly this address, whatever the case: asked for as typed and in lower case."""
        wanted = email.strip()
        if not wanted:
            return None
        spellings = list(dict.fromkeys((wanted, wanted.lower())))
        rows = await self._api.first(CONTACTS, "customer.find", {"email.email": {"$in": spellings}})
        found = [map_customer(row, f"$.contacts[{at}]") for at, row in enumerate(rows)]
        return next((each for each in found if each.email.lower() == wanted.lower()), None)

    async def save(self, customer: Customer) -> Customer:
        """Update by id, else by e-mail, else create. Addresses Wix has are left as they are."""
        if customer.external_id:
            return await self._update(customer.external_id, customer)
        if not customer.email:
            raise InvalidInput(field="customer e-mail", reason="a customer without e-mail cannot be found again")
        if (known := await self.find_by_email(customer.email)) is not None:
            return await self._update(known.external_id, customer)
        try:
            body = {"contact": _new(customer), "allowDuplicates": False}
            answer = await self._api.post(_CONTACTS, "customer.create", body)
        except (PlatformRefused, OutcomeUnknown):
            # made by another terminal meanwhile, or by this very call whose answer was lost
            if (twin := await self.find_by_email(customer.email)) is None:
                raise
            return twin
        saved = map_customer(record_of(answer, "contact"), "$.contact")
        return await self._consent(saved, customer, made=True)

    async def _update(self, contact_id: str, customer: Customer) -> Customer:
        """Only what differs; a revision that moved meanwhile is read and tried once more."""
        saved = await self._write(contact_id, customer)
        if saved is None:
            saved = await self._write(contact_id, customer)
        if saved is None:
            raise Conflict(what="customer", expected="nobody else writing", found="two other changes meanwhile")
        return await self._consent(saved, customer, made=False)

    async def _write(self, contact_id: str, customer: Customer) -> Customer | None:
        """The contact as saved; None when somebody wrote in between."""
        raw = await self._read(contact_id)
        known, node = map_customer(raw, "$.contact"), parse(wire.Contact, raw, "$.contact")
        differing = _differing(customer, known)
        if not differing:
            return known
        body = {"contact": {"id": contact_id, "revision": node.revision, **differing}}
        try:
            answer = await self._api.guarded(f"{_CONTACTS}/{contact_id}", "customer.update", body, "PATCH")
        except Conflict:
            return None
        return map_customer(record_of(answer, "contact"), "$.contact")

    async def _read(self, contact_id: str) -> Any:
        if not is_guid(contact_id):
            raise NotFound(what="customer", name=contact_id)
        return record_of(await self._api.get(f"{_CONTACTS}/{contact_id}", "customer.read"), "contact")

    async def _consent(self, saved: Customer, wanted: Customer, *, made: bool) -> Customer:
        """Given only to a contact just made, and else only ever taken back, since a customer said no at the till."""
        withdrawn = wanted.consent is Consent.UNSUBSCRIBED and saved.consent in (Consent.SUBSCRIBED, Consent.PENDING)
        given = made and wanted.consent is Consent.SUBSCRIBED
        if not (withdrawn or given):
            return saved
        status = "UNSUBSCRIBED" if withdrawn else "SUBSCRIBED"
        body = {"subscription": {"email": saved.email, "subscriptionStatus": status}}
        await self._api.guarded(_SUBSCRIPTIONS, "customer.consent", body)
        return map_customer(await self._read(saved.external_id), "$.contact")


def _names(customer: Customer) -> dict[str, str]:
    found = {"first": customer.first_name, "last": customer.last_name}
    return {name: value for name, value in found.items() if value}


def _new(customer: Customer) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "name": _names(customer),
        "email": {"email": customer.email.strip().lower()},
        "phone": {"phone": customer.phone} if dialable(customer.phone) else {},
        "addresses": [for_contact(each) for each in customer.addresses[:_MOST_ADDRESSES]],
    }
    return {name: value for name, value in parts.items() if value}


def _differing(customer: Customer, known: Customer) -> dict[str, Any]:
    """What we know and Wix has otherwise. A name is one record, so both its halves go along."""
    names = {"first": known.first_name, "last": known.last_name} | _names(customer)
    found: dict[str, Any] = {}
    if names != {"first": known.first_name, "last": known.last_name}:
        found["name"] = {name: value for name, value in names.items() if value}
    if customer.email and customer.email.strip().lower() != known.email.lower():
        found["email"] = {"email": customer.email.strip().lower()}
    if dialable(customer.phone) and customer.phone != known.phone:
        found["phone"] = {"phone": customer.phone}
    return found

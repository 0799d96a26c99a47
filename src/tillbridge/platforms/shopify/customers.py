"""Customers of a Shopify shop: by exact e-mail, never made twice, consent never widened. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import InvalidInput, OutcomeUnknown
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.shopify.calls import Graph, Json
from tillbridge.platforms.shopify.dialect import UserErrors
from tillbridge.platforms.shopify.mapping import map_customer
from tillbridge.platforms.shopify.order_writing import address_input
from tillbridge.platforms.shopify.reading import dig, records
from tillbridge.platforms.shopify.search import changed_since_day_query
from tillbridge.platforms.writing import moment


class ShopifyCustomerService:
    """Identity is the e-mail by direct look-up; Shopify's customer search lags and resembles."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph = Graph(session)

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """Customers by last change. Shopify filters by whole day here: a day more is asked, and left out by us."""
        query = changed_since_day_query(changed_since)
        read = partial(records, path="customers.nodes")
        async for raw, following in self._graph.pages("CustomersPage", cursor, read, query=query):
            fine, refused = sort_out(raw, "$.customers.nodes", map_customer)
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(tuple(each for each in fine if _newer(each, changed_since)), refused, newest, following)

    async def find_by_email(self, email: str) -> Customer | None:
        """Exact but for case: Shopify keeps addresses in lower case."""
        data = await self._graph.ask("CustomerByEmail", email=email.strip().lower())
        found = data.get("customerByIdentifier")
        return None if found is None else map_customer(found, "$.customerByIdentifier")

    async def save(self, customer: Customer) -> Customer:
        """Update by id, else by e-mail, else create. Addresses Shopify has are left as they are."""
        if customer.external_id:
            return await self._update(customer, customer.external_id)
        if not customer.email:
            raise InvalidInput(field="customer e-mail", reason="a customer without e-mail cannot be found again")
        if (known := await self.find_by_email(customer.email)) is not None:
            return await self._merge(customer, known)
        try:
            data = await self._graph.change("CustomerCreate", input=self._new(customer))
        except (UserErrors, OutcomeUnknown):
            # made by another terminal meanwhile, or by this very call whose answer was lost
            if (known := await self.find_by_email(customer.email)) is None:
                raise
            return known
        return map_customer(dig(data, "customerCreate.customer"), "$.customerCreate.customer")

    async def _merge(self, customer: Customer, known: Customer) -> Customer:
        names = (customer.first_name or known.first_name, customer.last_name or known.last_name)
        same = names == (known.first_name, known.last_name) and customer.phone in ("", known.phone)
        if same and not _withdrawn(customer, known.consent):
            return known
        return await self._update(customer, known.external_id)

    async def _update(self, customer: Customer, customer_id: str) -> Customer:
        values = {"id": customer_id, **_names(customer)}
        if customer.email:
            values["email"] = customer.email.strip().lower()
        data = await self._graph.change("CustomerUpdate", input=values)
        saved = map_customer(dig(data, "customerUpdate.customer"), "$.customerUpdate.customer")
        return await self._withdraw(saved) if _withdrawn(customer, saved.consent) else saved

    async def _withdraw(self, saved: Customer) -> Customer:
        """Consent is only ever taken back here, since a customer said no at the till."""
        data = await self._graph.change(
            "CustomerEmailConsent",
            input={"customerId": saved.external_id, "emailMarketingConsent": self._consent("UNSUBSCRIBED")},
        )
        if dig(data, "customerEmailMarketingConsentUpdate.customer") is None:
            raise OutcomeUnknown(evidence="Shopify did not confirm the withdrawn consent")
        return await self.find_by_email(saved.email) or saved

    def _new(self, customer: Customer) -> Json:
        values: dict[str, Any] = {"email": customer.email.strip().lower(), **_names(customer)}
        if customer.addresses:
            values["addresses"] = [address_input(each) for each in customer.addresses]
        if customer.consent is Consent.SUBSCRIBED:
            values["emailMarketingConsent"] = self._consent("SUBSCRIBED")
        return values

    def _consent(self, state: str) -> Json:
        """Single opt-in: the double one would send a mail."""
        at = moment(self._session.clock.now())
        return {"marketingState": state, "marketingOptInLevel": "SINGLE_OPT_IN", "consentUpdatedAt": at}


def _newer(customer: Customer, since: datetime | None) -> bool:
    return since is None or customer.updated_at is None or customer.updated_at > since


def _names(customer: Customer) -> dict[str, Any]:
    values = {"firstName": customer.first_name, "lastName": customer.last_name, "phone": customer.phone}
    return {key: value for key, value in values.items() if value}


def _withdrawn(ours: Customer, theirs: Consent) -> bool:
    return ours.consent is Consent.UNSUBSCRIBED and theirs in (Consent.SUBSCRIBED, Consent.PENDING)

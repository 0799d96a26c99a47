"""Customers on PrestaShop: accounts, guests left out. Built by the registry; orders find their buyer here."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Rest, searchable, since_query
from tillbridge.platforms.prestashop.dialect import EMAIL_TAKEN
from tillbridge.platforms.prestashop.mapping import map_customer
from tillbridge.platforms.prestashop.order_mapping import address_of
from tillbridge.platforms.prestashop.reading import Row, id_of, text_of
from tillbridge.platforms.prestashop.shop_facts import CUSTOMER, fact, zone_of
from tillbridge.platforms.prestashop.xml_text import Value
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse

# a full read would bring password hashes along
SAFE = "[id,email,firstname,lastname,newsletter,id_default_group,is_guest,deleted,date_add,date_upd]"
ADDRESS = (
    "[id,id_customer,id_country,id_state,alias,company,firstname,lastname,address1,address2,postcode,city,phone,"
    "phone_mobile,deleted]"
)
_ACCOUNTS = (("filter[is_guest]", "0"), ("filter[deleted]", "0"))
_NOT_IN_NAMES = re.compile(r"[!<>,;?=+()/\\@#\"*{}_^$%:\[\]|¤~°¬]|\.(?!\s)")
_DIGITS = re.compile(r"[0-9]")
_NAMELESS = "-"


class PrestaShopCustomerService:
    """Names are cleaned of what the shop refuses; nothing is mailed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._places: tuple[dict[str, str], dict[str, str]] | None = None

    async def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]:
        """All accounts by id, or those changed since; an address alone does not count as a change there."""
        query = (("display", SAFE), *_ACCOUNTS, *since_query(self._session, changed_since))
        walk_in = fact(self._session, CUSTOMER)
        async for page in self._rest.pages("customers", "customer.list", query, cursor):
            rows = [row for row in page.rows if id_of(row) != walk_in]
            known = await self._addresses([id_of(row) for row in rows])
            fine, refused = sort_out(rows, "$", partial(self._mapped, known=known))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.cursor)

    def _mapped(self, raw: Any, path: str, known: Mapping[str, Sequence[Address]]) -> Customer:
        addresses = known.get(str(raw.get("id")), ())
        return map_customer(raw, path, zone=zone_of(self._session), addresses=addresses)

    async def find_by_email(self, email: str) -> Customer | None:
        """The account with exactly this address, whatever the case."""
        row = await self.account(email)
        if row is None:
            return None
        known = await self._addresses([id_of(row)])
        return self._mapped(row, "$", known)

    async def account(self, email: str) -> Row | None:
        """The raw account of an e-mail address; guests may share one and do not count."""
        wanted = email.strip()
        if not searchable(wanted):
            return None
        query = (("filter[email]", wanted), ("display", SAFE), *_ACCOUNTS)
        rows = await self._rest.rows("customers", "customer.find", query)
        fitting = [row for row in rows if text_of(row, "email", "").casefold() == wanted.casefold()]
        return fitting[0] if fitting else None

    async def save(self, customer: Customer) -> Customer:
        """Create, or update by id. An address in use is found and its account updated instead."""
        known = customer.external_id or await self._known(customer)
        if not known:
            known = await self._create(customer)
        else:
            values = _values(customer)
            if values:
                await self._rest.patch("customers", "customer", known, "customer.update", values)
        await self._add_addresses(known, customer)
        rows = await self._rest.of("customers", "customer.read", "id", [known], SAFE)
        return self._mapped(rows[0], "$[0]", await self._addresses([known]))

    async def _known(self, customer: Customer) -> str:
        row = await self.account(customer.email)
        return id_of(row) if row else ""

    async def _create(self, customer: Customer) -> str:
        values: dict[str, Value] = {
            # nobody knows it: the shopper asks the shop for a new one
            "passwd": secrets.token_urlsafe(32),
            "lastname": clean_name(customer.last_name) or _NAMELESS,
            "firstname": clean_name(customer.first_name) or _NAMELESS,
            "email": customer.email,
            "id_lang": fact(self._session, "language_id"),
            "id_default_group": "3",
            "active": 1,
            **_consent(customer),
        }
        groups = {"groups": ("group", [{"id": "3"}])}
        try:
            made = await self._rest.post("customers", "customer", "customer.create", values, groups)
        except PlatformRefused as refusal:
            if refusal.params.get("code") not in EMAIL_TAKEN or not (twin := await self._known(customer)):
                raise
            return twin
        except OutcomeUnknown:
            if not (made_after_all := await self._known(customer)):
                raise
            return made_after_all
        return id_of(made)

    async def _add_addresses(self, customer_id: str, customer: Customer) -> None:
        """New addresses only: orders show theirs live, so none is ever changed."""
        if not customer.addresses:
            return
        known = (await self._addresses([customer_id])).get(customer_id, [])
        for each in customer.addresses:
            if not each.line1 or not each.city or any(_same(each, other) for other in known):
                continue
            await self.add_address(customer_id, each, customer)

    async def add_address(self, customer_id: str, address: Address, owner: Customer, alias: str = "Home") -> str:
        """A new address of a customer; its id. Raises PlatformRefused for a country the shop does not have."""
        countries, _ = await self._letters()
        country = next((key for key, iso in countries.items() if iso == address.country.upper()), "")
        values: dict[str, Value] = {
            "id_customer": customer_id,
            "id_country": country or fact(self._session, "country_id"),
            "alias": alias,
            "lastname": clean_name(address.last_name or owner.last_name) or _NAMELESS,
            "firstname": clean_name(address.first_name or owner.first_name) or _NAMELESS,
            "company": address.company,
            "address1": address.line1,
            "address2": address.line2,
            "postcode": address.postcode,
            "city": address.city,
            "phone": address.phone or owner.phone,
        }
        filled = {name: value for name, value in values.items() if value}
        # a second copy would do no harm, a missing one would
        made = await self._rest.post("addresses", "address", "customer.address", filled, repeat=Repeat.SAFE)
        return id_of(made)

    async def _addresses(self, customers: Sequence[str]) -> dict[str, list[Address]]:
        """Addresses by customer, deleted ones left out."""
        rows = await self._rest.of("addresses", "customer.addresses", "id_customer", customers, ADDRESS)
        countries, regions = await self._letters()
        found: dict[str, list[Address]] = {}
        for at, row in enumerate(rows):
            node = parse(wire.Address, row, f"$[{at}]")
            if node.deleted != "1":
                found.setdefault(node.id_customer, []).append(address_of(node, countries, regions))
        return found

    async def _letters(self) -> tuple[dict[str, str], dict[str, str]]:
        if self._places is None:
            self._places = await letters(self._rest)
        return self._places


async def letters(rest: Rest) -> tuple[dict[str, str], dict[str, str]]:
    """ISO codes of countries and of states, by id."""
    countries = await rest.every("countries", "customer.countries", "[id,iso_code]")
    states = await rest.every("states", "customer.states", "[id,iso_code]")
    return (
        {id_of(row): text_of(row, "iso_code") for row in countries},
        {id_of(row): text_of(row, "iso_code") for row in states},
    )


def clean_name(name: str) -> str:
    """A name as the shop takes it: no digits, none of its forbidden signs, a space after a dot."""
    return " ".join(_NOT_IN_NAMES.sub(" ", _DIGITS.sub("", name)).split())[:255]


def _values(customer: Customer) -> dict[str, Value]:
    """Only what is known: an empty value would clear what the shop has."""
    names = {"firstname": clean_name(customer.first_name), "lastname": clean_name(customer.last_name)}
    found: dict[str, Value] = {name: value for name, value in names.items() if value}
    if customer.external_id and customer.email:
        found["email"] = customer.email
    return found | _consent(customer)


def _consent(customer: Customer) -> dict[str, Value]:
    """Consent is passed on when given or taken back, never guessed."""
    flags = {Consent.SUBSCRIBED: 1, Consent.UNSUBSCRIBED: 0}
    return {"newsletter": flags[customer.consent]} if customer.consent in flags else {}


def _same(one: Address, other: Address) -> bool:
    keys = [(each.line1, each.city, each.postcode, each.country) for each in (one, other)]
    return [part.casefold() for part in keys[0]] == [part.casefold() for part in keys[1]]

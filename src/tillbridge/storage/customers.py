"""Customers, one per exact e-mail whatever its case, and who they are on each connection.

A page of a pull costs the same few statements whatever its length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.conflicts import FieldConflict, Told
from tillbridge.domain.customers import Customer
from tillbridge.domain.ids import new_id
from tillbridge.domain.merging import Fields
from tillbridge.domain.specs import Noun
from tillbridge.storage import documents
from tillbridge.storage.conflicts import ConflictRepository
from tillbridge.storage.database import Database
from tillbridge.storage.schema import CustomerLinkRow, CustomerRow
from tillbridge.storage.sets import among, kept, rows_for, taken, texts

_CUSTOMER = {"id": "id", "email": "text", "folded_email": "text", "document": "json", "updated_at": "time"}
_LINK = {"customer_id": "id", "connection_id": "id", "external_id": "text", "told": "json"}
_MERGED = ("email", "first_name", "last_name", "phone", "addresses", "consent")


class CustomerRepository:
    def __init__(self, database: Database, conflicts: ConflictRepository, clock: Clock) -> None:
        self._db, self._conflicts, self._clock = database, conflicts, clock
        self._among = among(database)
        self._keep = kept(
            database, "customer", _CUSTOMER, "folded_email", taken("email", "document", "updated_at")
        )  # fmt: skip
        self._link = kept(
            database, "customer_link", _LINK, "connection_id, external_id", taken("customer_id", "told")
        )  # fmt: skip

    async def upsert(self, connection_id: UUID, customers: Sequence[Customer]) -> tuple[FieldConflict, ...]:
        """Merge a page of customers into ours by the shop's rules; answered is what a person has to decide.

        Without an e-mail nobody can be matched, so nobody is kept. Consent is never widened.
        """
        page = [each for each in customers if each.email]
        subjects = {each.email.casefold() for each in page}
        async with self._db.transaction():
            # two stores that know the same shopper would both make our customer of them
            await self._conflicts.hold(Noun.CUSTOMER)
            ours = await self._load(subjects)
            links = {each.external_id: each for each in page if each.external_id}
            before = await self._told_before(connection_id, links)
            book = await self._conflicts.book(Noun.CUSTOMER, subjects, connection_id, links)
            changed: dict[str, Customer] = {}
            for each in page:
                known, told = ours.get(each.email.casefold()), self._told(connection_id, before, each)
                mine, at = (_fields(known), known.updated_at) if known else (None, None)
                after = _after(known or each, each, book.merge(mine, told, at))
                if after != known:
                    ours[told.subject] = changed[told.subject] = after
            ids = await self._save(changed, subjects)
            await self._save_links(connection_id, links, ids)
            return await self._conflicts.write(book)

    def _told(self, connection_id: UUID, before: Mapping[str, Customer], customer: Customer) -> Told:
        """What was told of another e-mail is no base."""
        subject, last = customer.email.casefold(), before.get(customer.external_id)
        base = _fields(last) if last and last.email.casefold() == subject else {}
        at = customer.updated_at or self._clock.now()
        record = customer.external_id or subject[:255]
        return Told(connection_id, record, subject, customer.email, base, _fields(customer), at)

    async def _load(self, subjects: Collection[str]) -> dict[str, Customer]:
        sql = f"SELECT folded_email, document FROM customer WHERE folded_email IN {self._among}"
        rows = await self._db.rows(sql, texts(subjects))
        return {row["folded_email"]: _customer(row["document"]) for row in rows}

    async def _told_before(self, connection_id: UUID, external_ids: Collection[str]) -> Mapping[str, Customer]:
        rows = await self._db.rows(
            "SELECT external_id, told FROM customer_link WHERE connection_id = ? AND told IS NOT NULL "
            f"AND external_id IN {self._among}",
            connection_id, texts(external_ids),
        )  # fmt: skip
        return {row["external_id"]: _customer(row["told"]) for row in rows}

    async def _save(self, changed: Mapping[str, Customer], subjects: Collection[str]) -> Mapping[str, UUID]:
        """The ids of all subjects."""
        if changed:
            rows = [_row(each) for each in changed.values()]
            await self._db.run(self._keep, rows_for(self._db, _CUSTOMER, rows))
        found = await self._db.rows(
            f"SELECT id, folded_email FROM customer WHERE folded_email IN {self._among}", texts(subjects)
        )
        return {row["folded_email"]: UUID(str(row["id"])) for row in found}

    async def _save_links(self, connection_id: UUID, links: Mapping[str, Customer], ids: Mapping[str, UUID]) -> None:
        rows = [
            {
                "customer_id": ids[each.email.casefold()], "connection_id": connection_id, "external_id": external_id,
                "told": documents.customer_in(each),
            }
            for external_id, each in links.items()
        ]  # fmt: skip
        if rows:
            await self._db.run(self._link, rows_for(self._db, _LINK, rows))

    async def adopt(self, values: Mapping[str, Fields]) -> None:
        """Values a person decided on, by folded e-mail. Call it in a transaction that holds the noun."""
        now = self._clock.now()
        known = await self._load(values)
        await self._save({
            subject: replace(_with(each, values[subject]), updated_at=now) for subject, each in known.items()
        }, known)  # fmt: skip

    async def by_email(self, email: str) -> Customer | None:
        row = await CustomerRow.get_or_none(folded_email=email.casefold())
        return None if row is None else documents.customer_out(row.document)

    async def search(self, text: str, limit: int = 20) -> tuple[Customer, ...]:
        """By the beginning of an e-mail."""
        rows = await CustomerRow.filter(folded_email__startswith=text.casefold()).order_by("folded_email").limit(limit)
        return tuple(found for row in rows if (found := documents.customer_out(row.document)))

    async def external_id(self, email: str, connection_id: UUID) -> str:
        """Who somebody is on a connection; empty when unknown there."""
        row = await CustomerRow.get_or_none(folded_email=email.casefold())
        link = await CustomerLinkRow.filter(customer_id=row.id, connection_id=connection_id).first() if row else None
        return link.external_id if link else ""


def _fields(customer: Customer) -> Fields:
    return {each: getattr(customer, each) for each in _MERGED}


def _with(customer: Customer, fields: Fields) -> Customer:
    return replace(customer, **cast("dict[str, Any]", fields))


def _after(known: Customer, told: Customer, fields: Fields) -> Customer:
    """Ours after a merge; the record's times follow what was taken."""
    if fields == _fields(known):
        return known
    return replace(_with(known, fields), updated_at=_latest(known.updated_at, told.updated_at))


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        "id": new_id(), "email": customer.email, "folded_email": customer.email.casefold(),
        "document": documents.customer_in(customer), "updated_at": customer.updated_at,
    }  # fmt: skip


def _customer(value: Any) -> Customer:
    found = documents.customer_out(documents.document(value))
    assert found is not None, "a customer is kept whole"
    return found

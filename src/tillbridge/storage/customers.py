"""Customers, one per exact e-mail whatever its case, and who they are on each connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tillbridge.domain.customers import Customer
from tillbridge.domain.ids import new_id
from tillbridge.storage import documents
from tillbridge.storage.database import Database
from tillbridge.storage.schema import CustomerLinkRow, CustomerRow

_ONE_PULL = (7_712 << 40) + 1


class CustomerRepository:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def upsert(self, connection_id: UUID, customers: Sequence[Customer]) -> None:
        """Keep a page of customers. Without an e-mail nobody can be matched, so nobody is kept."""
        async with self._db.transaction():
            # two stores that know the same shopper would both make our customer of them
            await self._db.alone(_ONE_PULL)
            for each in customers:
                if each.email:
                    await self._keep(connection_id, each)

    async def _keep(self, connection_id: UUID, customer: Customer) -> None:
        folded = customer.email.casefold()
        values: dict[str, Any] = {
            "email": customer.email, "document": documents.customer_in(customer), "updated_at": customer.updated_at,
        }  # fmt: skip
        row = await CustomerRow.get_or_none(folded_email=folded)
        if row is None:
            row = await CustomerRow.create(id=new_id(), folded_email=folded, **values)
        else:
            await CustomerRow.filter(id=row.id).update(**values)
        if customer.external_id:
            await CustomerLinkRow.update_or_create(
                connection_id=connection_id, external_id=customer.external_id, defaults={"customer_id": row.id}
            )

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

"""Customers the stores know, for the till to name on a sale."""

from __future__ import annotations

from tillbridge.domain.customers import Customer
from tillbridge.storage import Storage


class CustomersService:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def find(self, email: str) -> Customer | None:
        """By exact e-mail, whatever its case."""
        return await self._storage.customers.by_email(email.strip())

    async def search(self, text: str, limit: int = 20) -> tuple[Customer, ...]:
        """By the beginning of an e-mail."""
        return await self._storage.customers.search(text.strip(), limit)

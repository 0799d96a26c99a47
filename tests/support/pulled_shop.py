"""Services that list what a test put in, page by page: products, customers and orders behind the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.support.card_shop import CardShop
from tests.support.stock_shop import StockShop
from tillbridge.domain.catalog import Product, ProductStatus, ProductVariant
from tillbridge.domain.connections import Connection
from tillbridge.domain.money import Money
from tillbridge.platforms.contract import Page


@dataclass
class Listing:
    """One list: ``pages`` in order; ``asked`` notes (changed_since, cursor) of each reading; ``cut`` fails there."""

    pages: list[Page[Any]] = field(default_factory=list)
    asked: list[tuple[datetime | None, str | None]] = field(default_factory=list)
    cut: dict[int, BaseException] = field(default_factory=dict)

    async def read(self, changed_since: datetime | None = None, cursor: str | None = None) -> AsyncIterator[Page[Any]]:
        self.asked.append((changed_since, cursor))
        start = int(cursor) if cursor else 0
        for at in range(start, len(self.pages)):
            if error := self.cut.pop(at, None):
                raise error
            yield self.pages[at]


@dataclass
class PulledShop:
    """Stands for all services a pull asks."""

    stock: StockShop
    products: Listing = field(default_factory=Listing)
    customers: Listing = field(default_factory=Listing)
    orders: Listing = field(default_factory=Listing)
    cards: CardShop = field(default_factory=CardShop)

    @property
    def list_products(self) -> Any:
        return self.products.read

    @property
    def list_customers(self) -> Any:
        return self.customers.read

    @property
    def list_orders(self) -> Any:
        return self.orders.read

    async def product(self, connection: Connection) -> Any:
        return self

    async def customer(self, connection: Connection) -> Any:
        return self

    async def order(self, connection: Connection) -> Any:
        return self

    async def gift_card(self, connection: Connection) -> CardShop:
        return self.cards

    async def inventory(self, connection: Connection) -> StockShop:
        return self.stock


def product(number: int, sku: str, updated_at: datetime | None = None) -> Product:
    """A simple product of one variant, kept under inventory id ``i<number>``."""
    variant = ProductVariant(
        external_id=f"v{number}",
        title="",
        sku=sku,
        barcode="",
        price=Money(Decimal("24.90"), "EUR"),
        compare_at_price=None,
        inventory_quantity=Decimal(5),
        inventory_id=f"i{number}",
    )
    return Product(
        external_id=f"p{number}",
        title=f"Product {number}",
        handle=f"product-{number}",
        description="",
        status=ProductStatus.ACTIVE,
        vendor="",
        product_type="",
        tags=(),
        options=(),
        variants=(variant,),
        images=(),
        created_at=None,
        updated_at=updated_at,
    )

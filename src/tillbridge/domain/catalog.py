"""Products as all platforms have them in common. External ids are text; no platform's habits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tillbridge.domain.money import Money


class ProductStatus(StrEnum):
    """Whether a product may be sold online."""

    ACTIVE = "active"
    DRAFT = "draft"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProductOption:
    """What variants differ in: ``position`` from 1."""

    name: str
    position: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductImage:
    """``position`` from 1; ``variant_ids`` are external ids of the variants it shows, if the platform says."""

    url: str
    alt: str
    position: int
    variant_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductVariant:
    """A sellable unit. ``inventory_quantity`` None: stock is not tracked or not told, never "zero"."""

    external_id: str
    title: str
    sku: str
    barcode: str
    price: Money | None
    compare_at_price: Money | None
    inventory_quantity: Decimal | None
    option_values: tuple[tuple[str, str], ...] = ()
    weight_grams: Decimal | None = None
    taxable: bool = True
    inventory_id: str = ""
    """The id stock is kept under, where it differs from the variant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """``prices_include_tax`` None: the platform does not say."""

    external_id: str
    title: str
    handle: str
    description: str
    status: ProductStatus
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    options: tuple[ProductOption, ...]
    variants: tuple[ProductVariant, ...]
    images: tuple[ProductImage, ...]
    created_at: datetime | None
    updated_at: datetime | None
    is_gift_card: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The link of one of our variants to a platform's. ``inventory_id`` as in ProductVariant."""

    external_product_id: str
    external_variant_id: str
    inventory_id: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SellableVariant:
    """What the till can sell: one of our variants. ``price`` follows the shop's tax mode; None: ask the cashier."""

    id: UUID
    sku: str
    barcode: str
    title: str
    price: Money | None
    compare_at_price: Money | None
    taxable: bool = True
    is_gift_card: bool = False

"""BigCommerce's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.money import Money
from tillbridge.platforms.bigcommerce import wire
from tillbridge.platforms.bigcommerce.order_mapping import map_to_unified_orders
from tillbridge.platforms.bigcommerce.places import of_customer
from tillbridge.platforms.reading import parse

__all__ = [
    "PRODUCT_KEPT",
    "StoreHabits",
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
]

PRODUCT_KEPT = "product/"
"""Begins the inventory id of a variant whose stock its product keeps: the only way to name it in a write."""

_GRAMS = {
    "kgs": Decimal(1000),
    "grams": Decimal(1),
    "lbs": Decimal("453.59237"),
    "ounces": Decimal("28.349523125"),
    "tonnes": Decimal(1_000_000),
}
_NOT_TAXED = 1
"""The tax class every store comes with for goods without tax."""


@dataclass(frozen=True, slots=True)
class StoreHabits:
    """What a product does not say itself: the store's currency and unit of weight, and the brands by id."""

    currency: str = "EUR"
    weight_unit: str = "KGS"
    brands: Mapping[int, str] = field(default_factory=dict)


def map_to_unified_products(payload: Iterable[Any], habits: StoreHabits | None = None) -> tuple[Product, ...]:
    """Products of a ``GET /v3/catalog/products`` answer with variants and images. Raises Drift with the path."""
    return tuple(map_product(each, f"$[{at}]", habits or StoreHabits()) for at, each in enumerate(payload))


def map_product(raw: Any, path: str, habits: StoreHabits) -> Product:
    """One whole product; one without options has a single variant of its own."""
    node = parse(wire.Product, raw, path)
    on_sale = node.is_visible and node.availability != "disabled"
    return Product(
        external_id=str(node.id),
        title=node.name,
        handle=node.custom_url.url.strip("/"),
        description=node.description,
        status=ProductStatus.ACTIVE if on_sale else ProductStatus.DRAFT,
        vendor=habits.brands.get(node.brand_id or 0, ""),
        product_type=node.type,
        tags=tuple(word.strip() for word in node.search_keywords.split(",") if word.strip()),
        options=_options(node),
        variants=tuple(_variant(each, node, habits) for each in node.variants),
        images=_images(node),
        created_at=node.date_created,
        updated_at=node.date_modified,
    )


def _options(node: wire.Product) -> tuple[ProductOption, ...]:
    """From the variants' own labels, which spares a call that would cap the page at ten products."""
    values: dict[str, dict[str, None]] = {}
    for variant in node.variants:
        for each in variant.option_values:
            values.setdefault(each.option_display_name, {})[each.label] = None
    return tuple(ProductOption(name, at, tuple(labels)) for at, (name, labels) in enumerate(values.items(), 1))


def _images(node: wire.Product) -> tuple[ProductImage, ...]:
    own = {
        each.url_zoom or each.url_standard: each.description
        for each in sorted(node.images, key=lambda each: each.sort_order)
        if each.url_zoom or each.url_standard
    }
    shown: dict[str, list[str]] = {}
    for each in node.variants:
        if each.image_url:
            shown.setdefault(each.image_url, []).append(str(each.id))
    every = own | {url: "" for url in shown if url not in own}
    return tuple(
        ProductImage(url, alt, at, tuple(shown.get(url, ()))) for at, (url, alt) in enumerate(every.items(), 1)
    )


def _variant(row: wire.Variant, parent: wire.Product, habits: StoreHabits) -> ProductVariant:
    price, before = _prices(row, parent)
    grams = _GRAMS.get(habits.weight_unit.lower())
    weight = row.weight if row.weight is not None else parent.weight
    values = tuple((each.option_display_name, each.label) for each in row.option_values)
    quantity, keeper = _stock(row, parent)
    return ProductVariant(
        external_id=str(row.id),
        title=", ".join(label for _, label in values),
        sku=row.sku or (parent.sku if len(parent.variants) == 1 else ""),
        barcode=row.upc or (parent.upc if len(parent.variants) == 1 else ""),
        price=_money(price, habits.currency),
        compare_at_price=_money(before, habits.currency),
        inventory_quantity=quantity,
        option_values=values,
        weight_grams=weight * grams if weight is not None and grams is not None else None,
        taxable=parent.tax_class_id != _NOT_TAXED,
        inventory_id=keeper,
    )


def _stock(row: wire.Variant, parent: wire.Product) -> tuple[Decimal | None, str]:
    """The number the catalogue shows, and where it is kept. Untracked is not zero."""
    match parent.inventory_tracking:
        case "variant":
            return row.inventory_level, str(row.id)
        case "product":
            return parent.inventory_level, f"{PRODUCT_KEPT}{parent.id}"
    return None, str(row.id)


def _prices(row: wire.Variant, parent: wire.Product) -> tuple[Decimal | None, Decimal | None]:
    """Price, and the one crossed out. Zero or nothing means "not set"; a variant falls back to its product."""
    own = row.price is not None
    price = row.price if own else parent.price
    sale = row.sale_price or (None if own else parent.sale_price)
    retail = row.retail_price or (None if own else parent.retail_price)
    if sale:
        return sale, price
    return price, retail if retail is not None and price is not None and retail > price else None


def _money(value: Decimal | None, currency: str) -> Money | None:
    return None if value is None else Money(value, currency)


def map_to_unified_customers(payload: Iterable[Any]) -> tuple[Customer, ...]:
    """Customers of a ``GET /v3/customers`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]") for at, each in enumerate(payload))


def map_customer(raw: Any, path: str) -> Customer:
    """One account. Newsletter consent is kept elsewhere, so it is unknown here."""
    node = parse(wire.Customer, raw, path)
    return Customer(
        email=node.email,
        first_name=node.first_name,
        last_name=node.last_name,
        phone=node.phone,
        addresses=tuple(dict.fromkeys(of_customer(each) for each in node.addresses)),
        consent=Consent.UNKNOWN,
        external_id=str(node.id),
        created_at=node.date_created,
        updated_at=node.date_modified,
    )

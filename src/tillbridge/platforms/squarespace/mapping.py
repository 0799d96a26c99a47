"""Squarespace's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.platforms.reading import parse, shown
from tillbridge.platforms.squarespace import wire
from tillbridge.platforms.squarespace.marks import BY_NAME
from tillbridge.platforms.squarespace.order_mapping import map_to_unified_orders

__all__ = [
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
]

_GRAMS = {"KILOGRAM": Decimal(1000), "POUND": Decimal("453.59237")}
_GOODS, _GIFT_CARD = "PHYSICAL", "GIFT_CARD"


def map_to_unified_products(payload: Iterable[Any]) -> tuple[Product, ...]:
    """Products of a ``GET /v2/commerce/products`` answer. Raises Drift with the path."""
    return tuple(map_product(each, f"$[{at}]") for at, each in enumerate(payload))


def map_product(raw: Any, path: str) -> Product:
    """One whole product. A download has no variants, so there is nothing of it to sell at a till."""
    node = parse(wire.Product, raw, path)
    return Product(
        external_id=node.id,
        title=node.name,
        handle=node.url_slug,
        description=node.description,
        status=ProductStatus.ACTIVE if node.is_visible else ProductStatus.DRAFT,
        vendor="",
        product_type=node.type,
        tags=tuple(node.tags),
        options=_options(node, path),
        variants=tuple(_variant(each, node, path) for each in node.variants),
        images=_images(node),
        created_at=node.created_on,
        updated_at=node.modified_on,
        is_gift_card=node.type == _GIFT_CARD,
    )


def _options(node: wire.Product, path: str) -> tuple[ProductOption, ...]:
    """In the product's own order of names; values as its variants have them."""
    chosen = [dict(_values(each, node, path)) for each in node.variants]
    return tuple(
        ProductOption(name, at, tuple(dict.fromkeys(each[name] for each in chosen if name in each)))
        for at, name in enumerate(node.variant_attributes, 1)
    )


def _values(row: wire.Variant, parent: wire.Product, path: str) -> tuple[tuple[str, str], ...]:
    """A variant's value of each of the product's names. Raises Drift for one that is no text."""
    return tuple(
        (name, _text(row.attributes[name], f"{path}.variants.attributes.{name}"))
        for name in parent.variant_attributes
        if name in row.attributes
    )


def _text(value: Any, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | None):
        raise Drift(path=path, expected="a text", found=shown(value))
    return "" if value is None else str(value)


def _images(node: wire.Product) -> tuple[ProductImage, ...]:
    shown: dict[str, list[str]] = {}
    for each in node.variants:
        if each.image is not None:
            shown.setdefault(each.image.id, []).append(each.id)
    ordered = sorted(node.images, key=lambda each: each.order_index or 0)
    return tuple(
        ProductImage(each.url, each.alt_text, at, tuple(shown.get(each.id, ()))) for at, each in enumerate(ordered, 1)
    )


def _variant(row: wire.Variant, parent: wire.Product, path: str) -> ProductVariant:
    price, before = _prices(row.pricing)
    values = _values(row, parent, path)
    return ProductVariant(
        external_id=row.id,
        title=", ".join(value for _, value in values),
        sku=row.sku,
        barcode=row.gtin,
        price=price,
        compare_at_price=before,
        inventory_quantity=None if row.stock is None or row.stock.unlimited else row.stock.quantity,
        option_values=values,
        weight_grams=_grams(row.shipping_measurements),
        inventory_id=row.id if parent.type == _GOODS else f"{BY_NAME}{row.id}",
    )


def _prices(pricing: wire.Pricing) -> tuple[Money, Money | None]:
    """Price, and the one crossed out. Off sale the sale price may still hold a number, so the flag decides."""
    base = money(pricing.base_price)
    if pricing.on_sale and pricing.sale_price is not None:
        return money(pricing.sale_price), base
    return base, None


def _grams(measured: wire.Measurements | None) -> Decimal | None:
    weight = measured.weight if measured else None
    grams = _GRAMS.get(weight.unit) if weight else None
    return weight.value * grams if weight and grams else None


def money(amount: wire.Amount) -> Money:
    """An amount of the wire in its own currency."""
    return Money(amount.value, amount.currency)


def map_to_unified_customers(payload: Iterable[Any]) -> tuple[Customer, ...]:
    """Contacts of a ``GET /v1/contacts`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]") for at, each in enumerate(payload))


def map_customer(raw: Any, path: str) -> Customer:
    """One contact with its default address, where its phone number stands."""
    node = parse(wire.Contact, raw, path)
    entry = node.default_shipping_address
    return Customer(
        email=node.primary_email.email if node.primary_email else "",
        first_name=node.first_name,
        last_name=node.last_name,
        phone=entry.address.phone_number if entry else "",
        addresses=(_address(entry.address),) if entry else (),
        consent=_consent(node.primary_email.accepts_marketing if node.primary_email else None),
        external_id=node.id,
        created_at=node.created_on,
    )


def _consent(told: wire.Marketing | None) -> Consent:
    """Somebody who never joined and never left was not asked, as far as we know."""
    if told is None:
        return Consent.UNKNOWN
    if told.accepts_marketing:
        return Consent.SUBSCRIBED
    return Consent.UNSUBSCRIBED if told.left_on else Consent.UNKNOWN


def _address(node: wire.ContactAddress) -> Address:
    return Address(
        first_name=node.first_name,
        last_name=node.last_name,
        line1=node.line1,
        line2=node.line2,
        city=node.city,
        region=node.region,
        postcode=node.postal_code,
        country=node.country_code,
        phone=node.phone_number,
    )

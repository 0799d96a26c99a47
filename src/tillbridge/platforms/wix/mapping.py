"""Wix's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.order_mapping import map_to_unified_orders

__all__ = [
    "available",
    "inventory_id",
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
]

_GRAMS = {"KG": Decimal(1000), "LB": Decimal("453.59237")}
_CONSENT = {
    "SUBSCRIBED": Consent.SUBSCRIBED,
    "UNSUBSCRIBED": Consent.UNSUBSCRIBED,
    "PENDING": Consent.PENDING,
}

Variants = Mapping[str, Sequence[Any]]
"""Raw variants by the id of their product."""
Stock = Mapping[str, Sequence[Any]]
"""Raw inventory items by the id of their product."""


def inventory_id(product_id: str, variant_id: str) -> str:
    """Where a variant's stock is kept: a variant's id alone is not unique over products."""
    return f"{product_id}/{variant_id}"


def available(item: wire.StockItem, path: str) -> Decimal | None:
    """The quantity of an item; None where the site only says whether there is some. Raises Drift for neither."""
    if item.quantity is None and item.inStock is None:
        raise Drift(path=f"{path}.quantity", expected="a quantity or inStock", found="neither")
    return item.quantity


def map_to_unified_products(
    payload: Iterable[Any], variants: Variants | None = None, stock: Stock | None = None, currency: str = "EUR"
) -> tuple[Product, ...]:
    """Products of a ``products/query`` answer; ``variants`` by product. Raises Drift with the path."""
    return tuple(
        map_product(each, variants or {}, stock or {}, f"$[{at}]", currency=currency) for at, each in enumerate(payload)
    )


def map_product(raw: Any, variants: Variants, stock: Stock, path: str, *, currency: str) -> Product:
    """One whole product. A product without options still has one variant."""
    node = parse(wire.Product, raw, path)
    rows = [parse(wire.Variant, each, f"{path}.variants[{at}]") for at, each in enumerate(variants.get(node.id, ()))]
    counted = _counted(stock.get(node.id, ()), path)
    return Product(
        external_id=node.id,
        title=node.name,
        handle=node.slug,
        description=node.plainDescription,
        status=ProductStatus.DRAFT if node.visible is False else ProductStatus.ACTIVE,
        vendor=node.brand.name,
        product_type=node.productType.lower(),
        tags=(),
        options=tuple(
            ProductOption(each.name, at, tuple(choice.name for choice in each.choicesSettings.choices))
            for at, each in enumerate(node.options, 1)
        ),
        variants=tuple(_variant(each, node, counted, currency, path) for each in rows),
        images=_images(node, rows),
        created_at=node.createdDate,
        updated_at=node.updatedDate,
    )


def _counted(rows: Sequence[Any], path: str) -> Mapping[str, Decimal]:
    """What there is over all locations by inventory id; a variant nobody counts is left out."""
    found: dict[str, Decimal] = {}
    for at, row in enumerate(rows):
        item = parse(wire.StockItem, row, f"{path}.inventoryItems[{at}]")
        quantity = available(item, f"{path}.inventoryItems[{at}]")
        if quantity is not None:
            key = inventory_id(item.productId, item.variantId)
            found[key] = found.get(key, Decimal(0)) + quantity
    return found


def _variant(
    row: wire.Variant, node: wire.Product, counted: Mapping[str, Decimal], currency: str, path: str
) -> ProductVariant:
    if not row.key:
        raise Drift(path=f"{path}.variants.variantId", expected="an id", found="nothing")
    values = tuple((each.optionChoiceNames.optionName, each.optionChoiceNames.choiceName) for each in row.chosen)
    before, money = row.price.compareAtPrice, node.currency or currency
    unit = _GRAMS.get(node.weightMeasurementUnitInfo.weightMeasurementUnit)
    weight = row.physicalProperties.weight
    key = inventory_id(node.id, row.key)
    return ProductVariant(
        external_id=row.key,
        title=", ".join(value for _, value in values),
        sku=row.sku,
        barcode=row.barcode,
        price=Money(row.price.actualPrice.amount, money),
        compare_at_price=Money(before.amount, money) if before is not None and before.amount else None,
        inventory_quantity=counted.get(key),
        option_values=values,
        weight_grams=weight * unit if weight is not None and unit is not None else None,
        inventory_id=key,
    )


def _images(node: wire.Product, rows: Sequence[wire.Variant]) -> tuple[ProductImage, ...]:
    shown: dict[str, list[str]] = {}
    for row in rows:
        if row.media is not None and row.media.id:
            shown.setdefault(row.media.id, []).append(row.key)
    pictures = [each for each in node.media.itemsInfo.items if each.image.url]
    return tuple(
        ProductImage(each.image.url, each.altText or each.image.altText, at, tuple(shown.get(each.id, ())))
        for at, each in enumerate(pictures, 1)
    )


def map_to_unified_customers(payload: Iterable[Any]) -> tuple[Customer, ...]:
    """Contacts of a ``contacts/query`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]") for at, each in enumerate(payload))


def map_customer(raw: Any, path: str) -> Customer:
    """One contact. A status that means nothing was asked stays unknown."""
    node = parse(wire.Contact, raw, path)
    places = [_address(each) for each in node.addresses]
    return Customer(
        email=node.email.email,
        first_name=node.name.first,
        last_name=node.name.last,
        phone=node.phone.phone,
        addresses=tuple(dict.fromkeys(each for each in places if each != Address())),
        consent=_CONSENT.get(node.email.subscriptionStatus.status, Consent.UNKNOWN),
        external_id=node.id,
        created_at=node.createdDate,
        updated_at=node.updatedDate,
    )


def _address(row: wire.ContactAddress) -> Address:
    place, person = row.address, row.recipient
    return Address(
        first_name=person.firstName,
        last_name=person.lastName,
        company=person.company,
        line1=place.addressLine,
        line2=place.addressLine2,
        city=place.city,
        region=place.subdivision,
        postcode=place.postalCode,
        country=place.country,
        phone=person.phone,
    )

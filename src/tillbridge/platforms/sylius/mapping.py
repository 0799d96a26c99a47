"""Sylius's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.platforms.reading import parse, shown
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.order_mapping import map_to_unified_orders
from tillbridge.platforms.sylius.shelf import Shelf
from tillbridge.platforms.sylius.wire import last_part

__all__ = [
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
    "translation",
]

_CONSENT = {True: Consent.SUBSCRIBED, False: Consent.UNSUBSCRIBED}


@dataclass(frozen=True, slots=True)
class OptionTexts:
    """An option's name and the texts of its values by IRI, in the shop's order."""

    name: str
    values: Mapping[str, str]


Variants = Mapping[str, Sequence[Any]]
"""Raw variants by the code of their product."""
Options = Mapping[str, OptionTexts]
"""By the option's code."""


def map_to_unified_products(
    payload: Iterable[Any], variants: Variants, options: Options | None = None, shelf: Shelf | None = None
) -> tuple[Product, ...]:
    """Products of a list's members with their variants. Raises Drift with the path."""
    known, place = options or {}, shelf or Shelf("EUR")
    return tuple(map_product(each, variants, known, place, f"$[{at}]") for at, each in enumerate(payload))


def map_product(raw: Any, variants: Variants, options: Options, shelf: Shelf, path: str) -> Product:
    """One whole product. ``updated_at`` is the newest of its own and its variants', which move apart."""
    node = parse(wire.Product, raw, path)
    rows = [
        (parse(wire.Variant, each, f"{path}.variants[{at}]"), each)
        for at, each in enumerate(variants.get(node.code, ()))
    ]
    told = translation(node.translations, shelf.locale, path)
    used = {iri for row, _ in rows for iri in row.optionValues}
    return Product(
        external_id=node.code,
        title=told.name or node.code,
        handle=told.slug,
        description=told.description,
        status=_status(node, shelf),
        vendor="",
        product_type=last_part(node.mainTaxon),
        tags=(),
        options=tuple(_option(iri, at, options, used) for at, iri in enumerate(node.options, 1)),
        variants=tuple(
            _variant(row, found, node, options, shelf, f"{path}.variants[{at}]") for at, (row, found) in enumerate(rows)
        ),
        images=_images(node),
        created_at=wire.utc(node.createdAt, shelf.zone),
        updated_at=_newest(node, [row for row, _ in rows], shelf),
    )


def translation(found: Mapping[str, Any], language: str, path: str) -> wire.Translation:
    """In a language, else in the first there is, else empty. Raises Drift with the path."""
    name = language if language in found else next(iter(found), "")
    return parse(wire.Translation, found[name], f"{path}.translations.{name}") if name else wire.Translation()


def _status(node: wire.Product, shelf: Shelf) -> ProductStatus:
    on_sale = node.enabled and (not shelf.channel or shelf.channel in map(last_part, node.channels))
    return ProductStatus.ACTIVE if on_sale else ProductStatus.DRAFT


def _newest(node: wire.Product, rows: Sequence[wire.Variant], shelf: Shelf) -> Any:
    moments = [wire.utc(each, shelf.zone) for each in (node.updatedAt, *(row.updatedAt for row in rows))]
    return max((each for each in moments if each is not None), default=None)


def _option(iri: str, at: int, options: Options, used: set[str]) -> ProductOption:
    """With the values this product has; others of the shop's list belong to other products."""
    found = options.get(last_part(iri), OptionTexts(last_part(iri), {}))
    return ProductOption(found.name, at, tuple(text for value, text in found.values.items() if value in used))


def _images(node: wire.Product) -> tuple[ProductImage, ...]:
    shown = [each for each in node.images if each.path]
    return tuple(
        ProductImage(each.path, "", at, tuple(last_part(iri) for iri in each.productVariants))
        for at, each in enumerate(shown, 1)
    )


def _variant(
    row: wire.Variant, raw: Mapping[str, Any], node: wire.Product, options: Options, shelf: Shelf, path: str
) -> ProductVariant:
    told = row.channelPricings.get(shelf.channel, {})
    prices = parse(wire.Pricing, told, f"{path}.channelPricings.{shelf.channel}")
    price, before = _money(prices.price, shelf), _money(prices.originalPrice, shelf)
    values = tuple(_value(iri, options) for iri in row.optionValues)
    return ProductVariant(
        external_id=row.code,
        title=translation(row.translations, shelf.locale, path).name or ", ".join(text for _, text in values),
        sku=row.code,
        barcode=_barcode(raw, node, shelf),
        price=price,
        compare_at_price=before if before is not None and price is not None and before > price else None,
        inventory_quantity=None if row.available is None else Decimal(row.available),
        option_values=values,
        taxable=bool(row.taxCategory),
        inventory_id=row.code,
    )


def _value(iri: str, options: Options) -> tuple[str, str]:
    """Name and text of an option's value: ``/product-options/size/values/size_m``."""
    option = options.get(iri.split("/values/", maxsplit=1)[0].rpartition("/")[2])
    return (option.name, option.values.get(iri, last_part(iri))) if option else ("", last_part(iri))


def _barcode(raw: Mapping[str, Any], node: wire.Product, shelf: Shelf) -> str:
    """From the variant's own field, else from the product's attribute where that product has one variant only."""
    if not shelf.barcode_field:
        return ""
    if (own := raw.get(shelf.barcode_field)) is not None and own != "":
        return _digits(own, shelf)
    if len(node.variants) > 1:
        return ""
    return next((_digits(each.value, shelf) for each in node.attributes if _is_barcode(each, shelf)), "")


def _digits(value: Any, shelf: Shelf) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Drift(path=f"$.{shelf.barcode_field}", expected="a barcode", found=shown(value))
    return str(value)


def _is_barcode(each: wire.Attribute, shelf: Shelf) -> bool:
    return last_part(each.attribute) == shelf.barcode_field and bool(each.value)


def _money(minor: int | None, shelf: Shelf) -> Money | None:
    return None if minor is None else Money.of_minor(minor, shelf.currency)


def map_to_unified_customers(payload: Iterable[Any], zone: str = "UTC") -> tuple[Customer, ...]:
    """Customers of a list's members. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_customer(raw: Any, path: str, zone: str) -> Customer:
    """One customer. Sylius tells no list of addresses and no date of change."""
    node = parse(wire.Customer, raw, path)
    consent = Consent.UNKNOWN if node.subscribedToNewsletter is None else _CONSENT[node.subscribedToNewsletter]
    return Customer(
        email=node.email,
        first_name=node.firstName,
        last_name=node.lastName,
        phone=node.phoneNumber,
        consent=consent,
        external_id=str(node.id),
        created_at=wire.utc(node.createdAt, zone),
    )

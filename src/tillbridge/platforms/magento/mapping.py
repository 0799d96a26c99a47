"""Magento's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.money import Money
from tillbridge.platforms.magento import wire
from tillbridge.platforms.magento.order_mapping import address_of, map_to_unified_orders
from tillbridge.platforms.reading import parse, utc

__all__ = [
    "Goods",
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
]

CONFIGURABLE = "configurable"
_SETS = {"bundle", "grouped"}
_GIFT_CARD = "giftcard"
_GRAMS = {"kgs": Decimal(1000), "lbs": Decimal("453.59237")}
_PICTURES, _MAKER = "catalog/product", "manufacturer"
NO_TAX_CLASS = "0"


@dataclass(frozen=True, slots=True)
class Goods:
    """What a page of products needs from elsewhere: variants by id, words by attribute id, quantities by SKU."""

    children: Mapping[int, Any] = field(default_factory=dict)
    attributes: Mapping[str, wire.Attribute] = field(default_factory=dict)
    stock: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = "EUR"
    weight_unit: str = "kgs"
    media_url: str = ""
    barcode: str = ""
    today: datetime | None = None
    """Now on the shop's clock, without zone: special prices are dated by it."""


def map_to_unified_products(payload: Iterable[Any], goods: Goods | None = None) -> tuple[Product, ...]:
    """Products of a ``GET /products`` answer. Raises Drift with the path."""
    known = goods or Goods()
    return tuple(map_product(each, f"$[{at}]", known) for at, each in enumerate(payload))


def map_product(raw: Any, path: str, goods: Goods) -> Product:
    """One whole product. A simple one is its own only variant; a set of other goods has none."""
    node = parse(wire.Product, raw, path)
    links = [each for each in node.extension_attributes.configurable_product_links if each in goods.children]
    rows = [parse(wire.Product, goods.children[each], f"{path}.children[{each}]") for each in links]
    variants = tuple(_variant(each, _choices(node, each, goods), goods) for each in rows)
    if node.type_id != CONFIGURABLE and node.type_id not in _SETS:
        variants = (_variant(node, (), goods),)
    return Product(
        external_id=str(node.id),
        title=node.name,
        handle=node.custom("url_key"),
        description=node.custom("description"),
        status=ProductStatus.ACTIVE if node.status == 1 else ProductStatus.DRAFT,
        vendor=_label(goods, _MAKER, node.custom(_MAKER)) if _MAKER in goods.attributes else "",
        product_type=node.type_id,
        tags=(),
        options=_options(node, rows, goods),
        variants=variants,
        images=_images(node, rows, goods),
        created_at=utc(node.created_at),
        updated_at=wire.newest(utc(each.updated_at) for each in (node, *rows)),
        is_gift_card=node.type_id == _GIFT_CARD,
    )


def _label(goods: Goods, attribute: str, value: str) -> str:
    """The words for a value, by attribute id or code; the value itself where nobody told its words."""
    known = goods.attributes.get(attribute)
    told = {each.value: each.label.strip() for each in known.options} if known else {}
    return told.get(value, value)


def _options(node: wire.Product, rows: Sequence[wire.Product], goods: Goods) -> tuple[ProductOption, ...]:
    found = sorted(node.extension_attributes.configurable_product_options, key=lambda each: each.position)
    return tuple(
        ProductOption(
            each.label, at, tuple(_label(goods, each.attribute_id, value.value_index) for value in each.values)
        )
        for at, each in enumerate(found, 1)
    )


def _choices(parent: wire.Product, row: wire.Product, goods: Goods) -> tuple[tuple[str, str], ...]:
    """A variant's value of each option, in the options' order."""
    found = sorted(parent.extension_attributes.configurable_product_options, key=lambda each: each.position)
    chosen = []
    for each in found:
        known = goods.attributes.get(each.attribute_id)
        value = row.custom(known.attribute_code) if known else ""
        if value:
            chosen.append((each.label, _label(goods, each.attribute_id, value)))
    return tuple(chosen)


def _variant(row: wire.Product, values: tuple[tuple[str, str], ...], goods: Goods) -> ProductVariant:
    price, before = _prices(row, goods)
    grams = _GRAMS.get(goods.weight_unit)
    return ProductVariant(
        external_id=str(row.id),
        title=", ".join(value for _, value in values),
        sku=row.sku,
        barcode=row.custom(goods.barcode) if goods.barcode else "",
        price=price,
        compare_at_price=before,
        inventory_quantity=goods.stock.get(row.sku),
        option_values=values,
        weight_grams=row.weight * grams if row.weight is not None and grams is not None else None,
        taxable=row.custom("tax_class_id") != NO_TAX_CLASS,
        inventory_id=row.sku,
    )


def _prices(row: wire.Product, goods: Goods) -> tuple[Money | None, Money | None]:
    """The price of today, and the one it replaces while a special price holds."""
    regular = None if row.price is None else Money(row.price, goods.currency)
    told = row.special_price
    if regular is None or told is None or not _holds_today(row, goods.today):
        return regular, None
    special = Money(told, goods.currency)
    return (special, regular) if special < regular else (regular, None)


def _holds_today(row: wire.Product, today: datetime | None) -> bool:
    """From the first second of its first day to the last of its last."""
    day = f"{today:%Y-%m-%d}" if today else ""
    begins, ends = row.custom("special_from_date")[:10], row.custom("special_to_date")[:10]
    return not day or ((not begins or begins <= day) and (not ends or day <= ends))


def _images(node: wire.Product, rows: Sequence[wire.Product], goods: Goods) -> tuple[ProductImage, ...]:
    """The product's own pictures, then those of its variants, each once."""
    shown: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for each in (node, *rows):
        for picture in each.media_gallery_entries:
            if picture.file and not picture.disabled and picture.media_type in ("", "image"):
                labels.setdefault(picture.file, picture.label)
                shown.setdefault(picture.file, []).extend([str(each.id)] if each is not node else [])
    return tuple(
        ProductImage(f"{goods.media_url}{_PICTURES}{file}", labels[file], at, tuple(shown[file]))
        for at, file in enumerate(labels, 1)
    )


def map_to_unified_customers(payload: Iterable[Any]) -> tuple[Customer, ...]:
    """Customers of a ``GET /customers/search`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]") for at, each in enumerate(payload))


def map_customer(raw: Any, path: str) -> Customer:
    """One account."""
    node = parse(wire.Customer, raw, path)
    addresses = tuple(found for each in node.addresses if (found := address_of(each)) is not None)
    told = node.extension_attributes.is_subscribed
    consent = Consent.UNKNOWN if told is None else Consent.SUBSCRIBED if told else Consent.UNSUBSCRIBED
    return Customer(
        email=node.email,
        first_name=node.firstname,
        last_name=node.lastname,
        phone=next((each.phone for each in addresses if each.phone), ""),
        addresses=tuple(dict.fromkeys(addresses)),
        consent=consent,
        external_id=str(node.id),
        created_at=utc(node.created_at),
        updated_at=utc(node.updated_at),
    )


def shop_day(now: datetime, zone: str) -> datetime:
    """Now on the shop's clock."""
    return now.astimezone(ZoneInfo(zone or "UTC")).replace(tzinfo=None)

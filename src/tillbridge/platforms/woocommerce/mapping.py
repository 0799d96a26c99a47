"""WooCommerce's JSON to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Customer
from tillbridge.domain.money import Money
from tillbridge.platforms.reading import parse, utc
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.order_mapping import address_of, map_to_unified_orders

__all__ = [
    "inventory_id",
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
]

_STATUS = {
    "publish": ProductStatus.ACTIVE,
    "draft": ProductStatus.DRAFT,
    "pending": ProductStatus.DRAFT,
    "future": ProductStatus.DRAFT,
    "auto-draft": ProductStatus.DRAFT,
    "private": ProductStatus.DRAFT,
    "trash": ProductStatus.ARCHIVED,
}
_GIFT_CARD_TYPES = {"pw-gift-card", "gift-card"}
_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}
_NOT_SOLD = {"grouped", "external"}

Variations = Mapping[int, Sequence[Any]]
"""Raw variations by the id of their parent."""


def map_to_unified_products(
    payload: Iterable[Any], variations: Variations | None = None, currency: str = "EUR", weight_unit: str = "kg"
) -> tuple[Product, ...]:
    """Products of a ``GET /products`` answer; ``variations`` by parent id. Raises Drift with the path."""
    found = variations or {}
    return tuple(
        map_product(each, found, f"$[{at}]", currency=currency, weight_unit=weight_unit)
        for at, each in enumerate(payload)
    )


def map_product(raw: Any, variations: Variations, path: str, *, currency: str, weight_unit: str) -> Product:
    """One whole product. A simple one is its own only variant; a set or a link to another shop has none."""
    node = parse(wire.Product, raw, path)
    rows = [
        (parse(wire.Variation, each, f"{path}.variations[{at}]"), f"{path}.variations[{at}]")
        for at, each in enumerate(variations.get(node.id, ()))
    ]
    variants = tuple(_variant(each, node, currency, weight_unit) for each, _ in rows)
    if node.type != "variable" and node.type not in _NOT_SOLD and not rows:
        variants = (_own_variant(node, currency, weight_unit),)
    return Product(
        external_id=str(node.id),
        title=html.unescape(node.name),
        handle=node.slug,
        description=node.description,
        status=_STATUS.get(node.status, ProductStatus.UNKNOWN),
        vendor=html.unescape(node.brands[0].name) if node.brands else "",
        product_type=html.unescape(node.categories[0].name) if node.categories else node.type,
        tags=tuple(html.unescape(each.name) for each in node.tags),
        options=_options(node),
        variants=variants,
        images=_images(node, [each for each, _ in rows]),
        created_at=utc(node.date_created_gmt),
        updated_at=_newest(node, [each for each, _ in rows]),
        is_gift_card=node.type in _GIFT_CARD_TYPES,
    )


def _newest(node: wire.Product, rows: Sequence[wire.Variation]) -> Any:
    moments = [utc(each.date_modified_gmt) for each in (node, *rows)]
    return max((each for each in moments if each is not None), default=None)


def _options(node: wire.Product) -> tuple[ProductOption, ...]:
    """In the order they stand: the shop's own ``position`` is often 0 for all."""
    names = [each for each in node.attributes if each.variation]
    return tuple(
        ProductOption(html.unescape(each.name), at, tuple(html.unescape(value) for value in each.options))
        for at, each in enumerate(names, 1)
    )


def _images(node: wire.Product, rows: Sequence[wire.Variation]) -> tuple[ProductImage, ...]:
    shown: dict[str, list[str]] = {}
    alts: dict[str, str] = {}
    for row in rows:
        if row.image is not None and row.image.src:
            shown.setdefault(row.image.src, []).append(str(row.id))
            alts.setdefault(row.image.src, row.image.alt)
    own = {each.src: html.unescape(each.alt or each.name) for each in node.images if each.src}
    every = {**own, **{src: html.unescape(alt) for src, alt in alts.items() if src not in own}}
    return tuple(
        ProductImage(src, alt, at, tuple(shown.get(src, ()))) for at, (src, alt) in enumerate(every.items(), 1)
    )


def _own_variant(node: wire.Product, currency: str, weight_unit: str) -> ProductVariant:
    quantity = node.stock_quantity if node.manage_stock is True else None
    return _sellable(node, "", (), quantity, str(node.id), currency, weight_unit)


def _variant(row: wire.Variation, parent: wire.Product, currency: str, weight_unit: str) -> ProductVariant:
    values = tuple((html.unescape(each.name), html.unescape(each.option)) for each in row.attributes if each.option)
    quantity = row.stock_quantity if row.manage_stock in (True, "parent") else None
    keeper = str(parent.id) if row.manage_stock == "parent" else inventory_id(parent.id, row.id)
    title = ", ".join(value for _, value in values)
    return _sellable(row, title, values, quantity, keeper, currency, weight_unit)


def inventory_id(product_id: int | str, variation_id: int | str) -> str:
    """Where a variation's stock is written: the route needs both ids."""
    return f"{product_id}/{variation_id}"


def _sellable(
    row: wire.Goods,
    title: str,
    values: tuple[tuple[str, str], ...],
    quantity: Decimal | None,
    keeper: str,
    currency: str,
    weight_unit: str,
) -> ProductVariant:
    regular = _money(row.regular_price, currency) if row.on_sale else None
    weight = row.weight * _GRAMS[weight_unit] if row.weight is not None and weight_unit in _GRAMS else None
    return ProductVariant(
        external_id=str(row.id),
        title=title,
        sku=row.sku,
        barcode=row.global_unique_id,
        price=_money(row.price, currency),
        compare_at_price=regular,
        inventory_quantity=quantity,
        option_values=values,
        weight_grams=weight,
        # the class every shop comes with for goods whose rate is nil
        taxable=row.tax_status == "taxable" and row.tax_class != "zero-rate",
        inventory_id=keeper,
    )


def _money(value: Decimal | None, currency: str) -> Money | None:
    return None if value is None else Money(value, currency)


def map_to_unified_customers(payload: Iterable[Any]) -> tuple[Customer, ...]:
    """Customers of a ``GET /customers`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]") for at, each in enumerate(payload))


def map_customer(raw: Any, path: str) -> Customer:
    """One account. WooCommerce keeps no marketing consent, so it stays unknown."""
    node = parse(wire.Customer, raw, path)
    addresses = tuple(found for each in (node.billing, node.shipping) if (found := address_of(each)) is not None)
    return Customer(
        email=node.email,
        first_name=html.unescape(node.first_name),
        last_name=html.unescape(node.last_name),
        phone=node.billing.phone,
        addresses=tuple(dict.fromkeys(addresses)),
        external_id=str(node.id),
        created_at=utc(node.date_created_gmt),
        updated_at=utc(node.date_modified_gmt),
    )

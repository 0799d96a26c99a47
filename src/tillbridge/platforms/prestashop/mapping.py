"""PrestaShop's records to the unified models, pure. Called by the services; orders are in ``order_mapping``."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.money import Money
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.order_mapping import map_to_unified_orders
from tillbridge.platforms.reading import parse

__all__ = [
    "Goods",
    "Vocabulary",
    "inventory_id",
    "map_customer",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
    "quantities",
    "variant_id",
]

_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What products refer to by id: options, their values, tags."""

    options: Mapping[str, wire.Option] = field(default_factory=dict)
    values: Mapping[str, wire.OptionValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Goods:
    """What a page of products is made whole with. Combinations are raw, by product id; stock by ``inventory_id``."""

    combinations: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    stock: Mapping[str, Decimal] = field(default_factory=dict)
    words: Vocabulary = Vocabulary()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = "EUR"
    weight_unit: str = "kg"
    home: str = ""
    zone: str = "UTC"


def map_to_unified_products(payload: Iterable[Any], goods: Goods | None = None) -> tuple[Product, ...]:
    """Products of a ``GET /products`` answer. Raises Drift with the path."""
    return tuple(map_product(each, goods or Goods(), f"$[{at}]") for at, each in enumerate(payload))


def map_product(raw: Any, goods: Goods, path: str) -> Product:
    """One whole product. Without combinations it is its own only variant."""
    node = parse(wire.Product, raw, path)
    rows = [
        parse(wire.Combination, each, f"{path}.combinations[{at}]")
        for at, each in enumerate(goods.combinations.get(str(node.id), ()))
    ]
    options = _options(rows, goods.words)
    return Product(
        external_id=str(node.id),
        title=node.name,
        handle=node.link_rewrite,
        description=node.description,
        status=ProductStatus.ACTIVE if node.active == "1" and node.state == "1" else ProductStatus.DRAFT,
        vendor=html.unescape(node.manufacturer_name),
        product_type=node.product_type or node.type,
        tags=tuple(goods.words.tags[each.id] for each in node.associations.tags if each.id in goods.words.tags),
        options=options,
        variants=tuple(_variant(each, node, goods) for each in rows) or (_own_variant(node, goods),),
        images=_images(node, rows, goods.home),
        created_at=wire.utc(node.date_add, goods.zone),
        updated_at=wire.utc(node.date_upd, goods.zone),
    )


def variant_id(product_id: object, attribute: object) -> str:
    """The combination's id; a product without combinations is its own variant, ``4:0``."""
    return str(attribute) if str(attribute) != "0" else f"{product_id}:0"


def inventory_id(product_id: object, attribute: object) -> str:
    """What stock is kept under: product and combination, 0 for none."""
    return f"{product_id}:{attribute}"


def quantities(rows: Iterable[Any]) -> Mapping[str, Decimal]:
    """Of ``stock_availables`` rows, by ``inventory_id``. Raises Drift with the path."""
    nodes = [parse(wire.Stock, row, f"$[{at}]") for at, row in enumerate(rows)]
    return {inventory_id(each.id_product, each.id_product_attribute): Decimal(each.quantity) for each in nodes}


def _chosen(row: wire.Combination, words: Vocabulary) -> list[tuple[wire.Option, wire.OptionValue]]:
    """The combination's values with their options, in the order of the options."""
    values = [words.values[each.id] for each in row.associations.product_option_values if each.id in words.values]
    pairs = [
        (words.options[each.id_attribute_group], each) for each in values if each.id_attribute_group in words.options
    ]
    return sorted(pairs, key=lambda pair: (pair[0].position, pair[0].id))


def _options(rows: Sequence[wire.Combination], words: Vocabulary) -> tuple[ProductOption, ...]:
    used: dict[str, dict[str, wire.OptionValue]] = {}
    for row in rows:
        for option, value in _chosen(row, words):
            used.setdefault(option.id, {})[value.id] = value
    ordered = sorted(used, key=lambda key: (words.options[key].position, key))
    return tuple(
        ProductOption(_shown(words.options[key]), at, _in_order(used[key].values()))
        for at, key in enumerate(ordered, 1)
    )


def _in_order(values: Iterable[wire.OptionValue]) -> tuple[str, ...]:
    return tuple(each.name for each in sorted(values, key=lambda each: each.position))


def _shown(option: wire.Option) -> str:
    return option.public_name or option.name


def _own_variant(node: wire.Product, goods: Goods) -> ProductVariant:
    return _sellable(node, node, "0", (), goods)


def _variant(row: wire.Combination, node: wire.Product, goods: Goods) -> ProductVariant:
    values = tuple((_shown(option), value.name) for option, value in _chosen(row, goods.words))
    return _sellable(row, node, str(row.id), values, goods)


def _sellable(
    row: wire.Product | wire.Combination,
    node: wire.Product,
    attribute: str,
    values: tuple[tuple[str, str], ...],
    goods: Goods,
) -> ProductVariant:
    extra = row if isinstance(row, wire.Combination) else None
    price, before = _prices(row, node, goods)
    grams = _GRAMS.get(goods.weight_unit.lower())
    weight = node.weight + (extra.weight if extra else Decimal(0))
    keeper = inventory_id(node.id, attribute)
    return ProductVariant(
        external_id=variant_id(node.id, attribute),
        title=", ".join(value for _, value in values),
        sku=row.reference or ("" if extra else node.reference),
        barcode=row.ean13 or row.upc or row.isbn,
        price=price,
        compare_at_price=before,
        inventory_quantity=goods.stock.get(keeper),
        option_values=values,
        weight_grams=weight * grams if grams and weight else None,
        taxable=bool(goods.rates.get(node.id_tax_rules_group)),
        inventory_id=keeper,
    )


def _prices(
    row: wire.Product | wire.Combination, node: wire.Product, goods: Goods
) -> tuple[Money | None, Money | None]:
    """Price with tax and the crossed-out one: the shop's own words, else reckoned from the net price."""
    if row.gross is not None and row.full is not None:
        price, full = Money(row.gross, goods.currency), Money(row.full, goods.currency)
        return price, full if full > price else None
    net = node.price + (row.price if isinstance(row, wire.Combination) else Decimal(0))
    return Money(net * (1 + goods.rates.get(node.id_tax_rules_group, Decimal(0))), goods.currency), None


def _images(node: wire.Product, rows: Sequence[wire.Combination], home: str) -> tuple[ProductImage, ...]:
    shown: dict[str, list[str]] = {}
    for row in rows:
        for each in row.associations.images:
            shown.setdefault(each.id, []).append(str(row.id))
    ids = sorted({each.id for each in node.associations.images} | set(shown), key=lambda key: (len(key), key))
    ids.sort(key=lambda key: key != node.id_default_image)
    return tuple(
        ProductImage(f"{home}/{key}-large_default/{node.link_rewrite}.jpg", node.name, at, tuple(shown.get(key, ())))
        for at, key in enumerate(ids, 1)
    )


def map_to_unified_customers(payload: Iterable[Any], zone: str = "UTC") -> tuple[Customer, ...]:
    """Customers of a ``GET /customers`` answer. Raises Drift with the path."""
    return tuple(map_customer(each, f"$[{at}]", zone=zone) for at, each in enumerate(payload))


def map_customer(raw: Any, path: str, *, zone: str, addresses: Sequence[Address] = ()) -> Customer:
    """One account. The newsletter flag says yes; its absence says nothing, since it is the form's default."""
    node = parse(wire.Customer, raw, path)
    return Customer(
        email=node.email,
        first_name=node.firstname,
        last_name=node.lastname,
        phone=next((each.phone for each in addresses if each.phone), ""),
        addresses=tuple(dict.fromkeys(addresses)),
        consent=Consent.SUBSCRIBED if node.newsletter == "1" else Consent.UNKNOWN,
        external_id=str(node.id),
        created_at=wire.utc(node.date_add, zone),
        updated_at=wire.utc(node.date_upd, zone),
    )

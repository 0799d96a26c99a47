"""Shopify JSON to the unified models, pure. A payload that does not fit raises Drift with its JSON path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductVariant
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance
from tillbridge.domain.stock import ExternalLocation, StockLevel
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import wire, wire_offers
from tillbridge.platforms.shopify.order_mapping import map_address, map_order, map_to_unified_orders
from tillbridge.platforms.shopify.reading import amount, dig, money, records

__all__ = [
    "map_customer",
    "map_gift_card",
    "map_levels",
    "map_locations",
    "map_order",
    "map_product",
    "map_to_unified_customers",
    "map_to_unified_orders",
    "map_to_unified_products",
    "map_variants",
    "shop_currency",
]

Json = Mapping[str, Any]

_GRAMS = {
    "KILOGRAMS": Decimal(1000),
    "GRAMS": Decimal(1),
    "POUNDS": Decimal("453.59237"),
    "OUNCES": Decimal("28.349523125"),
}
_STATUS = {"ACTIVE": ProductStatus.ACTIVE, "DRAFT": ProductStatus.DRAFT, "ARCHIVED": ProductStatus.ARCHIVED}
_CONSENT = {
    "SUBSCRIBED": Consent.SUBSCRIBED,
    "UNSUBSCRIBED": Consent.UNSUBSCRIBED,
    "NOT_SUBSCRIBED": Consent.UNSUBSCRIBED,
    "PENDING": Consent.PENDING,
}


def map_to_unified_products(payload: Json) -> tuple[Product, ...]:
    """Products of a ``ProductsPage`` answer's data, which carries the shop's currency."""
    currency = shop_currency(payload)
    found = records(payload, "products.nodes")
    return tuple(map_product(each, currency, f"$.products.nodes[{at}]") for at, each in enumerate(found))


def map_to_unified_customers(payload: Json) -> tuple[Customer, ...]:
    """Customers of a ``CustomersPage`` answer's data."""
    found = records(payload, "customers.nodes")
    return tuple(map_customer(each, f"$.customers.nodes[{at}]") for at, each in enumerate(found))


def shop_currency(payload: Json) -> str:
    """The currency of bare prices in an answer."""
    found = dig(payload, "shop.currencyCode")
    return parse(wire.MoneyV2, {"amount": 0, "currencyCode": found}, "$.shop").currencyCode


def map_product(raw: Any, currency: str, path: str) -> Product:
    """One product with what variants its node holds; further pages of variants are the caller's."""
    node = parse(wire.Product, raw, path)
    images = tuple(each for each in node.media.nodes if each.image is not None)
    shown_on = _shown_on(node.variants.nodes)
    return Product(
        external_id=node.id,
        title=node.title,
        handle=node.handle,
        description=node.descriptionHtml,
        status=_STATUS.get(node.status, ProductStatus.UNKNOWN),
        vendor=node.vendor or "",
        product_type=node.productType or "",
        tags=node.tags,
        options=tuple(
            ProductOption(each.name, each.position, tuple(value.name for value in each.optionValues))
            for each in node.options
        ),
        variants=tuple(
            _variant(each, currency, f"{path}.variants.nodes[{at}]") for at, each in enumerate(node.variants.nodes)
        ),
        images=tuple(
            ProductImage(each.image.url if each.image else "", each.alt or "", position, shown_on.get(each.id, ()))
            for position, each in enumerate(images, start=1)
        ),
        created_at=node.createdAt,
        updated_at=node.updatedAt,
        is_gift_card=node.isGiftCard,
    )


def map_variants(raw: Sequence[Any], currency: str, path: str) -> tuple[ProductVariant, ...]:
    """The nodes of further pages of variants."""
    return tuple(
        _variant(parse(wire.Variant, each, f"{path}[{at}]"), currency, f"{path}[{at}]") for at, each in enumerate(raw)
    )


def _shown_on(variants: tuple[wire.Variant, ...]) -> dict[str, tuple[str, ...]]:
    """Which variants each picture shows."""
    shown: dict[str, tuple[str, ...]] = {}
    for each in variants:
        for media in each.media.nodes if each.media else ():
            shown[media.id] = (*shown.get(media.id, ()), each.id)
    return shown


def _variant(node: wire.Variant, currency: str, path: str) -> ProductVariant:
    before = node.compareAtPrice
    quantity = node.inventoryQuantity if node.inventoryItem.tracked else None
    return ProductVariant(
        external_id=node.id,
        title=node.title,
        sku=node.sku or "",
        barcode=node.barcode or "",
        price=amount(node.price, f"{path}.price", currency),
        compare_at_price=None if before is None else amount(before, f"{path}.compareAtPrice", currency),
        inventory_quantity=None if quantity is None else Decimal(quantity),
        option_values=tuple((each.name, each.value) for each in node.selectedOptions),
        weight_grams=_grams(node.inventoryItem.measurement),
        taxable=node.taxable,
        inventory_id=node.inventoryItem.id,
    )


def _grams(measurement: wire.Measurement | None) -> Decimal | None:
    weight = measurement.weight if measurement else None
    factor = _GRAMS.get(weight.unit) if weight else None
    return weight.value * factor if weight and factor else None


def map_customer(raw: Any, path: str) -> Customer:
    """One customer. An unknown consent state stays unknown."""
    node = parse(wire.Customer, raw, path)
    email, phone = node.defaultEmailAddress, node.defaultPhoneNumber
    return Customer(
        email=email.emailAddress if email else "",
        first_name=node.firstName or "",
        last_name=node.lastName or "",
        phone=phone.phoneNumber if phone else "",
        addresses=tuple(map_address(each) for each in node.addressesV2.nodes),
        consent=_CONSENT.get(email.marketingState or "", Consent.UNKNOWN) if email else Consent.UNKNOWN,
        external_id=node.id,
        created_at=node.createdAt,
        updated_at=node.updatedAt,
    )


def map_locations(raw: Sequence[Any]) -> tuple[ExternalLocation, ...]:
    """The nodes of ``Locations`` answers."""
    nodes = (parse(wire.Location, each, f"$.locations.nodes[{at}]") for at, each in enumerate(raw))
    return tuple(ExternalLocation(each.id, each.name, each.isActive) for each in nodes)


def map_levels(raw: Any, path: str, read_at: datetime, location_id: str) -> tuple[StockLevel, ...]:
    """Levels of one inventory item: of all its locations, or of the one asked for. Not stocked there: no level."""
    if not isinstance(raw, dict) or "tracked" not in raw:
        return ()
    item = parse(wire.InventoryItem, raw, path)
    if not item.tracked:
        return (StockLevel(item.id, location_id, None, read_at),)
    if location_id:
        one = raw.get("inventoryLevel")
        found = [] if one is None else [(one, f"{path}.inventoryLevel")]
    else:
        nodes = records(raw, "inventoryLevels.nodes")
        found = [(each, f"{path}.inventoryLevels.nodes[{at}]") for at, each in enumerate(nodes)]
    return tuple(_level(each, where, item.id, read_at) for each, where in found)


def _level(raw: Any, path: str, item_id: str, read_at: datetime) -> StockLevel:
    level = parse(wire.Level, raw, path)
    available = next((each.quantity for each in level.quantities if each.name == "available"), None)
    if available is None:
        raise Drift(path=f"{path}.quantities", expected="the available quantity", found="others only")
    return StockLevel(item_id, level.location.id, Decimal(available), read_at)


def map_gift_card(raw: Any, path: str, currency: str, today: date) -> GiftCardBalance:
    """A card with whether it may be used here and today, and why not."""
    node = parse(wire_offers.GiftCard, raw, path)
    balance = money(node.balance, path, node.balance.currencyCode)
    reason = _unusable(node, balance, currency, today)
    return GiftCardBalance(node.id, f"•••• {node.lastCharacters}", balance, not reason, reason, node.expiresOn)


def _unusable(node: wire_offers.GiftCard, balance: Money, currency: str, today: date) -> str:
    if not node.enabled or node.deactivatedAt is not None:
        return "the card was switched off"
    if node.expiresOn is not None and node.expiresOn < today:
        return f"the card expired on {node.expiresOn.isoformat()}"
    if balance.currency != currency:
        return f"the card holds {balance.currency}, the till sells in {currency}"
    return "" if balance > Money.zero(currency) else "the card is empty"

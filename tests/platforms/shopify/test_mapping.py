"""Payloads become the unified models, or are refused with the path that does not fit: nothing is mapped wrongly."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.shopify.samples import put, sample, take_out
from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Consent
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus, TenderKind
from tillbridge.platforms.shopify.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.shopify.order_mapping import map_placed, map_refund

VARIANT: list[str | int] = ["products", "nodes", 0, "variants", "nodes", 0]
ORDER: list[str | int] = ["orders", "nodes", 0]
LINE: list[str | int] = [*ORDER, "lineItems", "nodes", 0]


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_product_comes_whole() -> None:
    (tee,) = map_to_unified_products(sample("products"))
    small, medium = tee.variants
    assert (tee.title, tee.status, tee.vendor) == ("Organic Tee", ProductStatus.ACTIVE, "Harbour Lane")
    assert [(each.name, each.position, each.values) for each in tee.options] == [("Size", 1, ("S", "M"))]
    assert (small.price, small.compare_at_price, small.sku) == (eur("24.90"), eur("29.90"), "TEE-S")
    assert small.weight_grams == 240
    assert small.inventory_id == "gid://shopify/InventoryItem/5501"
    assert [(each.position, each.alt, each.variant_ids) for each in tee.images] == [
        (1, "front", ()),
        (2, "", ("gid://shopify/ProductVariant/4401",)),
    ]
    assert medium.sku == ""


def test_untracked_stock_is_not_zero_and_an_unknown_unit_not_a_weight() -> None:
    (tee,) = map_to_unified_products(sample("products"))
    assert tee.variants[0].inventory_quantity == 12
    assert tee.variants[1].inventory_quantity is None
    assert tee.variants[1].weight_grams is None


def test_new_enum_values_and_extra_keys_pass() -> None:
    payload = sample("products")
    put(payload, ["products", "nodes", 0, "status"], "UNLISTED_SOMEHOW")
    put(payload, ["products", "nodes", 0, "surprise"], {"a": 1})
    (tee,) = map_to_unified_products(payload)
    assert tee.status is ProductStatus.UNKNOWN


def test_customers_keep_unknown_consent_unknown() -> None:
    tomas, guest = map_to_unified_customers(sample("customers"))
    assert (tomas.email, tomas.phone, tomas.consent) == (
        "tomas.lind@example.com",
        "+353851234567",
        Consent.SUBSCRIBED,
    )
    assert tomas.addresses[0].country == "IE"
    assert (guest.first_name, guest.consent) == ("", Consent.UNKNOWN)


def test_an_online_order_comes_whole_with_shipping_discount_and_what_shopify_adds() -> None:
    (order,) = map_to_unified_orders(sample("orders"), "Europe/Dublin")
    tee, post, rest = order.lines
    assert (order.origin, order.number, order.payment) == (Origin.ONLINE, "#1042", PaymentStatus.PARTLY_REFUNDED)
    assert (tee.quantity, tee.unit_price, tee.discount, tee.gross) == (
        Decimal(2),
        eur("24.90"),
        eur("4.98"),
        eur("44.82"),
    )
    assert (tee.net, tee.tax) == (eur("36.44"), eur("8.38"))
    assert tee.taxes[0].rate == Decimal("0.23")
    assert (post.kind, post.gross) == (LineKind.SHIPPING, eur("4.95"))
    assert (rest.kind, rest.gross) == (LineKind.FREE_TEXT, eur("2.00"))
    assert total([each.gross for each in order.lines], "EUR") == order.totals.total == eur("51.77")
    (discount,) = order.discounts
    assert (discount.code, discount.type, discount.value, discount.amount) == (
        "HARBOUR10",
        DiscountType.PERCENTAGE,
        Decimal(10),
        eur("4.98"),
    )
    assert [each.kind for each in order.tenders] == [TenderKind.OTHER]
    assert order.customer is not None
    assert order.customer.email == "tomas.lind@example.com"
    assert order.shipping is not None
    assert order.shipping.city == "Galway"


def test_a_sale_late_in_the_evening_belongs_to_the_shops_own_day() -> None:
    (order,) = map_to_unified_orders(sample("orders"), "Europe/Athens")
    assert order.business_date.isoformat() == "2026-11-21"


def test_our_own_push_is_recognised_by_its_reference_alone() -> None:
    payload = sample("orders")
    put(payload, [*ORDER, "sourceIdentifier"], "TB0123456789ABCDEFGHJKMNPQ")
    (ours,) = map_to_unified_orders(payload)
    assert (ours.origin, ours.reference) == (Origin.POS, "TB0123456789ABCDEFGHJKMNPQ")
    put(payload, [*ORDER, "sourceIdentifier"], "till-3-000184")
    assert map_to_unified_orders(payload)[0].origin is Origin.ONLINE


def test_paid_needs_both_the_status_and_nothing_outstanding() -> None:
    raw = sample("orders")["orders"]["nodes"][0]
    assert map_placed(raw, "$", "EUR").paid
    put(raw, ["totalOutstandingSet", "shopMoney", "amount"], "0.01")
    assert not map_placed(raw, "$", "EUR").paid
    put(raw, ["totalOutstandingSet", "shopMoney", "amount"], "0.0")
    put(raw, ["displayFinancialStatus"], "PENDING")
    assert not map_placed(raw, "$", "EUR").paid


def test_a_refund_is_found_by_its_whole_reference() -> None:
    raw = sample("orders")["orders"]["nodes"][0]
    found = map_refund(raw, "TBREF-R1", "$", "EUR")
    assert found is not None
    assert found.amount == eur("22.41")
    assert map_refund(raw, "TBREF-R", "$", "EUR") is None


REQUIRED: list[tuple[str, Callable[[Any], object], list[str | int]]] = [
    ("products", map_to_unified_products, [*VARIANT, "id"]),
    ("products", map_to_unified_products, [*VARIANT, "sku"]),
    ("products", map_to_unified_products, [*VARIANT, "barcode"]),
    ("products", map_to_unified_products, [*VARIANT, "price"]),
    ("products", map_to_unified_products, [*VARIANT, "inventoryQuantity"]),
    ("products", map_to_unified_products, ["shop", "currencyCode"]),
    ("orders", map_to_unified_orders, [*ORDER, "id"]),
    ("orders", map_to_unified_orders, [*ORDER, "currencyCode"]),
    ("orders", map_to_unified_orders, [*ORDER, "totalPriceSet"]),
    ("orders", map_to_unified_orders, [*LINE, "quantity"]),
    ("orders", map_to_unified_orders, [*LINE, "originalUnitPriceSet", "shopMoney", "amount"]),
    ("customers", map_to_unified_customers, ["customers", "nodes", 0, "id"]),
    ("customers", map_to_unified_customers, ["customers", "nodes", 0, "defaultEmailAddress"]),
]


@pytest.mark.parametrize(
    ("name", "mapped", "path"), REQUIRED, ids=lambda each: str(each) if isinstance(each, list) else ""
)
def test_what_matters_must_be_there(name: str, mapped: Callable[[Any], object], path: list[str | int]) -> None:
    payload = sample(name)
    take_out(payload, path)
    with pytest.raises(Drift) as caught:
        mapped(payload)
    assert str(path[-1]) in caught.value.params["path"]
    assert caught.value.params["found"] == "nothing"


def test_an_amount_in_another_currency_is_refused_with_its_path() -> None:
    payload = sample("orders")
    put(payload, [*LINE, "discountedTotalSet", "shopMoney", "currencyCode"], "SEK")
    with pytest.raises(Drift) as caught:
        map_to_unified_orders(payload)
    assert (
        caught.value.params["path"] == "$.orders.nodes[0].lineItems.nodes[0].discountedTotalSet.shopMoney.currencyCode"
    )
    assert (caught.value.params["expected"], caught.value.params["found"]) == ("EUR", "SEK")


JSON = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**9),
    st.decimals(-1000, 1000, places=3).map(lambda each: each),
    st.text(max_size=8),
    st.sampled_from(["24.9", "24.90", "24.900", "2.490E1", " 24.90", "24,90", "NaN", "1e400", "EUR", "eur"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)

PRODUCT_FIELDS: dict[str, tuple[list[str | int], Callable[[Any], object], Callable[[Any], object]]] = {
    "id": ([*VARIANT, "id"], lambda v: v.external_id, lambda raw: raw),
    "sku": ([*VARIANT, "sku"], lambda v: v.sku, lambda raw: raw or ""),
    "barcode": ([*VARIANT, "barcode"], lambda v: v.barcode, lambda raw: raw or ""),
    "price": ([*VARIANT, "price"], lambda v: v.price.amount, lambda raw: Decimal(str(raw))),
    "compareAtPrice": (
        [*VARIANT, "compareAtPrice"],
        lambda v: None if v.compare_at_price is None else v.compare_at_price.amount,
        lambda raw: None if raw is None else Decimal(str(raw)),
    ),
    "inventoryQuantity": ([*VARIANT, "inventoryQuantity"], lambda v: v.inventory_quantity, lambda raw: raw),
}


def mapped_or_refused(mapped: Callable[[Any], tuple[Any, ...]], payload: Any) -> tuple[tuple[Any, ...], str]:
    """What came of it, or the path of its refusal."""
    try:
        return mapped(payload), ""
    except Drift as refused:
        return (), refused.params["path"]


@given(field=st.sampled_from(sorted(PRODUCT_FIELDS)), value=JSON)
def test_a_changed_product_field_is_refused_with_its_path_or_means_what_it_says(field: str, value: Any) -> None:
    path, read, meaning = PRODUCT_FIELDS[field]
    payload = sample("products")
    put(payload, path, value)
    products, refused_at = mapped_or_refused(map_to_unified_products, payload)
    if products:
        assert read(products[0].variants[0]) == meaning(value)
    else:
        assert refused_at.startswith("$.products.nodes[0].variants.nodes[0]." + field)


ORDER_FIELDS: dict[str, tuple[list[str | int], Callable[[Any], object], Callable[[Any], object]]] = {
    "quantity": ([*LINE, "quantity"], lambda o: o.lines[0].quantity, lambda raw: raw),
    "id": ([*LINE, "id"], lambda o: o.lines[0].external_id, lambda raw: raw),
    "sku": ([*LINE, "sku"], lambda o: o.lines[0].sku, lambda raw: raw or ""),
    "originalUnitPriceSet": (
        [*LINE, "originalUnitPriceSet", "shopMoney", "amount"],
        lambda o: o.lines[0].unit_price.amount,
        lambda raw: Decimal(str(raw)),
    ),
    "totalPriceSet": (
        [*ORDER, "totalPriceSet", "shopMoney", "amount"],
        lambda o: o.totals.total.amount,
        lambda raw: Decimal(str(raw)),
    ),
    "currencyCode": ([*ORDER, "currencyCode"], lambda o: o.currency, lambda raw: raw),
}


@given(field=st.sampled_from(sorted(ORDER_FIELDS)), value=JSON)
def test_a_changed_order_field_is_refused_with_its_path_or_means_what_it_says(field: str, value: Any) -> None:
    path, read, meaning = ORDER_FIELDS[field]
    payload = sample("orders")
    put(payload, path, value)
    orders, refused_at = mapped_or_refused(map_to_unified_orders, payload)
    if orders:
        assert read(orders[0]) == meaning(value)
        assert total([each.gross for each in orders[0].lines], orders[0].currency) == orders[0].totals.total
    else:
        assert refused_at.startswith("$.orders.nodes[0]")

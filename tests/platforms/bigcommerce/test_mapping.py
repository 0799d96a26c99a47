"""BigCommerce's JSON to the unified models, with a made-up shop's records; misfits are refused with their path."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.bigcommerce.adapter import REFERENCE, eur
from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.net.reading import parse_json
from tillbridge.platforms.bigcommerce.mapping import (
    StoreHabits,
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.bigcommerce.order_mapping import map_placed, map_refund, refunded

Row = dict[str, Any]

PRODUCT: Row = {
    "id": 184, "name": "Fisherman's Jumper", "type": "physical", "sku": "FJ", "upc": "", "description": "<p>Wool</p>",
    "weight": 0.9, "price": 89.5, "sale_price": 0, "retail_price": 0, "calculated_price": 89.5, "categories": [23],
    "brand_id": 38, "tax_class_id": 0, "inventory_level": 14, "inventory_tracking": "variant", "is_visible": True,
    "availability": "available", "search_keywords": "wool, jumper,", "base_variant_id": None,
    "custom_url": {"url": "/fishermans-jumper/", "is_customized": False},
    "date_created": "2026-03-02T09:10:00+00:00", "date_modified": "2026-11-20T07:31:12+00:00",
    "variants": [
        {
            "id": 421, "product_id": 184, "sku": "FJ-NAV-S", "upc": "8712345000017", "price": None, "sale_price": None,
            "retail_price": None, "weight": None, "inventory_level": 9, "image_url": "https://cdn.example/421.jpg",
            "option_values": [
                {"id": 180, "label": "Navy", "option_id": 200, "option_display_name": "Colour"},
                {"id": 192, "label": "S", "option_id": 230, "option_display_name": "Size"},
            ],
        },
        {
            "id": 422, "product_id": 184, "sku": "FJ-NAV-M", "upc": None, "price": 94.5, "sale_price": 80, "weight": 1,
            "retail_price": 0, "inventory_level": 5, "image_url": "",
            "option_values": [
                {"id": 180, "label": "Navy", "option_id": 200, "option_display_name": "Colour"},
                {"id": 193, "label": "M", "option_id": 230, "option_display_name": "Size"},
            ],
        },
    ],
    "images": [
        {"id": 2, "sort_order": 1, "description": "Back", "url_zoom": "", "url_standard": "https://cdn.example/b.jpg"},
        {"id": 1, "sort_order": 0, "description": "Front", "url_zoom": "https://cdn.example/f.jpg"},
    ],
    "a_member_of_next_year": {"of": "any shape"},
}  # fmt: skip
HABITS = StoreHabits("EUR", "KGS", {38: "Harbour Lane"})


def product(**changed: Any) -> Any:
    raw = parse_json(json.dumps([{**PRODUCT, **changed}]), 200)
    return map_to_unified_products(raw, HABITS)[0]


def test_a_product_is_mapped_whole() -> None:
    found = product()
    assert (found.external_id, found.title, found.handle) == ("184", "Fisherman's Jumper", "fishermans-jumper")
    assert (found.vendor, found.product_type, found.tags) == ("Harbour Lane", "physical", ("wool", "jumper"))
    assert [(each.name, each.values) for each in found.options] == [("Colour", ("Navy",)), ("Size", ("S", "M"))]
    small, medium = found.variants
    assert (small.price, small.compare_at_price, small.inventory_quantity) == (eur("89.50"), None, Decimal(9))
    assert (medium.price, medium.compare_at_price) == (eur("80.00"), eur("94.50"))
    assert (small.weight_grams, medium.weight_grams) == (Decimal("900.0"), Decimal(1000))
    assert (small.barcode, medium.barcode, small.inventory_id) == ("8712345000017", "", "421")
    assert [(each.alt, each.position) for each in found.images] == [("Front", 1), ("Back", 2), ("", 3)]
    assert found.images[2].variant_ids == ("421",)
    assert found.updated_at == datetime(2026, 11, 20, 7, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, ProductStatus.ACTIVE),
        ({"is_visible": False}, ProductStatus.DRAFT),
        ({"availability": "disabled"}, ProductStatus.DRAFT),
        ({"availability": "preorder"}, ProductStatus.ACTIVE),
    ],
)
def test_what_is_on_sale(changed: Row, status: ProductStatus) -> None:
    assert product(**changed).status is status


def test_a_product_without_options_lends_its_only_variant_what_that_lacks() -> None:
    base = {**PRODUCT["variants"][0], "sku": "", "upc": "", "option_values": []}
    found = product(
        variants=[base], upc="87", retail_price=99, tax_class_id=1, inventory_tracking="product", inventory_level=7
    )
    [only] = found.variants
    assert (only.sku, only.barcode, only.title) == ("FJ", "87", "")
    assert (only.price, only.compare_at_price) == (eur("89.50"), eur("99.00"))
    assert (only.inventory_quantity, only.inventory_id, only.taxable) == (Decimal(7), "product/184", False)


def test_untracked_stock_is_unknown_and_stock_of_the_product_is_kept_there() -> None:
    assert [each.inventory_quantity for each in product(inventory_tracking="none").variants] == [None, None]
    kept = product(inventory_tracking="product")
    assert {(each.inventory_quantity, each.inventory_id) for each in kept.variants} == {(Decimal(14), "product/184")}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"id": None}, "$[0].id"),
        ({"price": "free"}, "$[0].price"),
        ({"inventory_tracking": None}, "$[0].inventory_tracking"),
        ({"variants": None}, "$[0].variants"),
        ({"variants": [{**PRODUCT["variants"][0], "inventory_level": "many"}]}, "$[0].variants[0].inventory_level"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(changed: Row, path: str) -> None:
    with pytest.raises(Drift) as caught:
        product(**changed)
    assert caught.value.params["path"] == path


def test_a_customer_is_mapped_with_an_address_of_each_kind_once() -> None:
    home = {"first_name": "Ann", "last_name": "Vos", "address1": "Kade 1", "city": "Delft", "country_code": "NL"}
    raw = {"id": 11, "email": "ann@example.com", "first_name": "Ann", "last_name": "Vos", "phone": None}
    raw |= {"addresses": [home, home], "date_modified": "2026-11-20T07:31:12Z"}
    [found] = map_to_unified_customers([raw])
    assert (found.external_id, found.phone, len(found.addresses)) == ("11", "", 1)
    assert found.addresses[0].line1 == "Kade 1"


def line(key: int, **changed: Any) -> Row:
    row = {
        "id": key, "product_id": 184, "variant_id": 421, "sku": "FJ-NAV-S", "name": "Fisherman's Jumper", "quantity": 2,
        "price_ex_tax": "73.9669", "price_inc_tax": "89.5000", "total_ex_tax": "147.9338",
        "total_inc_tax": "179.0000", "type": "physical", "applied_discounts": [], "product_options": [],
    }  # fmt: skip
    return row | changed


def order(*lines: Row, **changed: Any) -> Row:
    row: Row = {
        "id": 118, "status_id": 11, "customer_id": 11, "payment_status": "captured", "payment_method": "Credit Card",
        "currency_code": "USD", "default_currency_code": "EUR", "subtotal_inc_tax": "179.0000",
        "total_ex_tax": "152.0661", "total_inc_tax": "184.0000", "discount_amount": "0.0000",
        "coupon_discount": "0.0000", "shipping_cost_ex_tax": "4.1322", "shipping_cost_inc_tax": "5.0000",
        "is_tax_inclusive_pricing": True, "is_deleted": False, "external_order_id": None, "staff_notes": None,
        "customer_message": "", "billing_address": {"first_name": "Ann", "email": "ann@example.com", "zip": "2611 AA"},
        "consignments": {"shipping": [{"line_items": list(lines or (line(1),))}], "pickups": [], "downloads": []},
        "date_created": "Tue, 24 Nov 2026 00:30:00 +0000", "date_modified": "Tue, 24 Nov 2026 09:00:00 +0000",
    }  # fmt: skip
    return row | changed


def test_an_online_order_is_mapped_in_what_the_shopper_paid_in() -> None:
    [found] = map_to_unified_orders([order()], "America/New_York")
    assert (found.currency, found.totals.total, found.payment) == ("EUR", eur("184.00"), PaymentStatus.PAID)
    assert [(each.kind, each.gross) for each in found.lines] == [
        (LineKind.PRODUCT, eur("179.00")),
        (LineKind.SHIPPING, eur("5.00")),
    ]
    assert found.lines[0].taxes[0].rate == Decimal("0.2100")
    assert (found.origin, str(found.business_date)) == (Origin.ONLINE, "2026-11-23")
    assert found.customer is not None
    assert (found.customer.external_id, found.customer.email) == ("11", "ann@example.com")


def test_discounts_are_the_lines_own_and_else_shared_in_proportion() -> None:
    noted = {"id": "51", "amount": "10.0000", "name": "Wool week", "code": "WOOL", "target": "order"}
    mug = line(
        2, product_id=0, variant_id=None, quantity=1, price_inc_tax="21.0000", total_inc_tax="21.0000", name="Mug"
    )
    whole = {"coupon_discount": "10.0000", "total_inc_tax": "190.0000", "shipping_cost_inc_tax": "0"}
    [told] = map_to_unified_orders([order(line(1, applied_discounts=[noted]), mug, **whole)])
    assert [each.discount for each in told.lines] == [eur("10.00"), eur("0.00")]
    assert [(each.code, each.amount) for each in told.discounts] == [("WOOL", eur("10.00"))]
    [shared] = map_to_unified_orders([order(line(1), mug, **whole)])
    assert [each.discount for each in shared.lines] == [eur("8.95"), eur("1.05")]
    assert shared.totals.total == told.totals.total == eur("190.00")


def test_prices_without_tax_and_a_cent_left_over_still_add_up() -> None:
    [found] = map_to_unified_orders([order(is_tax_inclusive_pricing=False, total_inc_tax="184.0100")])
    assert found.prices_include_tax is False
    assert found.lines[0].subtotal == eur("147.93")
    assert (found.lines[-1].title, found.totals.total) == ("Rounding", eur("184.01"))


@pytest.mark.parametrize(
    ("status", "word", "payment"),
    [
        (0, "", PaymentStatus.UNKNOWN),
        (1, "", PaymentStatus.PENDING),
        (11, "authorized", PaymentStatus.PENDING),
        (7, "paid", PaymentStatus.PAID),
        (10, "", PaymentStatus.PAID),
        (5, "captured", PaymentStatus.CANCELLED),
        (14, "partially refunded", PaymentStatus.PARTLY_REFUNDED),
        (99, "a word of next year", PaymentStatus.UNKNOWN),
    ],
)
def test_how_far_an_order_is_paid(status: int, word: str, payment: PaymentStatus) -> None:
    assert map_to_unified_orders([order(status_id=status, payment_status=word)])[0].payment is payment


def test_a_till_order_is_paid_by_its_status_whatever_the_shop_knows_of_payments() -> None:
    raw = order(external_order_id=REFERENCE, status_id=10, payment_status="pending", staff_notes="Receipt: R-1")
    [found] = map_to_unified_orders([raw])
    assert (found.origin, found.reference, found.receipt, found.payment) == (
        Origin.POS, REFERENCE, "R-1", PaymentStatus.PAID,
    )  # fmt: skip
    foreign = order(external_order_id="AMZ-114-77", staff_notes="Receipt: R-1")
    assert map_to_unified_orders([foreign])[0].receipt == ""


def test_what_a_push_brings_back() -> None:
    raw = order(external_order_id=REFERENCE, status_id=10, discount_amount="5.0000")
    placed = map_placed(raw, eur("2.00"), lowers_stock=True, location="1")
    assert (placed.total, placed.tax, placed.discount) == (eur("184.00"), eur("31.93"), eur("5.00"))
    assert (placed.paid, placed.refunded, placed.stock, placed.number) == (
        True,
        eur("2.00"),
        StockEffect.LOWERED,
        "118",
    )
    unpaid = map_placed(raw | {"status_id": 1}, Money.zero("EUR"), lowers_stock=None, location="1")
    assert (unpaid.paid, unpaid.stock) == (False, StockEffect.UNKNOWN)


def test_lines_that_are_only_addresses_are_refused() -> None:
    """Without the right include an order has links in place of lines; it must not look like an empty sale."""
    raw = order(consignments={"shipping": [{"line_items": {"url": "…", "resource": "/orders/118/products"}}]})
    with pytest.raises(Drift):
        map_to_unified_orders([raw])


def test_refunds_are_known_by_the_first_word_of_their_reason() -> None:
    rows = [
        {"id": 1, "total_amount": 10, "items": [{"item_type": "ORDER", "reason": "TB-R10 scratch"}], "reason": ""},
        {"id": 2, "total_amount": 2.5, "items": [], "reason": "TB-R1"},
    ]
    found = map_refund(rows, "TB-R1", "EUR")
    assert found is not None
    assert (found.external_id, found.amount) == ("2", eur("2.50"))
    assert map_refund(rows, "TB-R2", "EUR") is None
    assert refunded(rows, "EUR") == eur("12.50")

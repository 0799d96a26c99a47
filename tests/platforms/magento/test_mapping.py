"""Magento's rows to the unified models, with rows of a made-up shop typed by hand."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Consent
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.magento import marks, wire, wire_offers
from tillbridge.platforms.magento.judging import Facts, holds
from tillbridge.platforms.magento.mapping import (
    Goods,
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.magento.order_mapping import map_placed
from tillbridge.platforms.reading import parse

REFERENCE = "TB0123456789ABCDEFGHJKMNPQ"
JUG: dict[str, Any] = {
    "id": 7,
    "sku": "JUG",
    "name": "Slate Jug",
    "status": 1,
    "type_id": "simple",
    "price": Decimal("31.5"),
    "weight": Decimal("0.5"),
    "created_at": "2026-03-02 10:11:12",
    "updated_at": "2026-11-19 08:00:03",
    "extension_attributes": [],
    "media_gallery_entries": [
        {"media_type": "image", "label": "Front", "disabled": False, "file": "/j/u/jug.jpg"},
        {"media_type": "image", "label": "Old", "disabled": True, "file": "/j/u/old.jpg"},
        {"media_type": "external-video", "label": "Film", "disabled": False, "file": "/j/u/film.jpg"},
    ],
    "custom_attributes": [
        {"attribute_code": "url_key", "value": "slate-jug"},
        {"attribute_code": "manufacturer", "value": "12"},
        {"attribute_code": "gtin", "value": "5000000000012"},
        {"attribute_code": "category_ids", "value": ["3"]},
    ],
}
MAKER = wire.Attribute.model_validate(
    {"attribute_id": 83, "attribute_code": "manufacturer", "options": [{"label": "Slate & Co", "value": "12"}]}
)


def _one(row: dict[str, Any], goods: Goods | None = None) -> Any:
    (found,) = map_to_unified_products([row], goods)
    return found


def test_a_simple_product_is_its_own_only_variant() -> None:
    goods = Goods(
        attributes={"manufacturer": MAKER}, stock={"JUG": Decimal(4)}, barcode="gtin", media_url="https://s/media/"
    )
    jug = _one(JUG, goods)
    assert (jug.title, jug.handle, jug.vendor, jug.status) == (
        "Slate Jug",
        "slate-jug",
        "Slate & Co",
        ProductStatus.ACTIVE,
    )
    (variant,) = jug.variants
    assert (variant.external_id, variant.sku, variant.barcode, variant.inventory_id) == (
        "7",
        "JUG",
        "5000000000012",
        "JUG",
    )
    assert (variant.price, variant.inventory_quantity, variant.weight_grams) == (
        Money(Decimal("31.50"), "EUR"),
        4,
        500,
    )
    assert [(each.url, each.alt) for each in jug.images] == [("https://s/media/catalog/product/j/u/jug.jpg", "Front")]
    assert jug.updated_at == datetime(2026, 11, 19, 8, 0, 3, tzinfo=UTC)


def test_missing_stock_is_not_zero_and_an_unknown_unit_no_weight() -> None:
    (variant,) = _one(JUG, Goods(weight_unit="stone")).variants
    assert variant.inventory_quantity is None
    assert variant.weight_grams is None


def test_sets_of_goods_have_no_variant_and_disabled_ones_are_drafts() -> None:
    assert _one(JUG | {"type_id": "bundle"}).variants == ()
    assert _one(JUG | {"status": 2}).status is ProductStatus.DRAFT
    assert _one(JUG | {"type_id": "giftcard"}).is_gift_card


def test_variants_come_in_the_order_of_their_links_with_the_words_of_their_options() -> None:
    size = {"attribute_id": 93, "attribute_code": "size", "options": [{"label": "Pint", "value": "4"}]}
    option = {"attribute_id": "93", "label": "Size", "position": 1, "values": [{"value_index": 4}, {"value_index": 5}]}
    colour = {"attribute_id": "94", "label": "Colour", "position": 0, "values": [{"value_index": 8}]}
    frame = JUG | {"type_id": "configurable", "price": 0}
    frame["extension_attributes"] = {
        "configurable_product_options": [option, colour],
        "configurable_product_links": [9, 8, 404],
    }
    children = {
        number: JUG
        | {"id": number, "sku": f"JUG-{number}", "custom_attributes": [{"attribute_code": "size", "value": "4"}]}
        for number in (8, 9)
    }
    goods = Goods(children=children, attributes={"93": wire.Attribute.model_validate(size)})
    jug = _one(frame, goods)
    assert [each.sku for each in jug.variants] == ["JUG-9", "JUG-8"]
    assert [(each.name, each.position, each.values) for each in jug.options] == [
        ("Colour", 1, ("8",)),
        ("Size", 2, ("Pint", "5")),
    ]
    assert jug.variants[0].option_values == (("Size", "Pint"),)
    assert jug.images[0].variant_ids == ("9", "8")


def test_a_price_that_is_no_number_is_drift_with_its_path() -> None:
    with pytest.raises(Drift) as caught:
        map_to_unified_products([JUG | {"price": "cheap"}])
    assert caught.value.params["path"] == "$[0].price"


def test_a_customer_says_what_it_was_told_of_newsletters() -> None:
    row: dict[str, Any] = {"id": 3, "email": "a@example.com", "firstname": "Ann", "lastname": None, "addresses": None}
    for told, consent in ((True, Consent.SUBSCRIBED), (False, Consent.UNSUBSCRIBED), (None, Consent.UNKNOWN)):
        (found,) = map_to_unified_customers([row | {"extension_attributes": {"is_subscribed": told}}])
        assert found.consent is consent
    (found,) = map_to_unified_customers([row | {"extension_attributes": []}])
    assert (found.consent, found.last_name) == (Consent.UNKNOWN, "")


ITEM: dict[str, Any] = {
    "item_id": 1,
    "sku": "JUG",
    "name": "Slate Jug",
    "product_id": 7,
    "qty_ordered": 2,
    "price": Decimal("25.61"),
    "price_incl_tax": Decimal("31.5"),
    "row_total": Decimal("46.1"),
    "tax_percent": 23,
    "tax_amount": Decimal("10.6"),
    "discount_amount": Decimal("5.12"),
}
ORDER: dict[str, Any] = {
    "entity_id": 5,
    "increment_id": "000000005",
    "state": "processing",
    "status": "handmade",
    "order_currency_code": "EUR",
    "grand_total": Decimal("61.70"),
    "shipping_incl_tax": 5,
    "shipping_tax_amount": Decimal("0.93"),
    "shipping_description": "Van",
    "total_paid": Decimal("61.7"),
    "total_due": 0,
    "items": [ITEM],
    "payment": {"method": "checkmo", "additional_information": ["Bank transfer"]},
    "created_at": "2026-11-23 23:30:00",
    "updated_at": "2026-11-24 08:00:00",
    "extension_attributes": {"applied_taxes": [{"title": "VAT", "percent": 23}]},
}


def _order(**more: Any) -> Any:
    (found,) = map_to_unified_orders([copy.deepcopy(ORDER) | more], "Europe/Athens")
    return found


def test_an_online_order_adds_up_and_is_dated_by_the_shops_day() -> None:
    order = _order()
    assert (order.origin, order.number, order.business_date) == (Origin.ONLINE, "000000005", date(2026, 11, 24))
    goods, shipping = order.lines
    assert (goods.gross, goods.tax, goods.subtotal, goods.discount) == tuple(
        Money(Decimal(each), "EUR") for each in ("56.70", "10.60", "63.00", "6.30")
    )
    assert (shipping.kind, shipping.gross) == (LineKind.SHIPPING, Money(Decimal(5), "EUR"))
    assert order.totals.total == Money(Decimal("61.70"), "EUR")
    assert (goods.taxes[0].name, goods.taxes[0].rate) == ("VAT", Decimal("0.23"))


def test_row_totals_printed_before_discount_are_understood_too() -> None:
    """Shops differ in what they print; what adds up to the total is right."""
    order = _order(items=[ITEM | {"row_total": Decimal("51.22")}])
    assert order.lines[0].gross == Money(Decimal("56.70"), "EUR")


def test_what_is_left_over_becomes_a_line_of_its_own() -> None:
    order = _order(grand_total=Decimal("61.71"))
    assert [line.gross.amount for line in order.lines] == [Decimal("56.70"), Decimal("5.00"), Decimal("0.01")]
    assert order.totals.total == Money(Decimal("61.71"), "EUR")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, PaymentStatus.PAID),
        ({"total_paid": None, "total_due": Decimal("61.7")}, PaymentStatus.PENDING),
        ({"total_paid": 20, "total_due": Decimal("41.7")}, PaymentStatus.PARTLY_PAID),
        ({"total_refunded": 5}, PaymentStatus.PARTLY_REFUNDED),
        ({"total_refunded": Decimal("61.7"), "state": "closed"}, PaymentStatus.REFUNDED),
        ({"state": "canceled", "total_paid": None}, PaymentStatus.CANCELLED),
    ],
)
def test_payment_follows_amounts_not_the_shops_own_words(more: dict[str, Any], status: PaymentStatus) -> None:
    assert _order(**more).payment is status


def test_an_order_of_ours_is_known_by_its_number_or_its_outside_reference() -> None:
    assert _order(increment_id=REFERENCE).reference == REFERENCE
    assert _order(ext_order_id=REFERENCE).origin is Origin.POS
    assert _order(ext_order_id="TB-something").origin is Origin.ONLINE


def test_a_fresh_read_says_what_became_of_stock_and_whether_all_went_back() -> None:
    own = map_placed(ORDER | {"increment_id": REFERENCE})
    assert (own.stock, own.paid, own.cancelled) == (StockEffect.NOT_LOWERED, True, False)
    assert map_placed(ORDER).stock is StockEffect.LOWERED
    closed = map_placed(ORDER | {"state": "closed", "total_refunded": Decimal("61.7")})
    assert closed.cancelled
    free = map_placed(ORDER | {"grand_total": 0, "total_paid": 0})
    assert free.paid
    assert own.code_counted is None
    assert map_placed(ORDER | {"coupon_code": "TEN"}, code_counted=False).code_counted is False


def test_marks_are_read_back_as_they_were_written() -> None:
    use = marks.Use("10, OFF of coupon 3", 4, 12)
    assert marks.use_of(["Cash", use.text()]) == use
    assert marks.use_of(["Code of another kind", 7, None]) is None
    moves = [("A 1; B", "3", "4"), ("C", "0", "2")]
    text = marks.back_text("TB1", [moves[1]])
    assert marks.back_of([text], "TB1") == [moves[1]]
    assert marks.back_of([text], "TB11") == []
    assert marks.back_of([text, marks.done_text("TB1")], "TB1") == []
    newer = marks.back_text("TB1", [("C", "5", "6")])
    assert marks.back_of([text, newer], "TB1") == [("C", "5", "6")]


def test_a_rule_with_conditions_nobody_here_knows_is_left_to_the_shop() -> None:
    from tests.support.clock import VirtualClock
    from tillbridge.domain.offers import Offer, OfferLine

    node = {
        "condition_type": "Magento\\SalesRule\\Model\\Rule\\Condition\\Combine",
        "aggregator_type": "any",
        "value": "1",
        "conditions": [
            {"condition_type": "X\\Address", "attribute_name": "postcode", "operator": "==", "value": "D01"},
            {"condition_type": "X\\Address", "attribute_name": "total_qty", "operator": ">=", "value": "2"},
        ],
    }
    facts = Facts(VirtualClock().now(), 1, None, prices_include_tax=True)

    def judged(quantity: int, **more: Any) -> bool | None:
        line = OfferLine("1", "1", "A", Decimal(quantity), Money(Decimal(9), "EUR"))
        return holds(parse(wire_offers.Condition, node | more, "$"), Offer("EUR", (line,)), facts)

    net = {"conditions": [{"condition_type": "X\\Address", "attribute_name": "base_subtotal", "operator": ">="}]}
    net["conditions"][0]["value"] = "10"
    assert judged(1, **net) is False, "9.00 with tax is less than 10.00 without"
    net["conditions"][0]["value"] = "8"
    assert judged(1, **net) is None
    assert judged(2) is True
    assert judged(1) is None
    assert judged(1, aggregator_type="all") is False
    assert judged(2, value="0") is None

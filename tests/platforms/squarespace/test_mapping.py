"""Records of a made-up shop, typed by hand, and what they become; records that do not fit are drift with their path."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.squarespace.adapter import eur
from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Consent
from tillbridge.domain.errors import Drift
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.squarespace.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.squarespace.order_mapping import map_placed


def money(value: Any, currency: str = "EUR") -> dict[str, Any]:
    return {"currency": currency, "value": value}


SCARF: dict[str, Any] = {
    "id": "6a10b2", "type": "PHYSICAL", "storePageId": "p", "name": "Mooring Scarf", "description": "<p>Wool</p>",
    "url": "https://quay.example/p/scarf", "urlSlug": "scarf", "tags": None, "isVisible": False, "seoOptions": None,
    "variantAttributes": ["Colour", "Length"],
    "images": [
        {"id": "i2", "url": "https://img.example/2.jpg", "altText": None, "orderIndex": 1},
        {"id": "i1", "url": "https://img.example/1.jpg", "altText": "Grey", "orderIndex": 0},
    ],
    "variants": [
        {
            "id": "v1", "sku": "SC-G", "gtin": "4006381333931", "mpn": None,
            "attributes": {"Length": "Long", "Colour": "Grey"}, "stock": {"quantity": 4, "unlimited": False},
            "pricing": {"basePrice": money("40.00"), "onSale": True, "salePrice": money(31.5)},
            "shippingMeasurements": {"weight": {"unit": "POUND", "value": 2}}, "image": {"id": "i1"},
        },
        {
            "id": "v2", "sku": None, "gtin": None, "attributes": {"Colour": "Sand", "Length": "Long"},
            "stock": {"quantity": 9, "unlimited": True}, "shippingMeasurements": None, "image": None,
            "pricing": {"basePrice": money("40.00"), "onSale": False, "salePrice": money("12.00")}, "later": {"new": 1},
        },
    ],
    "createdOn": "2026-05-02T09:10:00.000Z", "modifiedOn": "2026-11-20T07:31:12.410Z",
}  # fmt: skip


def test_a_product_with_options_prices_and_pictures() -> None:
    (found,) = map_to_unified_products([SCARF])
    first, second = found.variants
    assert (found.status, found.tags, found.handle) == (ProductStatus.DRAFT, (), "scarf")
    assert [(each.name, each.values) for each in found.options] == [("Colour", ("Grey", "Sand")), ("Length", ("Long",))]
    assert (first.title, first.price, first.compare_at_price) == ("Grey, Long", eur("31.50"), eur("40.00"))
    assert (second.price, second.compare_at_price) == (eur("40.00"), None), "off sale the sale price says nothing"
    assert (first.inventory_quantity, second.inventory_quantity) == (Decimal(4), None)
    assert first.weight_grams == Decimal("907.18474")
    assert [(each.url[-5], each.alt, each.variant_ids) for each in found.images] == [
        ("1", "Grey", ("v1",)),
        ("2", "", ()),
    ]


ORDER: dict[str, Any] = {
    "id": "5f3c01", "orderNumber": "1042", "createdOn": "2026-11-22T23:30:00.000Z", "channel": "web",
    "modifiedOn": "2026-11-23T08:00:00.000Z", "channelName": "Quay", "externalOrderReference": None, "testmode": False,
    "customerEmail": "ann@example.com", "customerId": "c1", "billingAddress": {"firstName": "Ann", "lastName": "Vos"},
    "shippingAddress": None, "fulfillmentStatus": "PENDING", "paymentState": "PAID",
    "priceTaxInterpretation": "EXCLUSIVE", "fulfillments": None, "shippingTotal": money("5.00"),
    "lineItems": [
        {
            "id": "l1", "lineItemType": "PHYSICAL_PRODUCT", "variantId": "v1", "productId": "6a10b2", "sku": "SC-G",
            "productName": "Mooring Scarf", "quantity": 2, "unitPricePaid": money("30.00"), "variantOptions": None,
        },
        {"id": "l2", "lineItemType": "GIFT_CARD", "productName": "Card", "quantity": 1, "unitPricePaid": money(20)},
    ],
    "discountLines": [{"name": "Autumn", "promoCode": "AUTUMN", "amount": money("8.00")}],
    "shippingLines": [{"method": "Post", "amount": money("5.00")}], "subtotal": money("80.00"),
    "discountTotal": money("8.00"), "taxTotal": money("15.40"), "refundedTotal": None, "grandTotal": money("92.40"),
}  # fmt: skip


def changed(**more: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **more}


def test_an_online_order_adds_up_and_is_dated_by_the_shops_zone() -> None:
    (found,) = map_to_unified_orders([ORDER], "Europe/Amsterdam")
    assert (found.origin, found.number, found.prices_include_tax) == (Origin.ONLINE, "1042", False)
    assert found.business_date.isoformat() == "2026-11-23"
    assert [each.kind for each in found.lines] == [LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.SHIPPING]
    assert [each.discount for each in found.lines] == [eur("6.00"), eur("2.00"), eur("0.00")]
    assert (found.totals.total, found.totals.tax, found.totals.discount) == (eur("92.40"), eur("15.40"), eur("8.00"))
    assert [(each.code, each.amount) for each in found.discounts] == [("AUTUMN", eur("8.00"))]
    assert found.tenders[0].amount == eur("92.40")


def test_a_total_that_does_not_add_up_gets_a_line_for_the_rest() -> None:
    (found,) = map_to_unified_orders([changed(grandTotal=money("92.42"))])
    assert (found.lines[-1].title, found.totals.total) == ("Rounding", eur("92.42"))
    (paid,) = map_to_unified_orders([changed(grandTotal=money("42.40"))])
    assert (paid.lines[-1].title, paid.lines[-1].gross) == ("Other", eur("-50.00"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"paymentState": "AUTHORIZED"}, PaymentStatus.PENDING),
        ({"paymentState": "PARTIALLY_PAID"}, PaymentStatus.PARTLY_PAID),
        ({"paymentState": "REFUND_FAILED"}, PaymentStatus.PAID),
        ({"refundedTotal": money("1.00")}, PaymentStatus.PARTLY_REFUNDED),
        ({"refundedTotal": money("92.40")}, PaymentStatus.REFUNDED),
        ({"paymentState": "REFUNDED"}, PaymentStatus.REFUNDED),
        ({"fulfillmentStatus": "CANCELED"}, PaymentStatus.CANCELLED),
        ({"paymentState": "ON_THE_MOON"}, PaymentStatus.UNKNOWN),
    ],
)
def test_how_far_an_order_is_paid(more: dict[str, Any], expected: PaymentStatus) -> None:
    (found,) = map_to_unified_orders([changed(**more)])
    assert found.payment is expected


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("Till (Tillbridge)", StockEffect.LOWERED),
        ("Till (stock not moved)", StockEffect.NOT_LOWERED),
        ("Renamed by hand", StockEffect.UNKNOWN),
    ],
)
def test_what_an_order_did_to_stock_is_told_by_its_channel(channel: str, expected: StockEffect) -> None:
    assert map_placed(changed(channelName=channel)).stock is expected


def test_only_a_reference_of_our_form_is_an_echo() -> None:
    ours = "TB0123456789ABCDEFGHJKMNPQ"
    (mine,) = map_to_unified_orders([changed(externalOrderReference=ours, channel="external")])
    (other,) = map_to_unified_orders([changed(externalOrderReference="POS-2026-000731", channel="external")])
    assert [(each.reference, each.origin) for each in (mine, other)] == [(ours, Origin.POS), ("", Origin.ONLINE)]


def test_minor_units_follow_the_currency() -> None:
    yen = changed(
        lineItems=[{**ORDER["lineItems"][0], "unitPricePaid": money("3000", "JPY")}], discountLines=None,
        shippingLines=[], discountTotal=None, taxTotal=money(600, "JPY"), grandTotal=money("6600", "JPY"),
    )  # fmt: skip
    (found,) = map_to_unified_orders([yen])
    assert str(found.totals.total) == "6600 JPY"


def test_consent_is_only_what_the_contact_says() -> None:
    def contact(told: Any) -> dict[str, Any]:
        return {"id": "c", "firstName": "Ann", "primaryEmail": {"email": "a@example.com", "acceptsMarketing": told}}

    rows = [
        {"acceptsMarketing": True, "joinedOn": "2026-01-01T00:00:00Z", "leftOn": None},
        {"acceptsMarketing": False, "joinedOn": None, "leftOn": "2026-01-01T00:00:00Z"},
        {"acceptsMarketing": False, "joinedOn": None, "leftOn": None},
        None,
    ]
    found = map_to_unified_customers([contact(each) for each in rows])
    expected = [Consent.SUBSCRIBED, Consent.UNSUBSCRIBED, Consent.UNKNOWN, Consent.UNKNOWN]
    assert [each.consent for each in found] == expected


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("grandTotal", None, "$[0].grandTotal"),
        ("grandTotal", money("NaN"), "$[0].grandTotal.value"),
        ("priceTaxInterpretation", "BOTH", "$[0].priceTaxInterpretation"),
        ("lineItems", {}, "$[0].lineItems"),
        ("createdOn", "yesterday", "$[0].createdOn"),
    ],
)
def test_an_order_of_another_shape_is_drift_with_its_path(name: str, value: Any, path: str) -> None:
    with pytest.raises(Drift) as caught:
        map_to_unified_orders([changed(**{name: value})])
    assert caught.value.params["path"] == path

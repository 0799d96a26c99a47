"""Answers of Wix to the unified models, with a made-up shop's data: left out, strange, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.wix.adapter import REFERENCE, eur
from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Address, Consent
from tillbridge.domain.errors import Drift
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.platforms.wix.mapping import map_to_unified_customers, map_to_unified_orders, map_to_unified_products
from tillbridge.platforms.wix.spec import STORES_APP

PRODUCT: dict[str, Any] = {
    "id": "p-1", "revision": "3", "name": "Oak Stool", "slug": "oak-stool", "visible": True,
    "productType": "PHYSICAL", "currency": "EUR", "updatedDate": "2026-11-20T07:45:02.000Z",
    "options": [{"name": "Height", "choicesSettings": {"choices": [{"name": "45 cm"}, {"name": "65 cm"}]}}],
    "media": {"itemsInfo": {"items": [
        {"id": "a.jpg", "altText": "front", "image": {"url": "https://static.wixstatic.com/media/a.jpg"}},
        {"id": "film.mp4", "mediaType": "VIDEO"},
        {"id": "b.jpg", "image": {"url": "https://static.wixstatic.com/media/b.jpg"}},
    ]}},
    "weightMeasurementUnitInfo": {"weightMeasurementUnit": "LB"},
}  # fmt: skip
LOW: dict[str, Any] = {
    "variantId": "v-1", "sku": "STOOL-45", "barcode": "7312345000011", "price": {"actualPrice": {"amount": "79.50"}},
    "optionChoices": [{"optionChoiceNames": {"optionName": "Height", "choiceName": "45 cm"}}],
    "physicalProperties": {"weight": 10}, "media": {"id": "a.jpg"}, "productData": {"productId": "p-1"},
}  # fmt: skip
ITEM = {"id": "i-1", "revision": "1", "productId": "p-1", "variantId": "v-1", "locationId": "l-1", "quantity": 4}
ORDER: dict[str, Any] = {
    "id": "o-1", "number": "10042", "status": "APPROVED", "paymentStatus": "PAID", "currency": "EUR",
    "createdDate": "2026-11-20T23:30:00.000Z", "updatedDate": "2026-11-21T08:00:00.000Z",
    "lineItems": [{
        "id": "l-1", "productName": {"original": "Oak Stool"}, "quantity": 2,
        "catalogReference": {"appId": STORES_APP, "catalogItemId": "p-1", "options": {"variantId": "v-1"}},
        "price": {"amount": "79.50"}, "priceBeforeDiscounts": {"amount": "89.50"}, "totalDiscount": {"amount": "20.00"},
        "totalPriceBeforeTax": {"amount": "159.00"}, "totalPriceAfterTax": {"amount": "198.75"},
        "taxInfo": {"taxRate": "0.25", "taxAmount": {"amount": "39.75"}},
        "physicalProperties": {"sku": "STOOL-45"},
    }],
    "priceSummary": {"total": {"amount": "210.75"}, "tax": {"amount": "41.75"}, "discount": {"amount": "20.00"}},
    "shippingInfo": {
        "title": "Post", "cost": {"price": {"amount": "8.00"}, "taxInfo": {"taxAmount": {"amount": "2.00"}}},
    },
    "appliedDiscounts": [{"coupon": {"code": "STOOLS", "name": "Stools", "amount": {"amount": "20.00"}}}],
    "buyerInfo": {"email": "ana@example.com", "contactId": "c-1"},
    "billingInfo": {"contactDetails": {"firstName": "Ana"}, "address": {"city": "Ghent", "country": "BE"}},
    "channelInfo": {"type": "WEB"},
}  # fmt: skip
CONTACT: dict[str, Any] = {
    "id": "c-1", "revision": 4, "name": {"first": "Ana", "last": "Vos"}, "phone": {"phone": "+32 9 555 01"},
    "email": {"email": "ana@example.com", "subscriptionStatus": {"status": "PENDING"}},
    "addresses": [
        {"address": {"city": "Ghent", "country": "BE", "subdivision": "BE-VOV"}, "recipient": {"firstName": "Ana"}},
        {"address": {}},
    ],
}  # fmt: skip


def test_a_product_with_its_variants_stock_and_pictures() -> None:
    other = ITEM | {"id": "i-2", "locationId": "l-2", "quantity": 3}
    (product,) = map_to_unified_products([PRODUCT], {"p-1": [LOW]}, {"p-1": [ITEM, other]})
    (variant,) = product.variants
    assert (variant.title, variant.price, variant.compare_at_price) == ("45 cm", eur("79.50"), None)
    assert (variant.inventory_quantity, variant.inventory_id) == (Decimal(7), "p-1/v-1")
    assert variant.weight_grams == Decimal("4535.9237")
    assert [(each.position, each.alt, each.variant_ids) for each in product.images] == [
        (1, "front", ("v-1",)),
        (2, "", ()),
    ]
    assert product.options[0].values == ("45 cm", "65 cm")


def test_a_variant_in_the_form_of_its_own_product_maps_alike() -> None:
    own = {**LOW, "id": LOW["variantId"], "choices": LOW["optionChoices"]}
    for name in ("variantId", "optionChoices", "productData"):
        own.pop(name)
    assert map_to_unified_products([PRODUCT], {"p-1": [own]}) == map_to_unified_products([PRODUCT], {"p-1": [LOW]})


def test_what_wix_leaves_out_is_empty_and_not_refused() -> None:
    (product,) = map_to_unified_products([{"id": "p-1", "name": "Bare"}], currency="SEK")
    assert (product.status, product.variants, product.images, product.vendor) == (ProductStatus.ACTIVE, (), (), "")
    bare = {"variantId": "v-1", "price": {"actualPrice": {"amount": "1"}}}
    (product,) = map_to_unified_products([{"id": "p-1", "name": "Bare"}], {"p-1": [bare]}, currency="SEK")
    assert product.variants[0].price is not None
    assert product.variants[0].price.currency == "SEK"


def test_a_compare_at_price_of_nothing_is_none() -> None:
    price = {"actualPrice": {"amount": "79.50"}, "compareAtPrice": {"amount": "0"}}
    (product,) = map_to_unified_products([PRODUCT], {"p-1": [LOW | {"price": price}]})
    assert product.variants[0].compare_at_price is None


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (lambda: map_to_unified_products([PRODUCT | {"name": None}]), "$[0].name"),
        (lambda: map_to_unified_products([PRODUCT], {"p-1": [LOW | {"price": {}}]}),
         "$[0].variants[0].price.actualPrice"),
        (lambda: map_to_unified_products([PRODUCT], {"p-1": [LOW | {"variantId": ""}]}), "$[0].variants.variantId"),
        (lambda: map_to_unified_products([PRODUCT], {}, {"p-1": [ITEM | {"quantity": "many"}]}),
         "$[0].inventoryItems[0].quantity"),
        (lambda: map_to_unified_orders([ORDER | {"priceSummary": {}}]), "$[0].priceSummary.total"),
        (lambda: map_to_unified_orders([ORDER | {"currency": ""}]), "$[0].currency"),
        (lambda: map_to_unified_customers([{"id": "c-1"}]), "$[0].revision"),
    ],
)  # fmt: skip
def test_what_matters_and_does_not_fit_is_refused_with_its_path(broken: Callable[[], object], path: str) -> None:
    with pytest.raises(Drift) as caught:
        broken()
    assert caught.value.params["path"].startswith(path)


def test_an_online_order_without_tax_in_its_prices() -> None:
    (order,) = map_to_unified_orders([ORDER], "Europe/Brussels")
    goods, shipping, rest = order.lines
    assert (goods.subtotal, goods.discount, goods.net, goods.tax, goods.gross) == (
        eur("179.00"), eur("20.00"), eur("159.00"), eur("39.75"), eur("198.75"),
    )  # fmt: skip
    assert (shipping.kind, shipping.gross, shipping.tax) == (LineKind.SHIPPING, eur("10.00"), eur("2.00"))
    assert (rest.gross, rest.kind) == (eur("2.00"), LineKind.FREE_TEXT)
    assert order.totals.total == eur("210.75")
    assert (order.origin, order.payment) == (Origin.ONLINE, PaymentStatus.PAID)
    assert order.sold_at == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert order.business_date.isoformat() == "2026-11-21", "the shop's day, not London's"
    assert (order.discounts[0].code, order.discounts[0].amount) == ("STOOLS", eur("20.00"))
    assert order.customer is not None
    assert (order.customer.email, order.customer.external_id) == ("ana@example.com", "c-1")


def test_goods_of_another_wix_app_are_none_of_ours() -> None:
    booking = ORDER["lineItems"][0] | {"catalogReference": {"appId": "bookings", "catalogItemId": "b-1"}}
    (order,) = map_to_unified_orders([ORDER | {"lineItems": [booking]}])
    assert (order.lines[0].listing, order.lines[0].kind) == (None, LineKind.FREE_TEXT)


def test_only_a_reference_of_ours_makes_an_order_an_echo() -> None:
    for external, origin in ((REFERENCE, Origin.POS), ("till-3-000184", Origin.ONLINE), ("", Origin.ONLINE)):
        channel = {"type": "POS", "externalOrderId": external}
        (order,) = map_to_unified_orders([ORDER | {"channelInfo": channel}])
        assert order.origin is origin


@pytest.mark.parametrize(
    ("status", "payment", "meant"),
    [
        ("APPROVED", "NOT_PAID", PaymentStatus.PENDING),
        ("APPROVED", "PARTIALLY_PAID", PaymentStatus.PARTLY_PAID),
        ("APPROVED", "PARTIALLY_REFUNDED", PaymentStatus.PARTLY_REFUNDED),
        ("APPROVED", "FULLY_REFUNDED", PaymentStatus.REFUNDED),
        ("CANCELED", "PAID", PaymentStatus.CANCELLED),
        ("APPROVED", "SOMETHING_NEW", PaymentStatus.UNKNOWN),
    ],
)
def test_how_far_an_order_is_paid(status: str, payment: str, meant: PaymentStatus) -> None:
    (order,) = map_to_unified_orders([ORDER | {"status": status, "paymentStatus": payment}])
    assert order.payment is meant


def test_a_contact_with_its_places_and_consent() -> None:
    (person,) = map_to_unified_customers([CONTACT])
    assert (person.first_name, person.phone, person.consent) == ("Ana", "+32 9 555 01", Consent.PENDING)
    assert person.addresses == (Address(first_name="Ana", city="Ghent", region="BE-VOV", country="BE"),)


@pytest.mark.parametrize("told", ["NOT_SET", "NO_SUBSCRIPTION_STATUS", "BRAND_NEW", None])
def test_a_consent_nobody_gave_stays_unknown(told: str | None) -> None:
    email = {"email": "ana@example.com", "subscriptionStatus": {"status": told}}
    (person,) = map_to_unified_customers([CONTACT | {"email": email}])
    assert person.consent is Consent.UNKNOWN

"""Sylius's JSON to the unified models, on the answers of a made-up shop."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Consent
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.domain.verify import problems
from tillbridge.platforms.sylius import marks
from tillbridge.platforms.sylius.mapping import (
    OptionTexts,
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.sylius.order_mapping import map_placed
from tillbridge.platforms.sylius.shelf import Shelf

SHELF = Shelf("EUR", "QUAY", "en_IE", "Europe/Dublin", "ean")
REFERENCE = "TB0123456789ABCDEFGHJKMNPQ"
_AT = "/api/v2/admin"
OPTIONS = {
    "colour": OptionTexts(
        "Colour",
        {
            f"{_AT}/product-options/colour/values/colour_blue": "Blue",
            f"{_AT}/product-options/colour/values/colour_red": "Red",
            f"{_AT}/product-options/colour/values/colour_tin": "Tin",
        },
    )
}


def product(**more: Any) -> dict[str, Any]:
    row = {
        "@id": f"{_AT}/products/KETTLE", "@type": "Product", "id": 4, "code": "KETTLE", "enabled": True,
        "variants": [f"{_AT}/product-variants/KETTLE-B", f"{_AT}/product-variants/KETTLE-R"],
        "options": [f"{_AT}/product-options/colour"], "channels": [f"{_AT}/channels/QUAY"],
        "mainTaxon": f"{_AT}/taxons/kitchen", "attributes": [], "averageRating": 0,
        "images": [{"id": 1, "path": "https://quay.example/kettle.jpg", "position": 0,
                    "productVariants": [f"{_AT}/product-variants/KETTLE-B"]}],
        "translations": {"de_DE": {"name": "Kessel", "slug": "kessel", "description": None},
                         "en_IE": {"name": "Kettle", "slug": "kettle", "description": "Whistles."}},
        "createdAt": "2026-07-01 10:00:00", "updatedAt": "2026-07-02 10:00:00", "shelfMark": "B7",
    }  # fmt: skip
    return {**row, **more}


def variant(code: str = "KETTLE-B", value: str = "colour_blue", **more: Any) -> dict[str, Any]:
    row = {
        "code": code, "product": f"{_AT}/products/KETTLE", "enabled": True, "tracked": True, "onHand": 9, "onHold": 2,
        "position": 0, "optionValues": [f"{_AT}/product-options/colour/values/{value}"],
        "channelPricings": {"QUAY": {"price": 3950, "originalPrice": 4500},
                            "WEB": {"price": 4200, "originalPrice": None}},
        "translations": [], "taxCategory": f"{_AT}/tax-categories/standard", "updatedAt": "2026-11-20 17:40:00",
        "ean": "5099999000017",
    }  # fmt: skip
    return {**row, **more}


def order(**more: Any) -> dict[str, Any]:
    row = {
        "tokenValue": "Quay~1", "id": 12, "number": "000000012", "currencyCode": "EUR", "state": "new",
        "checkoutState": "completed", "paymentState": "paid", "shippingState": "ready", "notes": None,
        "customer": f"{_AT}/customers/5", "checkoutCompletedAt": "2026-07-20 23:30:00",
        "billingAddress": {"firstName": "Niall", "lastName": "Roe", "street": "Quay 2", "city": "Cobh",
                           "postcode": "P24", "countryCode": "IE", "company": None, "provinceName": None},
        "shippingAddress": None, "payments": [{"id": 3, "method": f"{_AT}/payment-methods/card"}],
        "shipments": [{"id": 3, "method": f"{_AT}/shipping-methods/parcel"}],
        "items": [{"id": 7, "variant": f"{_AT}/product-variants/KETTLE-B", "productName": "Kettle",
                   "variantName": "Blue", "quantity": 2, "unitPrice": 3950, "total": 7110},
                  {"id": 8, "variant": f"{_AT}/product-variants/TRAY", "productName": "Tray", "quantity": 1,
                   "unitPrice": 1000, "total": 900}],
        "itemsTotal": 8010, "total": 8500, "taxTotal": 1589, "shippingTaxTotal": 91, "taxExcludedTotal": 0,
        "taxIncludedTotal": 1589, "shippingTotal": 490, "orderPromotionTotal": -890, "shippingPromotionTotal": 0,
    }  # fmt: skip
    return {**row, **more}


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


# -- products


def test_a_product_is_whole_in_its_channels_language_and_prices() -> None:
    rows = {"KETTLE": [variant(), variant("KETTLE-R", "colour_red", tracked=False, ean=None)]}
    (found,) = map_to_unified_products([product()], rows, OPTIONS, SHELF)
    assert (found.external_id, found.title, found.handle, found.status) == (
        "KETTLE",
        "Kettle",
        "kettle",
        ProductStatus.ACTIVE,
    )
    assert [(each.name, each.values) for each in found.options] == [("Colour", ("Blue", "Red"))]
    blue, red = found.variants
    assert (blue.price, blue.compare_at_price, blue.inventory_quantity) == (eur("39.50"), eur("45.00"), Decimal(7))
    assert (blue.option_values, blue.title, blue.barcode) == ((("Colour", "Blue"),), "Blue", "5099999000017")
    assert (red.inventory_quantity, red.barcode) == (None, "")
    assert found.images[0].variant_ids == ("KETTLE-B",)
    assert found.updated_at == datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
    # July is summer time there
    assert found.created_at == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def test_a_variant_without_a_price_in_the_channel_has_none_and_a_crossed_out_price_must_be_higher() -> None:
    rows = {
        "KETTLE": [variant(channelPricings=[]), variant(channelPricings={"QUAY": {"price": 5, "originalPrice": 5}})]
    }
    (found,) = map_to_unified_products([product()], rows, OPTIONS, SHELF)
    assert [(each.price, each.compare_at_price) for each in found.variants] == [(None, None), (eur("0.05"), None)]


def test_dates_with_an_offset_are_taken_as_they_are() -> None:
    (found,) = map_to_unified_products([product(createdAt="2026-07-01T10:00:00+00:00")], {}, OPTIONS, SHELF)
    assert found.created_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (product(code=None), "$[0].code"),
        (product(enabled="perhaps"), "$[0].enabled"),
        (product(createdAt="yesterday"), "$[0].createdAt"),
    ],
)
def test_a_product_that_does_not_fit_names_the_place(broken: dict[str, Any], path: str) -> None:
    with pytest.raises(Drift) as caught:
        map_to_unified_products([broken], {}, OPTIONS, SHELF)
    assert caught.value.params["path"] == path


def test_an_attribute_is_no_barcode_of_a_product_with_several_variants() -> None:
    attributes = [{"attribute": f"{_AT}/product-attributes/ean", "value": "5099999000024"}]
    rows = {"KETTLE": [variant(ean=None)]}
    several = product(attributes=attributes)
    single = product(attributes=attributes, variants=[f"{_AT}/product-variants/KETTLE-B"])
    found = map_to_unified_products([several, single], rows, OPTIONS, SHELF)
    assert [each.variants[0].barcode for each in found] == ["", "5099999000024"]


# -- orders


def test_an_online_order_adds_up_to_the_cent() -> None:
    (found,) = map_to_unified_orders([order()], "Europe/Dublin", "Europe/Dublin")
    assert list(problems(found)) == []
    assert (found.origin, found.reference, found.external_id) == (Origin.ONLINE, "", "Quay~1")
    assert (found.totals.total, found.totals.tax, found.totals.discount) == (eur("85.00"), eur("15.89"), eur("8.90"))
    assert [(each.kind, each.sku, each.gross) for each in found.lines] == [
        (LineKind.PRODUCT, "KETTLE-B", eur("71.10")),
        (LineKind.PRODUCT, "TRAY", eur("9.00")),
        (LineKind.SHIPPING, "", eur("4.90")),
    ]
    assert found.lines[0].title == "Kettle Blue"
    assert found.sold_at == datetime(2026, 7, 20, 22, 30, tzinfo=UTC)
    assert found.business_date.isoformat() == "2026-07-20"
    assert found.customer is not None
    assert (found.customer.external_id, found.customer.last_name) == ("5", "Roe")


def test_prices_without_tax_add_up_too() -> None:
    item = {"id": 7, "variant": f"{_AT}/product-variants/KETTLE-B", "productName": "Kettle", "quantity": 2}
    raw = order(
        items=[{**item, "unitPrice": 3950, "total": 9717}], itemsTotal=9717, total=9717, taxTotal=1817,
        shippingTaxTotal=0, taxExcludedTotal=1817, taxIncludedTotal=0, shippingTotal=0, orderPromotionTotal=0,
    )  # fmt: skip
    (found,) = map_to_unified_orders([raw])
    assert list(problems(found)) == []
    assert not found.prices_include_tax
    assert (found.lines[0].net, found.lines[0].tax) == (eur("79.00"), eur("18.17"))


def test_what_an_add_on_put_on_top_is_a_line_of_its_own() -> None:
    (found,) = map_to_unified_orders([order(total=8650)])
    assert list(problems(found)) == []
    assert (found.lines[-1].title, found.lines[-1].gross) == ("Rest", eur("1.50"))


@pytest.mark.parametrize(
    ("state", "payment", "expected"),
    [
        ("new", "awaiting_payment", PaymentStatus.PENDING),
        ("new", "paid", PaymentStatus.PAID),
        ("new", "partially_paid", PaymentStatus.PARTLY_PAID),
        ("cancelled", "paid", PaymentStatus.CANCELLED),
        ("cancelled", "refunded", PaymentStatus.REFUNDED),
        ("new", "in_escrow", PaymentStatus.UNKNOWN),
    ],
)
def test_payment_states_are_told_and_unknown_ones_stay_unknown(
    state: str, payment: str, expected: PaymentStatus
) -> None:
    (found,) = map_to_unified_orders([order(state=state, paymentState=payment)])
    assert found.payment is expected


def test_an_echo_of_our_own_is_known_by_its_notes() -> None:
    notes = marks.notes(REFERENCE, "Till 1", "R-7", code="TEN", counted=True, note="Gift wrap")
    (found,) = map_to_unified_orders([order(notes=notes)])
    assert (found.origin, found.reference, found.till, found.receipt) == (Origin.POS, REFERENCE, "Till 1", "R-7")
    assert found.discounts[0].code == "TEN"
    edited = f"Called on Monday. {notes}\n-- Una"
    assert map_to_unified_orders([order(notes=edited)])[0].reference == REFERENCE


def test_an_order_without_a_date_does_not_fit() -> None:
    with pytest.raises(Drift) as caught:
        map_to_unified_orders([order(checkoutCompletedAt=None)])
    assert caught.value.params["path"] == "$[0].checkoutCompletedAt"


@pytest.mark.parametrize(("counted", "expected"), [(True, True), (False, False)])
def test_a_placed_order_tells_whether_its_code_was_counted(counted: bool, expected: bool) -> None:
    notes = marks.notes(REFERENCE, "T1", "R-7", code="TEN", counted=counted, note="")
    assert map_placed(order(notes=notes)).code_counted is expected
    assert map_placed(order(notes=REFERENCE)).code_counted is None


def test_stock_is_lowered_only_once_it_is_paid() -> None:
    assert map_placed(order()).stock is StockEffect.LOWERED
    assert map_placed(order(paymentState="awaiting_payment")).stock is StockEffect.NOT_LOWERED
    gone = map_placed(order(state="cancelled", paymentState="refunded"))
    assert (gone.stock, gone.cancelled, gone.refunded) == (StockEffect.NOT_LOWERED, True, eur("85.00"))


def test_customers_tell_their_consent_and_no_date_of_change() -> None:
    row = {"id": 5, "email": "niall@example.com", "firstName": "Niall", "lastName": None, "phoneNumber": None}
    told = [{**row, "subscribedToNewsletter": True}, {**row, "subscribedToNewsletter": False}, row]
    found = map_to_unified_customers(told)
    assert [each.consent for each in found] == [Consent.SUBSCRIBED, Consent.UNSUBSCRIBED, Consent.UNKNOWN]
    assert (found[0].last_name, found[0].updated_at) == ("", None)

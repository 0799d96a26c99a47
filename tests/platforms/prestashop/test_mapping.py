"""PrestaShop's records, typed here for a made-up shop, become the unified models; what does not fit says where."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.domain.customers import Address, Consent
from tillbridge.domain.errors import Drift, NotTheApi
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.prestashop import marks, wire
from tillbridge.platforms.prestashop.mapping import (
    Goods,
    Vocabulary,
    map_customer,
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)
from tillbridge.platforms.prestashop.order_mapping import Surroundings, address_of, map_order, map_placed
from tillbridge.platforms.prestashop.refund_writing import Trace, begun, booked, trace_of
from tillbridge.platforms.prestashop.xml_text import document, read

from .adapter import eur

REFERENCE = "TB0123456789ABCDEFGHJKMNPQ"
SCARF: dict[str, Any] = {
    "id": 7, "id_manufacturer": "2", "manufacturer_name": "Quay &amp; Co", "id_default_image": "31",
    "id_tax_rules_group": "1", "type": "simple", "product_type": "combinations", "reference": "SCARF", "ean13": "",
    "weight": "0.100000", "state": "1", "price": "10.000000", "active": "1", "date_add": "2026-06-01 09:00:00",
    "date_upd": "2026-11-20 10:30:00", "link_rewrite": "lambswool-scarf", "name": "Lambswool Scarf",
    "description": "<p>Warm.</p>", "new": None, "quantity": "0",
    "associations": {"images": [{"id": "30"}, {"id": "31"}], "tags": [{"id": "4"}, {"id": "9"}]},
}  # fmt: skip
RED: dict[str, Any] = {
    "id": 21, "id_product": "7", "reference": "SCARF-RED", "ean13": "4006381333931", "price": "-1.500000",
    "weight": "0.020000",
    "associations": {"product_option_values": [{"id": "6"}, {"id": "12"}], "images": [{"id": "30"}]},
}  # fmt: skip
BLUE = {**RED, "id": 22, "reference": "", "ean13": "", "upc": "036000291452", "price": "0.000000",
        "associations": {"product_option_values": [{"id": "11"}, {"id": "5"}]}}  # fmt: skip
WORDS = Vocabulary(
    options={
        "1": wire.Option(id="1", name="size (back office)", public_name="Size", position=1),
        "2": wire.Option(id="2", name="Colour", position=0),
    },
    values={
        "5": wire.OptionValue(id="5", id_attribute_group="1", name="L", position=2),
        "6": wire.OptionValue(id="6", id_attribute_group="1", name="S", position=0),
        "11": wire.OptionValue(id="11", id_attribute_group="2", name="Blue", position=1),
        "12": wire.OptionValue(id="12", id_attribute_group="2", name="Red", position=0),
    },
    tags={"4": "winter"},
)
SHOP = Goods(
    combinations={"7": [RED, BLUE]},
    stock={"7:21": Decimal(3), "7:22": Decimal(0)},
    words=WORDS,
    rates={"1": Decimal("0.23")},
    home="https://shop.example",
    zone="Europe/Dublin",
)
ROWS = [
    {"id": "51", "product_id": "7", "product_attribute_id": "21", "product_quantity": "2", "product_name": "Scarf Red",
     "product_reference": "SCARF-RED", "unit_price_tax_incl": "10.455000", "unit_price_tax_excl": "8.500000"},
    {"id": "52", "product_id": "8", "product_attribute_id": "0", "product_quantity": "1", "product_name": "Guide",
     "product_reference": "GUIDE", "unit_price_tax_incl": "12.000000", "unit_price_tax_excl": "12.000000"},
]  # fmt: skip
ORDER: dict[str, Any] = {
    "id": 90, "id_cart": "120", "id_customer": "5", "id_address_delivery": "6", "id_address_invoice": "6",
    "id_currency": "1", "current_state": "2", "valid": "1", "reference": "QWERTZUIO", "payment": "Card", "note": "",
    "total_paid": "36.910000", "total_paid_tax_incl": "36.910000", "total_paid_tax_excl": "32.540000",
    "total_paid_real": "36.910000", "total_discounts_tax_incl": "0.000000", "total_shipping_tax_incl": "4.000000",
    "total_shipping_tax_excl": "3.250000", "date_add": "2026-07-01 12:00:00", "date_upd": "2026-07-02 08:00:00",
    "associations": {"order_rows": ROWS},
}  # fmt: skip
STATES = {
    "2": wire.OrderState(id="2", paid="1", logable="1"),
    "6": wire.OrderState(id="6"),
    "8": wire.OrderState(id="8"),
}
AROUND = Surroundings(states=STATES, zone="Europe/Dublin")


def order(**changes: Any) -> dict[str, Any]:
    return {**ORDER, **changes}


def test_a_product_with_combinations_adds_their_parts_to_its_own() -> None:
    (scarf,) = map_to_unified_products([SCARF], SHOP)
    red, blue = scarf.variants
    assert (red.price, blue.price) == (eur("10.46"), eur("12.30"))
    assert (red.sku, red.barcode, red.external_id) == ("SCARF-RED", "4006381333931", "21")
    assert (blue.sku, blue.barcode, blue.inventory_quantity) == ("", "036000291452", Decimal(0))
    assert red.weight_grams == Decimal(120)
    assert red.option_values == (("Colour", "Red"), ("Size", "S"))
    assert [(each.name, each.values) for each in scarf.options] == [("Colour", ("Red", "Blue")), ("Size", ("S", "L"))]


def test_names_pictures_tags_and_dates_are_the_shops() -> None:
    (scarf,) = map_to_unified_products([SCARF], SHOP)
    assert (scarf.vendor, scarf.tags, scarf.product_type) == ("Quay & Co", ("winter",), "combinations")
    assert [each.url.rpartition("/")[0].rpartition("/")[2] for each in scarf.images] == [
        "31-large_default",
        "30-large_default",
    ]
    assert scarf.images[1].variant_ids == ("21",)
    assert scarf.updated_at == datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    assert scarf.created_at == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_the_shops_own_price_wins_over_ours_and_shows_a_sale() -> None:
    sale = {**SCARF, "gross": "9.840000", "full": "12.300000"}
    (scarf,) = map_to_unified_products([sale], Goods(rates={"1": Decimal("0.23")}))
    assert (scarf.variants[0].price, scarf.variants[0].compare_at_price) == (eur("9.84"), eur("12.30"))
    assert (scarf.variants[0].external_id, scarf.variants[0].sku) == ("7:0", "SCARF")
    assert scarf.variants[0].inventory_quantity is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"price": "dear"}, "$[0].price"),
        ({"id": None}, "$[0].id"),
        ({"name": {"en": "Scarf"}}, "$[0].name"),
        ({"date_upd": "yesterday"}, "$[0].date_upd"),
    ],
)
def test_a_product_that_does_not_fit_says_where(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Drift) as caught:
        map_to_unified_products([{**SCARF, **change}])
    assert caught.value.params["path"] == path


def test_a_web_order_adds_up_with_shipping_and_taxes_by_rate() -> None:
    (web,) = map_to_unified_orders([ORDER], AROUND)
    assert (web.origin, web.number, web.payment) == (Origin.ONLINE, "QWERTZUIO", PaymentStatus.PAID)
    assert web.totals.total == eur("36.91")
    assert [each.gross for each in web.lines] == [eur("20.91"), eur("12.00"), eur("4.00")]
    assert [each.kind for each in web.lines][2] is LineKind.SHIPPING
    assert web.lines[0].taxes[0].rate == Decimal("0.23")
    assert web.lines[1].taxes == ()
    assert web.lines[0].listing is not None
    assert (web.lines[0].listing.external_variant_id, web.lines[1].listing and web.lines[1].listing.inventory_id) == (
        "21",
        "8:0",
    )
    assert web.sold_at == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    assert web.tenders[0].amount == eur("36.91")


def test_an_order_discount_is_shared_over_the_goods_and_its_code_named() -> None:
    rules = (wire.UsedRule(id="1", id_order="90", name="HARBOUR10", value=Decimal("3.29")),)
    raw = order(total_paid="33.620000", total_discounts_tax_incl="3.290000")
    web = map_order(raw, "$", Surroundings(states=STATES, rules=rules))
    assert [each.discount for each in web.lines] == [eur("2.09"), eur("1.20"), eur("0")]
    assert all(each.net + each.tax == each.gross for each in web.lines)
    assert web.totals.total == eur("33.62")
    assert [(each.code, each.amount) for each in web.discounts] == [("HARBOUR10", eur("3.29"))]


def test_what_rounding_left_over_is_a_line_of_its_own() -> None:
    web = map_order(order(total_paid="36.900000"), "$", AROUND)
    assert (web.lines[-1].title, web.lines[-1].gross, web.totals.total) == ("Rounding", eur("-0.01"), eur("36.90"))


@pytest.mark.parametrize(
    ("state", "refunded", "payment"),
    [
        ("2", "0", PaymentStatus.PAID),
        ("2", "10", PaymentStatus.PARTLY_REFUNDED),
        ("2", "36.91", PaymentStatus.REFUNDED),
        ("6", "0", PaymentStatus.CANCELLED),
        ("8", "0", PaymentStatus.PENDING),
        ("77", "0", PaymentStatus.UNKNOWN),
    ],
)
def test_states_and_credit_slips_tell_how_far_an_order_is_paid(
    state: str, refunded: str, payment: PaymentStatus
) -> None:
    slips = (wire.Slip(id=1, id_order="90", amount=Decimal(refunded)),)
    around = Surroundings(states=STATES, slips=slips)
    assert map_order(order(current_state=state), "$", around).payment is payment


def test_an_echo_carries_what_the_till_wrote_into_the_note() -> None:
    note = marks.write({marks.REFERENCE: REFERENCE, marks.RECEIPT: "R-3", marks.TILL: "T2", marks.NOTE: "blue bag"})
    echo = map_order(order(note=note, payment=f"Cash {REFERENCE}"), "$", AROUND)
    assert (echo.origin, echo.reference, echo.receipt, echo.till, echo.note) == (
        Origin.POS,
        REFERENCE,
        "R-3",
        "T2",
        "blue bag",
    )
    only_paid = map_order(order(payment=f"Cash {REFERENCE}"), "$", AROUND)
    assert only_paid.reference == REFERENCE


def test_placed_says_paid_only_when_the_money_is_there() -> None:
    paid = map_placed(ORDER, AROUND)
    assert (paid.paid, paid.stock, paid.tax) == (True, StockEffect.LOWERED, eur("4.37"))
    short = map_placed(order(total_paid_real="0.000000"), AROUND)
    assert not short.paid
    waiting = map_placed(order(current_state="8", valid="0"), AROUND)
    assert (waiting.paid, waiting.stock) == (False, StockEffect.NOT_LOWERED)


def test_an_amount_in_an_unknown_currency_is_drift_and_not_a_number() -> None:
    with pytest.raises(Drift) as caught:
        map_placed(order(id_currency="9"), AROUND)
    assert caught.value.params["path"] == "$.id_currency"


def test_a_customer_is_mapped_with_addresses_in_letters() -> None:
    node = wire.Address(id="6", id_country="26", id_state="3", address1="1 Quay", city="Cork", phone_mobile="+353 87")
    home = address_of(node, {"26": "IE"}, {"3": "CO"})
    assert home == Address(line1="1 Quay", city="Cork", country="IE", region="CO", phone="+353 87")
    raw = {"id": 5, "email": "ines@example.com", "firstname": "Ines", "lastname": "Albrecht", "newsletter": "1"}
    ines = map_customer(raw, "$", zone="UTC", addresses=[home, home])
    assert (ines.consent, ines.phone, ines.addresses) == (Consent.SUBSCRIBED, "+353 87", (home,))
    assert map_to_unified_customers([{**raw, "newsletter": "0"}])[0].consent is Consent.UNKNOWN


def test_an_hour_that_comes_twice_is_read_as_its_first_run() -> None:
    assert wire.utc(datetime.fromisoformat("2026-10-25 01:30"), "Europe/Dublin") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_notes_keep_what_people_wrote_when_a_line_is_set_anew() -> None:
    note = marks.with_line("Called on Tuesday\nTill: T1", "Till", "T2 <b>")
    assert note == "Called on Tuesday\nTill: T2 ‹b›"
    assert marks.read(note, "Till") == "T2 ‹b›"
    assert marks.read("Tillage: no", "Till") == ""


def test_a_refunds_line_is_read_back_as_it_was_written() -> None:
    assert trace_of(begun(12)) == Trace(after=12)
    assert trace_of(booked(13)) == Trace(slip=13)
    assert trace_of("something a person wrote") == Trace()


def test_every_value_sent_is_escaped_and_control_characters_are_left_out() -> None:
    body = document(
        "customer", {"lastname": "A & B <c>\x00", "amount": Decimal("1E+1")}, {"groups": ("group", [{"id": 3}])}
    )
    assert body.decode().endswith(
        "<prestashop><customer><lastname>A &amp; B &lt;c&gt;</lastname><amount>10</amount>"
        "<associations><groups><group><id>3</id></group></groups></associations></customer></prestashop>"
    )


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>&undeclared;</a>",
        "<a><b></a>",
        "<!doctype html><html><body>Welcome</body></html>",
        "<a>" * 40 + "</a>" * 40,
        "",
    ],
    ids=["entity", "external", "undeclared", "crossed", "page", "deep", "empty"],
)
def test_xml_with_a_document_type_or_anything_else_than_plain_elements_is_refused(text: str) -> None:
    with pytest.raises(NotTheApi):
        read(text, 200)

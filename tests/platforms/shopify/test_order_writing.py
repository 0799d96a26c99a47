"""What a sale looks like on its way to Shopify: the till's cents, the till's payments, no mails, no stock invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.platforms.shopify.till import PLACE, VAT, goods, received, reckoned, sold
from tillbridge.domain.basket import BasketLine, Discount, Payment, TaxRate
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.shopify.order_writing import order_variables, stock_effect

TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
FIVE = Discount("Five off", DiscountType.FIXED, Decimal(5), code="FIVEOFF")
MANUAL = Discount("Scratch", DiscountType.FIXED, Decimal("1.00"))


def sent(order: Order, place: str = PLACE) -> dict[str, Any]:
    body: dict[str, Any] = order_variables(order, place)["order"]
    return body


def test_a_plain_sale_goes_out_paid_handed_over_and_without_mails() -> None:
    variables = order_variables(sold([goods(1, "24.90", "2")], note="Gift wrap"), PLACE)
    order, options = variables["order"], variables["options"]
    assert options == {
        "inventoryBehaviour": "DECREMENT_IGNORING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }
    assert order["fulfillment"] == {"locationId": PLACE, "notifyCustomer": False}
    assert (order["financialStatus"], order["fulfillmentStatus"]) == ("PAID", "FULFILLED")
    (line,) = order["lineItems"]
    assert (line["variantId"], line["quantity"]) == ("gid://shopify/ProductVariant/1", 2)
    assert line["priceSet"]["shopMoney"] == {"amount": "24.90", "currencyCode": "EUR"}
    assert line["taxLines"] == [
        {"title": "VAT", "rate": "0.23", "priceSet": {"shopMoney": {"amount": "9.31", "currencyCode": "EUR"}}}
    ]
    assert order["processedAt"] == "2026-11-24T09:00:00Z"
    assert order["sourceIdentifier"] == order["metafields"][0]["value"] == "TB0123456789ABCDEFGHJKMNPQ"
    assert order["metafields"][0]["type"] == "id"
    assert "Gift wrap" in order["note"]


def test_one_percentage_code_goes_out_as_the_code_when_it_gives_the_tills_total() -> None:
    order = sold([goods(1, "24.90", "2"), goods(2, "12.50")], discounts=[TEN])
    body = sent(order)
    assert body["discountCode"] == {"itemPercentageDiscountCode": {"code": "HARBOUR10", "percentage": 10.0}}
    assert reckoned(body) == reckoned(body, per_line=True) == received(body) == order.totals.total.amount
    assert not any(each["key"] == "Till codes" for each in body["customAttributes"])


def test_a_code_whose_rounding_could_differ_goes_out_as_prices_with_the_code_in_the_note() -> None:
    order = sold([goods(1, "0.33"), goods(2, "0.33"), goods(3, "0.33")], discounts=[TEN])
    body = sent(order)
    assert "discountCode" not in body
    assert "HARBOUR10" in body["note"]
    assert {"key": "Till codes", "value": "HARBOUR10"} in body["customAttributes"]
    assert reckoned(body) == order.totals.total.amount


def test_several_discounts_go_out_as_prices_and_are_described() -> None:
    order = sold([goods(1, "24.90", "3", discounts=(MANUAL,)), goods(2, "6.40")], discounts=[TEN])
    body = sent(order)
    assert "discountCode" not in body
    described = next(each["value"] for each in body["customAttributes"] if each["key"] == "Till discounts")
    assert described == "Harbour 10 % -8.01 EUR; Scratch -1.00 EUR"
    assert reckoned(body) == received(body) == order.totals.total.amount


def test_a_worth_that_does_not_divide_becomes_two_parts_of_the_same_line() -> None:
    order = sold([goods(1, "10.00", "3", discounts=(MANUAL,))])
    parts = sent(order)["lineItems"]
    assert [(each["quantity"], each["priceSet"]["shopMoney"]["amount"]) for each in parts] == [(2, "9.67"), (1, "9.66")]
    assert {each["properties"][0]["value"] for each in parts} == {"line-1"}
    assert reckoned(sent(order)) == Decimal("29.00")


def test_a_fixed_code_and_a_code_for_free_shipping_go_out_as_codes() -> None:
    order = sold([goods(1, "24.90"), goods(2, "6.40")], discounts=[FIVE])
    body = sent(order)
    assert body["discountCode"]["itemFixedDiscountCode"]["code"] == "FIVEOFF"
    assert reckoned(body) == order.totals.total.amount
    free = sold(
        [goods(1, "24.90")], discounts=[Discount("Post", DiscountType.FREE_SHIPPING, Decimal(0), code="FREESHIP")]
    )
    assert sent(free)["discountCode"] == {"freeShippingDiscountCode": {"code": "FREESHIP"}}


def test_a_fixed_code_worth_more_than_the_basket_goes_out_as_prices() -> None:
    order = sold([goods(1, "3.00")], discounts=[FIVE])
    body = sent(order)
    assert "discountCode" not in body
    assert reckoned(body) == received(body) == 0
    assert body["transactions"] == []


def test_weighed_goods_are_one_piece_with_the_weight_in_the_title_and_leave_stock_alone() -> None:
    order = sold([goods(1, "19.90", "0.350", unit="kg", title="Cheese")])
    (line,) = sent(order)["lineItems"]
    assert (line["quantity"], line["title"]) == (1, "Cheese 0.35 kg")
    assert line["priceSet"]["shopMoney"]["amount"] == "6.97"
    assert "variantId" not in line
    assert stock_effect(order, PLACE) is StockEffect.NOT_LOWERED
    mixed = sold([goods(1, "19.90", "0.350", unit="kg"), goods(2, "5.00")])
    assert stock_effect(mixed, PLACE) is StockEffect.UNKNOWN
    assert stock_effect(sold([goods(2, "5.00")]), PLACE) is StockEffect.LOWERED


def test_free_text_and_gift_cards_sold_go_out_by_title() -> None:
    repair = goods(1, "15.00", kind=LineKind.FREE_TEXT, title="Zip repair", listing=None, sku="")
    card = goods(2, "50.00", kind=LineKind.GIFT_CARD, title="Gift card", listing=None, sku="", taxes=())
    first, second = sent(sold([repair, card]))["lineItems"]
    assert (first["title"], first["taxable"]) == ("Zip repair", True)
    assert (second["title"], second["taxable"], second["taxLines"]) == ("Gift card", False, [])
    assert "giftCard" not in second, "Shopify would issue a card of its own and mail it"


def test_shipping_is_a_shipping_line() -> None:
    post = goods(2, "4.95", kind=LineKind.SHIPPING, title="Post", listing=None, sku="")
    order = sold([goods(1, "10.00"), post])
    body = sent(order)
    assert [(each["title"], each["priceSet"]["shopMoney"]["amount"]) for each in body["shippingLines"]] == [
        ("Post", "4.95")
    ]
    assert len(body["lineItems"]) == 1
    assert reckoned(body) == Decimal("14.95")


def test_tenders_are_transactions_and_the_gift_card_is_named() -> None:
    payments = [Payment(TenderKind.GIFT_CARD, "gift card", Money(Decimal("5.00"), "EUR"))]
    body = sent(sold([goods(1, "24.90")], payments=payments))
    assert {each["gateway"]: each["amountSet"]["shopMoney"]["amount"] for each in body["transactions"]} == {
        "gift card": "5.00",
        "POS card": "19.90",
    }
    assert not any("giftCardId" in each for each in body["transactions"]), "the debit was made by itself"


@pytest.mark.parametrize(("price", "handed"), [("9.98", "10.00"), ("9.97", "10.00"), ("9.99", "20.00")])
def test_cash_rounding_never_leaves_the_order_unpaid_or_overpaid(price: str, handed: str) -> None:
    cash = [Payment(TenderKind.CASH, "cash", Money(Decimal(handed), "EUR"))]
    order = sold([goods(1, price)], payments=cash, cash_step="0.05")
    body = sent(order)
    assert received(body) == reckoned(body) == order.totals.total.amount == Decimal(price)
    if order.totals.rounding:
        assert any(each["key"] == "Cash rounding" for each in body["customAttributes"])


def test_customers_are_associated_by_id_or_made_by_mail_or_named_in_the_note() -> None:
    known = Customer(email="a@example.com", external_id="gid://shopify/Customer/7")
    assert sent(sold([goods(1, "1.00")], customer=known))["customer"] == {"toAssociate": {"id": known.external_id}}
    foreign = replace(known, external_id="17", first_name="Ana")
    assert sent(sold([goods(1, "1.00")], customer=foreign))["customer"] == {
        "toUpsert": {"email": "a@example.com", "firstName": "Ana"}
    }
    nameless = sent(sold([goods(1, "1.00")], customer=Customer(email="", first_name="Ana", last_name="Lind")))
    assert "customer" not in nameless
    assert "Ana Lind" in nameless["note"]
    assert "customer" not in sent(sold([goods(1, "1.00")]))


def test_without_a_location_stock_is_left_alone_and_said_so() -> None:
    order = sold([goods(1, "1.00")])
    variables = order_variables(order, "")
    assert variables["options"]["inventoryBehaviour"] == "BYPASS"
    assert "fulfillment" not in variables["order"]
    assert stock_effect(order, "") is StockEffect.NOT_LOWERED


def test_a_return_is_refused_by_line() -> None:
    order = sold([goods(1, "5.00")])
    back = replace(order.lines[0], quantity=Decimal(-1))
    with pytest.raises(InvalidInput, match="line-1"):
        order_variables(replace(order, lines=(back,)), PLACE)


RATES = st.sampled_from([(VAT,), (TaxRate("Reduced", Decimal("0.135")),), (TaxRate("Zero", Decimal(0)),), ()])
OFF = st.lists(
    st.one_of(
        st.integers(1, 60).map(lambda n: Discount(f"{n} %", DiscountType.PERCENTAGE, Decimal(n), code=f"P{n}")),
        st.integers(1, 900).map(lambda n: Discount("off", DiscountType.FIXED, Decimal(n) / 100, code=f"F{n}")),
        st.integers(1, 50).map(lambda n: Discount("by hand", DiscountType.PERCENTAGE, Decimal(n))),
    ),
    max_size=2,
)


@st.composite
def baskets(draw: st.DrawFn) -> list[BasketLine]:
    return [
        goods(
            number,
            f"{draw(st.integers(0, 20000)) / 100:.2f}",
            draw(st.one_of(st.integers(1, 12).map(str), st.integers(1, 4000).map(lambda n: str(Decimal(n) / 1000)))),
            taxes=draw(RATES),
            discounts=tuple(draw(OFF)) if draw(st.integers(0, 3)) == 0 else (),
            listing=draw(st.sampled_from([None, goods(number, "1").listing])),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]


@settings(max_examples=400, deadline=None)
@given(lines=baskets(), discounts=OFF, included=st.booleans())
def test_shopify_reckons_the_tills_total_for_any_basket(
    lines: list[BasketLine], discounts: list[Discount], included: bool
) -> None:
    order = sold(lines, discounts=discounts, included=included)
    body = sent(order)
    assert reckoned(body) == reckoned(body, per_line=True) == received(body) == order.totals.total.amount
    tax = sum(Decimal(tax["priceSet"]["shopMoney"]["amount"]) for line in body["lineItems"] for tax in line["taxLines"])
    assert tax == order.totals.tax.amount

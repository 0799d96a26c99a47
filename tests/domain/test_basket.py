"""Baskets as a cashier meets them, and as a space: whatever is sold, no cent appears or is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillbridge.domain.basket import BasketLine, Discount, Payment, PricedBasket, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.domain.verify import verify_order

VAT = TaxRate("VAT", D("0.23"))


def eur(amount: str) -> Money:
    return Money(D(amount), "EUR")


def line(
    at: str, unit_price: str, quantity: str = "1", *rates: TaxRate, kind: LineKind = LineKind.PRODUCT
) -> BasketLine:
    return BasketLine(id=at, kind=kind, title=at, quantity=D(quantity), unit_price=eur(unit_price), taxes=rates)


def basket(*lines: BasketLine, **more: object) -> PricedBasket:
    return price(lines, currency="EUR", prices_include_tax=True, **more)  # type: ignore[arg-type]


def percent(value: str, code: str = "", *lines: str) -> Discount:
    return Discount(code or "by hand", DiscountType.PERCENTAGE, D(value), code, lines)


def fixed(value: str, code: str = "") -> Discount:
    return Discount(code or "by hand", DiscountType.FIXED, D(value), code)


def cash(amount: str) -> Payment:
    return Payment(TenderKind.CASH, "Cash", eur(amount))


FACTS = SaleFacts(
    id=UUID(int=1),
    reference="TB0",
    receipt="1",
    sold_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    business_date=date(2026, 11, 24),
    till="T1",
    location="Main",
)


def test_tax_is_taken_out_of_a_price_that_includes_it() -> None:
    sold = basket(line("jumper", "69.95", "1", VAT))
    assert (sold.lines[0].net, sold.lines[0].tax, sold.total) == (eur("56.87"), eur("13.08"), eur("69.95"))


def test_tax_goes_on_top_of_a_price_without_it() -> None:
    sold = price([line("jumper", "56.87", "1", VAT)], currency="EUR", prices_include_tax=False)
    assert (sold.total, sold.taxes[0].amount, sold.totals.tax) == (eur("69.95"), eur("13.08"), eur("13.08"))


def test_two_rates_stand_side_by_side() -> None:
    state, county = TaxRate("State", D("0.0725")), TaxRate("County", D("0.0125"))
    sold = price([line("lamp", "100.00", "1", state, county)], currency="EUR", prices_include_tax=False)
    assert [each.amount for each in sold.taxes] == [eur("7.25"), eur("1.25")]
    assert sold.total == eur("108.50")


def test_a_percentage_of_the_sale_is_shared_to_the_cent() -> None:
    sold = basket(*(line(at, "0.33") for at in "abc"), discounts=[percent("10", "TEN")])
    assert sold.discounts[0].amount == eur("0.10")
    assert [each.discount for each in sold.lines] == [eur("0.04"), eur("0.03"), eur("0.03")]
    assert sold.total == eur("0.89")


def test_a_code_limited_to_one_line_leaves_the_others() -> None:
    sold = basket(line("soap", "6.40"), line("mug", "12.50"), discounts=[percent("20", "SOAPDEAL", "soap")])
    assert [each.gross for each in sold.lines] == [eur("5.12"), eur("12.50")]
    assert sold.lines[0].discounts[0].code == "SOAPDEAL"


def test_a_fixed_discount_never_takes_more_than_there_is() -> None:
    sold = basket(line("note", "3.00"), discounts=[fixed("5.00", "FIVEOFF")])
    assert (sold.total, sold.discounts[0].amount, sold.paid) == (eur("0.00"), eur("3.00"), True)


def test_discounts_apply_one_after_the_other() -> None:
    sold = basket(replace(line("tote", "20.00"), discounts=(percent("50"),)), discounts=[percent("10"), fixed("4")])
    assert sold.total == eur("5.00")
    assert sold.totals.discount == eur("15.00")


def test_a_gift_card_sold_carries_no_tax_and_no_discount() -> None:
    card = line("card", "50.00", kind=LineKind.GIFT_CARD)
    sold = basket(card, line("mug", "10.00"), discounts=[percent("10")])
    assert sold.total == eur("59.00")
    with pytest.raises(InvalidInput, match="without tax"):
        basket(replace(card, taxes=(VAT,)))


def test_free_shipping_takes_the_shipping_and_nothing_else() -> None:
    sold = basket(
        line("mug", "10.00"),
        line("post", "4.50", kind=LineKind.SHIPPING),
        discounts=[Discount("FREESHIP", DiscountType.FREE_SHIPPING, D(0), "FREESHIP")],
    )
    assert (sold.total, sold.totals.discount) == (eur("10.00"), eur("4.50"))


def test_a_return_is_its_sale_with_the_sign_turned() -> None:
    sale = basket(replace(line("a", "9.99", "3", VAT), discounts=(percent("15"),))).lines[0]
    back = basket(replace(line("a", "9.99", "-3", VAT), discounts=(percent("15"),))).lines[0]
    assert (back.gross, back.net, back.tax, back.discount) == (-sale.gross, -sale.net, -sale.tax, -sale.discount)


def test_a_discount_of_the_sale_leaves_returns_alone() -> None:
    sold = basket(line("new", "20.00"), line("old", "5.00", "-1"), discounts=[percent("10")])
    assert [each.gross for each in sold.lines] == [eur("18.00"), eur("-5.00")]


def test_weighed_goods_are_rounded_once() -> None:
    assert basket(line("cheese", "23.90", "0.312", VAT)).total == eur("7.46")


def test_split_tender_gives_change_from_cash_only() -> None:
    card = Payment(TenderKind.CARD, "Card", eur("10.00"))
    gift = Payment(TenderKind.GIFT_CARD, "Gift card", eur("5.00"), "17", "•••• PQRS")
    sold = basket(line("tote", "18.00"), payments=[cash("20.00"), card, gift])
    assert [(each.amount, each.change) for each in sold.tenders] == [
        (eur("3.00"), eur("17.00")),
        (eur("10.00"), eur("0.00")),
        (eur("5.00"), eur("0.00")),
    ]
    assert (sold.due, sold.change) == (eur("0.00"), eur("17.00"))


def test_a_gift_card_pays_at_most_what_is_due_and_a_card_is_not_overcharged() -> None:
    gift = Payment(TenderKind.GIFT_CARD, "Gift card", eur("50.00"), "17")
    assert basket(line("tote", "18.00"), payments=[gift]).tenders[0].amount == eur("18.00")
    with pytest.raises(InvalidInput, match="more than"):
        basket(line("tote", "18.00"), payments=[Payment(TenderKind.CARD, "Card", eur("18.01"))])


@pytest.mark.parametrize(
    ("price_", "handed", "rounding", "change"),
    [
        ("9.98", "10.00", "0.02", "0.00"),
        ("9.97", "20.00", "-0.02", "10.05"),
        ("9.93", "9.95", "0.02", "0.00"),
        ("0.02", "0.00", "-0.02", "0.00"),
    ],
)
def test_cash_is_rounded_to_the_coins_there_are(price_: str, handed: str, rounding: str, change: str) -> None:
    sold = basket(line("a", price_), payments=[cash(handed)], cash_step=eur("0.05"))
    assert (sold.totals.rounding, sold.change, sold.due) == (eur(rounding), eur(change), eur("0.00"))
    assert sold.total == eur(price_)


def test_cash_rounded_down_to_nothing_stays_on_the_sale() -> None:
    gift = Payment(TenderKind.GIFT_CARD, "Gift card", eur("5.00"), "17")
    sold = basket(line("a", "5.02"), payments=[gift, cash("0.00")], cash_step=eur("0.05"))
    order = to_order(sold, FACTS)
    assert [each.kind for each in order.tenders] == [TenderKind.GIFT_CARD, TenderKind.CASH]
    verify_order(order)


def test_a_card_pays_the_exact_amount_even_where_cash_is_rounded() -> None:
    sold = basket(line("a", "9.98"), cash_step=eur("0.05"))
    assert (sold.due, sold.due_in_cash) == (eur("9.98"), eur("10.00"))
    sold = basket(line("a", "9.98"), payments=[Payment(TenderKind.CARD, "Card", eur("9.98"))], cash_step=eur("0.05"))
    assert (sold.totals.rounding, sold.paid) == (eur("0.00"), True)


def test_cash_that_does_not_settle_the_rest_is_not_rounded() -> None:
    sold = basket(line("a", "9.98"), payments=[cash("5.00")], cash_step=eur("0.05"))
    assert (sold.totals.rounding, sold.due, sold.due_in_cash) == (eur("0.00"), eur("4.98"), eur("5.00"))


def test_money_owed_back_is_paid_out_and_rounded_alike() -> None:
    sold = basket(line("old", "12.37", "-1"), payments=[cash("-12.35")], cash_step=eur("0.05"))
    assert (sold.paid, sold.totals.rounding, sold.tenders[0].amount) == (True, eur("0.02"), eur("-12.35"))
    with pytest.raises(InvalidInput, match="owed back"):
        basket(line("old", "12.37", "-1"), payments=[cash("-15.00")])


def test_an_unpaid_basket_makes_no_sale() -> None:
    with pytest.raises(InvalidInput, match="still due"):
        to_order(basket(line("a", "9.98")), FACTS)
    with pytest.raises(InvalidInput, match="empty"):
        to_order(basket(), FACTS)


def test_impossible_lines_are_named() -> None:
    with pytest.raises(InvalidInput, match="jumper"):
        basket(line("jumper", "-1.00"))
    with pytest.raises(InvalidInput, match="quantity"):
        basket(line("jumper", "1.00", "0"))
    with pytest.raises(InvalidInput, match="100 percent"):
        basket(line("jumper", "1.00"), discounts=[percent("101")])


def _sold() -> Order:
    return to_order(basket(line("a", "9.99", "2", VAT), line("b", "5.00"), payments=[cash("30")]), FACTS)


def test_intake_takes_a_sale_that_adds_up_and_names_the_field_that_does_not() -> None:
    order = _sold()
    verify_order(order)
    first = order.lines[0]
    cases = {
        "lines[0].subtotal": replace(order, lines=(replace(first, unit_price=eur("9.50")), order.lines[1])),
        "lines[0].gross": replace(order, lines=(replace(first, net=first.net + eur("0.01")), order.lines[1])),
        "totals.total": replace(order, totals=replace(order.totals, total=eur("1.00"))),
        "tenders": replace(order, tenders=(replace(order.tenders[0], amount=eur("1.00")),)),
        "totals": replace(order, totals=replace(order.totals, tax=Money(D(1), "USD"))),
        "lines": replace(order, lines=(first, first)),
    }
    for name, wrong in cases.items():
        with pytest.raises(InvalidInput) as caught:
            verify_order(wrong)
        assert caught.value.params["field"] == name


CURRENCIES = ["JPY", "EUR", "KWD"]
RATES = [D("0"), D("0.055"), D("0.07"), D("0.0725"), D("0.19"), D("0.20"), D("0.23")]


@st.composite
def _lines(draw: st.DrawFn, currency: str) -> BasketLine:
    kind = draw(st.sampled_from(list(LineKind)))
    is_card = kind is LineKind.GIFT_CARD
    sign = draw(st.sampled_from([1, 1, 1, -1]))
    quantity = draw(st.integers(1, 5).map(D) | st.integers(1, 4000).map(lambda each: D(each) / 1000)) * sign
    rates = draw(st.lists(st.sampled_from(RATES), max_size=0 if is_card else 3))
    offs = draw(st.lists(_discounts([]), max_size=0 if is_card else 2))
    return BasketLine(
        id=str(draw(st.uuids())),
        kind=kind,
        title="x",
        quantity=quantity,
        unit_price=Money.of_minor(draw(st.integers(0, 100_000)), currency),
        taxes=tuple(TaxRate(f"{at}", rate) for at, rate in enumerate(rates)),
        discounts=tuple(offs),
    )


def _discounts(ids: list[str]) -> st.SearchStrategy[Discount]:
    chosen = st.lists(st.sampled_from(ids), unique=True).map(tuple) if ids else st.just(())
    percentage = st.decimals(0, 100, places=1)
    amount = st.decimals(0, 500, places=2)
    return st.one_of(
        st.builds(Discount, st.just("d"), st.just(DiscountType.PERCENTAGE), percentage, st.just("C"), chosen),
        st.builds(Discount, st.just("d"), st.just(DiscountType.FIXED), amount, st.just(""), chosen),
        st.builds(Discount, st.just("d"), st.just(DiscountType.FREE_SHIPPING), st.just(D(0)), st.just("F"), chosen),
    )


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_sold_every_cent_is_accounted_for(data: st.DataObject) -> None:
    currency = data.draw(st.sampled_from(CURRENCIES))
    lines = data.draw(st.lists(_lines(currency), min_size=1, max_size=6))
    rules = data.draw(st.lists(_discounts([each.id for each in lines]), max_size=3))
    included = data.draw(st.booleans())
    step = data.draw(st.sampled_from([None, Money.of_minor(5, currency), Money.of_minor(10, currency)]))

    open_basket = price(lines, currency=currency, prices_include_tax=included, discounts=rules, cash_step=step)
    zero = Money.zero(currency)
    part = Money.of_minor(data.draw(st.integers(0, max(open_basket.due.minor, 0))), currency)
    gift = Payment(TenderKind.GIFT_CARD, "g", Money.of_minor(data.draw(st.integers(0, 50_000)), currency), "1")
    payments = [gift, Payment(TenderKind.CASH, "c", part)]
    partly = price(
        lines, currency=currency, prices_include_tax=included, discounts=rules, payments=payments, cash_step=step
    )
    rest = Payment(TenderKind.CASH, "c", partly.due_in_cash)
    sold = price(
        lines,
        currency=currency,
        prices_include_tax=included,
        discounts=rules,
        payments=[*payments, rest],
        cash_step=step,
    )

    for each in sold.lines:
        assert each.net + each.tax == each.gross
        assert total([tax.amount for tax in each.taxes], currency) == each.tax
        assert total([off.amount for off in each.discounts], currency) == each.discount
        assert each.subtotal - each.discount == (each.gross if included else each.net)
        assert (each.gross >= zero) if each.quantity > 0 else (each.gross <= zero)
    assert total([each.gross for each in sold.lines], currency) == sold.total
    assert total([each.amount for each in sold.taxes], currency) == sold.totals.tax
    for basket_ in (open_basket, partly, sold):
        assert total([each.amount for each in basket_.tenders], currency) + basket_.due == basket_.totals.payable
        handed = total([each.amount + each.change for each in basket_.tenders], currency)
        assert handed - basket_.change + basket_.due == basket_.totals.payable
    if step is None or not part:
        assert sold.paid
        verify_order(to_order(sold, FACTS))

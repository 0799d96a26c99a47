"""A refund while it is put together: within what is left, worth what was paid, and nothing that was not chosen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.sales import goods, sold
from tillbridge.domain.basket import Payment
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Refund, RefundLine, TenderKind
from tillbridge.services.refunding import RefundDraft


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _draft() -> RefundDraft:
    """Three tees, of which one went back, and 0.75 kg of cheese."""
    order = sold([goods("1", quantity="3"), goods("2", "CHEESE", "0.75", "20.00")])
    given = Refund("R", _eur("24.90"), (RefundLine("1", Decimal(1), restock=True),), "")
    return RefundDraft(replace(order, refunds=(given,)))


def _chosen(draft: RefundDraft) -> dict[str, Decimal]:
    return {each.line.id: each.chosen for each in draft.lines if each.chosen}


def test_it_begins_with_nothing_and_refuses_to_give_that_back() -> None:
    draft = _draft()
    assert _chosen(draft) == {}
    assert draft.left == _eur("64.80")
    with pytest.raises(InvalidInput, match="choose what goes back"):
        draft.asked("")


def test_steps_stay_between_none_and_what_is_left() -> None:
    draft = _draft()
    for _ in range(5):
        draft.change("1", 1)
        draft.change("2", 1)
    assert _chosen(draft) == {"1": Decimal(2), "2": Decimal("0.75")}
    assert draft.worth == _eur("64.80")
    for _ in range(5):
        draft.change("1", -1)
        draft.change("2", -1)
    assert _chosen(draft) == {}


def test_a_line_and_all_lines_go_on_and_off() -> None:
    draft = _draft()
    draft.all_or_none("2")
    assert [each.worth for each in draft.lines] == [_eur("0"), _eur("15.00")]
    draft.everything()
    assert _chosen(draft) == {"1": Decimal(2), "2": Decimal("0.75")}
    draft.everything()
    draft.all_or_none("1")
    draft.all_or_none("1")
    assert _chosen(draft) == {}


def test_what_is_asked_for_says_what_goes_back_on_the_shelf() -> None:
    draft = _draft()
    draft.change("1", 1)
    lines, amount = draft.asked(" ")
    assert (lines, amount) == ((RefundLine("1", Decimal(1), restock=True),), _eur("24.90"))
    draft.restock = False
    assert draft.asked("20,5") == ((RefundLine("1", Decimal(1), restock=False),), _eur("20.50"))


def test_an_amount_alone_names_no_line() -> None:
    assert _draft().asked("4.90") == ((), _eur("4.90"))


@pytest.mark.parametrize("typed", ["x", "-4", "1e3", "4.9.0", "NaN"])
def test_what_is_no_amount_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _draft().asked(typed)
    assert typed in refused.value.params["reason"]


def test_only_goods_return_to_a_shelf() -> None:
    order = sold([goods("1")])
    shipping = replace(order.lines[0], id="2", kind=LineKind.SHIPPING)
    draft = RefundDraft(replace(order, lines=(*order.lines, shipping)))
    draft.everything()
    assert [each.restock for each in draft.asked("")[0]] == [True, False]


def test_it_is_paid_out_as_it_was_paid_unless_that_was_a_gift_card() -> None:
    by_cash = sold([goods("1")], payments=[Payment(TenderKind.CASH, "Cash", _eur("30.00"))])
    assert RefundDraft(by_cash).paid_by is TenderKind.CASH
    assert RefundDraft(sold([goods("1")])).paid_by is TenderKind.CARD
    by_gift_card = sold([goods("1")], payments=[Payment(TenderKind.GIFT_CARD, "Gift card", _eur("24.90"))])
    assert RefundDraft(by_gift_card).paid_by is TenderKind.CASH

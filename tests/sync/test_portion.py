"""The part of a sale that one connection records adds up to the cent, whatever was exchanged or sold elsewhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.support.sales import goods, sold
from tillbridge.domain.basket import Discount, Payment
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Order, OrderStatus, Refund, RefundLine, TenderKind
from tillbridge.domain.refunds import left_of
from tillbridge.domain.verify import verify_order
from tillbridge.sync.portion import portion, refund_shares

TEN = Discount("Ten", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_plain_sale_goes_out_as_it_is() -> None:
    order = sold([goods("1"), goods("2", "MUG-BLU", "2", "12.50")], discounts=[TEN])
    assert portion(order) is order


def test_goods_bought_against_a_return_are_paid_by_exchange_and_the_rest() -> None:
    order = sold([goods("1", quantity="-1", return_of="1000"), goods("2", "MUG-BLU", "3", "12.50")])
    part = portion(order)
    assert part is not None
    assert [(each.kind, each.amount) for each in part.tenders] == [
        (TenderKind.CARD, _eur("12.60")),
        (TenderKind.EXCHANGE, _eur("24.90")),
    ]
    assert part.totals.total == _eur("37.50")
    verify_order(part)


def test_when_the_shopper_gets_money_back_the_new_goods_are_wholly_exchanged() -> None:
    cash_back = Payment(TenderKind.CASH, "Cash", _eur("-12.40"))
    order = sold(
        [goods("1", quantity="-1", return_of="1000"), goods("2", "MUG-BLU", price_="12.50")], payments=[cash_back]
    )
    assert order.totals.total == _eur("-12.40")
    part = portion(order)
    assert part is not None
    assert [(each.kind, each.amount) for each in part.tenders] == [(TenderKind.EXCHANGE, part.totals.total)]
    verify_order(part)


def test_a_pure_return_leaves_nothing_to_place() -> None:
    cash_back = Payment(TenderKind.CASH, "Cash", _eur("-24.90"))
    assert portion(sold([goods("1", quantity="-1", return_of="1000")], payments=[cash_back])) is None


_cents = st.integers(1, 9999).map(lambda cents: str(Decimal(cents) / 100))


@given(prices=st.lists(_cents, min_size=2, max_size=6), cut=st.integers(1, 5), percent=st.integers(0, 100))
def test_a_sale_split_over_two_connections_loses_no_cent(prices: list[str], cut: int, percent: int) -> None:
    lines = [goods(str(at), price_=each) for at, each in enumerate(prices)]
    order = sold(lines, discounts=[Discount("Off", DiscountType.PERCENTAGE, Decimal(percent))])
    ids = [each.id for each in order.lines]
    cut = min(cut, len(ids) - 1)
    first, second = portion(order, ids[:cut]), portion(order, ids[cut:])
    assert first is not None
    assert second is not None
    for part in (first, second):
        verify_order(part)
    assert first.totals.total + second.totals.total == order.totals.total
    assert first.totals.tax + second.totals.tax == order.totals.tax
    given_off = [each.amount for part in (first, second) for each in part.discounts]
    assert total(given_off, "EUR") == total([each.amount for each in order.discounts], "EUR")


def _deliveries(order: Order, *cuts: tuple[str, ...]) -> list[Delivery]:
    return [
        Delivery(
            sale_id=order.id, connection_id=new_id(), status=OrderStatus.SYNCED, updated_at=order.sold_at, lines=cut
        )
        for cut in cuts
    ]


@given(
    prices=st.lists(_cents, min_size=2, max_size=6),
    cut=st.integers(1, 5),
    amounts=st.lists(st.integers(1, 400), max_size=4),
    line=st.integers(0, 5),
)
def test_whatever_was_given_back_before_each_store_gives_back_what_it_took(
    prices: list[str], cut: int, amounts: list[int], line: int
) -> None:
    order = sold([goods(str(at), price_=each) for at, each in enumerate(prices)])
    ids = tuple(each.id for each in order.lines)
    cut = min(cut, len(ids) - 1)
    deliveries = _deliveries(order, ids[:cut], ids[cut:])
    chosen = order.lines[min(line, len(ids) - 1)]
    asked = [Refund(f"R{at}", Money(Decimal(each) / 100, "EUR"), (), "sorry") for at, each in enumerate(amounts)]
    asked.insert(0, Refund("L", chosen.gross, (RefundLine(chosen.id, chosen.quantity, restock=True),), "torn"))
    given_back = {each.connection_id: Money.zero("EUR") for each in deliveries}
    for refund in asked:
        if refund.amount <= left_of(order).amount and (shares := refund_shares(order, refund, deliveries)) is not None:
            assert total([each.amount for each in shares.values()], "EUR") == refund.amount
            given_back = {id_: had + shares[id_].amount if id_ in shares else had for id_, had in given_back.items()}
            order = replace(order, refunds=(*order.refunds, refund))
    rest = left_of(order)
    whole = Refund("W", rest.amount, tuple(RefundLine(*each, restock=True) for each in rest.quantities.items()), "all")
    shares = refund_shares(order, whole, deliveries)
    assert shares is not None
    for each in deliveries:
        part = portion(order, each.lines)
        assert part is not None
        last = shares[each.connection_id].amount if each.connection_id in shares else Money.zero("EUR")
        assert given_back[each.connection_id] + last == part.totals.total


def test_stores_that_recorded_the_same_lines_give_back_the_same() -> None:
    order = sold([goods("1"), goods("2", "MUG-BLU", price_="12.50")])
    deliveries = _deliveries(order, (), ())
    shares = refund_shares(
        order, Refund("R", _eur("12.50"), (RefundLine("2", Decimal(1), restock=True),), ""), deliveries
    )
    assert shares is not None
    assert [each.amount for each in shares.values()] == [_eur("12.50")] * 2


def test_more_than_a_store_took_is_nobodys_share() -> None:
    order = sold([goods("1"), goods("2", "MUG-BLU", price_="12.50")])
    refund = Refund("R", _eur("20.00"), (RefundLine("2", Decimal(1), restock=True),), "")
    assert refund_shares(order, refund, _deliveries(order, ("1",), ("2",))) is None

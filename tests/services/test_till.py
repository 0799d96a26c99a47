"""Selling in the console: a basket priced live, codes and gift cards asked of the store, and the order that arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.support.stores import OPERATOR, Stores
from tillbridge.domain.catalog import SellableVariant
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.errors import (
    CapabilityAbsent,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    TillbridgeError,
)
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType, RedemptionState
from tillbridge.domain.orders import OrderStatus, TenderKind
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text
from tillbridge.services.till import TillBasket
from tillbridge.training.faults import Fault

PLATFORMS = ("shopify", "woocommerce")
CARD, SMALL_CARD, DEAD_CARD = "GIFT-AAAA-1111-2222", "GIFT-BBBB-3333-4444", "GIFT-CCCC-5555-6666"


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


async def variant(stores: Stores, sku: str) -> SellableVariant:
    found = await stores.catalog.by_code(sku)
    assert found is not None, sku
    return found


async def basket(stores: Stores, *goods: tuple[str, int]) -> TillBasket:
    made = await stores.till.new_basket()
    for sku, quantity in goods:
        made.add(await variant(stores, sku), Decimal(quantity))
    return made


@pytest.fixture(params=PLATFORMS)
async def shop(stores: Stores, request: pytest.FixtureRequest) -> Stores:
    """One store of each platform in turn, prepared and with its catalogue."""
    await stores.connect(request.param)
    await stores.stock_up("web")
    return stores


@pytest.fixture
async def shopify(stores: Stores) -> Stores:
    await stores.connect("shopify")
    await stores.stock_up("web")
    return stores


def books(stores: Stores) -> tuple[Mapping[str, Any], ...]:
    """What the till's sales left in the pretended shops' books."""
    return tuple(each for shop in stores.simulators.values() for each in shop.ledger.orders if each["reference"])


def card_balance(stores: Stores, code: str) -> str:
    for shop in stores.simulators.values():
        for each in shop.ledger.gift_cards:
            if each["code"].replace("-", "").lower() == code.replace("-", "").lower() and shop.name == "shopify":
                return str(each["balance"])
    raise AssertionError(code)


async def test_goods_are_found_by_scan_and_by_words(shop: Stores) -> None:
    assert [each.sku for each in await shop.till.search("4006381333948")] == ["TEE-M"]
    assert [each.sku for each in await shop.till.search("SOAP-1")] == ["SOAP-1"]
    assert {each.sku for each in await shop.till.search("enamel mug")} == {"MUG-BLU", "MUG-RED"}


async def test_a_sale_with_code_and_part_gift_card_arrives_to_the_cent(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 2), ("SOAP-1", 1), ("BOOK-1", 1))
    assert sale.priced.total == eur("86.20")
    verdict = await sale.apply_discount("HARBOUR10")
    assert (verdict.valid, verdict.type, verdict.value, verdict.amount) == (
        True, DiscountType.PERCENTAGE, Decimal(10), eur("8.62"),
    )  # fmt: skip
    assert sale.priced.total == eur("77.58")
    await sale.add_gift_card(CARD, eur("20.00"))
    assert sale.priced.due == eur("57.58")
    sale.tender(TenderKind.CASH, eur("60.00"))
    assert sale.priced.change == eur("2.42")
    order = await sale.pay(OPERATOR)
    await shop.work()
    view = await shop.orders.show(order.receipt)
    assert view.status is OrderStatus.SYNCED, view.connections
    assert [(each["total"], each["paid"]) for each in books(shop)] == [("77.58", True)]
    assert [each.state for each in await shop.storage.redemptions.of_reference(order.reference)] == [
        RedemptionState.CONFIRMED
    ]
    assert not [mail for each in shop.simulators.values() for mail in each.outbox.mails]


async def test_the_tax_of_goods_is_the_stores_when_the_till_has_none_of_its_own(stores: Stores) -> None:
    await stores.connect("woocommerce")
    await stores.stock_up("web")
    stores.till.facts = replace(stores.till.facts, tax=None)
    sale = await basket(stores, ("TEE-M", 1), ("BOOK-1", 1))
    assert [str(each.rate) for each in sale.priced.taxes] == ["0.23"]
    assert sale.priced.totals.tax == eur("4.66")


@pytest.mark.parametrize(
    ("code", "valid", "off"),
    [
        ("HARBOUR10", True, "4.98"),
        ("harbour10", True, "4.98"),
        ("FIVEOFF", True, "5.00"),
        ("EXPIRED5", False, "0.00"),
        ("SPEND100", False, "0.00"),
        ("ONCEONLY", False, "0.00"),
        ("NOSUCHCODE", False, "0.00"),
    ],
)
async def test_the_store_judges_a_code_and_the_total_follows(shop: Stores, code: str, valid: bool, off: str) -> None:
    sale = await basket(shop, ("TEE-M", 2))
    verdict = await sale.apply_discount(code)
    assert verdict.valid is valid
    assert bool(verdict.reason) is not valid
    assert sale.priced.total == eur("49.80") - eur(off)


async def test_a_code_for_some_goods_takes_off_only_theirs(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 1), ("SOAP-1", 2))
    verdict = await sale.apply_discount("SOAPDEAL")
    assert (verdict.valid, verdict.amount) == (True, eur("2.56"))
    assert [str(each.discount) for each in sale.priced.lines] == ["0.00 EUR", "2.56 EUR"]


async def test_a_code_never_counts_twice(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 2))
    await sale.apply_discount("HARBOUR10")
    await sale.apply_discount("harbour10")
    assert sale.priced.total == eur("44.82")


async def test_a_code_that_no_longer_holds_stops_the_payment_before_anything_is_taken(shopify: Stores) -> None:
    sale = await basket(shopify, ("TEE-M", 5))
    assert (await sale.apply_discount("SPEND100")).valid
    sale.set_quantity(sale.lines[0].id, Decimal(1))
    await sale.add_gift_card(SMALL_CARD)
    sale.tender(TenderKind.CARD)
    with pytest.raises(InvalidInput) as caught:
        await sale.pay(OPERATOR)
    assert caught.value.params["field"] == "SPEND100"
    assert (card_balance(shopify, SMALL_CARD), books(shopify)) == ("10.00", ())


async def test_codes_need_goods_and_a_store_that_records_the_sale(stores: Stores) -> None:
    sale = await stores.till.new_basket()
    with pytest.raises(InvalidInput, match="basket"):
        await sale.apply_discount("HARBOUR10")
    await stores.connect("shopify")
    await stores.stock_up("web")
    await stores.connections.set_route("web", Route(), OPERATOR)
    sale.add(await variant(stores, "TEE-M"))
    with pytest.raises(InvalidInput, match="store"):
        await sale.apply_discount("HARBOUR10")


async def test_stores_that_record_the_same_sale_must_agree_on_a_code(stores: Stores) -> None:
    for name in PLATFORMS:
        await stores.connect(name, name)
        await stores.stock_up(name)
        await stores.connections.set_route(name, Route(RouteKind.ALL), OPERATOR)
    sale = await basket(stores, ("TEE-M", 2))
    assert (await sale.apply_discount("HARBOUR10")).valid
    woo = stores.simulators["woocommerce"].shop.coupons  # type: ignore[attr-defined]
    other = next(each for each in woo.values() if each["code"].lower() == "harbour10")
    other["amount"] = "15.00"
    verdict = await sale.apply_discount("HARBOUR10")
    assert (verdict.valid, verdict.reason) == (False, text("till.stores_differ"))


async def test_a_sale_goes_to_every_store_that_records_it_and_the_card_to_its_own(stores: Stores) -> None:
    for name in PLATFORMS:
        await stores.connect(name, name)
        await stores.stock_up(name)
        await stores.connections.set_route(name, Route(RouteKind.ALL), OPERATOR)
    sale = await basket(stores, ("MUG-BLU", 3))
    await sale.add_gift_card(SMALL_CARD)
    sale.tender(TenderKind.CARD)
    order = await sale.pay(OPERATOR)
    await stores.work()
    view = await stores.orders.show(order.reference)
    assert {name: each.status for name, each in view.connections.items()} == dict.fromkeys(
        PLATFORMS, OrderStatus.SYNCED
    )
    assert [each["total"] for each in books(stores)] == ["37.50", "37.50"]


async def test_a_gift_card_pays_no_more_than_it_holds_nor_than_is_due(shop: Stores) -> None:
    sale = await basket(shop, ("SOAP-1", 1))
    balance = await sale.add_gift_card(CARD)
    assert (balance.balance, sale.priced.due) == (eur("50.00"), eur("0.00"))
    sale.add(await variant(shop, "TEE-M"))
    assert sale.priced.due == eur("24.90")
    await sale.add_gift_card(CARD)
    assert sale.priced.due == eur("0.00")
    poor = await basket(shop, ("TEE-M", 1))
    await poor.add_gift_card(SMALL_CARD)
    assert poor.priced.due == eur("14.90")


async def test_a_card_that_cannot_be_used_says_why(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 1))
    with pytest.raises((InvalidInput, NotFound)) as caught:
        await sale.add_gift_card(DEAD_CARD)
    assert DEAD_CARD not in str(caught.value)
    with pytest.raises(NotFound):
        await sale.add_gift_card("GIFT-ZZZZ-0000-0000")
    assert sale.cards == ()


async def test_nothing_is_taken_from_a_card_before_the_sale_is_paid(shopify: Stores) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    await sale.add_gift_card(CARD)
    await sale.abandon()
    await shopify.work()
    assert card_balance(shopify, CARD) == "50.00"


async def test_a_lost_answer_of_a_debit_is_looked_up_and_the_sale_goes_through(shopify: Stores) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    await sale.add_gift_card(CARD)
    shopify.simulators["shopify"].faults.arm("timeout_after_commit", match="giftCardDebit")
    order = await sale.pay(OPERATOR)
    await shopify.work()
    assert card_balance(shopify, CARD) == "43.60"
    assert (await shopify.orders.show(order.receipt)).status is OrderStatus.SYNCED


async def test_a_debit_that_cannot_be_settled_leaves_no_sale_and_goes_back(
    shopify: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    await sale.add_gift_card(CARD)
    faults = shopify.simulators["shopify"].faults
    take = faults.take

    def outage_after_the_debit(line: str, body: str) -> Fault | None:
        struck = take(line, body)
        if struck is not None and struck.name == "timeout_after_commit":
            faults.arm("error_5xx", times=50, match="GiftCardTransactions")
        return struck

    monkeypatch.setattr(faults, "take", outage_after_the_debit)
    faults.arm("timeout_after_commit", match="giftCardDebit")
    with pytest.raises(OutcomeUnknown):
        await sale.pay(OPERATOR)
    assert card_balance(shopify, CARD) == "43.60"
    faults.clear()
    shopify.clock.advance(3600)
    await shopify.work()
    assert card_balance(shopify, CARD) == "50.00"
    assert books(shopify) == ()


async def test_a_second_card_that_is_refused_gives_the_first_one_back(shopify: Stores) -> None:
    sale = await basket(shopify, ("TEE-M", 2))
    await sale.add_gift_card(CARD, eur("20.00"))
    await sale.add_gift_card(SMALL_CARD)
    sale.tender(TenderKind.CARD)
    await shopify.offers.redeem("web", Secret(SMALL_CARD), eur("9.00"), "elsewhere", OPERATOR)
    with pytest.raises(PlatformRefused):
        await sale.pay(OPERATOR)
    await shopify.work()
    assert (card_balance(shopify, CARD), card_balance(shopify, SMALL_CARD)) == ("50.00", "1.00")
    assert books(shopify) == ()


async def test_a_code_whose_worth_has_changed_shows_the_new_total_before_money_is_taken(shopify: Stores) -> None:
    sale = await basket(shopify, ("TEE-M", 1), ("SOAP-1", 1))
    await sale.apply_discount("SOAPDEAL")
    assert sale.priced.total == eur("30.02")
    known = next(each for each in sale.discounts if each.code == "SOAPDEAL")
    sale.discounts = (replace(known, value=Decimal(50)),)
    sale.tender(TenderKind.CARD)
    with pytest.raises(InvalidInput, match=r"30\.02"):
        await sale.pay(OPERATOR)
    assert (sale.priced.due, books(shopify)) == (eur("30.02"), ())
    sale.tender(TenderKind.CARD)
    assert (await sale.pay(OPERATOR)).totals.total == eur("30.02")


async def test_goods_added_after_a_code_count_for_it_at_the_latest_when_paying(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 1))
    await sale.apply_discount("HARBOUR10")
    sale.add(await variant(shop, "SOAP-1"))
    sale.tender(TenderKind.CARD)
    try:
        order = await sale.pay(OPERATOR)
    except InvalidInput:
        sale.tender(TenderKind.CARD)
        order = await sale.pay(OPERATOR)
    assert order.totals.total == eur("28.17")


async def test_a_basket_is_sold_once_however_often_pay_is_pressed(shopify: Stores) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    await sale.add_gift_card(CARD)
    first, second = await asyncio.gather(sale.pay(OPERATOR), sale.pay(OPERATOR))
    assert first is second
    assert await sale.pay(OPERATOR) is first
    await shopify.work()
    assert (card_balance(shopify, CARD), len(books(shopify))) == ("43.60", 1)


async def test_a_payment_that_failed_can_be_tried_again_as_another_sale(shopify: Stores) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    await sale.add_gift_card(CARD)
    receipt = sale.receipt
    shopify.simulators["shopify"].faults.arm("error_5xx", times=1, match="mutation GiftCardDebit")
    with pytest.raises(TillbridgeError):
        await sale.pay(OPERATOR)
    assert sale.receipt != receipt
    order = await sale.pay(OPERATOR)
    shopify.clock.advance(120)
    await shopify.work()
    assert order.receipt == sale.receipt
    assert (card_balance(shopify, CARD), len(books(shopify))) == ("43.60", 1)


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
async def test_a_card_pays_more_than_nothing(shopify: Stores, amount: str) -> None:
    sale = await basket(shopify, ("SOAP-1", 1))
    with pytest.raises(InvalidInput, match="above zero"):
        await sale.add_gift_card(CARD, eur(amount))


async def test_what_is_due_must_be_paid_first(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 1))
    with pytest.raises(InvalidInput, match=r"24\.90"):
        await sale.pay(OPERATOR)
    with pytest.raises(InvalidInput):
        sale.tender(TenderKind.CARD, eur("30.00"))
    sale.tender(TenderKind.CARD, eur("10.00"))
    assert sale.priced.due == eur("14.90")
    sale.add(await variant(shop, "SOAP-1"))
    assert sale.priced.due == eur("31.30")


async def test_more_of_the_same_goes_onto_its_line_and_none_takes_it_out(shop: Stores) -> None:
    sale = await basket(shop, ("TEE-M", 1), ("TEE-M", 2))
    assert [each.quantity for each in sale.lines] == [Decimal(3)]
    sale.set_quantity(sale.lines[0].id, Decimal(0))
    assert sale.lines == ()
    with pytest.raises(InvalidInput):
        sale.remove("7")


async def test_each_sale_has_a_receipt_of_its_own(shop: Stores) -> None:
    receipts = {(await shop.till.new_basket()).receipt for _ in range(200)}
    assert len(receipts) == 200


async def test_a_store_without_gift_cards_says_so(shopify: Stores) -> None:
    switches = shopify.simulators["shopify"].shop.switches  # type: ignore[attr-defined]
    switches.gift_card_scopes = False
    sale = await basket(shopify, ("TEE-M", 1))
    with pytest.raises(CapabilityAbsent):
        await sale.add_gift_card(CARD)

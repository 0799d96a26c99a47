"""Codes and gift cards of the pretended shop: judged by the clock alone, counted late, debited again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platforms.shopify.store import Store, opened

CODE = """query ($code: String!) { codeDiscountNodeByCode(code: $code) { codeDiscount { __typename
  ... on DiscountCodeBasic { title status usageLimit asyncUsageCount endsAt
    minimumRequirement { ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount } } }
    customerGets { value { ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount } } }
      items { __typename ... on DiscountProducts { products(first: 5) { nodes { title } } } } } }
  ... on DiscountCodeFreeShipping { title status } } } }"""
LOOK = """query ($query: String!) { giftCards(first: 5, query: $query) { nodes {
  id maskedCode lastCharacters enabled deactivatedAt balance { amount currencyCode } } } }"""
DEBIT = """mutation ($id: ID!, $amount: Decimal!, $currency: CurrencyCode!, $note: String) {
  giftCardDebit(id: $id, debitInput: { debitAmount: { amount: $amount, currencyCode: $currency }, note: $note }) {
    giftCardDebitTransaction { id note amount { amount } giftCard { balance { amount } } } userErrors { code } } }"""
CREDIT = """mutation ($id: ID!, $amount: Decimal!) {
  giftCardCredit(id: $id, creditInput: { creditAmount: { amount: $amount, currencyCode: EUR } }) {
    giftCardCreditTransaction { giftCard { balance { amount } } } userErrors { code } } }"""
MOVES = """query ($id: ID!) { giftCard(id: $id) { balance { amount }
  transactions(first: 20, reverse: true) { nodes { __typename note amount { amount } } } } }"""
DAY = 86_400


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


async def discount(store: Store, code: str) -> Any:
    found = (await store.ask(CODE, code=code))["codeDiscountNodeByCode"]
    return found and found["codeDiscount"]


async def test_a_code_is_found_whatever_its_case_and_an_unknown_one_is_null(store: Store) -> None:
    found = await discount(store, "harbour10")
    assert (found["__typename"], found["title"], found["status"]) == ("DiscountCodeBasic", "HARBOUR10", "ACTIVE")
    assert str(found["customerGets"]["value"]["percentage"]) == "0.1", "a fraction here"
    assert await discount(store, "HARBOUR99") is None


async def test_only_the_clock_is_asked(store: Store) -> None:
    assert (await discount(store, "EXPIRED5"))["status"] == "EXPIRED"
    used_up = await discount(store, "ONCEONLY")
    assert (used_up["status"], used_up["usageLimit"], used_up["asyncUsageCount"]) == ("ACTIVE", 1, 1)
    least = (await discount(store, "SPEND100"))["minimumRequirement"]["greaterThanOrEqualToSubtotal"]["amount"]
    assert least == "100.0"
    row = store.shop.shop.discounts["harbour10"]
    row["starts"] = store.shop.shop.stamp(store.clock.now().replace(year=2027))
    assert (await discount(store, "HARBOUR10"))["status"] == "SCHEDULED"


async def test_a_code_for_some_goods_names_them_and_one_for_shipping_says_so(store: Store) -> None:
    items = (await discount(store, "SOAPDEAL"))["customerGets"]["items"]
    assert items == {"__typename": "DiscountProducts", "products": {"nodes": [{"title": "Sea Salt Soap"}]}}
    assert (await discount(store, "FREESHIP"))["__typename"] == "DiscountCodeFreeShipping"
    assert (await discount(store, "FIVEOFF"))["customerGets"]["value"] == {"amount": {"amount": "5.0"}}


async def test_a_use_is_counted_late(store: Store) -> None:
    store.shop.turn(usage_lag=600.0)
    code = {"itemPercentageDiscountCode": {"code": "HARBOUR10", "percentage": 10.0}}
    await store.sell(await store.line("SOAP-1"), discountCode=code)
    assert (await discount(store, "HARBOUR10"))["asyncUsageCount"] == 0
    store.clock.advance(601)
    assert (await discount(store, "HARBOUR10"))["asyncUsageCount"] == 1


async def cards(store: Store, query: str) -> list[Any]:
    found: list[Any] = (await store.ask(LOOK, query=query))["giftCards"]["nodes"]
    return found


async def card(store: Store, code: str = "GIFTAAAA11112222") -> str:
    [found] = await cards(store, code)
    return str(found["id"])


async def debit(store: Store, card_id: str, amount: str, currency: str = "EUR", note: str = "TB1") -> Any:
    return (await store.ask(DEBIT, id=card_id, amount=amount, currency=currency, note=note))["giftCardDebit"]


async def test_a_card_is_found_by_its_whole_code_and_comes_back_masked(store: Store) -> None:
    [found] = await cards(store, "giftaaaa11112222")
    assert (found["lastCharacters"], found["balance"]) == ("2222", {"amount": "50.0", "currencyCode": "EUR"})
    assert "aaaa" not in found["maskedCode"].lower()
    for part in ("2222", "GIFT", "GIFTAAAA1111222", "GIFT-AAAA-1111-2222", ""):
        assert await cards(store, part) == []


async def test_a_debit_repeats_when_it_is_asked_twice(store: Store) -> None:
    card_id = await card(store)
    for left in ("35.0", "20.0"):
        move = (await debit(store, card_id, "15.00"))["giftCardDebitTransaction"]
        assert (move["amount"]["amount"], move["giftCard"]["balance"]["amount"]) == ("-15.0", left)
    back = (await store.ask(CREDIT, id=card_id, amount="15.00"))["giftCardCredit"]
    assert back["giftCardCreditTransaction"]["giftCard"]["balance"]["amount"] == "35.0"
    told = (await store.ask(MOVES, id=card_id))["giftCard"]
    assert [each["note"] for each in told["transactions"]["nodes"]] == [None, "TB1", "TB1"], "the newest first"
    booked = next(each for each in store.shop.ledger.gift_cards if each["code"] == "GIFT-AAAA-1111-2222")
    assert [each["amount"] for each in booked["moves"]] == ["-15.00", "-15.00", "15.00"]
    assert booked["balance"] == "35.00"


@pytest.mark.parametrize(
    ("code", "amount", "currency", "refused"),
    [
        ("GIFTBBBB33334444", "10.01", "EUR", "INSUFFICIENT_FUNDS"),
        ("GIFTBBBB33334444", "5.00", "USD", "MISMATCHING_CURRENCY"),
        ("GIFTBBBB33334444", "0.00", "EUR", "NEGATIVE_OR_ZERO_AMOUNT"),
        ("GIFTBBBB33334444", "-5.00", "EUR", "NEGATIVE_OR_ZERO_AMOUNT"),
        ("GIFTCCCC55556666", "5.00", "EUR", "INVALID"),
    ],
)
async def test_a_debit_that_cannot_be(store: Store, code: str, amount: str, currency: str, refused: str) -> None:
    before = store.shop.ledger.gift_cards
    made = await debit(store, await card(store, code), amount, currency)
    assert made == {"giftCardDebitTransaction": None, "userErrors": [{"code": refused}]}
    assert store.shop.ledger.gift_cards == before


async def test_no_card_and_a_card_past_its_day(store: Store) -> None:
    made = await debit(store, "gid://shopify/GiftCard/1", "5.00")
    assert made["userErrors"] == [{"code": "GIFT_CARD_NOT_FOUND"}]
    card_id = await card(store)
    store.shop.shop.gift_cards[card_id]["expiresOn"] = "2026-11-24"
    assert (await debit(store, card_id, "5.00"))["userErrors"] == [], "good until the end of its day"
    store.clock.advance(DAY)
    store.token = (await store.grant()).json()["access_token"]
    assert (await debit(store, card_id, "5.00"))["userErrors"] == [{"code": "INVALID"}]


async def test_a_lost_answer_leaves_the_money_taken_and_the_note_to_be_found(store: Store) -> None:
    card_id = await card(store)
    store.shop.faults.arm("error_5xx", phase="after", match="giftCardDebit")
    values = {"id": card_id, "amount": "15.00", "currency": "EUR", "note": "TB7"}
    assert (await store.post(DEBIT, **values)).status_code == 502
    told = (await store.ask(MOVES, id=card_id))["giftCard"]
    assert told["balance"]["amount"] == "35.0"
    assert [each["note"] for each in told["transactions"]["nodes"]] == ["TB7"]

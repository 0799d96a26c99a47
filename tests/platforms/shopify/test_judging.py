"""Codes judged for a basket: every rule that says no says why, and nothing is taken off for a refused code."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer, OfferLine
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import wire_offers, words
from tillbridge.platforms.shopify.judging import Facts, judge

STRANGER = Facts(customer_id="", used_before=False, in_collections=frozenset())


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def line(number: int, worth: str, quantity: str = "1") -> OfferLine:
    product, variant = f"gid://shopify/Product/{number}", f"gid://shopify/ProductVariant/{number}"
    return OfferLine(product, variant, f"SKU-{number}", Decimal(quantity), eur(worth))


BASKET = Offer("EUR", (line(1, "49.80", "2"), line(2, "6.40")), "ana@example.com")


def rule(**changes: Any) -> dict[str, Any]:
    """An active 10 % code for everything and everybody."""
    whole: dict[str, Any] = {
        "__typename": "DiscountCodeBasic",
        "title": "Ten",
        "status": "ACTIVE",
        "usageLimit": None,
        "asyncUsageCount": 3,
        "appliesOncePerCustomer": False,
        "combinesWith": {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": False},
        "context": {"__typename": "DiscountBuyerSelectionAll"},
        "minimumRequirement": None,
        "customerGets": {
            "value": {"__typename": "DiscountPercentage", "percentage": Decimal("0.1")},
            "items": {"__typename": "AllDiscountItems"},
        },
    }
    return {**whole, **changes}


def gets(value: dict[str, Any] | None = None, items: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "value": value or {"__typename": "DiscountPercentage", "percentage": Decimal("0.2")},
        "items": items or {"__typename": "AllDiscountItems"},
    }


def chosen(kind: str, **lists: list[str]) -> dict[str, Any]:
    info = {"hasNextPage": False, "endCursor": None}
    return {"__typename": kind} | {
        name: {"pageInfo": info, "nodes": [{"id": each} for each in ids]} for name, ids in lists.items()
    }


def verdict(raw: dict[str, Any], offer: Offer = BASKET, facts: Facts = STRANGER) -> DiscountVerdict:
    node = parse(wire_offers.CodeNode, {"id": "gid://shopify/DiscountCodeNode/1", "codeDiscount": raw}, "$")
    return judge("CODE", node, offer, facts)


def test_a_percentage_is_ten_for_ten_percent_and_comes_off_all_goods() -> None:
    said = verdict(rule())
    assert (said.valid, said.type, said.value, said.amount) == (True, DiscountType.PERCENTAGE, Decimal(10), eur("5.62"))
    assert said.lines == ()
    assert said.judged_by_platform
    assert said.judged_by_us


def test_fixed_amounts_come_off_once_or_per_piece_and_never_more_than_the_goods_cost() -> None:
    amount = {"amount": "5.00", "currencyCode": "EUR"}
    once = {"__typename": "DiscountAmount", "amount": amount, "appliesOnEachItem": False}
    assert verdict(rule(customerGets=gets(once))).amount == eur("5.00")
    assert verdict(rule(customerGets=gets({**once, "appliesOnEachItem": True}))).amount == eur("15.00")
    large = {**once, "amount": {"amount": "500.00", "currencyCode": "EUR"}}
    assert verdict(rule(customerGets=gets(large))).amount == eur("56.20")


def test_a_code_for_some_goods_comes_off_those_alone() -> None:
    variants = chosen("DiscountProducts", products=[], productVariants=["gid://shopify/ProductVariant/2"])
    said = verdict(rule(customerGets=gets(items=variants)))
    assert (said.amount, said.lines) == (eur("1.28"), (1,))
    none = chosen("DiscountProducts", products=["gid://shopify/Product/9"], productVariants=[])
    assert verdict(rule(customerGets=gets(items=none))).reason == words.NO_ITEMS
    collection = chosen("DiscountCollections", collections=["gid://shopify/Collection/5"])
    members = replace(STRANGER, in_collections=frozenset({"gid://shopify/Product/1"}))
    assert verdict(rule(customerGets=gets(items=collection)), facts=members).amount == eur("9.96")


def test_free_shipping_is_valid_and_takes_nothing_off() -> None:
    said = verdict(rule(__typename="DiscountCodeFreeShipping", customerGets=None))
    assert (said.valid, said.type, said.amount) == (True, DiscountType.FREE_SHIPPING, eur("0.00"))


SUBTOTAL = {"__typename": "DiscountMinimumSubtotal"}
PIECES = {"__typename": "DiscountMinimumQuantity"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "EXPIRED"}, words.EXPIRED),
        ({"status": "SCHEDULED"}, words.SCHEDULED),
        ({"status": "PAUSED_SOMEHOW"}, words.NOT_ACTIVE),
        ({"usageLimit": 3}, words.USED_UP),
        ({"__typename": "DiscountCodeBxgy", "customerGets": None}, words.BUY_X),
        ({"__typename": "DiscountCodeApp", "customerGets": None}, words.BY_APP),
        ({"__typename": "DiscountCodeNew", "customerGets": None}, words.OTHER_KIND),
        ({"context": {"__typename": "DiscountCustomerSegments"}}, words.ONLY_SEGMENTS),
        ({"context": {"__typename": "DiscountMarkets"}}, words.ONLY_MARKETS),
        (
            {"context": {"__typename": "DiscountCustomers", "customers": [{"id": "gid://shopify/Customer/1"}]}},
            words.ONLY_CUSTOMERS,
        ),
        (
            {
                "minimumRequirement": {
                    **SUBTOTAL,
                    "greaterThanOrEqualToSubtotal": {"amount": "100.0", "currencyCode": "EUR"},
                }
            },
            words.TOO_SMALL.format(minimum="100.00 EUR"),
        ),
        ({"minimumRequirement": {**PIECES, "greaterThanOrEqualToQuantity": "4"}}, words.TOO_FEW.format(minimum=4)),
    ],
)
def test_a_rule_that_says_no_says_why(changes: dict[str, Any], reason: str) -> None:
    said = verdict(rule(**changes))
    assert (said.valid, said.reason, said.amount) == (False, reason, eur("0.00"))


def test_minimums_are_reached_exactly_at_the_minimum() -> None:
    subtotal = {**SUBTOTAL, "greaterThanOrEqualToSubtotal": {"amount": "56.20", "currencyCode": "EUR"}}
    assert verdict(rule(minimumRequirement=subtotal)).valid
    assert verdict(rule(minimumRequirement={**PIECES, "greaterThanOrEqualToQuantity": "3"})).valid


def test_a_code_once_per_customer_needs_the_customer_and_their_history() -> None:
    once = rule(appliesOncePerCustomer=True)
    assert verdict(once).valid
    assert verdict(once, facts=replace(STRANGER, used_before=True)).reason == words.ALREADY_USED
    assert verdict(once, replace(BASKET, customer_email="")).reason == words.NEEDS_CUSTOMER


def test_a_chosen_customer_may_use_their_code() -> None:
    mine = rule(context={"__typename": "DiscountCustomers", "customers": [{"id": "gid://shopify/Customer/1"}]})
    assert verdict(mine, facts=replace(STRANGER, customer_id="gid://shopify/Customer/1")).valid


def test_two_codes_go_together_only_when_this_one_allows_it() -> None:
    two = replace(BASKET, other_codes=("FIVEOFF",))
    assert verdict(rule(), two).reason == words.NOT_TOGETHER
    friendly = {"orderDiscounts": True, "productDiscounts": False, "shippingDiscounts": False}
    said = verdict(rule(combinesWith=friendly), two)
    assert said.valid
    assert "class of the other codes" in said.unjudged


def test_an_amount_in_another_currency_is_refused() -> None:
    sek = {
        "__typename": "DiscountAmount",
        "amount": {"amount": "50", "currencyCode": "SEK"},
        "appliesOnEachItem": False,
    }
    said = verdict(rule(customerGets=gets(sek)))
    assert (said.valid, said.reason) == (False, words.OTHER_CURRENCY.format(theirs="SEK", ours="EUR"))

"""What a platform may lack is a closed list: anything else declared absent fails here."""

from __future__ import annotations

import pytest

from tests.platforms.contract_suite.declarations import VERBS
from tillbridge.domain.specs import Capability, Noun, PlatformSpec
from tillbridge.platforms.registry import PlatformServiceRegistry

Absence = tuple[Noun, str]

_GIFT_CARDS = {(Noun.GIFT_CARD, verb) for verb in VERBS[Noun.GIFT_CARD]}
_NO_COMPARE = {(Noun.INVENTORY, "compare_and_set")}
_NO_ADJUST = {(Noun.INVENTORY, "adjust")}
_NO_USE_COUNT = {(Noun.DISCOUNT, "use_count")}

ALLOWED: dict[str, set[Absence]] = {
    "bigcommerce": _NO_COMPARE | _NO_USE_COUNT,
    "magento": _GIFT_CARDS | _NO_COMPARE | _NO_ADJUST | _NO_USE_COUNT,
    "prestashop": _GIFT_CARDS | _NO_COMPARE | _NO_ADJUST | _NO_USE_COUNT,
    "shopify": _NO_USE_COUNT,
    "squarespace": {
        *_GIFT_CARDS,
        *_NO_COMPARE,
        *_NO_USE_COUNT,
        (Noun.ORDER, "cancel"),
        (Noun.ORDER, "refund"),
        (Noun.ORDER, "partial_refund"),
        (Noun.CUSTOMER, "changed_since"),
        (Noun.INVENTORY, "changed_since"),
    },
    "sylius": {
        *_GIFT_CARDS,
        *_NO_COMPARE,
        *_NO_ADJUST,
        *_NO_USE_COUNT,
        (Noun.ORDER, "partial_refund"),
        (Noun.PRODUCT, "changed_since"),
        (Noun.CUSTOMER, "changed_since"),
    },
    "wix": _NO_USE_COUNT,
    "woocommerce": _GIFT_CARDS | _NO_COMPARE | _NO_USE_COUNT | {(Noun.CUSTOMER, "changed_since")},
}
WITHOUT_WEBHOOKS = {"prestashop", "sylius", "magento", "wix", "squarespace"}
SPECS = PlatformServiceRegistry().specs()


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_nothing_is_absent_that_is_not_on_the_list(spec: PlatformSpec) -> None:
    absent = {(each.noun, each.verb) for each in spec.capabilities if not each.present}
    assert absent <= ALLOWED[spec.slug], absent - ALLOWED[spec.slug]
    assert spec.webhooks is not None or spec.slug in WITHOUT_WEBHOOKS


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_what_can_be_checked_and_is_not_listened_to_is_said_to_be_missing(spec: PlatformSpec) -> None:
    told = any(each.startswith("webhooks") for each in spec.not_yet)
    assert told is (spec.webhooks is not None)


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_every_noun_has_its_main_verbs_or_says_why_not(spec: PlatformSpec) -> None:
    declared: dict[Noun, set[str]] = {noun: set() for noun in Noun}
    for each in spec.capabilities:
        declared[each.noun].add(each.verb)
    for noun, verbs in {
        Noun.PRODUCT: {"list", "find"},
        Noun.INVENTORY: {"read", "set", "adjust"},
        Noun.ORDER: {"create", "list", "cancel", "refund"},
        Noun.CUSTOMER: {"list", "save"},
        Noun.DISCOUNT: {"check"},
    }.items():
        assert verbs <= declared[noun], (noun, verbs - declared[noun])
    assert declared[Noun.GIFT_CARD]


def test_a_new_absence_would_be_noticed() -> None:
    spec = SPECS[0]
    absent = {(each.noun, each.verb) for each in (*spec.capabilities, Capability(Noun.ORDER, "create", present=False))
              if not each.present}  # fmt: skip
    assert not absent <= ALLOWED[spec.slug]

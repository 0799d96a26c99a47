"""What an operator reads about a platform before trusting it with sales."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.counters import SPEC
from tillbridge.domain.specs import CredentialField, LookUpKind, LookUpPromise, PlatformSpec
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.passports import passport_facts, proof_words, version_words

TODAY = date(2026, 11, 24)
KEY = CredentialField("key", "Key", "", "k", where_to_find="Admin, Apps", setup="own")
CODE = CredentialField("code", "Code", "", "c", where_to_find="the address bar", setup="partner")


def told(spec: PlatformSpec, setup: str = "") -> dict[str, tuple[str, ...]]:
    return {each.label: each.words for each in passport_facts(spec, setup)}


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (None, "API v2, without an end"),
        (date(2026, 12, 24), "API v2, until 24 Dec 2026, 30 days left"),
        (date(2026, 11, 24), "API v2, until 24 Nov 2026, 0 days left"),
        (date(2026, 11, 23), "API v2, not served since 23 Nov 2026"),
    ],
)
def test_an_api_says_how_long_it_is_served(ends: date | None, words: str) -> None:
    assert version_words(replace(SPEC, api_version="v2", api_version_ends=ends), TODAY) == words


def test_where_keys_are_made_and_what_is_not_there_yet_is_told() -> None:
    spec = replace(
        SPEC,
        fields=(KEY, CODE),
        not_yet=("webhooks",),
        documentation="https://docs.example/api",
    )
    everything = told(spec)
    assert everything["Keys"] == ("Key: Admin, Apps", "Code: the address bar")
    assert told(spec, "own")["Keys"] == ("Key: Admin, Apps",)
    assert everything["Documents"] == ("https://docs.example/api",)
    assert everything["Not yet"] == ("webhooks",)


def test_the_look_up_says_how_long_absence_is_not_believed_and_what_could_still_go_wrong() -> None:
    promise = LookUpPromise(LookUpKind.WINDOW, timedelta(minutes=10), "an order in the trash is not seen")
    found = told(replace(SPEC, look_up=promise))
    assert "10 min" in found["Found again"][0]
    assert found["Risk"] == ("an order in the trash is not seen",)


def test_a_mail_sentence_stands_once_and_what_there_is_not_is_left_out() -> None:
    spec = replace(SPEC, mails=SPEC.mails * 2, not_yet=(), extra={})
    found = told(spec)
    assert len(found["Mails"]) == len(set(found["Mails"]))
    assert not {"Not yet", "Install page"} & set(found)


def test_what_is_proved_is_told_with_its_day_and_what_is_not_is_told_too() -> None:
    magento = PlatformServiceRegistry().spec("magento")
    found = told(magento)["Proved"]
    assert any("by tests on the simulator" in each and "orders create" in each for each in found)
    assert any("requests recorded from a real shop" in each for each in found)
    stranger = replace(magento, slug="stranger")
    (words,) = told(stranger)["Proved"]
    assert words.startswith("not by a test yet: products list")


def test_an_operation_names_the_test_that_last_proved_it() -> None:
    magento = PlatformServiceRegistry().spec("magento")
    words = {f"{each.noun} {each.verb}": proof_words(magento, each) for each in magento.capabilities}
    assert words["order create"].endswith("test_a_sale_arrives_paid_to_the_cent_and_nobody_gets_mail")
    assert words["gift_card *"] == "", "what is not there needs no proof"
    assert proof_words(replace(magento, slug="stranger"), magento.capabilities[0]) == "not proved by a test yet"

"""The law of merging: what one side changed is taken, rules settle the rest, and consent is never widened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillbridge.domain.conflicts import ConflictBook, FieldConflict, Standing, Told, rules_of
from tillbridge.domain.customers import Address, Consent
from tillbridge.domain.merging import DEFAULT_RULES, Fields, Rule, Rules, Value, merge, narrower, same
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEB, OUTLET = UUID(int=1), UUID(int=2)
FEW = ("", "red", "blue", "green")
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.sampled_from(FEW),
    st.booleans(),
    st.sampled_from([Money(Decimal(each), "EUR") for each in ("1", "2", "3")]),
    st.sampled_from([(), (Address(city="Cork"),), (Address(city="Cobh"), Address(city="Bray"))]),
)
RULES = st.sampled_from(Rule)


def _one(base: Value, ours: Value, theirs: Value, rule: Rule, newer: bool) -> tuple[Value, bool]:
    """The merged value, and whether it was a conflict."""
    merged = merge({"x": base}, {"x": ours}, {"x": theirs}, {"x": rule}, theirs_newer=newer)
    return merged.fields["x"], bool(merged.differences)


@given(VALUES, VALUES, RULES, st.booleans())
def test_what_one_side_changed_is_taken_whatever_the_rule(base: Value, new: Value, rule: Rule, newer: bool) -> None:
    for ours, theirs in ((base, new), (new, base)):
        value, conflict = _one(base, ours, theirs, rule, newer)
        assert same(value, new)
        assert not conflict


@given(VALUES, VALUES, RULES, st.booleans())
def test_equal_values_never_conflict(base: Value, both: Value, rule: Rule, newer: bool) -> None:
    value, conflict = _one(base, both, both, rule, newer)
    assert value == both
    assert not conflict


@given(VALUES, VALUES, VALUES, RULES, st.booleans())
def test_a_rule_decides_exactly_where_all_three_differ(
    base: Value, ours: Value, theirs: Value, rule: Rule, newer: bool
) -> None:
    value, conflict = _one(base, ours, theirs, rule, newer)
    assert conflict is not (same(base, ours) or same(base, theirs) or same(ours, theirs))
    if conflict:
        store_wins = rule is Rule.PLATFORM_WINS or (rule is Rule.NEWEST and newer)
        assert value == (theirs if store_wins else ours)


@given(VALUES, VALUES, RULES, st.booleans())
def test_a_store_that_tells_for_the_first_time_fills_gaps_and_empties_nothing(
    ours: Value, theirs: Value, rule: Rule, newer: bool
) -> None:
    merged = merge({}, {"x": ours}, {"x": theirs}, {"x": rule}, theirs_newer=newer)
    if same(ours, None):
        assert same(merged.fields["x"], theirs)
    elif same(theirs, None):
        assert merged.fields["x"] == ours
    assert merge({}, {"x": ours}, {}, {"x": rule}, theirs_newer=newer).fields == {"x": ours}


@given(st.sampled_from(Consent), st.lists(st.tuples(st.sampled_from(Consent), st.sampled_from(Consent))))
def test_who_unsubscribed_is_never_subscribed_by_any_number_of_merges(
    ours: Consent, told: list[tuple[Consent, Consent]]
) -> None:
    gone = ours is Consent.UNSUBSCRIBED
    for base, theirs in told:
        ours = merge(
            {"consent": base},
            {"consent": ours},
            {"consent": theirs},
            {"consent": Rule.PLATFORM_WINS},
            theirs_newer=True,
        ).fields["consent"]  # type: ignore[assignment]
        gone = gone or theirs is Consent.UNSUBSCRIBED
        assert (ours is Consent.UNSUBSCRIBED) is gone


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "after"),
    [
        (None, Consent.UNKNOWN, Consent.SUBSCRIBED, Consent.SUBSCRIBED),
        (Consent.PENDING, Consent.PENDING, Consent.SUBSCRIBED, Consent.SUBSCRIBED),
        (None, Consent.PENDING, Consent.SUBSCRIBED, Consent.PENDING),
        (None, Consent.SUBSCRIBED, Consent.UNKNOWN, Consent.SUBSCRIBED),
        (Consent.SUBSCRIBED, Consent.SUBSCRIBED, Consent.UNSUBSCRIBED, Consent.UNSUBSCRIBED),
    ],
)
def test_of_two_statements_the_narrower_stands(base: Value, ours: Value, theirs: Consent, after: Consent) -> None:
    assert narrower(base, ours, theirs) is after


def test_every_field_has_a_rule_and_the_shop_may_choose_another() -> None:
    assert rules_of(Noun.PRODUCT, {}) == DEFAULT_RULES[Noun.PRODUCT]
    chosen = rules_of(Noun.PRODUCT, {"product.price": "platform_wins", "customer.phone": "ask"})
    assert chosen == {**DEFAULT_RULES[Noun.PRODUCT], "price": Rule.PLATFORM_WINS}


class Desk:
    """The book as storage keeps it: what each store told last, what is open, and our fields."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.ours, self.told = rules, dict[str, Value](), dict[UUID, Fields]()
        self.open: dict[object, FieldConflict] = {}

    def pull(self, store: UUID, theirs: Fields, *, minutes: int = 0) -> tuple[FieldConflict, ...]:
        """What the book wrote."""
        book = ConflictBook(Noun.PRODUCT, self.rules, self.open.values(), NOON)
        at = NOON + timedelta(minutes=minutes)
        told = Told(store, "9", "tee", "TEE", self.told.get(store, {}), theirs, at)
        self.ours = dict(book.merge(self.ours or None, told, NOON))
        self.told[store] = theirs
        self._keep(book)
        return book.written

    def decide(self, conflict: FieldConflict, standing: Standing) -> None:
        book = ConflictBook(Noun.PRODUCT, self.rules, self.open.values(), NOON)
        book.decide(conflict, standing, "Maya")
        if standing is Standing.THEIRS:
            self.ours[conflict.field] = conflict.theirs
        self._keep(book)

    def _keep(self, book: ConflictBook) -> None:
        for each in book.written:
            self.open.pop(each.key, None)
            if each.standing is Standing.OPEN:
                self.open[each.key] = each


TOLD = st.lists(
    st.tuples(st.sampled_from([WEB, OUTLET]), st.sampled_from(FEW), st.sampled_from(FEW)), min_size=1, max_size=12
)


@given(TOLD, RULES, RULES)
def test_the_same_pull_twice_changes_nothing(
    told: list[tuple[UUID, str, str]], of_title: Rule, of_barcode: Rule
) -> None:
    desk = Desk({"title": of_title, "barcode": of_barcode})
    for store, title, barcode in told:
        desk.pull(store, {"title": title, "barcode": barcode})
        before = (dict(desk.ours), dict(desk.open))
        assert desk.pull(store, {"title": title, "barcode": barcode}) == ()
        assert (desk.ours, desk.open) == before


@given(TOLD, st.sampled_from([Standing.OURS, Standing.THEIRS]))
def test_what_a_person_decided_is_not_asked_again_until_the_store_changes_it(
    told: list[tuple[UUID, str, str]], standing: Standing
) -> None:
    desk = Desk({"title": Rule.ASK, "barcode": Rule.ASK})
    for store, title, barcode in told:
        desk.pull(store, {"title": title, "barcode": barcode})
    while desk.open:
        desk.decide(next(iter(desk.open.values())), standing)
    decided = dict(desk.ours)
    for store, last in list(desk.told.items()):
        desk.pull(store, last)
    assert (desk.ours, desk.open) == (decided, {})


def test_a_conflict_is_over_when_the_store_comes_round_and_when_another_store_brings_its_value() -> None:
    for store, value in ((WEB, "red"), (OUTLET, "blue")):
        desk = Desk({"title": Rule.ASK})
        desk.pull(OUTLET, {"title": "red"})
        desk.pull(WEB, {"title": "blue"})
        [waiting] = desk.open.values()
        assert (waiting.ours, waiting.theirs, desk.ours) == ("red", "blue", {"title": "red"})
        [over] = desk.pull(store, {"title": value})
        assert (over.id, over.standing) == (waiting.id, Standing.AGREED)
        assert desk.ours == {"title": value}


def test_an_open_conflict_shows_the_newest_values_of_both_sides() -> None:
    desk = Desk({"title": Rule.ASK})
    desk.pull(OUTLET, {"title": "red"})
    desk.pull(WEB, {"title": "blue"})
    [first] = desk.open.values()
    desk.pull(WEB, {"title": "green"})
    desk.pull(OUTLET, {"title": "white"})
    [now] = desk.open.values()
    assert now == replace(first, ours="white", theirs="green")


def test_the_newest_wins_by_the_records_own_times() -> None:
    for minutes, wins in ((1, "blue"), (-1, "red")):
        desk = Desk({"title": Rule.NEWEST})
        desk.pull(OUTLET, {"title": "red"})
        [settled] = desk.pull(WEB, {"title": "blue"}, minutes=minutes)
        assert desk.ours == {"title": wins}
        assert (settled.by, settled.standing is Standing.THEIRS) == ("newest", wins == "blue")
        assert desk.open == {}

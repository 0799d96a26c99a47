"""Two sides of a record made one: what one side changed is taken, what both changed is settled by a rule per field.

Pure. The book of conflicts merges what stores tell with it; the rules are the shop's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tillbridge.domain.customers import Address, Consent
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun

Value = str | bool | Money | Consent | tuple[Address, ...] | None
Fields = Mapping[str, Value]
"""Values by field. A field that is not in what a store tells was not told; an empty one has no value there."""


class Rule(StrEnum):
    """Who is right where the till and a store both changed a field.

    NEWEST goes by the records' own times. ASK: a person, and until then the till's value stands.
    """

    TILL_WINS = "till_wins"
    PLATFORM_WINS = "platform_wins"
    NEWEST = "newest"
    ASK = "ask"


Rules = Mapping[str, Rule]

DEFAULT_RULES: Mapping[Noun, Rules] = {
    Noun.PRODUCT: {
        "title": Rule.NEWEST,
        "price": Rule.ASK,
        "compare_at_price": Rule.ASK,
        "barcode": Rule.TILL_WINS,
        "taxable": Rule.TILL_WINS,
        "is_gift_card": Rule.TILL_WINS,
    },
    Noun.CUSTOMER: {
        "first_name": Rule.NEWEST,
        "last_name": Rule.NEWEST,
        "phone": Rule.NEWEST,
        "addresses": Rule.NEWEST,
    },
}
"""Money and tax are never changed by a second store alone; a shopper's own words are the newest ones. Consent has no
rule: see ``narrower``."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Base, ours and theirs all differ. ``rule`` settled it, unless it is ASK."""

    field: str
    base: Value
    ours: Value
    theirs: Value
    rule: Rule
    theirs_stands: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """``fields`` are ours from now on."""

    fields: Fields
    differences: tuple[Difference, ...]


def merge(base: Fields, ours: Fields, theirs: Fields, rules: Rules, *, theirs_newer: bool) -> Merged:
    """Three-way merge of a record's fields. ``base`` is what this store told last, empty when it never did.

    A field without a rule follows the store and is nobody's conflict. Consent is only ever narrowed.
    """
    fields, differences = dict(ours), list[Difference]()
    for name in ours:
        if name not in theirs:
            continue
        before, mine, told = base.get(name), ours[name], theirs[name]
        if isinstance(told, Consent):
            fields[name] = narrower(before, mine, told)
        elif same(mine, told) or same(before, told):
            continue
        elif same(before, mine) or (rule := rules.get(name)) is None:
            fields[name] = told
        else:
            wins = rule is Rule.PLATFORM_WINS or (rule is Rule.NEWEST and theirs_newer)
            fields[name] = told if wins else mine
            differences.append(Difference(name, before, mine, told, rule, wins))
    return Merged(fields, tuple(differences))


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same: an empty text, no amount and an empty list are all no value."""
    return one == other or (_is_empty(one) and _is_empty(other))


def _is_empty(value: Value) -> bool:
    return value is None or value in ("", ())


_FROM_NARROW = (Consent.UNSUBSCRIBED, Consent.PENDING, Consent.SUBSCRIBED)


def narrower(base: Value, ours: Value, theirs: Consent) -> Value:
    """Consent after a merge: who unsubscribed anywhere stays so, and of two new statements the narrower one stands."""
    if Consent.UNSUBSCRIBED in (ours, theirs):
        return Consent.UNSUBSCRIBED
    if theirs is (base or Consent.UNKNOWN):
        return ours
    if ours in (base, Consent.UNKNOWN):
        return theirs
    return next((each for each in _FROM_NARROW if each in (ours, theirs)), ours)

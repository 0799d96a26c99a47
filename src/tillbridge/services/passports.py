"""What there is to know about a platform before trusting it with sales, in words. Panel and command line show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tillbridge.domain.specs import PlatformSpec, TokenRule
from tillbridge.messages import text


@dataclass(frozen=True, slots=True)
class PassportFact:
    """A label with one sentence or several."""

    label: str
    words: tuple[str, ...]


def passport_facts(spec: PlatformSpec, setup: str = "") -> tuple[PassportFact, ...]:
    """Totals, look-up with its risk, mails, where keys are made, documents, and what is not there yet.

    ``setup``: the kind of setup whose keys are meant; empty for all kinds.
    """
    found = {
        "passport.totals": (text(f"passport.totals_kind.{spec.totals.value}"),),
        "passport.look_up": (_look_up(spec),),
        "passport.risk": (spec.look_up.residual_risk,),
        "passport.mail": tuple(dict.fromkeys(each.words for each in spec.mails)),
        "passport.keys": tuple(dict.fromkeys(_keys(spec, setup))),
        "passport.documents": (spec.documentation,),
        "passport.not_yet": spec.not_yet,
    }
    return tuple(PassportFact(text(label), words) for label, words in found.items() if any(words))


def version_words(spec: PlatformSpec, today: date) -> str:
    """The API version and how long it is served."""
    ends = spec.api_version_ends
    if ends is None:
        return text("passport.endless", version=spec.api_version)
    left = (ends - today).days
    day = f"{ends:%d %b %Y}"
    if left < 0:
        return text("passport.ended", version=spec.api_version, day=day)
    return text("passport.until", version=spec.api_version, day=day, days=left)


def _look_up(spec: PlatformSpec) -> str:
    return text(f"passport.look_up_kind.{spec.look_up.kind.value}", wait=_span(spec.look_up.wait))


def _span(wait: timedelta) -> str:
    seconds = int(wait.total_seconds())
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min" if minutes and not rest else f"{seconds} s"


def _keys(spec: PlatformSpec, setup: str) -> Iterator[str]:
    """Each field of the form with the place where the shop shows or makes its value."""
    for each in spec.fields_for(setup) if setup else spec.fields:
        if each.where_to_find:
            yield f"{each.title}: {each.where_to_find}"


def comparison(specs: Iterable[PlatformSpec]) -> tuple[tuple[str, ...], ...]:
    """All platforms side by side: a head, then a row each with version, tokens, totals, look-up and what is absent."""
    head = tuple(text(f"passport.{name}") for name in ("platform", "api", "tokens", "totals", "look_up", "absent"))
    return (head, *(_row(each) for each in specs))


def _row(spec: PlatformSpec) -> tuple[str, ...]:
    totals, look_up = text(f"passport.totals_kind.{spec.totals.value}"), _look_up(spec)
    absent = [
        text(f"passport.noun.{each.noun.value}") + ("" if each.verb == "*" else f" ({each.verb.replace('_', ' ')})")
        for each in spec.capabilities
        if not each.present
    ]
    tokens = "; ".join(dict.fromkeys(_life(each) for each in spec.tokens))
    return spec.title, spec.api_version, tokens, totals, look_up, ", ".join(absent) or "–"


def _life(rule: TokenRule) -> str:
    kind = text(f"passport.token.{rule.type.value}")
    if rule.life is None:
        return text("passport.lasting", kind=kind)
    hours, days = rule.life / timedelta(hours=1), rule.life / timedelta(days=1)
    span = f"{days:g} days" if days >= 2 else f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"
    return text("passport.renewed" if rule.renewable else "passport.ending", kind=kind, span=span)

"""What there is to know about a platform before trusting it with sales, in words. Panel and command line show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tillbridge.domain.specs import Capability, PlatformSpec, TokenRule
from tillbridge.messages import text
from tillbridge.platforms.proofs import Proof, Proofs, proofs_of


@dataclass(frozen=True, slots=True)
class PassportFact:
    """A label with one sentence or several."""

    label: str
    words: tuple[str, ...]


def passport_facts(spec: PlatformSpec, setup: str = "") -> tuple[PassportFact, ...]:
    """Totals, look-up with its risk, mails, where keys are made, documents, what is not there yet and what is proved.

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
        "passport.proved": tuple(_proved(spec)),
    }
    return tuple(PassportFact(text(label), words) for label, words in found.items() if any(words))


def proofs(spec: PlatformSpec) -> Proofs:
    """What last proved each operation of a platform; nothing for one from outside the package."""
    return proofs_of(spec.slug)


def proof_words(spec: PlatformSpec, capability: Capability) -> str:
    """What last proved one operation and when; empty for one that is not there."""
    if not capability.present:
        return ""
    proof = proofs(spec).operations.get(_operation(capability))
    if proof is None:
        return text("passport.unproved")
    return text("passport.proved_by", day=_day(proof.on), test=proof.test.rpartition("::")[2])


def version_words(spec: PlatformSpec, today: date) -> str:
    """The API version and how long it is served."""
    ends = spec.api_version_ends
    if ends is None:
        return text("passport.endless", version=spec.api_version)
    left = (ends - today).days
    day = _day(ends)
    if left < 0:
        return text("passport.ended", version=spec.api_version, day=day)
    return text("passport.until", version=spec.api_version, day=day, days=left)


def _proved(spec: PlatformSpec) -> Iterator[str]:
    """Operations by the day they were last proved, what a real shop's recordings say, and what nothing proved yet."""
    known = proofs(spec)
    here = [each for each in spec.capabilities if each.present]
    days = sorted({proof.on for proof in known.operations.values()}, reverse=True)
    for day in days:
        proved = [each for each in here if _on(known.operations, each) == day]
        if proved:
            yield text("passport.proved_on", day=_day(day), operations=_operations(proved))
    if known.recordings is not None:
        replay = known.recordings
        yield text("passport.replayed", day=_day(replay.on), alike=replay.alike, exchanges=replay.exchanges)
    unproved = [each for each in here if _on(known.operations, each) is None]
    if unproved:
        yield text("passport.unproved_are", operations=_operations(unproved))


def _operation(capability: Capability) -> str:
    return f"{capability.noun.value}.{capability.verb}"


def _on(known: Mapping[str, Proof], capability: Capability) -> date | None:
    proof = known.get(_operation(capability))
    return proof.on if proof else None


def _operations(capabilities: Iterable[Capability]) -> str:
    """By noun: "products list, find; stock read"."""
    verbs: dict[str, list[str]] = {}
    for each in capabilities:
        verbs.setdefault(text(f"passport.noun.{each.noun.value}"), []).append(each.verb.replace("_", " "))
    return "; ".join(f"{noun} {', '.join(names)}" for noun, names in verbs.items())


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"


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

"""The preparation steps of a Magento shop: what was read, in words, and the choices there are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.magento import spec, wire, words
from tillbridge.platforms.magento.calls import VIEW_FACT
from tillbridge.platforms.magento.shop_facts import INCLUDED, RATE, SOURCE, STORE_ID, TAX_CHOICE, WEBSITE_ID

_MOST_RATES = 8


def report_view(views: Sequence[wire.View], chosen: str) -> StepReport:
    """The store view orders go to: the only one, or the chosen one."""
    known = {each.code: each for each in views}
    if chosen and chosen not in known:
        raise InvalidInput(field="store view", reason=f"the shop has no store view {chosen}")
    picked = chosen or (next(iter(known)) if len(known) == 1 else "")
    choices = tuple((code, each.name or code) for code, each in known.items())
    if not picked:
        return StepReport(spec.STEP_VIEW, StepState.OPEN, words.CHOOSE_VIEW, {}, choices)
    row = known[picked]
    facts = {STORE_ID: str(row.id), WEBSITE_ID: str(row.website_id), VIEW_FACT: picked if chosen else ""}
    if len(known) == 1:
        said = words.ONE_VIEW.format(name=row.name or picked)
        return StepReport(spec.STEP_VIEW, StepState.STATED, said, facts)
    said = words.CHOSEN_VIEW.format(name=row.name or picked)
    return StepReport(spec.STEP_VIEW, StepState.DONE, said, facts, choices)


def report_source(sources: Sequence[wire.Source], chosen: str) -> StepReport:
    """The source stock is kept at: the only one, or the chosen one."""
    known = {each.source_code: each.name or each.source_code for each in sources}
    if chosen and chosen not in known:
        raise InvalidInput(field="source", reason=f"the shop has no source {chosen}")
    picked = chosen or (next(iter(known)) if len(known) == 1 else "")
    if not picked:
        return StepReport(spec.STEP_SOURCE, StepState.OPEN, words.CHOOSE_SOURCE, {}, tuple(known.items()))
    if len(known) == 1:
        said = words.ONE_SOURCE.format(name=known[picked])
        return StepReport(spec.STEP_SOURCE, StepState.STATED, said, {SOURCE: picked})
    said = words.CHOSEN_SOURCE.format(name=known[picked])
    return StepReport(spec.STEP_SOURCE, StepState.DONE, said, {SOURCE: picked}, tuple(known.items()))


def report_tax(rates: Sequence[wire.TaxRate], chosen: str) -> StepReport:
    """How prices are meant, which the API does not tell: found in the shop's cart, or chosen from its own rates."""
    choices = _tax_choices(rates)
    if not chosen:
        return StepReport(spec.STEP_TAX, StepState.OPEN, words.CHOOSE_TAX, {}, choices)
    mode, _, rate = chosen.partition(":")
    if mode not in (words.WITH, words.WITHOUT) or (rate and not _is_rate(rate)):
        raise InvalidInput(field="choice", reason=f"{chosen} is not one of {', '.join(value for value, _ in choices)}")
    part = words.TAX_RATE.format(percent=_percent(rate)) if rate else ""
    facts = {TAX_CHOICE: chosen, INCLUDED: "yes" if mode == words.WITH else "no", RATE: rate}
    said = words.TAX.format(included=mode, rate=part)
    return StepReport(spec.STEP_TAX, StepState.DONE, said, facts, choices)


def _is_rate(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _percent(rate: str) -> str:
    return f"{(Decimal(rate) * 100).normalize():f}"


def _tax_choices(rates: Sequence[wire.TaxRate]) -> tuple[tuple[str, str], ...]:
    told: dict[str, str] = {}
    for each in rates:
        fraction = (each.rate / 100).normalize()
        if fraction > 0:
            told.setdefault(f"{fraction:f}", each.code or each.tax_country_id)
    found = [
        (f"{mode}:{rate}", words.TAX_CHOICE.format(included=mode, percent=_percent(rate), code=code))
        for rate, code in list(told.items())[:_MOST_RATES]
        for mode in (words.WITH, words.WITHOUT)
    ]
    bare = [(f"{mode}:", words.TAX_CHOICE_BARE.format(included=mode)) for mode in (words.WITH, words.WITHOUT)]
    return (*found, *bare)


def report_mails() -> StepReport:
    """Nothing to do: imports are silent."""
    return StepReport(spec.STEP_MAILS, StepState.STATED, words.MAILS, {})

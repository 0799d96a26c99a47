"""The preparation steps of a Wix site: what was read, in words, and the choices there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.wix import spec, wire, words
from tillbridge.platforms.wix.shop_facts import CUSTOMERS, GIFT_CARDS, GUESTS, LINK, LOCATION, LOCATION_NAME, TRIGGER


def report_catalog() -> StepReport:
    """The live test has refused every other catalogue."""
    return StepReport(spec.STEP_CATALOG, StepState.STATED, words.CATALOG_V3, {})


def report_location(places: Sequence[wire.Location]) -> StepReport:
    """The default location: checkout takes from nowhere else."""
    home = next((each for each in places if each.defaultLocation), places[0] if len(places) == 1 else None)
    if home is None:
        return StepReport(spec.STEP_LOCATION, StepState.REFUSED, words.NO_LOCATION, {})
    said = words.LOCATION.format(name=home.name or "its only location")
    said += words.SEVERAL_PLACES if len(places) > 1 else ""
    return StepReport(spec.STEP_LOCATION, StepState.STATED, said, {LOCATION: home.id, LOCATION_NAME: home.name})


def report_stock(settings: wire.OrdersSettings) -> StepReport:
    """What the site does with stock."""
    trigger = settings.inventoryUpdateTrigger
    return StepReport(spec.STEP_STOCK, StepState.STATED, words.stock(trigger), {TRIGGER: trigger})


def report_tax(included: str) -> StepReport:
    """How the site's prices are meant, as its newest online order shows."""
    return StepReport(spec.STEP_TAX, StepState.STATED, words.TAX[included], {})


def report_mails(facts: Mapping[str, str], choice: str | None = None) -> StepReport:
    """The choice made, or the silent one while none was made. Raises InvalidInput for another."""
    chosen = choice or facts.get(CUSTOMERS, GUESTS)
    if chosen not in (GUESTS, LINK):
        raise InvalidInput(field="choice", reason=f"{chosen} is none of the choices")
    said = words.SILENT if chosen == GUESTS else words.LINKED
    return StepReport(spec.STEP_MAILS, StepState.DONE, said, {CUSTOMERS: chosen}, words.MAIL_CHOICES)


def report_gift_cards(there: bool) -> StepReport:
    """Whether the site has the app."""
    said = words.GIFT_CARDS_ON if there else spec.NO_GIFT_CARDS
    return StepReport(spec.STEP_GIFT_CARDS, StepState.STATED, said, {GIFT_CARDS: "yes" if there else "no"})

"""The preparation steps of a BigCommerce store: what was read, in words, and the choices there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.stock import ExternalLocation
from tillbridge.platforms.bigcommerce import spec, wire, words
from tillbridge.platforms.bigcommerce.shop_facts import (
    CANCEL_RESTOCKS,
    CHANNEL,
    CUSTOMERS,
    GUESTS,
    LINK,
    LOCATION,
    STOCK_BEHAVIOUR,
)


def report_tax(included: bool | None) -> StepReport:
    """How the shop's prices are meant."""
    said = {True: words.TAX_INCLUDED, False: words.TAX_EXCLUDED, None: words.NO_PRICE_MODE}[included]
    return StepReport(spec.STEP_TAX, StepState.STATED, said, {})


def report_location(places: Sequence[ExternalLocation], chosen: str) -> StepReport:
    """The chosen location, or the only one; open while there are several."""
    names = {each.external_id: each.name for each in places if each.active}
    choices = tuple(names.items())
    wanted = chosen or (choices[0][0] if len(choices) == 1 else "")
    if wanted in names:
        said = words.LOCATION_CHOSEN.format(name=names[wanted])
        return StepReport(spec.STEP_LOCATION, StepState.DONE, said, {LOCATION: wanted}, choices)
    if not choices:
        return StepReport(spec.STEP_LOCATION, StepState.REFUSED, words.NO_LOCATION, {})
    return StepReport(spec.STEP_LOCATION, StepState.OPEN, words.LOCATION_OPEN, {}, choices)


def report_channel(channels: Sequence[wire.Channel], chosen: str) -> StepReport:
    """The chosen channel; the shop's default stands first. A channel that is not connected refuses orders."""
    names = {str(each.id): each.name or f"channel {each.id}" for each in channels}
    own = any(each.type == "pos" for each in channels)
    more = () if own else ((words.NEW_CHANNEL, words.NEW_CHANNEL_TITLE),)
    choices = (*names.items(), *more)
    if chosen in names:
        said = words.CHANNEL_CHOSEN.format(name=names[chosen])
        return StepReport(spec.STEP_CHANNEL, StepState.DONE, said, {CHANNEL: chosen}, choices)
    return StepReport(spec.STEP_CHANNEL, StepState.OPEN, words.CHANNEL_OPEN, {}, choices)


def stock_facts(settings: wire.InventorySettings) -> dict[str, str]:
    """The settings that decide when stock moves, as facts."""
    put_back = {True: "yes", False: "no", None: ""}[settings.refund_order_stock_adjustment]
    return {STOCK_BEHAVIOUR: settings.update_stock_behavior or "", CANCEL_RESTOCKS: put_back}


def report_stock(settings: wire.InventorySettings) -> StepReport:
    """What the shop does with stock."""
    facts = stock_facts(settings)
    said = words.stock(facts[STOCK_BEHAVIOUR], facts[CANCEL_RESTOCKS])
    return StepReport(spec.STEP_STOCK, StepState.STATED, said, facts)


def report_mails(facts: Mapping[str, str], choice: str | None = None) -> StepReport:
    """The choice made, or the silent one while none was made. Raises InvalidInput for another."""
    chosen = choice or facts.get(CUSTOMERS, GUESTS)
    if chosen not in (GUESTS, LINK):
        raise InvalidInput(field="choice", reason=f"{chosen} is none of the choices")
    said = words.SILENT if chosen == GUESTS else words.LINKED
    return StepReport(spec.STEP_MAILS, StepState.DONE, said, {CUSTOMERS: chosen}, words.MAIL_CHOICES)

"""The preparation steps of a Squarespace site, in words, and the one choice there is. Pure; called by ``shop``."""

from __future__ import annotations

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.squarespace import spec, words
from tillbridge.platforms.squarespace.shop_facts import NAMED, SHOPPERS, UNNAMED


def report_stock() -> StepReport:
    """What an order does to stock."""
    return StepReport(spec.STEP_STOCK, StepState.STATED, words.STOCK, {})


def report_mails(chosen: str) -> StepReport:
    """Silent unless the operator chose otherwise. Raises InvalidInput for another choice."""
    wanted = chosen or UNNAMED
    if wanted not in (NAMED, UNNAMED):
        raise InvalidInput(field="choice", reason=f"{wanted} is not one of {NAMED}, {UNNAMED}")
    said = words.CARRIES if wanted == NAMED else words.SILENT
    return StepReport(spec.STEP_MAILS, StepState.DONE, said, {SHOPPERS: wanted}, words.SHOPPER_CHOICES)


def report_pace(*, by_key: bool) -> StepReport:
    """How fast sales may arrive."""
    return StepReport(spec.STEP_PACE, StepState.STATED, words.KEY_PACE if by_key else words.OAUTH_PACE, {})

"""The preparation steps of a WooCommerce shop: what was read, in words, and the one choice there is, about mails."""

from __future__ import annotations

from collections.abc import Mapping

from tillbridge.domain.connections import Connection, StepReport, StepState
from tillbridge.domain.errors import InvalidInput, NotFound
from tillbridge.domain.money import exponent
from tillbridge.platforms.woocommerce import spec, words
from tillbridge.platforms.woocommerce.auth import AUTH_FACT, BY_HEADER
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.shop_facts import (
    ADD_ON,
    CUSTOMERS,
    GUESTS,
    LINK,
    NONE,
    PW,
    SWITCH_OFF,
    settings_of,
)

_OLDEST = (9, 9)
_REFUND_MAILS = ("email_customer_refunded_order", "email_customer_pos_refunded_order")
_CHOSEN = "mails_choice"


def version_of(facts: Mapping[str, str]) -> tuple[int, int] | None:
    """Major and minor, or None when the shop did not tell."""
    parts = facts.get("version", "").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdigit() and parts[1].isdigit() else None


def report_version(facts: Mapping[str, str]) -> StepReport:
    """Refused below 9.9, where an order cannot be marked as a till's."""
    version = version_of(facts)
    if version is not None and version < _OLDEST:
        said = words.TOO_OLD.format(version=facts["version"])
        return StepReport(spec.STEP_VERSION, StepState.REFUSED, said, dict(facts))
    return StepReport(spec.STEP_VERSION, StepState.STATED, words.version(facts, version), dict(facts))


def report_address(home: str, connection: Connection) -> StepReport:
    """Permalinks work when the index answered; what is left is whether the line is encrypted."""
    over_http = (connection.base_url or connection.settings.get("shop_url", "")).startswith("http://")
    way = connection.facts.get(AUTH_FACT, BY_HEADER)
    said = words.PLAIN_HTTP if over_http else words.TLS.format(home=home, way=way)
    return StepReport(spec.STEP_ADDRESS, StepState.STATED, said, {"home": home})


def report_tax(facts: Mapping[str, str], currency: str) -> StepReport:
    """Refused when the shop has fewer decimals than its currency: it would round every amount."""
    decimals = facts.get("decimals", "")
    if decimals.isdigit() and int(decimals) < exponent(currency):
        said = words.FEW_DECIMALS.format(decimals=decimals, currency=currency)
        return StepReport(spec.STEP_TAX, StepState.REFUSED, said, dict(facts))
    return StepReport(spec.STEP_TAX, StepState.STATED, words.tax(facts), dict(facts))


def report_gift_cards(facts: Mapping[str, str]) -> StepReport:
    """Which add-on there is."""
    said = {PW: words.PW_CARDS, NONE: spec.NO_GIFT_CARDS}.get(facts.get(ADD_ON, NONE), spec.OFFICIAL_BALANCE_ONLY)
    return StepReport(spec.STEP_GIFT_CARDS, StepState.STATED, said, dict(facts))


class MailStep:
    """Till orders carry no e-mail address unless the operator chose to link them to the shoppers' accounts."""

    def __init__(self, rest: Rest, facts: Mapping[str, str]) -> None:
        self._rest, self._facts = rest, facts

    async def check(self) -> StepReport:
        """The choice made, or the silent one while none was made."""
        return self._report(self._facts.get(_CHOSEN, GUESTS), await self._refunds_mailed())

    async def do(self, choice: str | None) -> StepReport:
        """Keep the choice; ``switch_off`` also switches the shop's refund mails off."""
        chosen = choice or self._facts.get(_CHOSEN, GUESTS)
        if chosen not in (GUESTS, LINK, SWITCH_OFF):
            raise InvalidInput(field="choice", reason=f"{chosen} is none of the choices")
        if chosen == SWITCH_OFF:
            await self._switch_off()
        return self._report(chosen, await self._refunds_mailed())

    def _report(self, chosen: str, mailed: bool) -> StepReport:
        said = words.mails(chosen, mailed)
        facts = {_CHOSEN: chosen, CUSTOMERS: GUESTS if chosen == GUESTS else LINK}
        return StepReport(spec.STEP_MAILS, StepState.DONE, said, facts, words.MAIL_CHOICES)

    async def _refunds_mailed(self) -> bool:
        """Whether any refund mail is on; templates the shop does not tell about count as on."""
        return any([await self._enabled(group) for group in _REFUND_MAILS])

    async def _enabled(self, group: str) -> bool:
        try:
            rows = await self._rest.rows(f"/wc/v3/settings/{group}", "shop.mails")
        except NotFound:
            return True
        return settings_of(rows).get("enabled", "yes") == "yes"

    async def _switch_off(self) -> None:
        for group in _REFUND_MAILS:
            try:
                await self._rest.put(f"/wc/v3/settings/{group}/enabled", "shop.mails_off", {"value": "no"})
            except NotFound:
                # shops before 10.6 lack the till's own refund mail
                continue

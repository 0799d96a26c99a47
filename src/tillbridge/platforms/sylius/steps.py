"""The preparation steps of a Sylius shop: what was read, in words, and the choices the operator makes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import spec, wire, words
from tillbridge.platforms.sylius.calls import ADMIN, Rest
from tillbridge.platforms.sylius.mapping import translation
from tillbridge.platforms.sylius.shop_facts import (
    ADDRESS,
    CHANNEL,
    HANDOVER,
    KEEP,
    LOCALE,
    MAILS,
    PAYMENT,
    SHIPPING,
    TILL_ONLY,
)
from tillbridge.platforms.sylius.wire import last_part

_OFFLINE = ("", "offline")
_NEEDED = ("street", "city", "postcode", "countryCode")


def channel_of(rows: Sequence[Any], host: str) -> wire.Channel:
    """The channel a host name stands for; where the shop has only one, that one. Raises InvalidInput for none."""
    channels = [parse(wire.Channel, row, f"$[{at}]") for at, row in enumerate(rows)]
    alive = [each for each in channels if each.enabled]
    named = [each for each in alive if each.hostname.lower() == host.lower()]
    found = named or (alive if len(alive) == 1 else [])
    if not found:
        raise InvalidInput(field="shop_url", reason=words.NO_CHANNEL.format(host=host))
    return found[0]


def channel_facts(channel: wire.Channel) -> dict[str, str]:
    """What sales and prices need to know of a channel."""
    own = channel.shopBillingData or wire.BillingData()
    return {
        CHANNEL: channel.code,
        LOCALE: last_part(channel.defaultLocale),
        "currency": last_part(channel.baseCurrency),
        ADDRESS: json.dumps(own.model_dump(), sort_keys=True),
    }


class Steps:
    """``is_old`` asks whether a Sylius 1 answers."""

    def __init__(self, session: Session, rest: Rest, host: str, is_old: Callable[[], Awaitable[bool]]) -> None:
        self._session, self._rest, self._host, self._is_old = session, rest, host, is_old

    async def report(self, name: str, choice: str | None) -> StepReport:
        """Where a step stands, with ``choice`` taken. Raises InvalidInput for an unknown step or choice."""
        match name:
            case spec.STEP_VERSION:
                return await self._version()
            case spec.STEP_CHANNEL:
                return await self._channel()
            case spec.STEP_PAYMENT:
                return await self._payment(choice)
            case spec.STEP_SHIPPING:
                return await self._shipping(choice)
            case spec.STEP_MAILS:
                return self._kept(name, MAILS, choice, words.MAIL_CHOICES, TILL_ONLY, words.MAILS)
            case spec.STEP_HANDOVER:
                return self._kept(name, HANDOVER, choice, words.HANDOVER_CHOICES, KEEP, words.HANDOVER)
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def _version(self) -> StepReport:
        if await self._is_old():
            return StepReport(spec.STEP_VERSION, StepState.REFUSED, spec.TOO_OLD, {})
        return StepReport(spec.STEP_VERSION, StepState.STATED, words.VERSION, {})

    async def _channel(self) -> StepReport:
        channel = channel_of(await self._rest.every(f"{ADMIN}/channels", "shop.channels"), self._host)
        facts, own = channel_facts(channel), channel.shopBillingData or wire.BillingData()
        name = channel.name or channel.code
        if any(not getattr(own, part) for part in _NEEDED):
            said = words.NO_ADDRESS.format(name=name)
            return StepReport(spec.STEP_CHANNEL, StepState.REFUSED, said, facts)
        if channel.countries and own.countryCode not in map(last_part, channel.countries):
            said = words.NO_COUNTRY.format(name=name, country=own.countryCode)
            return StepReport(spec.STEP_CHANNEL, StepState.REFUSED, said, facts)
        said = words.CHANNEL.format(
            name=name,
            code=channel.code,
            host=channel.hostname or self._host,
            currency=facts["currency"],
            address=f"{own.street}, {own.postcode} {own.city}",
        )
        return StepReport(spec.STEP_CHANNEL, StepState.STATED, said, facts)

    async def _payment(self, choice: str | None) -> StepReport:
        found = [each for each in await self._methods("payment-methods") if each.gatewayConfig.factoryName in _OFFLINE]
        texts = (words.PAYMENT_MISSING, words.PAYMENT_CHOOSE, words.PAYMENT_CHOSEN)
        return self._chosen(spec.STEP_PAYMENT, PAYMENT, found, choice, texts)

    async def _shipping(self, choice: str | None) -> StepReport:
        found = [each for each in await self._methods("shipping-methods") if self._is_free(each)]
        texts = (words.SHIPPING_MISSING, words.SHIPPING_CHOOSE, words.SHIPPING_CHOSEN)
        return self._chosen(spec.STEP_SHIPPING, SHIPPING, found, choice, texts)

    async def _methods(self, noun: str) -> list[wire.Method]:
        rows = await self._rest.every(f"{ADMIN}/{noun}", "shop.methods")
        methods = [parse(wire.Method, row, f"$[{at}]") for at, row in enumerate(rows)]
        here = self._session.connection.facts.get(CHANNEL, "")
        return [
            each
            for each in methods
            if each.enabled and each.archivedAt is None and (not here or here in map(last_part, each.channels))
        ]

    def _is_free(self, method: wire.Method) -> bool:
        here = self._session.connection.facts.get(CHANNEL, "")
        own = method.shippingChargesCalculatorConfiguration.get(here)
        return isinstance(own, dict) and own.get("amount") == 0

    def _chosen(
        self, step: str, fact: str, found: Sequence[wire.Method], choice: str | None, texts: tuple[str, str, str]
    ) -> StepReport:
        """Done once a method is chosen that is still there."""
        missing, choose, chosen = texts
        names = {each.code: _title(each, self._session.connection.facts) for each in found}
        choices = tuple(names.items())
        if not names:
            return StepReport(step, StepState.REFUSED, missing, {})
        taken = choice or self._session.connection.facts.get(fact, "")
        if choice and choice not in names:
            raise InvalidInput(field="choice", reason=f"{choice} is none of the choices")
        if taken not in names:
            return StepReport(step, StepState.OPEN, choose, {}, choices)
        return StepReport(step, StepState.DONE, chosen.format(name=names[taken]), {fact: taken}, choices)

    def _kept(
        self,
        step: str,
        fact: str,
        choice: str | None,
        choices: tuple[tuple[str, str], ...],
        default: str,
        texts: Mapping[str, str],
    ) -> StepReport:
        """The choice made, or the quiet one while none was made."""
        taken = choice or self._session.connection.facts.get(fact, default)
        if taken not in texts:
            raise InvalidInput(field="choice", reason=f"{taken} is none of the choices")
        said = texts[taken].format(email=self._session.connection.settings.get("till_email", ""))
        return StepReport(step, StepState.DONE, said, {fact: taken}, choices)


def _title(method: wire.Method, facts: Mapping[str, str]) -> str:
    return translation(method.translations, facts.get(LOCALE, ""), "$").name or method.code

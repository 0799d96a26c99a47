"""The preparation steps of a PrestaShop shop: what was read, in words, and what is done about it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tillbridge.domain.connections import StepReport, StepState
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import exponent
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import spec, words
from tillbridge.platforms.prestashop.buying import Buyers
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.customers import SAFE
from tillbridge.platforms.prestashop.reading import Row, id_of, number_of, text_of
from tillbridge.platforms.prestashop.shop_facts import (
    ADDRESS,
    CARRIER,
    CUSTOMER,
    LOUD,
    MAILS,
    NO_MAIL,
    OFF,
    QUIET,
    fact,
)
from tillbridge.platforms.prestashop.xml_text import Value

OLDEST, NEWEST = 8, 9
_WALK_IN = "walk-in@till.invalid"
"""A name nobody can ever own, so that nothing sent there reaches anybody."""
_FIRST, _LAST = "Walk-in", "Customer"


def major_of(version: str) -> int | None:
    """8 of "8.2.1"; None when the shop did not tell."""
    head = version.partition(".")[0]
    return int(head) if head.isdigit() and int(head) else None


def version_problem(version: str) -> str:
    """Why this PrestaShop cannot be used, or empty."""
    major = major_of(version)
    if major is not None and major < OLDEST:
        return words.TOO_OLD.format(version=version)
    return words.TOO_NEW.format(version=version) if major is not None and major > NEWEST else ""


def report_version(version: str, facts: Mapping[str, str]) -> StepReport:
    """Refused for 1.7 and for what comes after 9."""
    if problem := version_problem(version):
        return StepReport(spec.STEP_VERSION, StepState.REFUSED, problem, dict(facts))
    said = words.SUPPORTED.format(version=version)
    return StepReport(spec.STEP_VERSION, StepState.STATED, said, {**facts, "version": version})


def report_tax(facts: Mapping[str, str], currency: str) -> StepReport:
    """Refused when the shop's currency has fewer decimals than it should: it would round every amount."""
    decimals = facts.get("decimals", "")
    if decimals.isdigit() and int(decimals) < exponent(currency):
        said = words.FEW_DECIMALS.format(decimals=decimals, currency=currency)
        return StepReport(spec.STEP_TAX, StepState.REFUSED, said, dict(facts))
    said = words.rounding(facts.get("rounding", ""), taxed=facts.get("taxes", "1") != "0")
    return StepReport(spec.STEP_TAX, StepState.STATED, said, dict(facts))


class CarrierStep:
    """The carrier of till sales: free and active. With only one there is nothing to choose."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest

    async def check(self) -> StepReport:
        return self._report(await self._free(), fact(self._session, CARRIER))

    async def do(self, choice: str | None) -> StepReport:
        """Raises InvalidInput for a carrier that is not free or not there."""
        free = await self._free()
        if choice and choice not in free:
            raise InvalidInput(field="choice", reason=f"{choice} is none of the choices")
        return self._report(free, choice or fact(self._session, CARRIER))

    def _report(self, free: Mapping[str, str], chosen: str) -> StepReport:
        if not free:
            return StepReport(spec.STEP_CARRIER, StepState.REFUSED, words.NO_CARRIER, {})
        if len(free) == 1:
            chosen = next(iter(free))
        choices = tuple(free.items())
        if chosen not in free:
            return StepReport(spec.STEP_CARRIER, StepState.OPEN, words.CHOOSE_CARRIER, {}, choices)
        said = words.CARRIER.format(name=free[chosen])
        return StepReport(spec.STEP_CARRIER, StepState.DONE, said, {CARRIER: chosen}, choices)

    async def _free(self) -> dict[str, str]:
        query = (("filter[active]", "1"), ("filter[deleted]", "0"), ("filter[is_free]", "1"))
        rows = await self._rest.every("carriers", "shop.carriers", "[id,name]", query)
        return {id_of(row): text_of(row, "name", id_of(row)) for row in rows}


class WalkInStep:
    """One customer with the shop's own address, found again by its e-mail address, so it is made once."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest

    async def check(self) -> StepReport:
        row = await self._known()
        if row is None:
            choices = ((_WALK_IN, "Make the walk-in customer"),)
            return StepReport(spec.STEP_WALK_IN, StepState.OPEN, words.NO_WALK_IN, {}, choices)
        return await self._done(id_of(row))

    async def do(self) -> StepReport:
        """Make what is missing; repeatable."""
        row = await self._known()
        return await self._done(id_of(row) if row else await self._make())

    async def _known(self) -> Row | None:
        query = (("filter[email]", _WALK_IN), ("filter[deleted]", "0"), ("display", SAFE))
        rows = await self._rest.rows("customers", "shop.walk_in", query)
        return rows[0] if rows else None

    async def _make(self) -> str:
        group = await self._plain_group()
        values: dict[str, Value] = {
            "passwd": secrets.token_urlsafe(32),
            "lastname": _LAST,
            "firstname": _FIRST,
            "email": _WALK_IN,
            "id_lang": fact(self._session, "language_id"),
            "id_default_group": group,
            "active": 1,
        }
        links = {"groups": ("group", [{"id": group}])}
        return id_of(await self._rest.post("customers", "customer", "shop.walk_in", values, links))

    async def _plain_group(self) -> str:
        """A customer group without a discount of its own, the usual one if it has none."""
        rows = await self._rest.every("groups", "shop.groups", "[id,reduction]")
        plain = [id_of(row) for row in rows if not number_of(row, "reduction")]
        return "3" if "3" in plain or not plain else plain[-1]

    async def _done(self, customer_id: str) -> StepReport:
        owner = Customer(email=_WALK_IN, first_name=_FIRST, last_name=_LAST)
        address = await Buyers(self._session, self._rest).till_address(customer_id, owner)
        said = words.WALK_IN.format(name=f"{_FIRST} {_LAST}")
        return StepReport(spec.STEP_WALK_IN, StepState.DONE, said, {CUSTOMER: customer_id, ADDRESS: address})


class MailStep:
    """PrestaShop mails the customer of every order made as paid, so either it is not made so or nobody minds."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest

    async def check(self) -> StepReport:
        """Open until the operator chose, unless the shop sends no mails at all."""
        return await self._report(self._session.connection.facts.get(MAILS, ""))

    async def do(self, choice: str | None) -> StepReport:
        """``quiet`` switches the mail of one state off in the shop; ``shop`` leaves everything as it is."""
        if choice and choice not in (QUIET, LOUD):
            raise InvalidInput(field="choice", reason=f"{choice} is none of the choices")
        chosen = choice or self._session.connection.facts.get(MAILS, "")
        if chosen == QUIET and await self._mailed():
            error = fact(self._session, "state_error")
            await self._rest.patch("order_states", "order_state", error, "shop.mails_off", {"send_email": 0})
        return await self._report(chosen)

    async def _report(self, chosen: str) -> StepReport:
        if await self._sends_none():
            return StepReport(spec.STEP_MAILS, StepState.DONE, words.MAILS_OFF, {MAILS: OFF})
        if chosen == LOUD:
            return self._with_choices(StepState.DONE, words.MAILS_LOUD, {MAILS: LOUD})
        if chosen == QUIET and not await self._mailed():
            return self._with_choices(StepState.DONE, words.MAILS_QUIET, {MAILS: QUIET})
        return self._with_choices(StepState.OPEN, words.MAILS_OPEN, {})

    def _with_choices(self, state: StepState, said: str, facts: dict[str, str]) -> StepReport:
        return StepReport(spec.STEP_MAILS, state, said, facts, words.MAIL_CHOICES)

    async def _sends_none(self) -> bool:
        query = (("filter[name]", "PS_MAIL_METHOD"), ("display", "[name,value]"))
        rows = await self._rest.rows("configurations", "shop.settings", query)
        return bool(rows) and text_of(rows[0], "value", "") == NO_MAIL

    async def _mailed(self) -> bool:
        error = fact(self._session, "state_error")
        rows = await self._rest.of("order_states", "order.states", "id", [error], "[id,send_email]")
        return not rows or text_of(rows[0], "send_email", "0") == "1"

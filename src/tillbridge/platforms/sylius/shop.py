"""The connection itself on Sylius: live test and preparation. Called by services at setup."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import (
    InvalidInput,
    NotFound,
    NotTheApi,
    PlatformRefused,
    ReauthenticationNeeded,
)
from tillbridge.domain.stock import ExternalLocation
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.contract import Session
from tillbridge.platforms.sylius import spec, words
from tillbridge.platforms.sylius.auth import claims_of
from tillbridge.platforms.sylius.calls import ADMIN, Rest
from tillbridge.platforms.sylius.dialect import wrong_login
from tillbridge.platforms.sylius.shop_facts import zone
from tillbridge.platforms.sylius.steps import Steps, channel_facts, channel_of

_OLD_COUPONS = f"{ADMIN}/promotion-coupons"


class SyliusShopService:
    """Asks the shop who it is and reads the settings that a till depends on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def test(self) -> ShopFacts:
        """Name, currency and channel. Raises WrongCredentials, MissingPermission, NotTheApi, and refuses Sylius 1."""
        self._check_zone()
        roles = await self._logged_in()
        rows = await self._rest.every(f"{ADMIN}/channels", "shop.channels")
        await self._refuse_old()
        channel = channel_of(rows, self._host())
        facts = channel_facts(channel)
        return ShopFacts(
            name=channel.name or channel.code,
            currency=facts["currency"],
            zone=zone(self._session),
            prices_include_tax=await self._includes_tax(),
            granted_scopes=tuple(each for each in spec.SPEC.scopes if each in roles or not roles),
            missing_scopes=tuple(each for each in spec.SPEC.scopes if roles and each not in roles),
            api_version="2",
            facts=facts,
        )

    def _check_zone(self) -> None:
        try:
            ZoneInfo(zone(self._session))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidInput(field="time_zone", reason="there is no time zone of this name") from error

    async def _logged_in(self) -> frozenset[str]:
        """The roles the login brought. The password is sent once; a refused one is not tried again."""
        try:
            token = await self._session.tokens.get_token(TokenType.ACCESS)
        except ReauthenticationNeeded as refused:
            raise wrong_login(refused.request_id) from refused
        except NotFound as error:
            raise NotTheApi(status=404, first_line=words.API_OFF) from error
        return frozenset(str(each) for each in claims_of(token.value.reveal()).get("roles") or ())

    def _host(self) -> str:
        """The host name the operator gave, also where a stand-in answers in the shop's place."""
        address = self._session.connection.settings.get("shop_url", "")
        return address.partition("://")[2].partition("/")[0].partition(":")[0]

    async def _refuse_old(self) -> None:
        """Sylius 1 answers at an address Sylius 2 does not have."""
        if await self._is_old():
            raise PlatformRefused(field="the shop", code="sylius_1", reason=spec.TOO_OLD)

    async def _is_old(self) -> bool:
        try:
            await self._rest.get(_OLD_COUPONS, "shop.version", (("itemsPerPage", "1"),))
        except NotFound:
            return False
        return True

    async def _includes_tax(self) -> bool | None:
        """What all tax rates agree on; None when they differ or there are none."""
        rates = await self._rest.every(f"{ADMIN}/tax-rates", "shop.taxes")
        told: set[Any] = {row.get("includedInPrice") for row in rates if isinstance(row, dict)}
        return bool(told.pop()) if len(told) == 1 else None

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """One: the platform keeps a single number per variant."""
        return (ExternalLocation("", "Shop stock", active=True),)

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands, freshly read. Raises InvalidInput for a step Sylius does not have."""
        return await self._steps().report(name, None)

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Keep a choice; everything else is read and stated."""
        return await self._steps().report(name, choice)

    def _steps(self) -> Steps:
        return Steps(self._session, self._rest, self._host(), self._is_old)

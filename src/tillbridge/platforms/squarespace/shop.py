"""The connection itself on Squarespace: live test and preparation. Called by services at setup."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import InvalidInput, MissingPermission, PlatformRefused, TokenRejected
from tillbridge.domain.stock import ExternalLocation
from tillbridge.net.client import Repeat
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.squarespace import spec, wire, words
from tillbridge.platforms.squarespace.auth import by_key
from tillbridge.platforms.squarespace.calls import KEY_HEADER, Api
from tillbridge.platforms.squarespace.shop_facts import COUNTRY, LANGUAGE, SHOPPERS, SITE
from tillbridge.platforms.squarespace.steps import report_mails, report_pace, report_stock

_WEBSITE = "/1.0/authorization/website"
_PROBES = (
    ("website.orders", "POST", "/1.0/commerce/orders"),
    ("website.inventory", "POST", "/1.0/commerce/inventory/adjustments"),
    ("website.products.read", "GET", "/v2/commerce/products"),
    ("website.contacts", "POST", "/v1/contacts"),
    ("website.discounts.read", "GET", "/v1/commerce/discounts"),
)
"""A call per scope: a read, or a write without content, which is refused before anything is changed."""
_PROBE_KEY = {KEY_HEADER: "tb-permission-check"}


class SquarespaceShopService:
    """Asks the site who it is and what the key or extension may do."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def test(self) -> ShopFacts:
        """Name, currency, zone and scopes. Raises WrongCredentials naming the field."""
        probing = Api(self._session, probing=True)
        site = await self._site(probing)
        missing = tuple([scope for scope, method, path in _PROBES if not await self._allowed(probing, method, path)])
        return ShopFacts(
            name=site.title or site.site_id,
            currency=site.currency,
            zone=_zone(site.time_zone),
            prices_include_tax=None,
            granted_scopes=tuple(each for each in spec.SCOPES if each not in missing),
            missing_scopes=missing,
            api_version=spec.SPEC.api_version,
            facts={LANGUAGE: site.language, COUNTRY: site.location.country, SITE: site.site_id},
            warnings=(words.NO_PRICE_MODE,),
        )

    async def _site(self, api: Api) -> wire.Website:
        try:
            return parse(wire.Website, await api.get(_WEBSITE, "shop.test"), "$")
        except TokenRejected as error:
            if not by_key(self._session):
                raise
            fields = spec.SPEC.fields_for(spec.SETUP_KEY)
            raise wrong_field(fields, "api_key", error.request_id) from error

    async def _allowed(self, api: Api, method: str, path: str) -> bool:
        body: Any = {} if method == "POST" else None
        try:
            await api.send(method, path, "shop.scope_check", Repeat.SAFE, (), body, headers=_PROBE_KEY)
        except MissingPermission:
            return False
        except PlatformRefused:
            return True
        return True

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """One: the platform keeps a single number per variant."""
        return (ExternalLocation("", "Shop stock", active=True),)

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands. Raises InvalidInput for a step Squarespace does not have."""
        return self._report(name, None)

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Only the shoppers' addresses leave a choice; everything else is stated."""
        return self._report(name, choice)

    def _report(self, name: str, choice: str | None) -> StepReport:
        match name:
            case spec.STEP_STOCK:
                return report_stock()
            case spec.STEP_MAILS:
                return report_mails(choice or self._session.connection.facts.get(SHOPPERS, ""))
            case spec.STEP_PACE:
                return report_pace(by_key=by_key(self._session))
        raise InvalidInput(field="step", reason=f"there is no step {name}")


def _zone(told: str) -> str:
    """The site's zone, or UTC when this machine does not know it."""
    try:
        ZoneInfo(told or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return told or "UTC"

"""The connection itself on Wix: live test and preparation. Called by services at setup."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NotFound,
    PlatformRefused,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.domain.stock import ExternalLocation
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import spec, steps, wire, wire_orders, words
from tillbridge.platforms.wix.auth import uses_key
from tillbridge.platforms.wix.calls import CONTACTS, GIFT_CARDS, ITEMS, LOCATIONS, ORDERS, PRODUCTS, Api, record_of
from tillbridge.platforms.wix.shop_facts import CATALOG, TAXES
from tillbridge.platforms.wix.shop_facts import GIFT_CARDS as GIFT_CARDS_FACT

_SETTINGS = "/ecom/v1/orders-settings"
_VERSION, _V3, _V1 = "/stores/v3/provision/version", "V3_CATALOG", "V1_CATALOG"
_ONE = {"cursorPaging": {"limit": 1}}
_PROBES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (spec.READ_PRODUCTS, PRODUCTS.path, {PRODUCTS.ask: _ONE}),
    (spec.READ_STOCK, ITEMS.path, {ITEMS.ask: _ONE}),
    (spec.WRITE_STOCK, "/stores/v3/bulk/inventory-items/update", {"inventoryItems": []}),
    (spec.READ_ORDERS, ORDERS.path, {ORDERS.ask: _ONE}),
    (spec.WRITE_ORDERS, "/ecom/v1/orders", {}),
    (spec.COUPONS, "/stores/v2/coupons/query", {"query": {"paging": {"limit": 1, "offset": 0}}}),
    (spec.CONTACTS, CONTACTS.path, {CONTACTS.ask: _ONE}),
)
"""A call per permission: a read of one row, or a write without content, which is refused before anything is changed."""


class WixShopService:
    """Asks the site who it is and what the app or key may do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone and permissions. Raises WrongCredentials naming the field, PlatformRefused for V1."""
        probing = Api(self._session, probing=True)
        site = await self._site(probing)
        await self._need_catalog_v3(probing)
        missing = tuple([scope for scope, path, body in _PROBES if not await _allowed(probing, path, body)])
        taxes = "" if spec.READ_ORDERS in missing else await self._taxes()
        cards = await self._has_gift_cards()
        return ShopFacts(
            name=site.businessName or site.siteDisplayName,
            currency=site.paymentCurrency,
            zone=_zone(site.timeZone),
            prices_include_tax={"yes": True, "no": False}.get(taxes),
            granted_scopes=(*(scope for scope, _, _ in _PROBES if scope not in missing), spec.SITE),
            missing_scopes=missing,
            api_version=spec.SPEC.api_version,
            facts={CATALOG: _V3, TAXES: taxes, GIFT_CARDS_FACT: "yes" if cards else "no"},
            warnings=() if cards else (spec.NO_GIFT_CARDS,),
        )

    async def _site(self, api: Api) -> wire.SiteProperties:
        try:
            body = await api.get("/site-properties/v4/properties", "shop.test")
        except TokenRejected as error:
            raise self._wrong("api_key", "app_secret", error.request_id) from error
        except (MissingPermission, NotFound) as error:
            if not uses_key(self._session) and isinstance(error, MissingPermission):
                raise MissingPermission(permission=spec.SITE, request_id=error.request_id) from error
            # a key for another account's site looks like a missing permission
            field = next(each for each in spec.FIELDS if each.name == "site_id")
            raise WrongCredentials(field=field.title, where=f"{field.where_to_find}; {words.KEY_HINT}") from error
        return parse(wire.SiteProperties, record_of(body, "properties"), "$.properties")

    def _wrong(self, for_key: str, for_app: str, request_id: str | None) -> WrongCredentials:
        return wrong_field(spec.FIELDS, for_key if uses_key(self._session) else for_app, request_id)

    async def _need_catalog_v3(self, api: Api) -> None:
        body = await api.get(_VERSION, "shop.catalog")
        version = str(record_of(body, "catalogVersion"))
        if version != _V3:
            reason = spec.V1_REFUSED if version == _V1 else spec.NO_STORES
            raise PlatformRefused(field="catalogue", code=version, reason=reason)

    async def _taxes(self) -> str:
        """Whether prices include tax, as an online order shows; empty without one. Ours would only echo the till."""
        for row in await self._api.first(ORDERS, "shop.taxes", {"channelInfo.type": {"$eq": "WEB"}}):
            return "yes" if parse(wire_orders.Order, row, "$.orders[0]").taxIncludedInPrices else "no"
        return ""

    async def _has_gift_cards(self) -> bool:
        try:
            await self._api.first(GIFT_CARDS, "shop.gift_cards")
        except (MissingPermission, NotFound, PlatformRefused):
            return False
        return True

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """All locations that keep stock."""
        return tuple(ExternalLocation(each.id, each.name, active=True) for each in await self._places())

    async def _places(self) -> list[wire.Location]:
        rows = await self._api.rows(LOCATIONS, "shop.locations")
        return [parse(wire.Location, row, f"$.storesLocations[{at}]") for at, row in enumerate(rows)]

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands; changes nothing. Raises InvalidInput for a step Wix does not have."""
        facts = self._session.connection.facts
        match name:
            case spec.STEP_CATALOG:
                await self._need_catalog_v3(self._api)
                return steps.report_catalog()
            case spec.STEP_LOCATION:
                return steps.report_location(await self._places())
            case spec.STEP_STOCK:
                body = record_of(await self._api.get(_SETTINGS, "shop.stock"), "ordersSettings")
                return steps.report_stock(parse(wire.OrdersSettings, body, "$.ordersSettings"))
            case spec.STEP_TAX:
                return steps.report_tax(await self._taxes())
            case spec.STEP_MAILS:
                return steps.report_mails(facts)
            case spec.STEP_GIFT_CARDS:
                return steps.report_gift_cards(await self._has_gift_cards())
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Keep the choice about mails; the other steps are only stated."""
        if name == spec.STEP_MAILS:
            return steps.report_mails(self._session.connection.facts, choice)
        return await self.check_step(name)


async def _allowed(api: Api, path: str, body: dict[str, Any]) -> bool:
    try:
        await api.read(path, "shop.probe", body)
    except MissingPermission:
        return False
    except (PlatformRefused, NotFound):
        # let through, and refused for what it says
        return True
    return True


def _zone(named: str) -> str:
    try:
        ZoneInfo(named or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return named or "UTC"

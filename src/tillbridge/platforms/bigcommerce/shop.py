"""The connection itself on BigCommerce: live test and preparation. Called by services at setup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillbridge.domain.connections import ShopFacts, StepReport, StepState
from tillbridge.domain.errors import (
    InvalidInput,
    MissingPermission,
    NotFound,
    NotTheApi,
    PlatformRefused,
    TokenRejected,
)
from tillbridge.domain.stock import ExternalLocation
from tillbridge.net.client import Repeat
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.bigcommerce import spec, wire, words
from tillbridge.platforms.bigcommerce.calls import Api
from tillbridge.platforms.bigcommerce.shop_facts import (
    COUNTRY,
    COUNTRY_CODE,
    DEFAULT_CHANNEL,
    LOCATION,
    WEIGHT,
    channel,
)
from tillbridge.platforms.bigcommerce.steps import (
    report_channel,
    report_location,
    report_mails,
    report_stock,
    report_tax,
    stock_facts,
)
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse

_LOCATIONS, _CHANNELS, _SETTINGS = "/v3/inventory/locations", "/v3/channels", "/v3/settings/inventory"
_ONE = (("limit", "1"),)
_PROBES = (
    ("store_v2_products_read_only", "GET", "/v3/catalog/products"),
    ("store_inventory", "PUT", "/v3/inventory/adjustments/absolute"),
    ("store_v2_customers", "PUT", "/v3/customers"),
    ("store_v2_orders", "POST", "/v2/orders"),
    ("store_v2_transactions", "GET", "/v3/orders/payment_actions/refunds"),
    ("store_v2_marketing", "POST", "/v2/gift_certificates"),
)
"""A call per scope: a read of one row, or a write without content, which is refused before anything is changed."""
_NOTHING: dict[str, Any] = {"/v3/inventory/adjustments/absolute": {"items": []}, "/v3/customers": []}


class BigCommerceShopService:
    """Asks the store who it is and what the API account may do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone and scopes. Raises WrongCredentials naming the field."""
        probing = Api(self._session, probing=True)
        store = await self._store(probing)
        missing = await self._missing(probing)
        included = store.is_price_entered_with_tax
        settings = await self._inventory_settings(probing, str(store.default_channel_id))
        return ShopFacts(
            name=store.name,
            currency=store.currency,
            zone=_zone(str(store.timezone.get("name", ""))),
            prices_include_tax=included,
            granted_scopes=tuple(each for each in spec.SCOPES if each not in missing),
            missing_scopes=missing,
            api_version=spec.SPEC.api_version,
            facts={
                WEIGHT: store.weight_units,
                COUNTRY: store.country,
                COUNTRY_CODE: store.country_code,
                DEFAULT_CHANNEL: str(store.default_channel_id),
                "plan": store.plan_name,
                **stock_facts(settings),
            },
            warnings=(words.NO_PRICE_MODE,) if included is None else (),
        )

    async def _store(self, api: Api) -> wire.Store:
        try:
            return parse(wire.Store, await api.get("/v2/store", "shop.test"), "$")
        except TokenRejected as error:
            raise wrong_field(spec.FIELDS, "access_token", error.request_id) from error
        except NotFound as error:
            raise wrong_field(spec.FIELDS, "store_hash") from error
        except NotTheApi as error:
            # an unknown store is answered by the edge with a page
            if error.params.get("status") != "404":
                raise
            raise wrong_field(spec.FIELDS, "store_hash") from error

    async def _missing(self, api: Api) -> tuple[str, ...]:
        return tuple([scope for scope, method, path in _PROBES if not await self._allowed(api, method, path)])

    async def _allowed(self, api: Api, method: str, path: str) -> bool:
        query, body = (_ONE, None) if method == "GET" else ((), _NOTHING.get(path, {}))
        try:
            await api.send(method, path, "shop.scope_check", Repeat.SAFE, query, body)
        except MissingPermission:
            return False
        except PlatformRefused:
            return True
        return True

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """All locations; those switched off are marked."""
        found = []
        async for page in self._api.pages(_LOCATIONS, "locations"):
            for at, row in enumerate(page.rows):
                node = parse(wire.Location, row, f"$.data[{at}]")
                found.append(ExternalLocation(str(node.id), node.label or node.code, node.enabled))
        return tuple(found)

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands, freshly read. Raises InvalidInput for a step BigCommerce does not have."""
        return await self._report(name, None)

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Keep a choice, or make the till's own channel; everything else is read and stated."""
        if name == spec.STEP_CHANNEL and choice == words.NEW_CHANNEL:
            return await self._make_channel()
        return await self._report(name, choice)

    async def _report(self, name: str, choice: str | None) -> StepReport:
        facts = self._session.connection.facts
        match name:
            case spec.STEP_TAX:
                store = parse(wire.Store, await self._api.get("/v2/store", "shop.taxes"), "$")
                return report_tax(store.is_price_entered_with_tax)
            case spec.STEP_LOCATION:
                return report_location(await self.locations(), choice or facts.get(LOCATION, ""))
            case spec.STEP_CHANNEL:
                return report_channel(await self._channels(), choice or channel(self._session))
            case spec.STEP_STOCK:
                return report_stock(await self._inventory_settings(self._api, channel(self._session)))
            case spec.STEP_MAILS:
                return report_mails(facts, choice)
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def _inventory_settings(self, api: Api, channel_id: str) -> wire.InventorySettings:
        """The channel's own settings over the store's. Empty where the account may not read them.

        Then stock is read again after each sale.
        """
        try:
            whole = await api.data(_SETTINGS, "shop.stock_settings")
            own = await api.data(_SETTINGS, "shop.stock_settings", (("channel_id", channel_id),))
        except MissingPermission:
            return wire.InventorySettings()
        told, over = (parse(wire.InventorySettings, each, "$.data") for each in (whole, own))
        return told.model_copy(update=over.model_dump(exclude_none=True))

    async def _channels(self) -> Sequence[wire.Channel]:
        """Channels that take orders, the default first; only the default where the account may not list them."""
        default = int(channel(self._session))
        try:
            rows = await self._api.rows(_CHANNELS, "channels", (("available", "true"), ("limit", "250")))
        except MissingPermission:
            return [wire.Channel(id=default, name="the shop's default channel")]
        found = [parse(wire.Channel, row, f"$.data[{at}]") for at, row in enumerate(rows)]
        return sorted(found, key=lambda each: (each.id != default, each.id))

    async def _make_channel(self) -> StepReport:
        """Once: a till's channel that is there already is taken."""
        own = [each for each in await self._channels() if each.type == "pos"]
        if not own:
            body = {"name": words.TILL_CHANNEL, "type": "pos", "platform": "custom", "status": "connected"}
            await self._api.post(_CHANNELS, "channel.create", body)
            own = [each for each in await self._channels() if each.type == "pos"]
        report = report_channel(await self._channels(), str(own[0].id) if own else "")
        said = words.CHANNEL_MADE.format(name=own[0].name) if own else report.words
        state = StepState.DONE if own else StepState.REFUSED
        return StepReport(report.name, state, said, report.facts, report.choices)


def _zone(named: str) -> str:
    try:
        ZoneInfo(named or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return named or "UTC"

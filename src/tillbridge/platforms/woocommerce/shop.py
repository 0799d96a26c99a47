"""The connection itself on WooCommerce: live test and preparation. Called by services at setup."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import Drift, InvalidInput, MissingPermission, NotFound, NotTheApi, TokenRejected
from tillbridge.domain.stock import ExternalLocation
from tillbridge.net.client import Repeat
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce import spec, words
from tillbridge.platforms.woocommerce.auth import AUTH_FACT, BY_HEADER, BY_QUERY, key_pair
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.shop_facts import (
    ADD_ON,
    GIFT_CARDS,
    NONE,
    OFFICIAL,
    PW,
    settings_of,
    standard_rate,
    tax_classes,
)
from tillbridge.platforms.woocommerce.steps import (
    MailStep,
    report_address,
    report_gift_cards,
    report_tax,
    report_version,
)

_YES_NO = {"True": "yes", "False": "no"}
_CURRENCY = "/wc/v3/data/currencies/current"


class WooCommerceShopService:
    """Asks the shop who it is and reads the settings that a till depends on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone, and whether the key may read and write. Raises WrongCredentials naming the field."""
        index = await self._index()
        rest, way = await self._way_in()
        currency = await rest.get(_CURRENCY, "shop.currency")
        missing = await self._missing(rest)
        facts = {**await self._facts(rest, index), AUTH_FACT: way}
        return ShopFacts(
            name=html.unescape(str(index.get("name", ""))),
            currency=_text(currency, "code"),
            zone=_zone(index),
            prices_include_tax=facts["prices_include_tax"] == "yes",
            granted_scopes=tuple(each for each in spec.SPEC.scopes if each not in missing),
            missing_scopes=missing,
            api_version=spec.SPEC.api_version,
            facts=facts,
            warnings=words.warnings(facts),
        )

    async def _index(self) -> Mapping[str, Any]:
        """The REST index, open to everybody. Raises NotTheApi when no WordPress answers there."""
        index = await Rest(self._session, probing=True).get("/", "shop.index")
        if not isinstance(index, dict) or "wc/v3" not in (index.get("namespaces") or ()):
            raise NotTheApi(status=200, first_line="a REST index without wc/v3: WooCommerce is not active there")
        return index

    async def _way_in(self) -> tuple[Rest, str]:
        """By header; where a host strips it, by query. A key known to neither is wrong."""
        for way, in_query in ((BY_HEADER, False), (BY_QUERY, True)):
            rest = Rest(self._session, key_pair(self._session, in_query=in_query), probing=True)
            try:
                await rest.get(_CURRENCY, "shop.currency")
            except TokenRejected:
                continue
            return rest, way
        raise wrong_field(spec.FIELDS, "consumer_key")

    async def _missing(self, rest: Rest) -> tuple[str, ...]:
        """An empty batch asks for write access and changes nothing."""
        try:
            await rest.post("/wc/v3/orders/batch", "shop.write_check", {}, repeat=Repeat.SAFE)
        except MissingPermission:
            return ("write",)
        return ()

    async def _facts(self, rest: Rest, index: Mapping[str, Any]) -> dict[str, str]:
        goods = settings_of(await rest.rows("/wc/v3/settings/products", "shop.settings"))
        return {
            "home": str(index.get("home", "")),
            "weight_unit": goods.get("weight_unit", "kg"),
            **await self._tax(rest),
            **await self._status(rest),
            **await self._add_on(rest, index),
        }

    async def _tax(self, rest: Rest) -> dict[str, str]:
        tax = settings_of(await rest.rows("/wc/v3/settings/tax", "shop.settings"))
        general = settings_of(await rest.rows("/wc/v3/settings/general", "shop.settings"))
        country = general.get("default_country", "").partition(":")[0]
        classes = await self._classes(rest, country)
        return {
            "prices_include_tax": tax.get("prices_include_tax", ""),
            "round_at_subtotal": tax.get("tax_round_at_subtotal", "no"),
            "decimals": general.get("price_num_decimals", ""),
            "taxes": general.get("calc_taxes", "no"),
            "coupons": general.get("enable_coupons", "yes"),
            "country": country,
            "tax_classes": words.as_json(classes),
            "standard_tax_rate": standard_rate(classes) if general.get("calc_taxes") == "yes" else "0",
        }

    async def _classes(self, rest: Rest, country: str) -> dict[str, str]:
        rows = [row async for page in rest.pages("/wc/v3/taxes", "shop.taxes") for row in page.rows]
        return tax_classes(rows, country)

    async def _status(self, rest: Rest) -> dict[str, str]:
        """Version and order tables; a shop that hides its status tells neither."""
        query = (("_fields", "environment.version,settings.HPOS_enabled"),)
        try:
            status = await rest.get("/wc/v3/system_status", "shop.status", query)
        except (NotFound, MissingPermission):
            return {"version": "", "hpos": ""}
        environment, settings = status.get("environment") or {}, status.get("settings") or {}
        tables = _YES_NO.get(str(settings.get("HPOS_enabled")), "")
        return {"version": str(environment.get("version") or ""), "hpos": tables}

    async def _add_on(self, rest: Rest, index: Mapping[str, Any]) -> dict[str, str]:
        if "wc-pimwick/v1" in (index.get("namespaces") or ()):
            return {ADD_ON: PW, GIFT_CARDS: "yes"}
        try:
            await rest.get("/wc/v3/gift-cards", "shop.gift_cards", (("per_page", "1"),))
        except NotFound:
            return {ADD_ON: NONE, GIFT_CARDS: "no"}
        return {ADD_ON: OFFICIAL, GIFT_CARDS: "yes"}

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """One: the platform keeps a single number per product."""
        return (ExternalLocation("", "Shop stock", active=True),)

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands, freshly read. Raises InvalidInput for a step WooCommerce does not have."""
        match name:
            case spec.STEP_VERSION:
                return report_version(await self._status(self._rest))
            case spec.STEP_ADDRESS:
                return report_address(str((await self._index()).get("home", "")), self._session.connection)
            case spec.STEP_TAX:
                return report_tax(await self._tax(self._rest), self._session.connection.currency)
            case spec.STEP_MAILS:
                return await self._mails().check()
            case spec.STEP_GIFT_CARDS:
                return report_gift_cards(await self._add_on(self._rest, await self._index()))
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Only the mails leave a choice; everything else is read and stated."""
        if name == spec.STEP_MAILS:
            return await self._mails().do(choice)
        return await self.check_step(name)

    def _mails(self) -> MailStep:
        return MailStep(self._rest, self._session.connection.facts)


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        raise Drift(path=f"$.{name}", expected="a text", found=str(value))
    return value


def _zone(index: Mapping[str, Any]) -> str:
    """The shop's zone; WordPress has only an offset when the merchant chose one by hand."""
    named = str(index.get("timezone_string") or "")
    try:
        ZoneInfo(named or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        named = ""
    hours = float(index.get("gmt_offset") or 0)
    if named or not hours:
        return named or "UTC"
    # the names of fixed offsets count westward
    return f"Etc/GMT{-int(hours):+d}" if hours == int(hours) else "UTC"

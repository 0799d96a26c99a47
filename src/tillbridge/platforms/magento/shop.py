"""The connection itself on Magento: live test and preparation. Called by services at setup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import (
    Drift,
    InvalidInput,
    MissingPermission,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    TokenRejected,
)
from tillbridge.domain.stock import ExternalLocation
from tillbridge.domain.tokens import TokenType
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import shop_facts, spec, wire, words
from tillbridge.platforms.magento.auth import AUTH_FACT, BY_BEARER, BY_SIGNATURE, check_keys, is_integration, signs
from tillbridge.platforms.magento.calls import VIEW_FACT, Rest
from tillbridge.platforms.magento.steps import report_mails, report_source, report_tax, report_view
from tillbridge.platforms.magento.tax_finding import tax_choice
from tillbridge.platforms.reading import parse

_CONFIGS, _VIEWS = "/store/storeConfigs", "/store/storeViews"
_BARCODES = ("barcode", "ean", "gtin", "upc")
_DULL = {"Default Store View", "Main Website"}
_PROBES = (
    ("Magento_Catalog::products", "/products"),
    ("Magento_InventoryApi::source", "/inventory/sources"),
    ("Magento_Customer::customer", "/customers/search"),
    ("Magento_Sales::actions_view", "/orders"),
    ("Magento_Sales::creditmemo", "/creditmemos"),
    ("Magento_SalesRule::quote", "/coupons/search"),
)


class MagentoShopService:
    """Asks the shop who it is and reads what a till depends on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone and permissions. Raises InvalidInput for the cloud, WrongCredentials by field."""
        self._refuse_cloud_service()
        check_keys(self._session)
        rest, way, configs = await self._way_in()
        views = _views(await rest.get(_VIEWS, "shop.views"))
        config = self._config(configs)
        missing = await self._missing(bearer=way == BY_BEARER)
        facts = await self._facts(rest, config, missing) | {AUTH_FACT: way}
        included = self._session.connection.facts.get(shop_facts.INCLUDED)
        return ShopFacts(
            name=await self._name(rest, views, config),
            currency=_text(config, "base_currency_code"),
            zone=_text(config, "timezone"),
            prices_include_tax=None if included is None else included == "yes",
            granted_scopes=tuple(each for each in spec.SCOPES if each not in missing),
            missing_scopes=missing,
            api_version=spec.SPEC.api_version,
            facts=facts,
            warnings=self._warnings(config, facts, way),
        )

    def _refuse_cloud_service(self) -> None:
        address = self._session.connection.settings.get("shop_url", "")
        if re.fullmatch(spec.CLOUD_HOST, httpx.URL(address).host):
            raise InvalidInput(field="Shop address", reason=spec.NO_CLOUD_SERVICE, name="shop_url")

    async def _way_in(self) -> tuple[Rest, str, list[Any]]:
        """Signed where all keys are there; by the token alone where the shop does not see the signature."""
        try:
            configs = _list(await self._rest.get(_CONFIGS, "shop.configs"))
        except TokenRejected as error:
            # an admin token that is minutes old is no dead one
            raise self._first_refusal(error.params.get("reason", "")) from error
        except MissingPermission as error:
            if not signs(self._session):
                raise self._first_refusal(error.params["permission"]) from error
            token = (await self._session.tokens.get_token()).value
            rest = Rest(self._session, token, bearer=True)
            try:
                return rest, BY_BEARER, _list(await rest.get(_CONFIGS, "shop.configs"))
            except TokenRejected:
                raise error from None
        return self._rest, BY_SIGNATURE if signs(self._session) else BY_BEARER, configs

    def _first_refusal(self, permission: str) -> Exception:
        """A lone integration token may be dead or not taken alone; the shop does not say which."""
        if is_integration(self._session) and not signs(self._session):
            return wrong_field(spec.FIELDS, "access_token")
        return MissingPermission(permission=permission)

    def _config(self, configs: list[Any]) -> Mapping[str, Any]:
        """Of the chosen store view, else of the default one."""
        wanted = self._session.connection.facts.get(VIEW_FACT) or "default"
        rows = [each for each in configs if isinstance(each, dict)]
        if not rows:
            raise Drift(path="$", expected="store views", found="none")
        return next((each for each in rows if each.get("code") == wanted), rows[0])

    async def _name(self, rest: Rest, views: list[wire.View], config: Mapping[str, Any]) -> str:
        """The store view's or website's name, unless it still has the name it came with; then the host."""
        view = next((each.name for each in views if each.code == config.get("code")), "")
        if view and view not in _DULL:
            return view
        sites = _list(await rest.get("/store/websites", "shop.websites"))
        known = [parse(wire.Website, each, f"$[{at}]") for at, each in enumerate(sites)]
        site = next((each.name for each in known if each.id == config.get("website_id")), "")
        return site if site and site not in _DULL else httpx.URL(str(config.get("base_url") or "")).host

    async def _missing(self, *, bearer: bool) -> tuple[str, ...]:
        """Permissions that a token just proved does not have, found by asking for nothing."""
        token = (await self._session.tokens.get_token()).value
        rest = Rest(self._session, token, bearer=bearer)
        missing = [name for name, path in _PROBES if not await self._may_read(rest, path)]
        return tuple(missing + ([] if await self._may_import(rest) else ["Magento_Sales::create"]))

    async def _may_read(self, rest: Rest, path: str) -> bool:
        query = (("searchCriteria[pageSize]", "1"), ("fields", "total_count"))
        try:
            await rest.get(path, "shop.permissions", query)
        except (TokenRejected, MissingPermission):
            return False
        return True

    async def _may_import(self, rest: Rest) -> bool:
        """An order without payment is refused for that, after the permission was looked at; nothing is made."""
        bare = {"ext_order_id": "permission", "customer_email": "nobody@example.invalid"}
        try:
            await rest.post("/orders", "shop.permissions", {"entity": bare})
        except (TokenRejected, MissingPermission):
            return False
        except (PlatformRefused, OutcomeUnknown):
            # some versions fall over it instead; the permission was looked at before
            return True
        return True

    async def _facts(self, rest: Rest, config: Mapping[str, Any], missing: tuple[str, ...]) -> dict[str, str]:
        media = str(config.get("secure_base_media_url") or config.get("base_media_url") or "")
        barcode = "" if "Magento_Catalog::products" in missing else await self._barcode(rest)
        return {
            shop_facts.STORE_ID: str(config.get("id") or ""),
            shop_facts.WEBSITE_ID: str(config.get("website_id") or ""),
            shop_facts.MEDIA: media,
            shop_facts.WEIGHT_UNIT: str(config.get("weight_unit") or "kgs"),
            shop_facts.BARCODE: barcode,
            shop_facts.GIFT_CARDS: "no",
        }

    async def _barcode(self, rest: Rest) -> str:
        """The first attribute the shop has of those that usually hold barcodes."""
        for code in _BARCODES:
            try:
                await rest.get(f"/products/attributes/{code}", "shop.attributes", (("fields", "attribute_code"),))
            except NotFound:
                continue
            except (TokenRejected, MissingPermission):
                return ""
            return code
        return ""

    def _warnings(self, config: Mapping[str, Any], facts: Mapping[str, str], way: str) -> tuple[str, ...]:
        found = []
        if (self._session.connection.base_url or self._session.connection.settings["shop_url"]).startswith("http://"):
            found.append(words.PLAIN_HTTP)
        if is_integration(self._session) and way == BY_BEARER:
            found.append(words.BY_TOKEN)
        base, shown = config.get("base_currency_code"), config.get("default_display_currency_code")
        if shown and shown != base:
            found.append(words.OTHER_CURRENCY.format(shown=shown, base=base))
        return tuple(found if facts[shop_facts.BARCODE] else [*found, words.NO_BARCODES])

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """The shop's sources."""
        return tuple(
            ExternalLocation(each.source_code, each.name, active=each.enabled) for each in await self._sources()
        )

    async def _sources(self) -> list[wire.Source]:
        rows = await self._rest.rows("/inventory/sources", "shop.sources")
        return [parse(wire.Source, each, f"$.items[{at}]") for at, each in enumerate(rows)]

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands, freshly read. Raises InvalidInput for a step Magento does not have."""
        return await self._report(name, None)

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Keep the choice; nothing is changed in the shop. What its own cart shows needs no choice."""
        if name == spec.STEP_TAX and not choice and not self._session.connection.facts.get(shop_facts.TAX_CHOICE):
            choice = await tax_choice(self._session, self._rest)
        return await self._report(name, choice)

    async def _report(self, name: str, choice: str | None) -> StepReport:
        facts = self._session.connection.facts
        match name:
            case spec.STEP_VIEW:
                views = [each for each in _views(await self._rest.get(_VIEWS, "shop.views")) if _sells(each)]
                return report_view(views, choice or facts.get(VIEW_FACT, ""))
            case spec.STEP_SOURCE:
                enabled = [each for each in await self._sources() if each.enabled]
                return report_source(enabled, choice or facts.get(shop_facts.SOURCE, ""))
            case spec.STEP_TAX:
                return report_tax(await self._rates(), choice or facts.get(shop_facts.TAX_CHOICE, ""))
            case spec.STEP_MAILS:
                return report_mails()
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def _rates(self) -> list[wire.TaxRate]:
        """The tax table, where we may read it; without it the operator types no rate here."""
        token = (await self._session.tokens.get_token(TokenType.ACCESS)).value
        bearer = self._session.connection.facts.get(AUTH_FACT) == BY_BEARER
        try:
            rows = await Rest(self._session, token, bearer=bearer).rows("/taxRates/search", "shop.taxes")
        except (TokenRejected, MissingPermission, NotFound):
            return []
        return [parse(wire.TaxRate, each, f"$.items[{at}]") for at, each in enumerate(rows)]


def _views(body: Any) -> list[wire.View]:
    return [parse(wire.View, each, f"$[{at}]") for at, each in enumerate(_list(body))]


def _sells(view: wire.View) -> bool:
    return view.code != "admin" and view.is_active


def _list(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise Drift(path="$", expected="a list", found=type(body).__name__)
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Drift(path=f"$.{name}", expected="a text", found=str(value))
    return value

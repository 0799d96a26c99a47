"""The connection itself on PrestaShop: live test and preparation. Called by services at setup."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tillbridge.domain.connections import ShopFacts, StepReport, StepState
from tillbridge.domain.errors import Drift, InvalidInput, MissingPermission, NotTheApi, PlatformRefused, TokenRejected
from tillbridge.domain.stock import ExternalLocation
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import spec, words
from tillbridge.platforms.prestashop.auth import AUTH_FACT, BY_HEADER, BY_QUERY
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.reading import Row, id_of, text_of
from tillbridge.platforms.prestashop.rules import codeless_rules
from tillbridge.platforms.prestashop.shop_facts import SETTINGS, rates_of, settings_of
from tillbridge.platforms.prestashop.steps import (
    CarrierStep,
    MailStep,
    WalkInStep,
    report_tax,
    report_version,
    version_problem,
)
from tillbridge.platforms.prestashop.xml_text import Element

_ADMIN_API = "/admin-api"


class PrestaShopShopService:
    """Asks the shop who it is and reads the settings that a till depends on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone and the key's rights. Raises WrongCredentials naming the field.

        Editions not supported yet are recognised and raise PlatformRefused with words.
        """
        if _ADMIN_API in self._session.connection.settings.get("shop_url", "").rstrip("/"):
            raise PlatformRefused(field="Shop address", code="admin_api", reason=words.ADMIN_API)
        rest, way, root, version = await self._way_in()
        if problem := version_problem(version):
            raise PlatformRefused(field="PrestaShop version", code="not_yet", reason=problem)
        missing = _missing(root)
        for needed in ("configurations", "currencies"):
            if f"{needed} GET" in missing:
                raise MissingPermission(permission=f"{needed} GET of the webservice key")
        facts = {**await self._facts(rest, missing), AUTH_FACT: way, "version": version, "gift_cards": "no"}
        return ShopFacts(
            name=facts.get("name", ""),
            currency=facts["currency"],
            zone=facts.get("zone", ""),
            prices_include_tax=True,
            granted_scopes=tuple(each for each in spec.SPEC.scopes if each.partition(" ")[0] not in _short(missing)),
            missing_scopes=missing,
            api_version=version or spec.SPEC.api_version,
            facts=facts,
            warnings=_warnings(facts),
        )

    async def _way_in(self) -> tuple[Rest, str, Element, str]:
        """By header; where a host strips it, by query. A key known to neither is wrong."""
        for way, in_query in ((BY_HEADER, False), (BY_QUERY, True)):
            rest = Rest(self._session, probing=True, in_query=in_query)
            try:
                root, version = await rest.root()
            except TokenRejected as rejected:
                if rejected.certain:
                    break
                continue
            if not root.children or root.children[0].name != "api":
                raise NotTheApi(status=200, first_line=f"<{root.name}>: the webservice does not answer there")
            return rest, way, root.children[0], version
        raise wrong_field(spec.FIELDS, "webservice_key")

    async def _facts(self, rest: Rest, missing: tuple[str, ...]) -> dict[str, str]:
        chosen = "|".join(SETTINGS)
        query = (("filter[name]", f"[{chosen}]"), ("display", "[name,value]"))
        found = settings_of(await rest.rows("configurations", "shop.settings", query))
        currency = await self._currency(rest, found.get("currency_id", ""))
        found |= {"currency": text_of(currency, "iso_code"), "decimals": text_of(currency, "precision", "")}
        if not {"taxes GET", "tax_rules GET"} & set(missing):
            found |= await self._taxes(rest, found)
        if "shops GET" not in missing:
            found |= await self._shop(rest)
        return found

    async def _currency(self, rest: Rest, currency_id: str) -> Row:
        rows = await rest.of("currencies", "shop.currency", "id", [currency_id], "[id,iso_code,precision]")
        if not rows:
            raise Drift(path="$.currencies", expected="the shop's currency", found=f"none with id {currency_id}")
        return rows[0]

    async def _taxes(self, rest: Rest, found: Mapping[str, str]) -> dict[str, str]:
        """Rates at the shop's own place, by tax rules group; none where taxes are switched off."""
        if found.get("taxes") == "0":
            return {"tax_rates": "{}", "standard_tax_rate": "0"}
        country = found.get("shop_country_id") or found.get("country_id", "")
        query = (("filter[id_country]", country),)
        rules = await rest.every("tax_rules", "shop.taxes", "[id,id_tax_rules_group,id_tax,id_state]", query)
        taxes = await rest.every("taxes", "shop.taxes", "[id,rate,active]")
        rates = rates_of(rules, taxes)
        standard = rates[min(rates, key=int)] if rates else ""
        return {"tax_rates": json.dumps(rates, sort_keys=True), "standard_tax_rate": standard}

    async def _shop(self, rest: Rest) -> dict[str, str]:
        rows = await rest.every("shops", "shop.shops", "[id,id_shop_group,name,active]")
        active = [row for row in rows if text_of(row, "active", "1") == "1"]
        if not active:
            return {}
        first = active[0]
        facts = {"shop_id": id_of(first), "shop_group_id": id_of(first, "id_shop_group")}
        return facts | ({"several_shops": text_of(first, "name", id_of(first))} if len(active) > 1 else {})

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """One: the platform keeps a single number per article."""
        return (ExternalLocation("", "Shop stock", active=True),)

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands, freshly read. Raises InvalidInput for a step PrestaShop does not have."""
        match name:
            case spec.STEP_VERSION:
                return report_version((await self._rest.root())[1], {})
            case spec.STEP_TAX:
                return report_tax(await self._facts(self._rest, ("shops GET",)), self._session.connection.currency)
            case spec.STEP_CARRIER:
                return await CarrierStep(self._session, self._rest).check()
            case spec.STEP_WALK_IN:
                return await WalkInStep(self._session, self._rest).check()
            case spec.STEP_MAILS:
                return await MailStep(self._session, self._rest).check()
            case spec.STEP_RULES:
                return await self._rules()
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Carrier and mails leave a choice, the walk-in customer is made; everything else is read and stated."""
        match name:
            case spec.STEP_CARRIER:
                return await CarrierStep(self._session, self._rest).do(choice)
            case spec.STEP_WALK_IN:
                return await WalkInStep(self._session, self._rest).do()
            case spec.STEP_MAILS:
                return await MailStep(self._session, self._rest).do(choice)
        return await self.check_step(name)

    async def _rules(self) -> StepReport:
        """Refused while a discount without a code would change the totals of till sales."""
        names = await codeless_rules(self._rest, self._session)
        if names:
            said = words.CODELESS.format(names=", ".join(names))
            return StepReport(spec.STEP_RULES, StepState.REFUSED, said[0].upper() + said[1:] + ".", {})
        return StepReport(spec.STEP_RULES, StepState.STATED, words.NO_RULES, {})


def _missing(root: Element) -> tuple[str, ...]:
    """Rights the key lacks, as resource and method."""
    granted = {each.name: each.attributes for each in root.children}
    return tuple(
        f"{name} {method}"
        for name, methods in spec.RIGHTS.items()
        for method in methods
        if granted.get(name, {}).get(method.lower()) != "true"
    )


def _short(missing: tuple[str, ...]) -> set[str]:
    return {each.partition(" ")[0] for each in missing}


def _warnings(facts: Mapping[str, str]) -> tuple[str, ...]:
    """What the operator should know right after the test."""
    found = []
    if facts.get("taxes") == "0":
        found.append(words.NO_TAXES)
    if facts.get("several_shops"):
        found.append(words.SEVERAL_SHOPS.format(name=facts["several_shops"]))
    return tuple(found)

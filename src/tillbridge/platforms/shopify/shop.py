"""The connection itself on Shopify: live test, locations and preparation. Called by services at setup."""

from __future__ import annotations

from collections.abc import Mapping

from tillbridge.domain.connections import ShopFacts, StepReport, StepState
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.stock import ExternalLocation
from tillbridge.platforms.contract import Session
from tillbridge.platforms.shopify import spec, words
from tillbridge.platforms.shopify.calls import Graph, Json
from tillbridge.platforms.shopify.dialect import UserErrors
from tillbridge.platforms.shopify.mapping import map_locations
from tillbridge.platforms.shopify.reading import dig, records, text

_DEFINITION = {
    "name": "Till sale reference",
    "namespace": spec.METAFIELD_NAMESPACE,
    "key": spec.METAFIELD_KEY,
    "type": "id",
    "ownerType": "ORDER",
    "capabilities": {"uniqueValues": {"enabled": True}},
}


class ShopifyShopService:
    """Asks the shop who it is and what is left to prepare."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph = Graph(session)

    async def test(self) -> ShopFacts:
        """Name, currency, zone and granted against required scopes. Raises WrongCredentials naming the field."""
        return self._facts(await self._graph.ask("TestConnection"))

    def _facts(self, data: Json) -> ShopFacts:
        granted = _granted(data)
        missing = tuple(each for each in spec.REQUIRED_SCOPES if each not in granted)
        included = dig(data, "shop.taxesIncluded")
        return ShopFacts(
            name=text(data, "shop.name"),
            currency=text(data, "shop.currencyCode"),
            zone=text(data, "shop.ianaTimezone"),
            prices_include_tax=included if isinstance(included, bool) else None,
            granted_scopes=tuple(sorted(granted)),
            missing_scopes=missing,
            api_version=self._graph.served_version or spec.API_VERSION,
            facts={
                "shop_id": text(data, "shop.id"),
                "domain": text(data, "shop.myshopifyDomain"),
                "plan": text(data, "shop.plan.publicDisplayName"),
                "taxes_included": "yes" if included else "no",
                "scopes": ",".join(sorted(granted)),
            },
            warnings=self._warnings(data, granted),
        )

    def _warnings(self, data: Json, granted: frozenset[str]) -> tuple[str, ...]:
        found = []
        served = self._graph.served_version
        if served and served != spec.API_VERSION:
            found.append(words.OTHER_VERSION.format(served=served, asked=spec.API_VERSION))
        if not granted.issuperset(spec.GIFT_CARD_SCOPES):
            found.append(spec.NO_GIFT_CARDS)
        if spec.ALL_ORDERS_SCOPE not in granted:
            found.append(words.SIXTY_DAYS)
        if self._session.connection.setup == spec.SETUP_LEGACY and "Basic" in str(
            dig(data, "shop.plan.publicDisplayName")
        ):
            found.append(words.MASKED_CUSTOMERS)
        if dig(data, "shop.plan.partnerDevelopment") is True:
            found.append(words.TRIAL_PACE)
        return tuple(found)

    async def locations(self) -> tuple[ExternalLocation, ...]:
        """All active locations."""
        return map_locations([each async for each in self._graph.nodes("Locations", "locations")])

    async def check_step(self, name: str) -> StepReport:
        """Where a step stands. Raises InvalidInput for a step Shopify does not have."""
        match name:
            case "order_reference":
                return await self._check_reference()
            case "location":
                return await self._check_location()
            case "taxes" | "currency" | "gift_cards":
                return _stated(name, await self.test())
        raise InvalidInput(field="step", reason=f"there is no step {name}")

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Define the reference field, or keep the chosen location; the others are only stated."""
        report = await self.check_step(name)
        if name == "order_reference" and report.state is StepState.OPEN:
            return await self._define_reference()
        if name == "location" and choice:
            return await self._check_location(choice)
        return report

    async def _check_reference(self) -> StepReport:
        data = await self._graph.ask(
            "OrderMetafieldDefinitions", namespace=spec.METAFIELD_NAMESPACE, key=spec.METAFIELD_KEY
        )
        name = "order_reference"
        for each in records(data, "metafieldDefinitions.nodes"):
            if (dig(each, "namespace"), dig(each, "key")) != (spec.METAFIELD_NAMESPACE, spec.METAFIELD_KEY):
                continue
            if dig(each, "type.name") == "id":
                return StepReport(name, StepState.DONE, words.REFERENCE_THERE, {"reference_field": text(each, "id")})
            return StepReport(
                name, StepState.REFUSED, words.REFERENCE_OTHER_TYPE.format(type=dig(each, "type.name")), {}
            )
        return StepReport(name, StepState.OPEN, words.REFERENCE_MISSING, {})

    async def _define_reference(self) -> StepReport:
        try:
            await self._graph.change("OrderMetafieldDefinition", definition=_DEFINITION)
        except UserErrors as refusal:
            # another terminal may have defined it a moment ago
            if not refusal.has("TAKEN"):
                raise
        return await self._check_reference()

    async def _check_location(self, choice: str | None = None) -> StepReport:
        places = await self.locations()
        choices = tuple((each.external_id, each.name) for each in places)
        wanted = choice or self._session.connection.facts.get("location_id", "")
        if not wanted and len(choices) == 1:
            wanted = choices[0][0]
        names = dict(choices)
        if wanted in names:
            said = words.LOCATION_CHOSEN.format(name=names[wanted])
            facts = {"location_id": wanted, "location_name": names[wanted]}
            return StepReport("location", StepState.DONE, said, facts, choices)
        if not choices:
            return StepReport("location", StepState.REFUSED, words.NO_LOCATION, {})
        return StepReport("location", StepState.OPEN, words.LOCATION_OPEN, {}, choices)


def _granted(data: Json) -> frozenset[str]:
    """Granted scopes; a write scope includes its read scope."""
    handles = {text(each, "handle") for each in records(data, "currentAppInstallation.accessScopes")}
    return frozenset(handles | {f"read_{each.removeprefix('write_')}" for each in handles if each.startswith("write_")})


def _stated(name: str, shop: ShopFacts) -> StepReport:
    gift_cards = set(shop.granted_scopes).issuperset(spec.GIFT_CARD_SCOPES)
    said: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "taxes": (
            words.TAX_INCLUDED if shop.prices_include_tax else words.TAX_EXCLUDED,
            {"taxes_included": shop.facts["taxes_included"]},
        ),
        "currency": (words.CURRENCY.format(currency=shop.currency), {"currency": shop.currency}),
        "gift_cards": (
            words.GIFT_CARDS_ON if gift_cards else spec.NO_GIFT_CARDS,
            {"gift_cards": "yes" if gift_cards else "no"},
        ),
    }
    sentence, facts = said[name]
    return StepReport(name, StepState.STATED, sentence, facts)

"""Discount codes of a Shopify shop: Shopify judges dates only, the rest is judged here. Built by the registry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import wire, wire_offers, words
from tillbridge.platforms.shopify.calls import Graph
from tillbridge.platforms.shopify.judging import Facts, judge
from tillbridge.platforms.shopify.reading import records, text


@dataclass(frozen=True, slots=True)
class _Buyer:
    """The customer as Shopify knows them: id and codes used. Empty for a stranger."""

    external_id: str
    codes: frozenset[str]


class ShopifyDiscountService:
    """Asks Shopify for the code, and for customer and collections only when its rules name them."""

    def __init__(self, session: Session) -> None:
        self._graph = Graph(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """A verdict with who judged what; an unknown or refused code has a reason."""
        data = await self._graph.ask("DiscountByCode", code=code)
        raw = data.get("codeDiscountNodeByCode")
        if raw is None:
            return DiscountVerdict(
                code=code, valid=False, type=None, value=Decimal(0), amount=Money.zero(offer.currency),
                reason=words.UNKNOWN_CODE, judged_by_platform=("code",),
            )  # fmt: skip
        node = parse(wire_offers.CodeNode, raw, "$.codeDiscountNodeByCode")
        return judge(code, node, offer, await self._facts(node.codeDiscount, code, offer))

    async def _facts(self, rule: wire_offers.CodeDiscount, code: str, offer: Offer) -> Facts:
        """What the rules need to know beyond the code itself."""
        named = rule.context is not None and rule.context.typename == "DiscountCustomers"
        buyer = await self._buyer(offer.customer_email) if named or rule.appliesOncePerCustomer else None
        covered = rule.customerGets.items.collections if rule.customerGets else None
        return Facts(
            customer_id=buyer.external_id if buyer else "",
            used_before=code.casefold() in buyer.codes if buyer else False,
            in_collections=await self._members(covered, offer) if covered else frozenset(),
        )

    async def _buyer(self, email: str) -> _Buyer | None:
        if not email:
            return None
        data = await self._graph.ask("CustomerCodes", email=email.strip().lower())
        found = data.get("customerByIdentifier")
        if found is None:
            return _Buyer("", frozenset())
        orders = [each for each in records(found, "orders.nodes") if each.get("cancelledAt") is None]
        used = (str(code).casefold() for order in orders for code in records(order, "discountCodes"))
        return _Buyer(text(found, "id"), frozenset(used))

    async def _members(self, collections: wire.PagedNodes[wire.MediaRef], offer: Offer) -> frozenset[str]:
        """The basket's products that belong to one of the collections."""
        ids = _products(offer)
        found: set[str] = set()
        for collection in collections.nodes if ids else ():
            data = await self._graph.ask("CollectionMembers", ids=ids, collection=collection.id)
            found |= {str(each["id"]) for each in records(data, "nodes") if each and each.get("inCollection") is True}
        return frozenset(found)


def _products(offer: Offer) -> list[str]:
    known: Collection[str] = dict.fromkeys(each.external_product_id for each in offer.lines)
    return [each for each in known if each]

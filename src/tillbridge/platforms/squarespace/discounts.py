"""Codes on Squarespace: found by a free-text search, judged by us, since the platform judges dates alone.

Built by the registry.
"""

from __future__ import annotations

from decimal import Decimal

from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.squarespace import wire
from tillbridge.platforms.squarespace.calls import Api
from tillbridge.platforms.squarespace.customers import SquarespaceCustomerService
from tillbridge.platforms.squarespace.order_finding import EVERY_STATE, ORDERS
from tillbridge.platforms.squarespace.rules import JUDGED_BY_US, fitting, kind_of, refusal, unjudged, worth

_DISCOUNTS = "/v1/commerce/discounts"
_PAGE = 50
_UNKNOWN = "the shop's list has no such code; kinds made for categories or single shoppers are not in it"
_USED = "this shopper has used the code before"
_ONCE = "once per shopper"


class SquarespaceDiscountService:
    """One call for a code; a code that is once per shopper costs the shopper's contact and orders."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket, in the till's own prices."""
        typed = code.strip()
        rule = await self._rule(typed) if typed else None
        if rule is None:
            return _verdict(typed, None, offer, _UNKNOWN)
        reason = refusal(rule, offer)
        if not reason and rule.is_once_per_customer and offer.customer_email:
            reason = _USED if await self._used_by(offer.customer_email, typed) else ""
        return _verdict(typed, rule, offer, reason)

    async def _rule(self, code: str) -> wire.Discount | None:
        """The search looks into names and codes and finds parts of them; only the very code counts."""
        offset = 0
        while True:
            query = (
                ("trigger", "CODE"),
                ("status", "ALL"),
                ("search", code),
                ("offset", str(offset)),
                ("limit", str(_PAGE)),
            )
            page = parse(wire.Discounts, await self._api.get(_DISCOUNTS, "discount.find", query), "$")
            for at, row in enumerate(page.discounts):
                found = parse(wire.Discount, row, f"$.discounts[{at}]")
                if found.trigger.promo_code.casefold() == code.casefold():
                    return found
            offset += len(page.discounts)
            if not page.has_next_page or not page.discounts:
                return None

    async def _used_by(self, email: str, code: str) -> bool:
        """Whether an order of the shopper's carries the code."""
        shopper = await SquarespaceCustomerService(self._session).find_by_email(email)
        if shopper is None:
            return False
        query = (("customerId", shopper.external_id), *EVERY_STATE)
        async for page in self._api.pages(ORDERS, "discount.uses", "result", query):
            for at, row in enumerate(page.rows):
                lines = parse(wire.Order, row, f"$.result[{at}]").discount_lines
                if any(each.promo_code.casefold() == code.casefold() for each in lines):
                    return True
        return False


def _verdict(code: str, rule: wire.Discount | None, offer: Offer, reason: str) -> DiscountVerdict:
    kind, value = kind_of(rule) if rule else (None, Decimal(0))
    chosen = fitting(rule, offer) if rule and not reason else ()
    once = rule is not None and rule.is_once_per_customer
    asked = (_ONCE,) if once and offer.customer_email else ()
    nobody = (_ONCE,) if once and not offer.customer_email else ()
    return DiscountVerdict(
        code=rule.trigger.promo_code if rule else code.upper(),
        valid=not reason,
        type=kind,
        value=value,
        amount=worth(rule, offer) if rule and not reason else Money.zero(offer.currency),
        reason=reason,
        judged_by_platform=("existence", "dates") if rule else ("existence",),
        judged_by_us=(*JUDGED_BY_US, *asked) if rule else (),
        unjudged=(*unjudged(rule), *nobody) if rule else (),
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=rule.id if rule else "",
    )

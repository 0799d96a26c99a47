"""Coupons: reading one by its code, and judging it by every rule Wix tells. Called by discounts and orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer, OfferLine
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_offers
from tillbridge.platforms.wix.calls import Api, rows_of
from tillbridge.platforms.wix.wire_offers import Coupon, Specification

_QUERY = "/stores/v2/coupons/query"
_LONGEST_CODE = 20
PRODUCT = "product"
JUDGED_BY_US = ("validity", "usage limit", "minimum spend", "products", "one code per basket")


async def find_coupon(api: Api, code: str) -> Coupon | None:
    """The coupon with exactly this code, whatever the case: asked for as typed and in capitals."""
    wanted = code.strip()
    if not wanted or len(wanted) > _LONGEST_CODE:
        return None
    for spelling in dict.fromkeys((wanted, wanted.upper())):
        # the filter is JSON written into a text
        asked = {"paging": {"limit": 5, "offset": 0}, "filter": json.dumps({"specification.code": spelling})}
        rows = rows_of(await api.read(_QUERY, "coupon.find", {"query": asked}), "coupons")
        found = [parse(wire_offers.Coupon, row, f"$.coupons[{at}]") for at, row in enumerate(rows)]
        for each in found:
            if each.specification.code.casefold() == wanted.casefold():
                return each
    return None


def needs_wix(coupon: Coupon) -> bool:
    """Whether a coupon is for a category of goods, which only Wix can tell."""
    scope = coupon.specification.scope
    return scope is not None and bool(scope.group.name) and scope.group.name != PRODUCT


def fitting(coupon: Coupon, lines: Sequence[OfferLine]) -> tuple[int, ...]:
    """The indices of the lines a coupon applies to; of those limited to one item the cheapest piece's."""
    scope = coupon.specification.scope
    chosen = [at for at, line in enumerate(lines) if line.external_product_id and line.quantity > 0]
    if scope is not None and scope.group.name == PRODUCT and scope.group.entityId:
        chosen = [at for at in chosen if lines[at].external_product_id == scope.group.entityId]
    if coupon.specification.limitedToOneItem and chosen:
        chosen = [min(chosen, key=lambda at: _piece(lines[at]))]
    return tuple(chosen)


def _piece(line: OfferLine) -> Decimal:
    return line.total.amount / line.quantity


def refusal(coupon: Coupon, offer: Offer, now: datetime) -> str | None:
    """Why the coupon does not hold for this basket, in words; None when it does."""
    spec = coupon.specification
    spend = total([each.total for each in offer.lines], offer.currency).amount
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        # a false that was left out of the answer is false all the same
        (lambda: not spec.active, "it is not active"),
        (lambda: spec.startTime is not None and now < spec.startTime, "it does not hold yet"),
        (lambda: _has_ended(coupon, now), "it has expired"),
        (lambda: spec.usageLimit is not None and coupon.numberOfUsages >= spec.usageLimit > 0, "it is used up"),
        (lambda: kind_of(spec)[0] is None, "this kind of coupon can be reckoned by the online shop only"),
        (lambda: bool(offer.other_codes), "Wix takes one code per order"),
        (lambda: spec.minimumSubtotal is not None and spend < spec.minimumSubtotal, _minimum(spec)),
        (lambda: not fitting(coupon, offer.lines), "nothing in the basket is eligible for it"),
    )
    return next((words for applies, words in rules if applies()), None)


def _has_ended(coupon: Coupon, now: datetime) -> bool:
    ends = coupon.specification.expirationTime
    return bool(coupon.expired) or (ends is not None and ends < now)


def _minimum(spec: Specification) -> str:
    return f"it needs a basket of {spec.minimumSubtotal}"


def kind_of(spec: Specification) -> tuple[DiscountType | None, Decimal]:
    """The kind of discount and its value; None for kinds no till can reckon."""
    if spec.fixedPriceAmount is not None or spec.buyXGetY:
        return None, Decimal(0)
    if spec.percentOffRate is not None:
        return DiscountType.PERCENTAGE, spec.percentOffRate
    if spec.moneyOffAmount is not None:
        return DiscountType.FIXED, spec.moneyOffAmount
    return (DiscountType.FREE_SHIPPING, Decimal(0)) if spec.freeShipping else (None, Decimal(0))


def worth(coupon: Coupon, offer: Offer, chosen: Sequence[int]) -> Money:
    """What the coupon takes off, in the till's own prices and never more than the goods cost."""
    kind, value = kind_of(coupon.specification)
    lines = [offer.lines[at] for at in chosen]
    base = total([each.total for each in lines], offer.currency)
    if coupon.specification.limitedToOneItem and lines:
        base = Money(_piece(lines[0]), offer.currency)
    if kind is DiscountType.PERCENTAGE:
        return min(base, base * (value / 100))
    return min(base, Money(value, offer.currency)) if kind is DiscountType.FIXED else Money.zero(offer.currency)

"""Codes on Wix: coupons judged by us, those for a category of goods reckoned by Wix. Built by the registry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_offers
from tillbridge.platforms.wix.calls import Api
from tillbridge.platforms.wix.coupons import JUDGED_BY_US, find_coupon, fitting, kind_of, needs_wix, refusal, worth
from tillbridge.platforms.wix.spec import STORES_APP
from tillbridge.platforms.wix.wire_offers import Coupon

_CALCULATE = "/ecom/v1/calculate-totals"
_PER_SHOPPER = "how often this shopper has used it"


class WixDiscountService:
    """Wix leaves a coupon's conditions to whoever asks; only its own reckoning knows categories."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket, in the till's own prices."""
        coupon = await find_coupon(self._api, code)
        if coupon is None:
            return _refused(code, offer, "the shop has no such code", by_platform=("existence",))
        if reason := refusal(coupon, offer, self._session.clock.now()):
            return _refused(code, offer, reason, by_us=JUDGED_BY_US, coupon=coupon)
        if needs_wix(coupon):
            return await self._reckoned(coupon, offer)
        chosen = fitting(coupon, offer.lines)
        return _accepted(coupon, offer, chosen, worth(coupon, offer, chosen), by_platform=("existence",))

    async def _reckoned(self, coupon: Coupon, offer: Offer) -> DiscountVerdict:
        """What Wix itself takes off these lines at these prices; nothing is kept of it."""
        lines = [_line(at, offer) for at in range(len(offer.lines))]
        body: dict[str, Any] = {"lineItems": lines, "couponCode": coupon.specification.code}
        if offer.customer_email:
            body["buyerEmail"] = offer.customer_email
        by_platform = ("the order's totals",)
        try:
            answer = await self._api.read(_CALCULATE, "coupon.try", body)
        except PlatformRefused as error:
            return _refused(coupon.specification.code, offer, error.params["reason"], by_platform=by_platform)
        found = parse(wire_offers.Calculated, answer, "$")
        if (problem := found.calculationErrors.couponCalculationError) is not None:
            return _refused(coupon.specification.code, offer, _words(problem), by_platform=by_platform, coupon=coupon)
        amounts = [each.coupon.amount for each in found.appliedDiscounts if each.coupon is not None]
        money = [Money(each.amount, offer.currency) for each in amounts if each is not None]
        taken = total(money, offer.currency)
        if not taken and kind_of(coupon.specification)[0] is not DiscountType.FREE_SHIPPING:
            said = "nothing in the basket is eligible for it"
            return _refused(coupon.specification.code, offer, said, by_platform=by_platform, coupon=coupon)
        return _accepted(coupon, offer, tuple(range(len(offer.lines))), taken, by_platform=by_platform)


def _line(at: int, offer: Offer) -> dict[str, Any]:
    line = offer.lines[at]
    whole = line.quantity == line.quantity.to_integral_value() and line.quantity > 0
    pieces = int(line.quantity) if whole else 1
    found: dict[str, Any] = {
        "id": str(at + 1),
        "quantity": pieces,
        "price": str(Money(line.total.amount / pieces, offer.currency).amount),
    }
    if line.external_product_id:
        options = {"variantId": line.external_variant_id}
        reference = {"appId": STORES_APP, "catalogItemId": line.external_product_id, "options": options}
        found["catalogReference"] = reference
    return found


def _words(problem: wire_offers.CalculationProblem) -> str:
    told = problem.applicationError or problem.validationError or {}
    return str(told.get("description") or told.get("code") or "Wix does not accept it for this basket")


def _accepted(
    coupon: Coupon, offer: Offer, chosen: tuple[int, ...], amount: Money, *, by_platform: tuple[str, ...]
) -> DiscountVerdict:
    kind, value = kind_of(coupon.specification)
    if needs_wix(coupon) or coupon.specification.limitedToOneItem:
        # for some goods or one piece only: as one amount over the eligible lines
        kind, value = DiscountType.FIXED, amount.amount
    return DiscountVerdict(
        code=coupon.specification.code.upper(),
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=by_platform,
        judged_by_us=JUDGED_BY_US,
        unjudged=(_PER_SHOPPER,) if coupon.specification.limitPerCustomer else (),
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=coupon.id,
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_platform: tuple[str, ...] = (),
    by_us: tuple[str, ...] = (),
    coupon: Coupon | None = None,
) -> DiscountVerdict:
    kind, value = kind_of(coupon.specification) if coupon else (None, Decimal(0))
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=kind,
        value=value,
        amount=Money.zero(offer.currency),
        reason=reason,
        judged_by_platform=by_platform,
        judged_by_us=by_us,
        external_id=coupon.id if coupon else "",
    )

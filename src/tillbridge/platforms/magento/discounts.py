"""Codes on Magento: judged by us for the reason, then tried in a cart of the shop. Built by the registry."""

from __future__ import annotations

from decimal import Decimal

from tillbridge.domain.errors import NotFound
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import judging, shop_facts, wire, wire_offers, words
from tillbridge.platforms.magento.calls import Rest
from tillbridge.platforms.magento.cart import Cart, Tried, covered, is_worth
from tillbridge.platforms.magento.coupons import find_coupon, rule_of
from tillbridge.platforms.magento.customers import account
from tillbridge.platforms.magento.mapping import shop_day
from tillbridge.platforms.reading import parse

_BY_SHOP = ("the cart",)
_PER_SHOPPER = "uses per shopper"
_UNTRIED = "rules only the shop's cart can judge, since it does not take this basket"


class MagentoDiscountService:
    """The shop's cart refuses in one sentence whatever the reason, so the reason is found by us first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._cart = Cart(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket. ``amount`` is in the till's tax mode."""
        coupon = await find_coupon(self._rest, code)
        if coupon is None:
            return _refused(code, offer, words.UNKNOWN_CODE, by_shop=("existence",))
        try:
            rule = await rule_of(self._rest, coupon)
        except NotFound:
            return _refused(code, offer, words.UNKNOWN_CODE, by_shop=("existence",))
        facts = await self._facts(offer)
        if reason := judging.refusal(coupon, rule, offer, facts):
            return _refused(coupon.code, offer, reason, by_us=judging.BY_US, coupon=coupon)
        tried = await self._cart.attempt(offer.lines, coupon.code)
        if tried.accepted is False:
            return _refused(
                coupon.code, offer, words.CART_REFUSES, by_us=judging.BY_US, by_shop=_BY_SHOP, coupon=coupon
            )
        if tried.accepted is None and not judging.is_known(rule):
            return _refused(coupon.code, offer, words.CART_REFUSES, by_us=judging.BY_US, coupon=coupon)
        return _accepted(coupon, rule, offer, tried)

    async def _facts(self, offer: Offer) -> judging.Facts:
        session = self._session
        found = await account(self._rest, offer.customer_email, shop_facts.website_id(session))
        group = parse(wire.Customer, found, "$").group_id if found else None
        return judging.Facts(
            today=shop_day(session.clock.now(), session.connection.zone),
            website_id=shop_facts.website_id(session),
            group_id=group,
            prices_include_tax=session.connection.facts.get(shop_facts.INCLUDED, "yes") == "yes",
        )


def _accepted(coupon: wire_offers.Coupon, rule: wire_offers.Rule, offer: Offer, tried: Tried) -> DiscountVerdict:
    """The cart's own numbers where it stands for this basket, ours where its prices are others."""
    worth = total([each.total for each in offer.lines], offer.currency).amount
    same = tried.totals is not None and is_worth(tried.totals, worth)
    chosen = judging.eligible(rule, offer)
    if tried.totals is not None and rule.discount_amount:
        chosen = covered(tried, offer.lines) or chosen
    if same and tried.totals is not None:
        amount = Money(-tried.totals.discount_amount, offer.currency)
    else:
        amount = judging.worth(rule, offer, chosen)
    kind, value = judging.kind(rule, amount)
    unjudged = () if tried.accepted else (_UNTRIED,)
    return DiscountVerdict(
        code=coupon.code,
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=_BY_SHOP if tried.accepted else ("existence",),
        judged_by_us=judging.BY_US,
        unjudged=unjudged + ((_PER_SHOPPER,) if coupon.usage_per_customer or rule.uses_per_customer else ()),
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=str(coupon.coupon_id),
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_us: tuple[str, ...] = (),
    by_shop: tuple[str, ...] = (),
    coupon: wire_offers.Coupon | None = None,
) -> DiscountVerdict:
    none: DiscountType | None = None
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=none,
        value=Decimal(0),
        amount=Money.zero(offer.currency),
        reason=reason,
        judged_by_platform=by_shop,
        judged_by_us=by_us,
        external_id=str(coupon.coupon_id) if coupon else "",
    )

"""Codes on Sylius: tried in a shopper's cart, and a refusal explained from the promotion. Built by the registry."""

from __future__ import annotations

from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key
from tillbridge.platforms.sylius.cart import Cart
from tillbridge.platforms.sylius.checkout import COUPON
from tillbridge.platforms.sylius.promotions import JUDGED_BY_US, Deal
from tillbridge.platforms.sylius.shop_facts import shelf

_PROMOTIONS = f"{ADMIN}/promotions"
_NOTHING_OFF = "nothing in the basket is eligible for it"
_UNKNOWN = "the shop has no such code"
_BY_SHOPPER = "limits per shopper, which the shop judges when the sale is placed"
_BY_CART = "the shop's own arithmetic, since this basket does not fit into its cart"


class SyliusDiscountService:
    """The cart decides; what it says in one sentence for all refusals is told apart by us."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket, in the till's prices."""
        deal = await self._deal(code)
        if deal is None:
            return _refused(code, offer, _UNKNOWN, by_platform=("existence",))
        if reason := deal.refusal(offer, self._session.clock.now()):
            return _refused(code, offer, reason, by_us=JUDGED_BY_US, deal=deal)
        try:
            taken = await self._tried(deal, offer)
        except PlatformRefused as error:
            return _refused(code, offer, error.params["reason"], by_platform=("the cart",), deal=deal)
        amount = taken if taken is not None else deal.reckoned(offer)
        if amount is None:
            return _refused(code, offer, f"nobody could judge {_BY_CART}", by_us=JUDGED_BY_US, deal=deal)
        return _accepted(deal, offer, amount, tried=taken is not None)

    async def _deal(self, code: str) -> Deal | None:
        """The coupon and its promotion; how the shop's database tells capitals apart is its own affair."""
        typed = code.strip()
        for spelling in dict.fromkeys((typed, typed.upper())):
            rows = await self._rest.rows(_PROMOTIONS, "coupon.find", (("coupons.code", spelling),)) if spelling else []
            for at, row in enumerate(rows):
                promotion = parse(wire.Promotion, row, f"$[{at}]")
                path = f"{_PROMOTIONS}/{key(promotion.code)}/coupons/{key(spelling)}"
                try:
                    coupon = parse(wire.PromotionCoupon, await self._rest.get(path, "coupon.read"), "$")
                except NotFound:
                    continue
                return Deal(promotion, coupon, shelf(self._session))
        return None

    async def _tried(self, deal: Deal, offer: Offer) -> Money | None:
        """What the shop's own cart takes off; None when this basket cannot be put into a cart there.

        Raises PlatformRefused with the shop's words when the cart refuses the code.
        """
        if any(each.quantity % 1 or each.quantity <= 0 or not each.external_variant_id for each in offer.lines):
            return None
        cart = await Cart.open(self._rest)
        try:
            return await self._taken(cart, deal, offer)
        finally:
            await cart.let_go()

    async def _taken(self, cart: Cart, deal: Deal, offer: Offer) -> Money | None:
        before = Money.zero(offer.currency)
        try:
            for each in offer.lines:
                before = Money.of_minor(
                    _goods(await cart.add(each.external_variant_id, int(each.quantity))), offer.currency
                )
        except (PlatformRefused, OutcomeUnknown):
            # goods the shop would not sell online, sold out for one: the code is still judged by us
            return None
        if before != total([each.total for each in offer.lines], offer.currency):
            return None
        try:
            after = await cart.fill_in({}, deal.coupon.code)
        except PlatformRefused as refusal:
            if refusal.params.get("field") != COUPON:
                return None
            raise
        return before - Money.of_minor(_goods(after), offer.currency)


def _goods(cart: wire.Cart) -> int:
    """What the goods cost; shipping is not sold at the till."""
    return sum(each.total for each in cart.items)


def _accepted(deal: Deal, offer: Offer, amount: Money, *, tried: bool) -> DiscountVerdict:
    kind, value = deal.kind(offer, amount)
    chosen = deal.eligible(offer)
    if not amount and kind.value != "free_shipping":
        return _refused(deal.coupon.code, offer, _NOTHING_OFF, by_us=JUDGED_BY_US, deal=deal)
    unjudged = ((_BY_SHOPPER,) if deal.limits_shoppers else ()) + (() if tried else (_BY_CART,))
    return DiscountVerdict(
        code=deal.coupon.code,
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=("the cart",) if tried else ("existence",),
        judged_by_us=JUDGED_BY_US,
        unjudged=unjudged,
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=deal.promotion.code,
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_platform: tuple[str, ...] = (),
    by_us: tuple[str, ...] = (),
    deal: Deal | None = None,
) -> DiscountVerdict:
    zero = Money.zero(offer.currency)
    kind, value = deal.kind(offer, zero) if deal else (None, zero.amount)
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=kind,
        value=value,
        amount=zero,
        reason=reason,
        judged_by_platform=by_platform,
        judged_by_us=by_us,
        external_id=deal.promotion.code if deal else "",
    )

"""Codes on BigCommerce: promotions first, then coupons, judged by us or, where only it can, by the shop's cart."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import MissingPermission, PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, Offer
from tillbridge.platforms.bigcommerce import wire_offers
from tillbridge.platforms.bigcommerce.calls import Api, joined
from tillbridge.platforms.bigcommerce.cart import Trial, fits_into_a_cart
from tillbridge.platforms.bigcommerce.promotions import of_coupon, of_promotion
from tillbridge.platforms.bigcommerce.rules import (
    JUDGED_BY_US,
    Effect,
    Goods,
    Rule,
    fitting,
    kind_of,
    needs_goods,
    refusal,
    worth,
)
from tillbridge.platforms.bigcommerce.shop_facts import circumstances
from tillbridge.platforms.bigcommerce.spec import PAGE_SIZE
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import chunks

_SHELL = "promotion"
"""A coupon of this type is the shell of a v3 promotion, with all values zero."""
_NOT_A_TILLS = "this promotion can be reckoned by the online shop's cart only"


class BigCommerceDiscountService:
    """Reading a code costs up to three calls; a trial in a cart three more, so it is for what needs it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket, in the till's own prices."""
        rule = await self._rule(code)
        if rule is None:
            return _refused(code, offer, "the shop has no such code", by_platform=("existence",))
        goods = await self._goods(offer) if needs_goods(rule) else Goods()
        channel = circumstances(self._session).channel_id
        now = self._session.clock.now().astimezone(ZoneInfo(self._session.connection.zone or "UTC"))
        if reason := refusal(rule, offer, goods, now, channel):
            return _refused(code, offer, reason, by_us=JUDGED_BY_US, rule=rule)
        if rule.effect is Effect.COMPLEX:
            return await self._tried(rule, offer, channel)
        chosen = fitting(rule, offer.lines, goods)
        amount = worth(rule, offer, chosen)
        return _accepted(rule, offer, chosen, amount, by_platform=("existence",))

    async def _rule(self, code: str) -> Rule | None:
        """As typed, then in capitals, since nobody says whether case matters to the filter."""
        typed = code.strip()
        for spelling in dict.fromkeys((typed, typed.upper())) if typed else ():
            if (rule := await self._promotion(spelling) or await self._coupon(spelling)) is not None:
                return rule
        return None

    async def _promotion(self, code: str) -> Rule | None:
        rows = await self._api.rows("/v3/promotions", "promotion.find", (("code", code), ("limit", "50")))
        found = [parse(wire_offers.Promotion, row, f"$.data[{at}]") for at, row in enumerate(rows)]
        found = [each for each in found if each.redemption_type != "AUTOMATIC"]
        if not found:
            return None
        # the promotion does not name its codes, and this list not its promotion
        for at, row in enumerate(await self._api.rows("/v3/promotions/codes", "promotion.uses", (("code", code),))):
            use = parse(wire_offers.CodeUse, row, f"$.data[{at}]")
            if use.code.lower() == code.lower():
                return of_promotion(found[0], use, alone=len(found) == 1)
        return None

    async def _coupon(self, code: str) -> Rule | None:
        rows = await self._api.rows("/v2/coupons", "coupon.find", (("code", code), ("limit", "50")))
        for at, row in enumerate(rows):
            node = parse(wire_offers.Coupon, row, f"$[{at}]")
            if node.type != _SHELL and node.code.lower() == code.lower():
                return of_coupon(node)
        return None

    async def _goods(self, offer: Offer) -> Goods:
        ids = sorted({each.external_product_id for each in offer.lines if each.external_product_id.isdigit()}, key=int)
        categories: dict[str, frozenset[int]] = {}
        brands: dict[str, int] = {}
        for part in chunks(ids, PAGE_SIZE):
            query = (("id:in", joined(part)), ("include_fields", "categories,brand_id"), ("limit", str(len(part))))
            for at, row in enumerate(await self._api.rows("/v3/catalog/products", "product.categories", query)):
                node = parse(wire_offers.Grouping, row, f"$.data[{at}]")
                categories[str(node.id)], brands[str(node.id)] = frozenset(node.categories), node.brand_id or 0
        return Goods(categories, brands)

    async def _tried(self, rule: Rule, offer: Offer, channel: int) -> DiscountVerdict:
        """The shop's own cart decides; the account may lack the scopes for it."""
        if not fits_into_a_cart(offer):
            return _refused(rule.code, offer, _NOT_A_TILLS, by_us=JUDGED_BY_US, rule=rule)
        try:
            amount = await Trial(self._api, channel).taken_off(rule.code, offer)
        except MissingPermission:
            said = f"{_NOT_A_TILLS}, and the API account lacks the scopes store_cart and store_checkout"
            return _refused(rule.code, offer, said, by_us=JUDGED_BY_US, rule=rule)
        except PlatformRefused as error:
            return _refused(rule.code, offer, error.params["reason"], by_platform=("the cart",), rule=rule)
        every = tuple(range(len(offer.lines)))
        return _accepted(rule, offer, every, amount, by_platform=("the cart",))


def _accepted(
    rule: Rule, offer: Offer, chosen: tuple[int, ...], amount: Money, *, by_platform: tuple[str, ...]
) -> DiscountVerdict:
    kind, value = kind_of(rule, amount)
    return DiscountVerdict(
        code=rule.code.upper(),
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=by_platform,
        judged_by_us=JUDGED_BY_US,
        unjudged=rule.unjudged,
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=rule.external_id,
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_platform: tuple[str, ...] = (),
    by_us: tuple[str, ...] = (),
    rule: Rule | None = None,
) -> DiscountVerdict:
    zero = Money.zero(offer.currency)
    kind, value = kind_of(rule, zero) if rule else (None, Decimal(0))
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=kind,
        value=value,
        amount=zero,
        reason=reason,
        judged_by_platform=by_platform,
        judged_by_us=by_us,
        unjudged=rule.unjudged if rule else (),
        external_id=rule.external_id if rule else "",
    )

"""Codes on WooCommerce: read and judged by us, then tried in a cart of the Store API. Built by the registry."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import NotFound, PlatformRefused
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.cart import Cart
from tillbridge.platforms.woocommerce.coupons import (
    JUDGED_BY_US,
    Goods,
    find_coupon,
    fitting,
    needs_categories,
    refusal,
)
from tillbridge.platforms.woocommerce.order_mapping import DISCOUNT_TYPES
from tillbridge.platforms.woocommerce.reckoning import Sent, TaxMode, coupon_shares
from tillbridge.platforms.woocommerce.shop_facts import circumstances
from tillbridge.platforms.woocommerce.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks


class WooCommerceDiscountService:
    """The shop's coupon is tried in an anonymous cart; what that cannot see is judged by us."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket. ``amount`` is in the till's tax mode."""
        coupon = await find_coupon(self._rest, code)
        if coupon is None:
            return _refused(code, offer, "the shop has no such code", by_platform=("existence",))
        goods = Goods(await self._categories(offer)) if needs_categories(coupon) else Goods()
        if reason := refusal(coupon, offer, goods, self._session.clock.now()):
            return _refused(code, offer, reason, by_us=JUDGED_BY_US, coupon=coupon)
        chosen = fitting(coupon, offer.lines, goods)
        try:
            taken = await self._tried(coupon, offer)
        except PlatformRefused as error:
            return _refused(code, offer, error.params["reason"], by_platform=("the cart",), coupon=coupon)
        ours = self._reckoned(coupon, offer, chosen)
        amount = ours if taken is None else taken
        return _accepted(coupon, offer, chosen, amount, tried=taken is not None)

    async def _tried(self, coupon: wire.Coupon, offer: Offer) -> Money | None:
        """What the shop's own cart takes off; None when this basket cannot be put into a cart there.

        Raises PlatformRefused with the shop's words when the cart refuses the code.
        """
        lines = offer.lines
        if any(each.quantity % 1 or each.quantity <= 0 or not each.external_variant_id.isdigit() for each in lines):
            return None
        cart = Cart(self._session)
        try:
            await cart.open()
            for each in lines:
                await cart.add(int(each.external_variant_id), int(each.quantity))
            if offer.customer_email:
                await cart.name_shopper(offer.customer_email)
        except (PlatformRefused, NotFound):
            # goods the shop would not sell online, sold out for one: the code is still judged by us
            return None
        answer = await cart.apply(coupon.code)
        if not self._same_basket(answer, offer):
            return None
        return self._taken(answer, coupon, offer)

    def _same_basket(self, answer: Mapping[str, Any], offer: Offer) -> bool:
        """Whether the cart is worth what the till's basket is; other prices would give another discount."""
        try:
            totals = answer["totals"]
            worth = int(totals["total_items"])
            if self._mode().prices_include_tax:
                worth += int(totals["total_items_tax"])
            unit = int(totals["currency_minor_unit"])
        except (KeyError, TypeError, ValueError):
            return False
        ours = total([each.total for each in offer.lines], offer.currency)
        return Money(Decimal(worth).scaleb(-unit), offer.currency) == ours

    def _taken(self, answer: Mapping[str, Any], coupon: wire.Coupon, offer: Offer) -> Money | None:
        rows = answer.get("coupons") or []
        mine = next((row for row in rows if str(row.get("code", "")).lower() == coupon.code.lower()), None)
        if mine is None:
            return None
        totals = mine["totals"]
        minor = int(totals["total_discount"])
        if self._mode().prices_include_tax:
            minor += int(totals.get("total_discount_tax") or 0)
        return Money(Decimal(minor).scaleb(-int(totals["currency_minor_unit"])), offer.currency)

    def _mode(self) -> TaxMode:
        return circumstances(self._session).mode

    def _reckoned(self, coupon: wire.Coupon, offer: Offer, chosen: tuple[int, ...]) -> Money:
        """What WooCommerce's arithmetic makes of the till's basket, in the till's own prices."""
        lines = [Sent(each.total.amount, each.total.amount, (), max(1, int(each.quantity))) for each in offer.lines]
        flags = [at in chosen for at in range(len(lines))]
        return Money(sum(coupon_shares(lines, flags, coupon, self._mode()), Decimal(0)), offer.currency)

    async def _categories(self, offer: Offer) -> dict[str, frozenset[int]]:
        ids = sorted({each.external_product_id for each in offer.lines if each.external_product_id.isdigit()}, key=int)
        found: dict[str, frozenset[int]] = {}
        for part in chunks(ids, PAGE_SIZE):
            query = (("include", ",".join(part)), ("per_page", str(PAGE_SIZE)), ("_fields", "id,categories"))
            for row in await self._rest.rows("/wc/v3/products", "product.categories", query):
                found[str(row["id"])] = frozenset(int(each["id"]) for each in row.get("categories") or ())
        return found


def _value(coupon: wire.Coupon) -> tuple[DiscountType | None, Decimal]:
    if coupon.free_shipping and not coupon.amount:
        return DiscountType.FREE_SHIPPING, Decimal(0)
    return DISCOUNT_TYPES.get(coupon.discount_type), coupon.amount


def _accepted(
    coupon: wire.Coupon, offer: Offer, chosen: tuple[int, ...], amount: Money, *, tried: bool
) -> DiscountVerdict:
    kind, value = _value(coupon)
    if coupon.discount_type == "fixed_product" or coupon.limit_usage_to_x_items:
        # per piece, or for some pieces only: as one amount over the eligible lines
        kind, value = DiscountType.FIXED, amount.amount
    return DiscountVerdict(
        code=coupon.code.upper(),
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=("the cart",) if tried else ("existence",),
        judged_by_us=JUDGED_BY_US,
        unjudged=() if tried else ("rules of add-ons, since this basket does not fit into the shop's cart",),
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=str(coupon.id),
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_platform: tuple[str, ...] = (),
    by_us: tuple[str, ...] = (),
    coupon: wire.Coupon | None = None,
) -> DiscountVerdict:
    kind, value = _value(coupon) if coupon else (None, Decimal(0))
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=kind,
        value=value,
        amount=Money.zero(offer.currency),
        reason=reason,
        judged_by_platform=by_platform,
        judged_by_us=by_us,
        external_id=str(coupon.id) if coupon else "",
    )

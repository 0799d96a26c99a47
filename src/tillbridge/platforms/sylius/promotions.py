"""What a Sylius promotion demands and gives, as far as it can be told without its shop. Pure; used by discounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer, OfferLine
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.shelf import Shelf
from tillbridge.platforms.sylius.wire import last_part

JUDGED_BY_US = ("dates", "usage limits", "channel", "minimum spend", "number of pieces", "products")


@dataclass(frozen=True, slots=True)
class Deal:
    """A code's promotion and coupon, and the channel it is tried in."""

    promotion: wire.Promotion
    coupon: wire.PromotionCoupon
    shelf: Shelf

    def refusal(self, offer: Offer, now: datetime) -> str | None:
        """Why the code does not hold for this basket, in words; None when nothing speaks against it."""
        promotion, coupon = self.promotion, self.coupon
        rules: tuple[tuple[Callable[[], bool], str], ...] = (
            (lambda: promotion.archivedAt is not None, "its promotion was put away"),
            (lambda: self._before(promotion.startsAt, now, False), "its promotion has not begun"),
            (lambda: self._before(promotion.endsAt, now, True), "its promotion has ended"),
            (lambda: self._before(coupon.expiresAt, now, True), "it has expired"),
            (lambda: _spent(promotion.usageLimit, promotion.used), "its promotion is used up"),
            (lambda: _spent(coupon.usageLimit, coupon.used), "it is used up"),
            (lambda: not self._in_channel(), "it does not hold in the till's channel"),
            (lambda: bool(offer.other_codes), "the shop takes one code per sale"),
        )
        found = next((words for applies, words in rules if applies()), None)
        return found or next((words for rule in promotion.rules if (words := self._rule(rule, offer))), None)

    def _before(self, moment: datetime | None, now: datetime, past: bool) -> bool:
        """Whether a moment is there and lies on the wrong side of now."""
        found = wire.utc(moment, self.shelf.zone)
        return found is not None and (found < now) is past

    def _in_channel(self) -> bool:
        return not self.shelf.channel or self.shelf.channel in map(last_part, self.promotion.channels)

    def _rule(self, rule: wire.Rule, offer: Offer) -> str | None:
        spend = total([each.total for each in offer.lines], offer.currency)
        settings = rule.configuration
        match rule.type:
            case "item_total":
                least = Money.of_minor(int(self._own(settings).get("amount", 0)), offer.currency)
                return f"it needs a basket of {least}" if spend < least else None
            case "cart_quantity":
                pieces = sum((each.quantity for each in offer.lines), Decimal(0))
                return f"it needs {settings['count']} pieces" if pieces < int(settings.get("count", 0)) else None
            case "contains_product":
                code = str(settings.get("product_code", ""))
                there = any(each.external_product_id == code for each in offer.lines)
                return None if there else f"it needs {code} in the basket"
        return None

    def _own(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of a configuration that is kept by channel."""
        found = settings.get(self.shelf.channel)
        return found if isinstance(found, dict) else {}

    def eligible(self, offer: Offer) -> tuple[int, ...]:
        """The indices of the lines the promotion's actions touch."""
        return tuple(at for at, line in enumerate(offer.lines) if any(self._fits(each, line) for each in self._actions))

    @property
    def _actions(self) -> list[wire.Rule]:
        return self.promotion.actions

    def _fits(self, action: wire.Rule, line: OfferLine) -> bool:
        if not action.type.startswith("unit_"):
            return True
        filters = self._own(action.configuration).get("filters") or {}
        wanted = (filters.get("products_filter") or {}).get("products") or []
        return not wanted or line.external_product_id in wanted

    def reckoned(self, offer: Offer) -> Money | None:
        """What comes off by our arithmetic; None for actions only the shop can reckon."""
        if len(self._actions) != 1:
            return None
        action, zero = self._actions[0], Money.zero(offer.currency)
        lines = [offer.lines[at] for at in self.eligible(offer)]
        worth = total([each.total for each in lines], offer.currency)
        match action.type:
            case "order_percentage_discount":
                return worth * wire.decimal(action.configuration.get("percentage", 0))
            case "order_fixed_discount":
                return min(Money.of_minor(int(self._own(action.configuration).get("amount", 0)), offer.currency), worth)
            case "unit_percentage_discount" if self._only_products(action):
                part = wire.decimal(self._own(action.configuration).get("percentage", 0))
                return total([_per_piece(each, part) for each in lines], offer.currency)
            case "shipping_percentage_discount":
                return zero
        return None

    def _only_products(self, action: wire.Rule) -> bool:
        return set(self._own(action.configuration).get("filters") or {}) <= {"products_filter"}

    def kind(self, offer: Offer, amount: Money) -> tuple[DiscountType, Decimal]:
        """The type and value that make the till take off exactly the amount."""
        percent = self._percent()
        if percent is not None:
            lines = [offer.lines[at].total for at in self.eligible(offer)]
            if total(lines, offer.currency) * (percent / 100) == amount:
                return DiscountType.PERCENTAGE, percent
        if self._actions and all(each.type == "shipping_percentage_discount" for each in self._actions):
            return DiscountType.FREE_SHIPPING, Decimal(0)
        return DiscountType.FIXED, amount.amount

    def _percent(self) -> Decimal | None:
        if len(self._actions) != 1 or "percentage_discount" not in self._actions[0].type:
            return None
        action = self._actions[0]
        settings = self._own(action.configuration) if action.type.startswith("unit_") else action.configuration
        if action.type.startswith("shipping_"):
            return None
        percent = wire.decimal(settings.get("percentage", 0)) * 100
        return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent.normalize()

    @property
    def limits_shoppers(self) -> bool:
        """Whether it depends on who buys, which only the shop knows."""
        by_shopper = ("customer_group", "nth_order", "shipping_country")
        limited = self.coupon.perCustomerUsageLimit is not None
        return limited or any(each.type in by_shopper for each in self.promotion.rules)


def _spent(limit: int | None, used: int) -> bool:
    return limit is not None and used >= limit


def _per_piece(line: OfferLine, part: Decimal) -> Money:
    """Sylius rounds per piece."""
    if not line.quantity or line.quantity % 1:
        return line.total * part
    return Money(line.total.amount / line.quantity * part, line.total.currency) * line.quantity

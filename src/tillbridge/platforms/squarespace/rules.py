"""What a code of the site does: whether it holds for a basket, and what it takes off. Pure; discounts judge by it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer
from tillbridge.platforms.squarespace import wire

PERCENTAGE, FIXED, FREE_SHIPPING = "PERCENTAGE", "FIXED_AMOUNT", "FREE_SHIPPING"
ANY_ORDER, CART_TOTAL, PRODUCT = "ANY_ORDER", "CART_TOTAL", "PRODUCT"
_KINDS = {
    PERCENTAGE: DiscountType.PERCENTAGE,
    FIXED: DiscountType.FIXED,
    FREE_SHIPPING: DiscountType.FREE_SHIPPING,
}
_ZERO = Decimal(0)
JUDGED_BY_US = ("goods", "minimum spend", "uses")
"""In the form of DiscountVerdict; the platform judges the dates alone."""


def kind_of(rule: wire.Discount) -> tuple[DiscountType | None, Decimal]:
    """The rule's kind and value; None for kinds that only the online shop can reckon."""
    value = rule.template.percentage
    if value is None and rule.template.discount_amount is not None:
        value = rule.template.discount_amount.value
    return _KINDS.get(rule.template.type), value or _ZERO


def unjudged(rule: wire.Discount) -> tuple[str, ...]:
    """What nobody could check or what the platform's pages leave open."""
    open_ = []
    if rule.criteria.type == PRODUCT:
        open_.append("whether a discount on one product is taken off that product alone")
    return tuple(open_)


def fitting(rule: wire.Discount, offer: Offer) -> tuple[int, ...]:
    """The lines a code applies to, by index."""
    if rule.criteria.type != PRODUCT:
        return tuple(range(len(offer.lines)))
    wanted = rule.criteria.product_id
    return tuple(at for at, each in enumerate(offer.lines) if each.external_product_id == wanted)


def refusal(rule: wire.Discount, offer: Offer) -> str:
    """Why the code does not hold for this basket, in words; empty when it does."""
    return next((words for words, holds in _CHECKS if holds(rule, offer)), "")


def worth(rule: wire.Discount, offer: Offer) -> Money:
    """What comes off this basket; never more than the goods it applies to cost."""
    base = _sum(offer, fitting(rule, offer))
    match rule.template.type:
        case "PERCENTAGE":
            return base * ((rule.template.percentage or _ZERO) / 100)
        case "FIXED_AMOUNT":
            return min(Money(kind_of(rule)[1], offer.currency), base)
    return Money.zero(offer.currency)


def _sum(offer: Offer, lines: tuple[int, ...]) -> Money:
    return total([offer.lines[at].total for at in lines], offer.currency)


def _too_small(rule: wire.Discount, offer: Offer) -> bool:
    minimum = rule.criteria.minimum_cart_total
    return minimum is not None and _sum(offer, tuple(range(len(offer.lines)))).amount < minimum.value


def _other_currency(rule: wire.Discount, offer: Offer) -> bool:
    amounts = (rule.template.discount_amount, rule.criteria.minimum_cart_total)
    return any(each is not None and each.currency != offer.currency for each in amounts)


def _used_up(rule: wire.Discount, offer: Offer) -> bool:
    # a code that is used up may still read as active
    return rule.is_limited_uses and rule.max_uses_allowed is not None and rule.number_of_uses >= rule.max_uses_allowed


def _not_a_tills(rule: wire.Discount, offer: Offer) -> bool:
    return rule.template.type not in _KINDS or rule.criteria.type not in (ANY_ORDER, CART_TOTAL, PRODUCT)


_CHECKS: tuple[tuple[str, Callable[[wire.Discount, Offer], bool]], ...] = (
    ("the code has ended", lambda rule, offer: rule.status == "EXPIRED"),
    ("the code is not valid yet", lambda rule, offer: rule.status == "SCHEDULED"),
    ("this kind of discount can be reckoned by the online shop only", _not_a_tills),
    ("the code is in another currency", _other_currency),
    ("the code was used as often as it may be", _used_up),
    ("the basket is below the code's minimum", _too_small),
    ("the code is for goods that are not in the basket", lambda rule, offer: not fitting(rule, offer)),
)

"""What a code does, whichever of the two kinds it is: whether it holds for a basket, and what it takes off. Pure.

``promotions`` reads rules from the shop's records; discounts judge by them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer, OfferLine

_ZERO = Decimal(0)


class Effect(StrEnum):
    """What a rule does. COMPLEX: only the shop's own cart can tell."""

    PERCENT = "percent"
    FIXED = "fixed"
    EACH = "each"
    FREE_SHIPPING = "free_shipping"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Items:
    """Which goods a rule means: ids of one attribute; no ids mean all goods."""

    attribute: str = "products"
    ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hours:
    """When a rule holds, on the shop's own clock: names of weekdays, and a time of day from and until."""

    days: frozenset[str]
    begins: time
    ends: time

    def hold(self, now: datetime) -> bool:
        """``now`` in the shop's zone."""
        return now.strftime("%A") in self.days and self.begins <= now.time().replace(microsecond=0) <= self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A code's rule. ``minimum`` is spent on ``asked`` goods; the discount comes off the ``given`` goods."""

    code: str
    external_id: str
    effect: Effect
    value: Decimal = _ZERO
    enabled: bool = True
    starts: datetime | None = None
    ends: datetime | None = None
    uses: tuple[tuple[int, int], ...] = ()
    """Pairs of used and permitted; 0 permits any number."""
    minimum: Decimal | None = None
    minimum_quantity: int | None = None
    asked: Items = field(default_factory=Items)
    given: Items = field(default_factory=Items)
    most: Decimal | None = None
    """It never takes off more than this."""
    hours: Hours | None = None
    skips_sale: bool = False
    alone: bool = False
    currency: str = "*"
    channels: frozenset[int] = frozenset()
    unjudged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goods:
    """What the shop knows of a product beyond the till: its categories and brand, by external id."""

    categories: Mapping[str, frozenset[int]] = field(default_factory=dict)
    brands: Mapping[str, int] = field(default_factory=dict)


JUDGED_BY_US = (
    "switched on",
    "dates and hours",
    "uses in all",
    "minimum spend and quantity",
    "products, categories and brands",
    "channel and currency",
    "other codes",
)


def needs_goods(rule: Rule) -> bool:
    """Whether a rule can be judged only with the products' categories or brands."""
    return any(each.ids and each.attribute in ("categories", "brands") for each in (rule.asked, rule.given))


def fitting(rule: Rule, lines: Sequence[OfferLine], goods: Goods) -> tuple[int, ...]:
    """The indices of the lines a discount comes off."""
    return tuple(
        at for at, line in enumerate(lines) if _fits(rule.given, line, goods) and not (rule.skips_sale and line.on_sale)
    )


def _fits(items: Items, line: OfferLine, goods: Goods) -> bool:
    product = line.external_product_id
    if not product.isdigit():
        return False
    if not items.ids:
        return True
    match items.attribute:
        case "variants":
            return line.external_variant_id.isdigit() and int(line.external_variant_id) in items.ids
        case "categories":
            return bool(goods.categories.get(product, frozenset()) & items.ids)
        case "brands":
            return goods.brands.get(product) in items.ids
    return int(product) in items.ids


def refusal(rule: Rule, offer: Offer, goods: Goods, now: datetime, channel: int) -> str | None:
    """Why a code does not hold for this basket, in words; None when it does. ``now`` in the shop's zone."""
    asked = [line for line in offer.lines if _fits(rule.asked, line, goods)]
    spend = total([each.total for each in asked], offer.currency).amount
    pieces = sum((each.quantity for each in asked), _ZERO)
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: not rule.enabled, "the code is switched off"),
        (lambda: rule.starts is not None and rule.starts > now, "the code does not hold yet"),
        (lambda: rule.ends is not None and rule.ends < now, "the code has ended"),
        (lambda: rule.hours is not None and not rule.hours.hold(now), "the code does not hold at this hour"),
        (lambda: any(limit and used >= limit for used, limit in rule.uses), "the code is used up"),
        (lambda: rule.currency not in ("*", offer.currency), f"the code holds for {rule.currency} only"),
        (lambda: bool(rule.channels) and channel not in rule.channels, "the code holds in other channels only"),
        (lambda: rule.alone and bool(offer.other_codes), "it cannot be combined with another code"),
        (lambda: spend < (rule.minimum or _ZERO), f"it needs {rule.minimum} {offer.currency} of goods it names"),
        (lambda: pieces < (rule.minimum_quantity or 0), f"it needs {rule.minimum_quantity} pieces of goods it names"),
        (lambda: not fitting(rule, offer.lines, goods), "nothing in the basket is eligible for it"),
    )
    return next((words for applies, words in rules if applies()), None)


def worth(rule: Rule, offer: Offer, chosen: Sequence[int]) -> Money:
    """What a rule takes off the chosen lines: never more than they are worth, nor than the rule permits."""
    lines = [offer.lines[at] for at in chosen]
    bounds = [total([each.total for each in lines], offer.currency)]
    if rule.most is not None:
        bounds.append(Money(rule.most, offer.currency))
    return min(_taken(rule, lines, bounds[0]), *bounds)


def _taken(rule: Rule, lines: Sequence[OfferLine], base: Money) -> Money:
    match rule.effect:
        case Effect.PERCENT:
            return base * (rule.value / 100)
        case Effect.FIXED:
            return Money(rule.value, base.currency)
        case Effect.EACH:
            off = [min(Money(rule.value * each.quantity, base.currency), each.total) for each in lines]
            return total(off, base.currency)
    return Money.zero(base.currency)


def kind_of(rule: Rule, amount: Money) -> tuple[DiscountType, Decimal]:
    """How the till reckons it on: a percentage as such, everything else as one amount over the chosen lines."""
    if rule.effect is Effect.PERCENT and rule.most is None:
        return DiscountType.PERCENTAGE, rule.value
    if rule.effect is Effect.FREE_SHIPPING:
        return DiscountType.FREE_SHIPPING, _ZERO
    return DiscountType.FIXED, rule.value if rule.effect is Effect.FIXED else amount.amount

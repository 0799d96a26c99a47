"""Promotions and coupons as one kind of rule, and what it takes off a basket. Pure; called by discounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer, OfferLine
from tillbridge.platforms.bigcommerce import wire

_ZERO = Decimal(0)
_ATTRIBUTES = ("products", "variants", "categories", "brands")
_PLAIN_ITEMS = {"discount", "items", "as_total", "include_items_considered_by_condition", "exclude_items_on_sale"}


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
    "dates",
    "uses in all",
    "minimum spend and quantity",
    "products, categories and brands",
    "channel and currency",
    "other codes",
)


def of_coupon(node: wire.Coupon) -> Rule:
    """The rule of a v2 coupon. A list of nothing but 0 means everything."""
    effects = {
        "percentage_discount": Effect.PERCENT,
        "per_total_discount": Effect.FIXED,
        "per_item_discount": Effect.EACH,
        "free_shipping": Effect.FREE_SHIPPING,
        "shipping_discount": Effect.FREE_SHIPPING,
    }
    ids = frozenset(each for each in node.applies_to.ids if each)
    unjudged = [("limit per shopper", bool(node.max_uses_per_customer)), ("country", bool(node.restricted_to))]
    return Rule(
        code=node.code,
        external_id=str(node.id),
        effect=effects.get(node.type, Effect.COMPLEX),
        value=node.amount,
        enabled=node.enabled,
        ends=node.expires,
        uses=((node.num_uses, node.max_uses),),
        minimum=node.min_purchase,
        given=Items(node.applies_to.entity or "products", ids),
        unjudged=tuple(words for words, applies in unjudged if applies),
    )


def of_promotion(node: wire.Promotion, use: wire.CodeUse) -> Rule:
    """The rule of a v3 promotion; one the till cannot reckon is COMPLEX."""
    effect, value, given, skips = Effect.COMPLEX, _ZERO, Items(), False
    asked: Items | None = Items()
    cart: Mapping[str, Any] = {}
    if len(node.rules) == 1:
        only = node.rules[0]
        effect, value, given, skips = _action(only.get("action") or {})
        cart = (only.get("condition") or {}).get("cart") or {}
        asked = _items(cart.get("items"))
        if asked is None or "and" in (only.get("condition") or {}) or only.get("apply_once") is False:
            effect = Effect.COMPLEX
    people = node.customer
    unjudged = [
        ("limit per shopper", bool(use.max_uses_per_customer)),
        ("shopper groups", bool(people.get("group_ids") or people.get("excluded_group_ids") or people.get("segments"))),
        ("earlier orders", bool(people.get("minimum_order_count"))),
        ("weekdays and hours", bool(node.schedule)),
    ]
    return Rule(
        code=use.code,
        external_id=str(node.id),
        effect=effect,
        value=value,
        enabled=node.status == "ENABLED",
        starts=node.start_date,
        ends=node.end_date,
        uses=((node.current_uses, node.max_uses or 0), (use.current_uses, use.max_uses or 0)),
        minimum=Decimal(str(cart["minimum_spend"])) if cart.get("minimum_spend") else None,
        minimum_quantity=cart.get("minimum_quantity"),
        asked=asked or Items(),
        given=given,
        skips_sale=skips,
        alone=not node.can_be_used_with_other_promotions,
        currency=node.currency_code or "*",
        channels=frozenset(int(each["id"]) for each in node.channels if "id" in each),
        unjudged=tuple(words for words, applies in unjudged if applies),
    )


def _action(action: Mapping[str, Any]) -> tuple[Effect, Decimal, Items, bool]:
    """Effect, value, goods, and whether goods on sale are left out."""
    unknown = (Effect.COMPLEX, _ZERO, Items(), False)
    if "shipping" in action:
        return Effect.FREE_SHIPPING, _ZERO, Items(), False
    if "cart_value" in action:
        effect, value = _discount(action["cart_value"].get("discount") or {}, Effect.FIXED)
        return effect, value, Items(), False
    row = action.get("cart_items")
    if not row or any(value for name, value in row.items() if name not in _PLAIN_ITEMS):
        return unknown
    given = _items(row.get("items"))
    effect, value = _discount(row.get("discount") or {}, Effect.FIXED if row.get("as_total") else Effect.EACH)
    return unknown if given is None else (effect, value, given, bool(row.get("exclude_items_on_sale")))


def _discount(row: Mapping[str, Any], fixed: Effect) -> tuple[Effect, Decimal]:
    if "percentage_amount" in row:
        return Effect.PERCENT, Decimal(str(row["percentage_amount"]))
    if "fixed_amount" in row:
        return fixed, Decimal(str(row["fixed_amount"]))
    return Effect.COMPLEX, _ZERO


def _items(matcher: Any) -> Items | None:
    """One attribute with ids, or all goods; None for what needs more than that."""
    if not matcher:
        return Items()
    names = list(matcher)
    if len(names) != 1 or names[0] not in _ATTRIBUTES or not isinstance(matcher[names[0]], list):
        return None
    return Items(names[0], frozenset(int(each) for each in matcher[names[0]]))


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
    """Why a code does not hold for this basket, in words; None when it does."""
    asked = [line for line in offer.lines if _fits(rule.asked, line, goods)]
    spend = total([each.total for each in asked], offer.currency).amount
    pieces = sum((each.quantity for each in asked), _ZERO)
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: not rule.enabled, "the code is switched off"),
        (lambda: rule.starts is not None and rule.starts > now, "the code does not hold yet"),
        (lambda: rule.ends is not None and rule.ends < now, "the code has ended"),
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
    """What a rule takes off the chosen lines, never more than they are worth."""
    lines = [offer.lines[at] for at in chosen]
    base = total([each.total for each in lines], offer.currency)
    match rule.effect:
        case Effect.PERCENT:
            return min(base * (rule.value / 100), base)
        case Effect.FIXED:
            return min(Money(rule.value, offer.currency), base)
        case Effect.EACH:
            off = [min(Money(rule.value * each.quantity, offer.currency), each.total) for each in lines]
            return total(off, offer.currency)
    return Money.zero(offer.currency)


def kind_of(rule: Rule, amount: Money) -> tuple[DiscountType, Decimal]:
    """How the till reckons it on: a percentage as such, everything else as one amount over the chosen lines."""
    if rule.effect is Effect.PERCENT:
        return DiscountType.PERCENTAGE, rule.value
    if rule.effect is Effect.FREE_SHIPPING:
        return DiscountType.FREE_SHIPPING, _ZERO
    return DiscountType.FIXED, rule.value if rule.effect is Effect.FIXED else amount.amount

"""Reading a code's rule from a v3 promotion or a v2 coupon. Pure; called by discounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.platforms.bigcommerce import wire_offers
from tillbridge.platforms.bigcommerce.rules import Effect, Hours, Items, Rule
from tillbridge.platforms.reading import shown, whole_id

_ZERO, _ALL = Decimal(0), Items()
_ATTRIBUTES = ("products", "variants", "categories", "brands")
_MOST = "maximum_allowed_discount_amount"
_PLAIN_ITEMS = {
    "discount", "items", "as_total", "include_items_considered_by_condition", "exclude_items_on_sale", _MOST,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a promotion's action comes to."""

    effect: Effect = Effect.COMPLEX
    value: Decimal = _ZERO
    given: Items = _ALL
    most: Decimal | None = None
    skips_sale: bool = False


def of_coupon(node: wire_offers.Coupon) -> Rule:
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


def of_promotion(node: wire_offers.Promotion, use: wire_offers.CodeUse, *, alone: bool) -> Rule:
    """The rule of a v3 promotion; one the till cannot reckon is COMPLEX. Raises Drift for a value of another form.

    ``alone``: no other promotion was found for the code, so it is certain that this one is meant.
    """
    deed, asked, cart = _rule(node) if alone and len(node.rules) == 1 else (_Deed(), Items(), {})
    hours, judged = _hours(node.schedule)
    return Rule(
        code=use.code,
        external_id=str(node.id),
        effect=deed.effect,
        value=deed.value,
        enabled=node.status == "ENABLED",
        starts=node.start_date,
        ends=node.end_date,
        hours=hours,
        uses=((node.current_uses, node.max_uses or 0), (use.current_uses, use.max_uses or 0)),
        minimum=_number(cart["minimum_spend"]) if cart.get("minimum_spend") else None,
        minimum_quantity=int(_number(cart["minimum_quantity"])) if cart.get("minimum_quantity") else None,
        asked=asked,
        given=deed.given,
        most=deed.most,
        skips_sale=deed.skips_sale,
        alone=not node.can_be_used_with_other_promotions,
        currency=node.currency_code or "*",
        channels=frozenset(whole_id(each) for each in node.channels if "id" in each),
        unjudged=_unjudged(node, use, hours_judged=judged),
    )


def _unjudged(node: wire_offers.Promotion, use: wire_offers.CodeUse, *, hours_judged: bool) -> tuple[str, ...]:
    people = node.customer
    every = (
        ("limit per shopper", bool(use.max_uses_per_customer)),
        ("shopper groups", any(people.get(name) for name in ("group_ids", "excluded_group_ids", "segments"))),
        ("earlier orders", bool(people.get("minimum_order_count"))),
        ("weeks, weekdays and hours", not hours_judged),
    )
    return tuple(words for words, applies in every if applies)


def _rule(node: wire_offers.Promotion) -> tuple[_Deed, Items, Mapping[str, Any]]:
    """Action, goods asked for and the cart's condition of the only rule."""
    only = node.rules[0]
    action, condition = _part(only, "action"), _part(only, "condition")
    cart = _part(condition, "cart")
    asked = _items(cart.get("items"))
    items = _part(action, "cart_items")
    # goods that fulfil the condition are not reduced themselves, unless it is said
    apart = bool(asked and asked.ids and items) and not items.get("include_items_considered_by_condition")
    if asked is None or "and" in condition or only.get("apply_once") is False or apart:
        return _Deed(), Items(), cart
    return _deed(action), asked, cart


def _deed(action: Mapping[str, Any]) -> _Deed:
    if "shipping" in action:
        return _Deed(Effect.FREE_SHIPPING)
    if whole := _part(action, "cart_value"):
        effect, value = _discount(_part(whole, "discount"), Effect.FIXED)
        known = set(whole) <= {"discount", _MOST}
        return _Deed(effect, value, most=_bound(whole)) if known else _Deed()
    row = _part(action, "cart_items")
    if not row or any(value for name, value in row.items() if name not in _PLAIN_ITEMS):
        return _Deed()
    given = _items(row.get("items"))
    effect, value = _discount(_part(row, "discount"), Effect.FIXED if row.get("as_total") else Effect.EACH)
    return (
        _Deed() if given is None else _Deed(effect, value, given, _bound(row), bool(row.get("exclude_items_on_sale")))
    )


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A record inside another, empty where there is none. Raises Drift for anything else."""
    found = row.get(name) or {}
    if not isinstance(found, dict):
        raise Drift(path=f"$.data[0].rules.{name}", expected="an object", found=shown(found))
    return found


def _bound(row: Mapping[str, Any]) -> Decimal | None:
    return _number(row[_MOST]) if row.get(_MOST) else None


def _discount(row: Mapping[str, Any], fixed: Effect) -> tuple[Effect, Decimal]:
    if "percentage_amount" in row:
        return Effect.PERCENT, _number(row["percentage_amount"])
    if "fixed_amount" in row:
        return fixed, _number(row["fixed_amount"])
    return Effect.COMPLEX, _ZERO


def _number(value: Any) -> Decimal:
    """Amounts are texts here, other than elsewhere in v3."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Drift(path="$.data[0].rules", expected="an amount", found=shown(value)) from error


def _items(matcher: Any) -> Items | None:
    """One attribute with ids, or all goods; None for what needs more than that."""
    if not matcher:
        return Items()
    names = list(matcher) if isinstance(matcher, dict) else []
    if len(names) != 1 or names[0] not in _ATTRIBUTES or not isinstance(matcher[names[0]], list):
        return None
    return Items(names[0], frozenset(int(_number(each)) for each in matcher[names[0]]))


def _hours(schedule: Any) -> tuple[Hours | None, bool]:
    """The hours of a schedule, and whether all of it can be judged: every second week cannot."""
    if not schedule:
        return None, True
    try:
        begins, ends = (time.fromisoformat(schedule[name]) for name in ("daily_start_time", "daily_end_time"))
        return Hours(frozenset(schedule["week_days"]), begins, ends), schedule["week_frequency"] == 1
    except (KeyError, TypeError, ValueError):
        return None, False

"""The rules of a Magento code, judged for a basket as far as the till knows it. Pure; called by discounts.

The read of a coupon evaluates nothing: dates, state, uses and conditions are compared here or left to the shop's cart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, Offer, OfferLine
from tillbridge.platforms.magento import wire_offers, words

BY_US = ("switched on", "dates", "website", "usage limit", "conditions on amount, quantity and SKU")
_TYPES = {"by_percent": DiscountType.PERCENTAGE, "by_fixed": DiscountType.FIXED, "cart_fixed": DiscountType.FIXED}
_GUESTS = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict needs besides the basket: the day at the shop, its website, the shopper's group, if known."""

    today: datetime
    website_id: int
    group_id: int | None
    prices_include_tax: bool


def refusal(coupon: wire_offers.Coupon, rule: wire_offers.Rule, offer: Offer, facts: Facts) -> str | None:
    """Why the code certainly does not hold, in words; None when nothing known speaks against it."""
    day = f"{facts.today:%Y-%m-%d}"
    limit = coupon.usage_limit or 0
    group = _GUESTS if facts.group_id is None else facts.group_id
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: not rule.is_active, words.SWITCHED_OFF),
        (lambda: bool(rule.from_date) and rule.from_date[:10] > day, words.NOT_YET.format(day=rule.from_date[:10])),
        (lambda: bool(rule.to_date) and rule.to_date[:10] < day, words.ENDED.format(day=rule.to_date[:10])),
        (lambda: _expired(coupon, day), words.ENDED.format(day=coupon.expiration_date[:10])),
        (lambda: 0 < limit <= coupon.times_used, words.USED_UP),
        (lambda: facts.website_id not in rule.website_ids, words.OTHER_SITE),
        (lambda: group not in rule.customer_group_ids, words.NOT_FOR_THEM),
        (lambda: bool(offer.other_codes), words.NOT_TOGETHER),
        (lambda: holds(rule.condition, offer, facts) is False, words.MINIMUM.format(what=spoken(rule.condition))),
        (lambda: not eligible(rule, offer), words.NOTHING_FITS),
    )
    return next((said for speaks_against, said in checks if speaks_against()), None)


def _expired(coupon: wire_offers.Coupon, day: str) -> bool:
    return bool(coupon.expiration_date) and coupon.expiration_date[:10] < day


def holds(node: wire_offers.Condition | None, offer: Offer, facts: Facts) -> bool | None:
    """Whether the conditions on the basket hold; None when only the shop can tell."""
    if node is None:
        return True
    if node.condition_type.endswith("Combine") and "Product" not in node.condition_type:
        return _combined(node, [holds(each, offer, facts) for each in node.conditions])
    if node.condition_type.endswith("Address"):
        known = _basket(offer, facts).get(node.attribute_name)
        return _at_most(offer, node) if known is None else _compare(known, node)
    return None


def _at_most(offer: Offer, node: wire_offers.Condition) -> bool | None:
    """A net amount is not above the one with tax: what that does not reach, it does not reach either."""
    if node.attribute_name != "base_subtotal" or node.operator not in (">=", ">"):
        return None
    return None if _compare(total([each.total for each in offer.lines], offer.currency).amount, node) else False


def _combined(node: wire_offers.Condition, parts: Sequence[bool | None]) -> bool | None:
    """All or any of the parts, turned round where the rule asks for parts that do not hold."""
    wanted = str(node.value) not in ("0", "False", "false")
    told = [None if each is None else each is wanted for each in parts]
    if not told:
        return True
    if node.aggregator_type == "any":
        return True if True in told else None if None in told else False
    return False if False in told else None if None in told else True


def _basket(offer: Offer, facts: Facts) -> Mapping[str, Decimal | None]:
    """What the till knows of the cart's attributes: an amount only in its own tax mode."""
    worth = total([each.total for each in offer.lines], offer.currency).amount
    pieces = sum((each.quantity for each in offer.lines), Decimal(0))
    with_tax = worth if facts.prices_include_tax else None
    net = None if facts.prices_include_tax else worth
    return {"base_subtotal_total_incl_tax": with_tax, "base_subtotal": net, "total_qty": pieces}


def _compare(known: Decimal, node: wire_offers.Condition) -> bool | None:
    try:
        bound = Decimal(str(node.value))
    except InvalidOperation:
        return None
    told: dict[str, bool] = {
        "==": known == bound,
        "!=": known != bound,
        ">=": known >= bound,
        ">": known > bound,
        "<=": known <= bound,
        "<": known < bound,
    }
    return told.get(node.operator)


def spoken(node: wire_offers.Condition | None) -> str:
    """The comparisons of a rule for people: "base subtotal >= 50"."""
    if node is None:
        return ""
    own = f"{node.attribute_name.replace('_', ' ')} {node.operator} {node.value}" if node.attribute_name else ""
    return ", ".join(part for part in (own, *(spoken(each) for each in node.conditions)) if part)


def eligible(rule: wire_offers.Rule, offer: Offer) -> tuple[int, ...]:
    """The lines a rule may take something off, as far as SKUs tell; a line nobody can judge counts as one."""
    return tuple(at for at, line in enumerate(offer.lines) if _applies(rule.action_condition, line) is not False)


def _applies(node: wire_offers.Condition | None, line: OfferLine) -> bool | None:
    if node is None:
        return True
    if node.condition_type.endswith("Combine"):
        return _combined(node, [_applies(each, line) for each in node.conditions])
    return _by_sku(node, line.sku) if node.attribute_name == "sku" else None


def _by_sku(node: wire_offers.Condition, sku: str) -> bool | None:
    listed = node.value if isinstance(node.value, list) else str(node.value).split(",")
    wanted = {str(each).strip().lower() for each in listed}
    known = sku.lower()
    told: dict[str, bool] = {
        "==": known in wanted,
        "()": known in wanted,
        "!=": known not in wanted,
        "!()": known not in wanted,
        "{}": any(fnmatchcase(known, f"*{each}*") for each in wanted),
        "!{}": not any(fnmatchcase(known, f"*{each}*") for each in wanted),
    }
    return told.get(node.operator)


def worth(rule: wire_offers.Rule, offer: Offer, lines: Sequence[int]) -> Money:
    """What the rule takes off these lines by the till's own arithmetic."""
    chosen = [offer.lines[at] for at in lines]
    base = total([each.total for each in chosen], offer.currency)
    match rule.simple_action:
        case "by_percent":
            parts = [each.total * (rule.discount_amount / 100) for each in chosen]
            return min(total(parts, offer.currency), base)
        case "by_fixed":
            parts = [min(Money(rule.discount_amount * each.quantity, offer.currency), each.total) for each in chosen]
            return total(parts, offer.currency)
        case "cart_fixed":
            return min(Money(rule.discount_amount, offer.currency), base)
    return Money.zero(offer.currency)


def kind(rule: wire_offers.Rule, amount: Money) -> tuple[DiscountType | None, Decimal]:
    """Type and value as the till reckons with them. Amounts per piece and other actions go as one amount."""
    if rule.simple_free_shipping not in ("", "0") and not rule.discount_amount:
        return DiscountType.FREE_SHIPPING, Decimal(0)
    if rule.simple_action == "by_percent" and not rule.discount_qty:
        return DiscountType.PERCENTAGE, rule.discount_amount
    if rule.simple_action == "cart_fixed":
        return DiscountType.FIXED, rule.discount_amount
    return (_TYPES.get(rule.simple_action, DiscountType.FIXED), amount.amount) if amount else (None, Decimal(0))


def is_known(rule: wire_offers.Rule) -> bool:
    """Whether we can reckon the rule's action ourselves; "buy X get Y" only the shop can."""
    return rule.simple_action in _TYPES and not rule.discount_qty

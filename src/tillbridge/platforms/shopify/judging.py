"""The rules of a Shopify code, judged for a basket, pure. Shopify's own verdict is the status: its dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.shopify import wire, wire_offers, words
from tillbridge.platforms.shopify.reading import amount, money

_STATUS = {"EXPIRED": words.EXPIRED, "SCHEDULED": words.SCHEDULED}
_KINDS = {"DiscountCodeBxgy": words.BUY_X, "DiscountCodeApp": words.BY_APP}
_USABLE = ("DiscountCodeBasic", "DiscountCodeFreeShipping")
_OURS = ("usage limit", "minimum", "items", "customers", "once per customer", "combination")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked of Shopify besides the code: who buys, and which products its collections hold."""

    customer_id: str
    used_before: bool
    in_collections: frozenset[str]


def judge(code: str, node: wire_offers.CodeNode, offer: Offer, facts: Facts) -> DiscountVerdict:
    """The verdict, with the reason of the first rule that says no."""
    rule = node.codeDiscount
    covered = _covered(rule, offer, facts)
    checks: tuple[Callable[[], str], ...] = (
        lambda: _kind(rule),
        lambda: _status(rule),
        lambda: _usage(rule),
        lambda: _customer(rule, offer, facts),
        lambda: _together(rule, offer),
        lambda: _items(rule, covered),
        lambda: _minimum(rule, offer, covered),
        lambda: _currency(rule, offer),
    )
    reason = next((said for check in checks if (said := check())), "")
    kind, value, off = _worth(rule, offer, covered)
    everything = len(covered) == len(offer.lines)
    return DiscountVerdict(
        code=code,
        valid=not reason,
        type=kind,
        value=value,
        amount=Money.zero(offer.currency) if reason else off,
        reason=reason,
        judged_by_platform=("code", "dates"),
        judged_by_us=_OURS if rule.typename in _USABLE else (),
        unjudged=_unjudged(rule, offer),
        lines=() if everything else tuple(covered),
        external_id=node.id,
    )


def _unjudged(rule: wire_offers.CodeDiscount, offer: Offer) -> tuple[str, ...]:
    """Shopify counts uses late, and does not tell the class of the other codes."""
    late = ("uses of the last minutes",) if rule.usageLimit is not None else ()
    return late + (("class of the other codes",) if offer.other_codes else ())


def _kind(rule: wire_offers.CodeDiscount) -> str:
    return "" if rule.typename in _USABLE else _KINDS.get(rule.typename, words.OTHER_KIND)


def _status(rule: wire_offers.CodeDiscount) -> str:
    return "" if rule.status == "ACTIVE" else _STATUS.get(rule.status, words.NOT_ACTIVE)


def _usage(rule: wire_offers.CodeDiscount) -> str:
    return words.USED_UP if rule.usageLimit is not None and rule.asyncUsageCount >= rule.usageLimit else ""


def _customer(rule: wire_offers.CodeDiscount, offer: Offer, facts: Facts) -> str:
    where = rule.context.typename if rule.context else "DiscountBuyerSelectionAll"
    if where == "DiscountCustomerSegments":
        return words.ONLY_SEGMENTS
    if where == "DiscountMarkets":
        return words.ONLY_MARKETS
    chosen = {each.id for each in rule.context.customers} if rule.context else set()
    if where == "DiscountCustomers" and facts.customer_id not in chosen:
        return words.ONLY_CUSTOMERS
    if not rule.appliesOncePerCustomer:
        return ""
    if not offer.customer_email:
        return words.NEEDS_CUSTOMER
    return words.ALREADY_USED if facts.used_before else ""


def _together(rule: wire_offers.CodeDiscount, offer: Offer) -> str:
    with_others = rule.combinesWith
    open_to_some = with_others is not None and (
        with_others.orderDiscounts or with_others.productDiscounts or with_others.shippingDiscounts
    )
    return words.NOT_TOGETHER if offer.other_codes and not open_to_some else ""


def _covered(rule: wire_offers.CodeDiscount, offer: Offer, facts: Facts) -> list[int]:
    """The basket's lines the code is for."""
    items = rule.customerGets.items if rule.customerGets else None
    every = range(len(offer.lines))
    if items is None or items.typename == "AllDiscountItems":
        return list(every)
    products, variants = _ids(items.products), _ids(items.productVariants)
    return [
        at for at in every
        if offer.lines[at].external_product_id in products | facts.in_collections
        or offer.lines[at].external_variant_id in variants
    ]  # fmt: skip


def _ids(chosen: wire.PagedNodes[wire.MediaRef] | None) -> frozenset[str]:
    return frozenset(each.id for each in chosen.nodes) if chosen else frozenset()


def _items(rule: wire_offers.CodeDiscount, covered: list[int]) -> str:
    items = rule.customerGets.items if rule.customerGets else None
    lists: Iterable[wire.PagedNodes[wire.MediaRef] | None] = (
        (items.products, items.productVariants, items.collections) if items else ()
    )
    if any(each is not None and each.pageInfo.hasNextPage for each in lists):
        return words.TOO_MANY_ITEMS
    return "" if covered else words.NO_ITEMS


def _sum(offer: Offer, covered: list[int]) -> Money:
    return total([offer.lines[at].total for at in covered], offer.currency)


def _minimum(rule: wire_offers.CodeDiscount, offer: Offer, covered: list[int]) -> str:
    """Reached by the goods the code is for."""
    least = rule.minimumRequirement
    if least is None:
        return ""
    if (subtotal := least.greaterThanOrEqualToSubtotal) is not None:
        needed = money(subtotal, "$.minimumRequirement.greaterThanOrEqualToSubtotal", offer.currency)
        return words.TOO_SMALL.format(minimum=needed) if _sum(offer, covered) < needed else ""
    pieces = least.greaterThanOrEqualToQuantity
    held = sum((offer.lines[at].quantity for at in covered), Decimal(0))
    return words.TOO_FEW.format(minimum=pieces) if pieces is not None and held < pieces else ""


def _currency(rule: wire_offers.CodeDiscount, offer: Offer) -> str:
    fixed = rule.customerGets.value.amount if rule.customerGets else None
    if fixed is None or fixed.currencyCode == offer.currency:
        return ""
    return words.OTHER_CURRENCY.format(theirs=fixed.currencyCode, ours=offer.currency)


def _worth(
    rule: wire_offers.CodeDiscount, offer: Offer, covered: list[int]
) -> tuple[DiscountType | None, Decimal, Money]:
    """Kind, value (10 = 10 %) and what comes off the covered goods, never more than they cost."""
    nothing = Money.zero(offer.currency)
    if rule.typename == "DiscountCodeFreeShipping":
        return DiscountType.FREE_SHIPPING, Decimal(0), nothing
    if rule.typename != "DiscountCodeBasic" or rule.customerGets is None:
        return None, Decimal(0), nothing
    value = rule.customerGets.value
    if value.percentage is not None:
        return (
            DiscountType.PERCENTAGE,
            (value.percentage * 100).normalize() + 0,
            _sum(offer, covered) * value.percentage,
        )
    if value.amount is None or value.amount.currencyCode != offer.currency:
        return None, Decimal(0), nothing
    fixed = amount(value.amount.amount, "$.customerGets.value.amount", offer.currency)
    if not value.appliesOnEachItem:
        return DiscountType.FIXED, fixed.amount, min(fixed, _sum(offer, covered))
    each = [min(fixed * offer.lines[at].quantity, offer.lines[at].total) for at in covered]
    return DiscountType.FIXED, fixed.amount, total(each, offer.currency)

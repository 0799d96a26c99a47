"""One line's arithmetic: subtotal, discounts shared over lines, and tax by rate. Pure; called by ``domain.basket``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, share, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import AppliedDiscount, LineKind, TaxLine

_RATE_SCALE = 1_000_000


@dataclass(frozen=True, slots=True)
class TaxRate:
    """``rate`` is a fraction: 0.23. Several rates on a line stand side by side on the same net, never on each other."""

    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Discount:
    """Money off, before it is reckoned. ``value`` is percent (10 = 10 %) or an amount in the prices' tax mode.

    ``lines`` limits it to those line ids (empty: every line that may be discounted). ``code`` empty: given by hand.
    """

    title: str
    type: DiscountType
    value: Decimal
    code: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reduced:
    """A line on its way through the discounts: ``left`` is what remains of ``subtotal``."""

    id: str
    kind: LineKind
    subtotal: Money
    left: Money
    applied: tuple[AppliedDiscount, ...] = field(default=())

    @property
    def discount(self) -> Money:
        return self.subtotal - self.left

    def take(self, rule: Discount, amount: Money) -> Reduced:
        """The line with that much less on it; nothing is noted when nothing came off."""
        if not amount:
            return self
        note = AppliedDiscount(rule.title, rule.type, rule.value, amount, rule.code)
        return replace(self, left=self.left - amount, applied=(*self.applied, note))


def check_discount(rule: Discount) -> None:
    """Raises InvalidInput for a discount that cannot be meant."""
    if not rule.value.is_finite() or rule.value < 0:
        raise InvalidInput(field="discount", reason="is below zero")
    if rule.type is DiscountType.PERCENTAGE and rule.value > 100:
        raise InvalidInput(field="discount", reason="is above 100 percent")


def reduce_line(line: Reduced, rules: Sequence[Discount]) -> Reduced:
    """Apply a line's own discounts one after the other, never past zero. A return mirrors its sale, sign turned."""
    for rule in rules:
        check_discount(rule)
        size = _worth(rule, abs(line.left), line.kind)
        line = line.take(rule, -size if line.left < Money.zero(size.currency) else size)
    return line


def reduce_order(lines: Sequence[Reduced], rule: Discount) -> tuple[tuple[Reduced, ...], Money]:
    """Apply one discount of the whole sale; the lines' shares add up to the returned amount to the last cent.

    Returns, gift cards sold and (but for free shipping) shipping are left alone.
    """
    check_discount(rule)
    weights = [each.left.minor if _takes(each, rule) else 0 for each in lines]
    currency = lines[0].left.currency
    amount = _worth(rule, Money.of_minor(sum(weights), currency), _scope(rule))
    parts = share(amount, weights)
    return tuple(each.take(rule, part) for each, part in zip(lines, parts, strict=True)), amount


def _scope(rule: Discount) -> LineKind:
    return LineKind.SHIPPING if rule.type is DiscountType.FREE_SHIPPING else LineKind.PRODUCT


def _takes(line: Reduced, rule: Discount) -> bool:
    if line.left <= Money.zero(line.left.currency) or (rule.lines and line.id not in rule.lines):
        return False
    if rule.type is DiscountType.FREE_SHIPPING:
        return line.kind is LineKind.SHIPPING
    return line.kind in (LineKind.PRODUCT, LineKind.FREE_TEXT)


def _worth(rule: Discount, base: Money, kind: LineKind) -> Money:
    """What a rule takes off a non-negative base, at most the base."""
    if rule.type is DiscountType.FREE_SHIPPING:
        return base if kind is LineKind.SHIPPING else Money.zero(base.currency)
    if rule.type is DiscountType.PERCENTAGE:
        return base * (rule.value / 100)
    return min(Money(rule.value, base.currency), base)


@dataclass(frozen=True, slots=True)
class Taxed:
    """``net + tax = gross`` and ``taxes`` add up to ``tax``, always."""

    net: Money
    tax: Money
    gross: Money
    taxes: tuple[TaxLine, ...]


def tax_line(amount: Money, rates: Sequence[TaxRate], included: bool) -> Taxed:
    """Split a line amount into net and tax. ``included``: the amount holds the tax, else the tax goes on top.

    Half a cent rounds away from zero, so that a return is its sale with the sign turned.
    """
    if included:
        whole = sum((each.rate for each in rates), Decimal(0))
        net = Money(amount.amount / (1 + whole), amount.currency)
        parts = _share_tax(amount - net, rates)
        return Taxed(net, amount - net, amount, _tax_lines(rates, parts, included))
    parts = tuple(amount * each.rate for each in rates)
    tax = total(parts, amount.currency)
    return Taxed(amount, tax, amount + tax, _tax_lines(rates, parts, included))


def _share_tax(tax: Money, rates: Sequence[TaxRate]) -> tuple[Money, ...]:
    if not rates:
        return ()
    return share(tax, [int(each.rate * _RATE_SCALE) for each in rates])


def _tax_lines(rates: Sequence[TaxRate], parts: Sequence[Money], included: bool) -> tuple[TaxLine, ...]:
    return tuple(TaxLine(each.name, each.rate, part, included) for each, part in zip(rates, parts, strict=True))


def sum_taxes(lines: Sequence[TaxLine]) -> tuple[TaxLine, ...]:
    """One line per name and rate, in order of first appearance."""
    sums: dict[tuple[str, Decimal, bool], Money] = {}
    for each in lines:
        key = (each.name, each.rate, each.included)
        sums[key] = sums[key] + each.amount if key in sums else each.amount
    return tuple(TaxLine(name, rate, amount, included) for (name, rate, included), amount in sums.items())

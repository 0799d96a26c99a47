"""The shop's own arithmetic, reckoned ahead so that a sale is sent in the form it makes the till's total of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from tillbridge.domain.money import exponent
from tillbridge.platforms.woocommerce import wire

_SIX = Decimal("0.000001")
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class TaxMode:
    """The settings that move cents: prices with tax, tax rounded once per order, decimals of the shop."""

    prices_include_tax: bool
    round_at_subtotal: bool
    decimals: int

    @classmethod
    def of(cls, facts: Mapping[str, str], currency: str) -> TaxMode:
        """As preparation found it; WooCommerce's defaults where it did not look."""
        told = facts.get("decimals", "")
        return cls(
            facts.get("prices_include_tax", "yes") == "yes",
            facts.get("round_at_subtotal", "no") == "yes",
            int(told) if told.isdigit() else exponent(currency),
        )

    @property
    def step(self) -> Decimal:
        """The shop's smallest amount."""
        return _ONE.scaleb(-self.decimals)

    def round_net(self, value: Decimal) -> Decimal:
        return value.quantize(self.step, rounding=ROUND_HALF_UP)

    def round_tax(self, value: Decimal) -> Decimal:
        """Ties go down where prices include tax, up where they do not."""
        return value.quantize(self.step, rounding=ROUND_HALF_DOWN if self.prices_include_tax else ROUND_HALF_UP)


def six(value: Decimal) -> Decimal:
    """The form in which a net amount is sent."""
    return value.quantize(_SIX, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Sent:
    """A line as it goes out: net amounts with six decimals, and the rates the shop will find for it."""

    subtotal: Decimal
    total: Decimal
    rates: tuple[Decimal, ...]
    quantity: int = 1
    is_fee: bool = False


def shop_total(lines: Sequence[Sent], mode: TaxMode) -> Decimal:
    """The order total the shop will make of these lines."""
    whole = Decimal(0)
    for line in lines:
        rounds = not (mode.round_at_subtotal or line.is_fee)
        whole += mode.round_net(line.total) if rounds else line.total
        for rate in line.rates:
            tax = six(line.total * rate)
            whole += tax if mode.round_at_subtotal else mode.round_tax(tax)
    return mode.round_net(whole)


@dataclass(slots=True)
class _Item:
    """A line while coupons are shared out, in whole smallest units (with four decimals kept)."""

    price: Decimal
    quantity: int
    eligible: bool
    off: Decimal = field(default=Decimal(0))

    @property
    def left(self) -> Decimal:
        return abs((self.price - self.off).quantize(_ONE, rounding=ROUND_HALF_UP))

    def take(self, amount: Decimal) -> Decimal:
        taken = min(self.left, amount)
        self.off += taken
        return taken


def coupon_shares(
    lines: Sequence[Sent], eligible: Sequence[bool], coupon: wire.Coupon, mode: TaxMode
) -> tuple[Decimal, ...]:
    """What a coupon takes off each line, in the shop's tax mode and money; shared as WooCommerce does it."""
    items = [
        _Item(_price(line, mode), line.quantity, fits and line.total > 0)
        for line, fits in zip(lines, eligible, strict=True)
    ]
    # WooCommerce serves dear lines first; equal ones keep their order
    chosen = sorted((each for each in items if each.eligible), key=lambda each: -each.price)
    if coupon.discount_type == "percent":
        _percent(chosen, coupon)
    elif coupon.discount_type == "fixed_product":
        _per_piece(chosen, coupon.amount.scaleb(mode.decimals), coupon.limit_usage_to_x_items)
    elif coupon.discount_type == "fixed_cart":
        _cart(chosen, coupon.amount.scaleb(mode.decimals))
    return tuple(each.off.scaleb(-mode.decimals) for each in items)


def _price(line: Sent, mode: TaxMode) -> Decimal:
    amount = line.subtotal
    if mode.prices_include_tax:
        round_: Callable[[Decimal], Decimal] = six if mode.round_at_subtotal else mode.round_tax
        amount += sum((round_(six(line.subtotal * rate)) for rate in line.rates), Decimal(0))
    return amount.scaleb(mode.decimals).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def _percent(items: Sequence[_Item], coupon: wire.Coupon) -> None:
    applied, base, taken = 0, Decimal(0), Decimal(0)
    limit = coupon.limit_usage_to_x_items
    for item in items:
        pieces = item.quantity if limit is None else max(0, min(item.quantity, limit - applied))
        price = item.price.quantize(_ONE, rounding=ROUND_HALF_UP) / item.quantity * pieces
        taken += item.take((price * coupon.amount / 100).quantize(_ONE, rounding=ROUND_FLOOR))
        base += price
        applied += pieces
    wanted = (base * coupon.amount / 100).quantize(_ONE, rounding=ROUND_HALF_DOWN)
    _spread(items, wanted - taken)


def _spread(items: Sequence[_Item], rest: Decimal) -> None:
    """One smallest unit per piece until nothing is left over."""
    for item in items:
        for _ in range(item.quantity):
            if rest < 1:
                return
            rest -= item.take(_ONE)


def _per_piece(items: Sequence[_Item], amount: Decimal, limit: int | None = None) -> Decimal:
    applied, taken = 0, Decimal(0)
    for item in items:
        pieces = item.quantity if limit is None else max(0, min(item.quantity, limit - applied))
        each = amount if limit is None else min(amount, item.price / item.quantity)
        taken += item.take(each * pieces)
        applied += pieces
    return taken


def _cart(items: Sequence[_Item], amount: Decimal) -> None:
    """An equal part per piece, rounded down, again and again, then what is left one unit at a time."""
    while amount > 0 and (open_items := [each for each in items if each.left > 0]):
        part = (amount / sum(each.quantity for each in open_items)).quantize(_ONE, rounding=ROUND_DOWN)
        if part <= 0:
            _spread(open_items, amount)
            return
        taken = _per_piece(open_items, part)
        amount -= taken
        if taken <= 0:
            return


def after_coupons(lines: Sequence[Sent], shares: Sequence[Decimal], mode: TaxMode) -> tuple[Sent, ...]:
    """The lines as the shop leaves them once coupons took their shares off the subtotals."""
    found = []
    for line, share in zip(lines, shares, strict=True):
        net = share / (1 + sum(line.rates, Decimal(0))) if mode.prices_include_tax else share
        found.append(Sent(line.subtotal, max(Decimal(0), six(line.subtotal - net)), line.rates, line.quantity))
    return tuple(found)

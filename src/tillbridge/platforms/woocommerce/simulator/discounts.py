"""WooCommerce's share-out of coupons over lines, in cents, remainders included (WC_Discounts)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from .php import ZERO, rounded


@dataclass(slots=True)
class Item:
    """One discountable line: ``price`` is the line's amount in cents, in the shop's tax mode."""

    key: int
    price: Decimal
    quantity: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What a coupon takes off."""

    code: str
    kind: str
    amount: Decimal
    limit_items: int | None = None


@dataclass(slots=True)
class ShareOut:
    """Applies coupons one after another; ``given[code][line]`` are cents."""

    items: Sequence[Item]
    decimals: int = 2
    sequential: bool = False
    given: dict[str, dict[int, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items = sorted(self.items, key=lambda item: -item.price)

    def apply(self, deal: Deal, fitting: Collection[int]) -> Decimal:
        """Take the coupon off the lines with these keys; returns the cents given."""
        self.given.setdefault(deal.code, {})
        items = [item for item in self.items if self._left(item) != 0 and item.quantity > 0 and item.key in fitting]
        if deal.kind == "percent":
            return self._percent(deal, items)
        cents = deal.amount.scaleb(self.decimals)
        if deal.kind == "fixed_product":
            return self._per_piece(deal, items, cents)
        return self._whole_cart(deal, items, cents)

    def on(self, key: int) -> Decimal:
        """All cents given on one line."""
        return sum((lines.get(key, ZERO) for lines in self.given.values()), ZERO)

    def _left(self, item: Item) -> Decimal:
        return rounded(item.price - self.on(item.key))

    def _give(self, deal: Deal, item: Item, cents: Decimal) -> Decimal:
        lines = self.given[deal.code]
        lines[item.key] = lines.get(item.key, ZERO) + cents
        return cents

    def _percent(self, deal: Deal, items: Sequence[Item]) -> Decimal:
        given = base = ZERO
        applied = 0
        for item in items:
            left = self._left(item)
            price = left if self.sequential else rounded(item.price)
            pieces = _pieces(deal, item, applied)
            part = price / item.quantity * pieces
            discount = (part * deal.amount / 100).to_integral_value(ROUND_FLOOR)
            given += self._give(deal, item, min(left, discount))
            base += part
            applied += pieces
        wanted = rounded(base * deal.amount / 100, half_down=True)
        if given < wanted:
            given += self._remainder(deal, items, wanted - given)
        return given

    def _per_piece(self, deal: Deal, items: Sequence[Item], cents: Decimal) -> Decimal:
        given = ZERO
        applied = 0
        for item in items:
            left = self._left(item)
            pieces = _pieces(deal, item, applied)
            each = min(cents, item.price / item.quantity) if deal.limit_items else cents
            given += self._give(deal, item, min(left, each * pieces))
            applied += pieces
        return given

    def _whole_cart(self, deal: Deal, items: Sequence[Item], cents: Decimal) -> Decimal:
        priced = [item for item in items if self._left(item) > 0]
        count = sum(item.quantity for item in priced)
        if not count:
            return ZERO
        each = (cents / count).to_integral_value(ROUND_FLOOR)
        if each <= 0:
            return self._remainder(deal, priced, cents) if cents > 0 else ZERO
        given = self._per_piece(deal, priced, each)
        if ZERO < given < cents:
            given += self._whole_cart(deal, priced, cents - given)
        return given

    def _remainder(self, deal: Deal, items: Sequence[Item], cents: Decimal) -> Decimal:
        given = ZERO
        for item in items:
            for _ in range(item.quantity):
                given += self._give(deal, item, min(self._left(item), Decimal(1)))
                if given >= cents:
                    return given
        return given


def _pieces(deal: Deal, item: Item, applied: int) -> int:
    if not deal.limit_items:
        return item.quantity
    return max(0, min(item.quantity, deal.limit_items - applied))

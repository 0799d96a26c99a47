"""Money: a decimal amount with its ISO 4217 currency, rounded by that currency's exponent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tillbridge.domain.errors import InvalidInput

# ISO 4217 lists two decimals unless named here; locale data (CLDR) differs for some, so the list is ours.
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def exponent(currency: str) -> int:
    """Number of decimals of a currency, by ISO 4217."""
    return _EXPONENTS.get(currency, 2)


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency, such as 0.01."""
    return Decimal(1).scaleb(-exponent(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount rounded half up to the currency's smallest unit. Arithmetic refuses to mix currencies."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise InvalidInput(field="amount", reason="not a number")
        object.__setattr__(self, "amount", self.amount.quantize(quantum(self.currency), rounding=ROUND_HALF_UP))

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """From whole smallest units: 1999 EUR is 19.99."""
        return cls(Decimal(minor).scaleb(-exponent(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in whole smallest units."""
        return int(self.amount.scaleb(exponent(self.currency)))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise InvalidInput(field="currency", reason=f"{other.currency} cannot be reckoned with {self.currency}")
        return other.amount


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Sum, zero of the currency when empty."""
    return Money(sum((Money.zero(currency)._same(each) for each in amounts), Decimal(0)), currency)


def share(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Split an amount in proportion to non-negative weights so that the parts add up to it to the last cent.

    Largest remainder, ties to the earlier part. All weights zero: all parts zero, and the amount must be zero too.
    """
    whole, base = amount.minor, sum(weights)
    if base == 0:
        if whole:
            raise InvalidInput(field="weights", reason="nothing to share the amount over")
        return tuple(Money.zero(amount.currency) for _ in weights)
    sign, size = (-1 if whole < 0 else 1), abs(whole)
    parts = [size * weight // base for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(size * weights[at] % base), at))
    for at in order[: size - sum(parts)]:
        parts[at] += 1
    return tuple(Money.of_minor(sign * part, amount.currency) for part in parts)

"""Numbers the way PHP and WooCommerce handle them; used by every part of the simulator that touches money."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

ROUNDING_PRECISION = 6  # WC_ROUNDING_PRECISION: what a shop with two decimals keeps inside
ZERO = Decimal(0)
_NOT_NUMERIC = re.compile(r"\.(?![^.]+$)|[^0-9.-]")


def rounded(value: Decimal, places: int = 0, *, half_down: bool = False) -> Decimal:
    """PHP round(): ties away from zero, or towards zero when ``half_down``."""
    mode = ROUND_HALF_DOWN if half_down else ROUND_HALF_UP
    return value.quantize(Decimal(1).scaleb(-places), rounding=mode)


def kept(value: Decimal) -> Decimal:
    """What WooCommerce stores of an unrounded amount: six decimals."""
    return rounded(value, ROUNDING_PRECISION)


def number(text: object) -> Decimal:
    """The number in a stored text; empty or not numeric counts as 0, as in PHP."""
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return ZERO
    return found if found.is_finite() else ZERO


def format_decimal(text: str) -> str:
    """wc_format_decimal(): everything but digits, dot and minus is dropped, so "59,90" becomes "5990"."""
    return _NOT_NUMERIC.sub("", text.strip())


def shown(value: Decimal | str, places: int) -> str:
    """An amount as the API shows it: a text with exactly ``places`` decimals."""
    return f"{rounded(number(value), places):f}"


def json_number(value: Decimal, digits: int | None = None) -> float | int:
    """A PHP float in JSON: whole numbers lose their fraction."""
    as_float = float(value if digits is None else rounded(value, digits))
    return int(as_float) if as_float == int(as_float) else as_float


def ratio(total: Decimal, quantity: Decimal) -> float | int:
    """PHP float division of a line total by its quantity; 0 when there is no quantity."""
    if not quantity:
        return 0
    result = float(total) / float(quantity)
    return int(result) if result == int(result) else result

"""What adapters write alike: moments, whole pieces, and long lists in parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


def moment(at: datetime) -> str:
    """A moment in UTC to the second, such as 2026-11-24T09:00:00Z."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def is_whole(quantity: Decimal) -> bool:
    """Whether a quantity is pieces, not a weight or a length."""
    return quantity == quantity.to_integral_value()


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in parts of at most ``size``, in order."""
    return (values[at : at + size] for at in range(0, len(values), size))

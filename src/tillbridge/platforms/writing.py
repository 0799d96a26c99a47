"""What adapters write alike: moments, whole pieces, long lists in parts, and what a sale says in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import Order, OrderLine, Tender

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


def codes_of(order: Order) -> tuple[str, ...]:
    """The codes the till honoured, in order, each once."""
    on_lines = [noted.code for line in order.lines for noted in line.discounts]
    return tuple(dict.fromkeys(code for code in (*(each.code for each in order.discounts), *on_lines) if code))


def tenders_text(tenders: Sequence[Tender]) -> str:
    """How the sale was paid, for people: "Cash, Gift card •••• 2222"."""
    return ", ".join(" ".join(part for part in (each.title or each.kind, each.masked) if part) for each in tenders)


def unknown_goods(line: OrderLine) -> PlatformRefused:
    """The refusal for a line the shop has no goods for."""
    sku = f" ({line.sku})" if line.sku else ""
    reason = f"the shop no longer has {line.title}{sku}; pull the catalogue and link it again"
    return PlatformRefused(field=line.title or line.sku, code="unknown_goods", reason=reason)

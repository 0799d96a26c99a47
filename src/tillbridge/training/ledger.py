"""The books of a pretended shop, read from its own state: what really arrived, whatever its answers said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Each part is asked anew. Orders: id, reference, total, currency, paid, cancelled, refunded, code.

    Gift cards: code, balance. Stock: quantity by SKU. Amounts are text.
    """

    read_orders: Callable[[], Sequence[Row]]
    read_gift_cards: Callable[[], Sequence[Row]]
    read_stock: Callable[[], Mapping[str, int]]

    @property
    def orders(self) -> list[Row]:
        return [dict(each) for each in self.read_orders()]

    @property
    def gift_cards(self) -> list[Row]:
        return [dict(each) for each in self.read_gift_cards()]

    @property
    def stock(self) -> dict[str, int]:
        return dict(self.read_stock())

    def as_json(self) -> Row:
        return {"orders": self.orders, "gift_cards": self.gift_cards, "stock": self.stock}

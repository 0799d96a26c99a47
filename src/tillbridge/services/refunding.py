"""A refund while somebody puts it together: lines, quantities, an amount, and how the money is paid out.

The Sales panel shows it; ``services.orders`` books it and has the last word on its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, OrderLine, RefundLine, TenderKind
from tillbridge.domain.refunds import left_of, worth
from tillbridge.messages import text

PAID_BY = (TenderKind.CASH, TenderKind.CARD, TenderKind.OTHER)
"""How money leaves a till. A gift card's money is in its store, which no till pays out."""
_NONE, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line something is left of; ``chosen`` is how much of it goes back, worth ``worth``."""

    line: OrderLine
    left: Decimal
    chosen: Decimal
    worth: Money


class RefundDraft:
    """Begins with nothing chosen. ``restock``: goods go back on the shelf."""

    def __init__(self, order: Order) -> None:
        self.order, self._left, self._chosen = order, left_of(order), dict[str, Decimal]()
        self.restock = True
        self.paid_by = next((each.kind for each in order.tenders if each.kind in PAID_BY), TenderKind.CASH)

    @property
    def left(self) -> Money:
        """What may still be given back in money."""
        return self._left.amount

    @property
    def lines(self) -> tuple[DraftLine, ...]:
        return tuple(self._line(each) for each in self.order.lines if each.id in self._left.quantities)

    def _line(self, line: OrderLine) -> DraftLine:
        chosen = self._chosen.get(line.id, _NONE)
        value = worth(self.order, self._asked({line.id: chosen})) if chosen else Money.zero(self.order.currency)
        return DraftLine(line, self._left.quantities[line.id], chosen, value)

    def change(self, line_id: str, step: int) -> None:
        """A piece more or less of a line, between none and what is left; of less than a piece all of it."""
        left = self._left.quantities[line_id]
        wanted = self._chosen.get(line_id, _NONE) + step * _ONE
        self._chosen[line_id] = max(_NONE, min(wanted, left))

    def all_or_none(self, line_id: str) -> None:
        """All that is left of a line; none when that is chosen already."""
        left = self._left.quantities[line_id]
        self._chosen[line_id] = _NONE if self._chosen.get(line_id, _NONE) == left else left

    def everything(self) -> None:
        """All that is left of the sale; nothing when that is chosen already."""
        left = dict(self._left.quantities)
        self._chosen = {} if self._picked == left else left

    @property
    def _picked(self) -> Mapping[str, Decimal]:
        return {line: quantity for line, quantity in self._chosen.items() if quantity}

    def _asked(self, chosen: Mapping[str, Decimal]) -> tuple[RefundLine, ...]:
        kinds = {each.id: each.kind for each in self.order.lines}
        return tuple(
            RefundLine(line, quantity, self.restock and kinds[line] is LineKind.PRODUCT)
            for line, quantity in chosen.items()
        )

    @property
    def worth(self) -> Money:
        """What the shopper paid for what is chosen, tax included."""
        return worth(self.order, self._asked(self._picked))

    def asked(self, amount: str) -> tuple[tuple[RefundLine, ...], Money]:
        """Lines and money to give back; ``amount`` as typed, empty: what the lines are worth.

        Raises InvalidInput when nothing is chosen and for an amount that is none. The bounds are for the service.
        """
        lines = self._asked(self._picked)
        if not amount.strip() and not lines:
            raise InvalidInput(field="lines", reason=text("orders.refused.nothing_chosen"))
        return lines, _money(amount, self.order.currency) if amount.strip() else self.worth


def _money(typed: str, currency: str) -> Money:
    plain = typed.strip().replace(",", ".")
    if not plain.replace(".", "", 1).isdecimal():
        raise InvalidInput(field="amount", reason=text("orders.refused.no_amount", given=typed.strip()))
    return Money(Decimal(plain), currency)

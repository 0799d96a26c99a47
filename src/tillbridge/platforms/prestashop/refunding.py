"""Filing refunds once: begun in the note, filed as a credit slip, and noted. Goods are put back by stock jobs."""

from __future__ import annotations

from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, PlacedRefund, Refund
from tillbridge.platforms.prestashop import marks, wire
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.order_finding import Finder
from tillbridge.platforms.prestashop.refund_writing import Trace, begun, booked, line_name, slip_body, trace_of
from tillbridge.platforms.reading import parse


class Refunds:
    """A slip has no reference: it is ours when it is newer than the one the note names and no other line claims it."""

    def __init__(self, rest: Rest, finder: Finder) -> None:
        self._rest, self._finder = rest, finder

    async def book(self, order: Order, order_id: str, refund: Refund) -> PlacedRefund:
        """Raises PlatformRefused for more than is left, OutcomeUnknown when the slip's answer was lost."""
        if done := await self.look_up(order, order_id, refund):
            return done
        node = await self._order(order_id)
        slips = await self._finder.slips([order_id])
        left = Money(node.total_paid - sum(each.whole for each in slips), order.currency)
        if refund.amount > left:
            reason = f"{refund.amount} is more than the {left} that is left of the order"
            raise PlatformRefused(field="refund", code="more_than_left", reason=reason)
        values, links = slip_body(node, order, refund)
        if trace_of(marks.read(node.note, line_name(refund.reference))).after is None:
            newest = max((each.id for each in slips), default=0)
            await self._note(node, refund, begun(newest))
        await self._rest.post("order_slip", "order_slip", "refund.create", values, links)
        try:
            placed = await self.look_up(order, order_id, refund)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="the shop filed the credit slip and does not list it")
        return placed

    async def look_up(self, order: Order, order_id: str, refund: Refund) -> PlacedRefund | None:
        """The slip of the refund, claimed in the note, or None."""
        node = await self._order(order_id)
        trace = trace_of(marks.read(node.note, line_name(refund.reference)))
        if trace == Trace():
            return None
        slips = await self._finder.slips([order_id])
        slip = self._slip(trace, slips, node, refund)
        if slip is None:
            return None
        if trace.slip is None:
            await self._note(node, refund, booked(slip.id))
        return PlacedRefund(str(slip.id), Money(slip.whole, order.currency), goods_back=False)

    def _slip(self, trace: Trace, slips: list[wire.Slip], node: wire.Order, refund: Refund) -> wire.Slip | None:
        if trace.slip is not None:
            return next((each for each in slips if each.id == trace.slip), None)
        claimed = {trace_of(line.partition(": ")[2].strip()).slip for line in node.note.splitlines()}
        fresh = [each for each in slips if each.id > (trace.after or 0) and each.id not in claimed]
        return next((each for each in fresh if Money(each.whole, refund.amount.currency) == refund.amount), None)

    async def _order(self, order_id: str) -> wire.Order:
        return parse(wire.Order, await self._finder.by_id(order_id), "$")

    async def _note(self, node: wire.Order, refund: Refund, told: str) -> None:
        """Read anew and changed in one line, since the merchant writes there too."""
        fresh = await self._order(str(node.id))
        note = marks.with_line(fresh.note, line_name(refund.reference), told)
        await self._rest.patch("orders", "order", str(node.id), "order.note", {"note": note})

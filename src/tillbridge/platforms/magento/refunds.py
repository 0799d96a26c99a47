"""Credit memos and the goods that come back with them. Used by the order service for refunds and cancellations.

Magento gives back to stock only what it took, and for an imported order it took nothing. A refund leaves that to stock
jobs. A cancellation announces numbers in a comment, makes the memo, sets stock and says so: a crash finds each again.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tillbridge.domain.errors import OutcomeUnknown, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, PlacedRefund, Refund
from tillbridge.domain.stock import StockChange
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import marks, wire
from tillbridge.platforms.magento.calls import Rest, Where
from tillbridge.platforms.magento.inventory import MagentoInventoryService, quantities
from tillbridge.platforms.magento.refund_writing import chosen_rows, goods_back, refund_body
from tillbridge.platforms.magento.shop_facts import source_of
from tillbridge.platforms.reading import parse

Moves = Mapping[str, tuple[Decimal, Decimal]]
"""Number before and after, by SKU."""


class Refunds:
    """Books a refund once, and of a cancellation puts the goods back once."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest
        self._stock = MagentoInventoryService(session)

    async def book(self, order: Order, node: wire.Order, refund: Refund) -> PlacedRefund:
        """Make the credit memo; its goods are left to stock jobs. Raises OutcomeUnknown when it may be there."""
        await self._rest.post(f"/order/{node.entity_id}/refund", "refund.create", refund_body(node, order, refund))
        return await self._booked(order, node, refund)

    async def book_with_goods(self, order: Order, node: wire.Order, refund: Refund) -> None:
        """Make the credit memo and put all goods back. Raises OutcomeUnknown when the memo may be there."""
        body = refund_body(node, order, refund)
        moves = await self._announce(order, node, refund)
        await self._rest.post(f"/order/{node.entity_id}/refund", "refund.create", body)
        await self._booked(order, node, refund)
        try:
            await self._put_back(node.entity_id, refund.reference, order.location, moves, sure=True)
        except TillbridgeError as error:
            raise OutcomeUnknown(evidence=f"booked, but not finished: {error}") from error

    async def _booked(self, order: Order, node: wire.Order, refund: Refund) -> PlacedRefund:
        try:
            placed = await self.find(str(node.entity_id), refund.reference, order.currency)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="the shop booked the credit memo and does not list it")
        return placed

    async def find(self, order_id: str, reference: str, currency: str) -> PlacedRefund | None:
        """The credit memo whose comment carries the reference."""
        rows = await self._rest.rows("/creditmemos", "refund.look_up", ((Where("order_id", order_id),),))
        for at, row in enumerate(rows):
            memo = parse(wire.Memo, row, f"$.items[{at}]")
            told = await self._rest.get(f"/creditmemo/{memo.entity_id}/comments", "refund.comments")
            comments = parse(wire.Comments, told, "$").items
            if any(marks.carries(each.comment, reference) for each in comments):
                return PlacedRefund(str(memo.entity_id), Money(memo.grand_total, currency), goods_back=False)
        return None

    async def finish_goods(self, order: Order, order_id: str, reference: str) -> None:
        """After a crash: put back what was announced and still stands as it stood then."""
        announced = marks.back_of(await self._comments(order_id), reference)
        if announced:
            moves = {sku: (Decimal(before), Decimal(after)) for sku, before, after in announced}
            await self._put_back(int(order_id), reference, order.location, moves, sure=False)

    async def _announce(self, order: Order, node: wire.Order, refund: Refund) -> Moves:
        goods = goods_back(chosen_rows(node, order, refund.lines), refund.lines)
        there = await quantities(self._rest, list(goods), source_of(self._session, order.location))
        moves = {sku: (there[sku], there[sku] + count) for sku, count in goods.items() if sku in there}
        if moves:
            told = [(sku, f"{before:f}", f"{after:f}") for sku, (before, after) in moves.items()]
            await self._comment(node, marks.back_text(refund.reference, told))
        return moves

    async def _put_back(self, order_id: int, reference: str, location: str, moves: Moves, *, sure: bool) -> None:
        """``sure``: nobody has put them back yet, so a number that moved meanwhile is raised all the same."""
        if not moves:
            return
        source = source_of(self._session, location)
        now = await quantities(self._rest, list(moves), source)
        changes = []
        for sku, (before, after) in moves.items():
            if sku in now and (sure or now[sku] == before):
                changes.append(StockChange(sku, source, now[sku] + after - before, expected=now[sku]))
        if changes:
            await self._stock.set_levels(changes, reference)
        raw = await self._rest.get(f"/orders/{order_id}", "order.read")
        await self._comment(parse(wire.Order, raw, "$"), marks.done_text(reference))

    async def _comments(self, order_id: str) -> list[str]:
        """The order's comments, oldest first."""
        node = parse(wire.Order, await self._rest.get(f"/orders/{order_id}", "order.read"), "$")
        return [each.comment for each in sorted(node.status_histories, key=lambda each: each.entity_id)]

    async def _comment(self, node: wire.Order, text: str) -> None:
        """A comment for the merchant alone; written twice it says the same."""
        history = {
            "comment": text,
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
            "parent_id": node.entity_id,
            "status": node.status,
        }
        path = f"/orders/{node.entity_id}/comments"
        await self._rest.post(path, "order.comment", {"statusHistory": history}, repeat=Repeat.SAFE)

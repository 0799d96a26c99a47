"""What is still to be done once an order exists: our note, its payment, its code. Every step looks before it acts."""

from __future__ import annotations

from collections.abc import Mapping

from tillbridge.domain.errors import MissingPermission, NotFound, OutcomeUnknown, PlatformRefused, TotalsDisagree
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, PlacedOrder
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import marks, wire
from tillbridge.platforms.prestashop.calls import Rest, searchable
from tillbridge.platforms.prestashop.order_finding import Finder
from tillbridge.platforms.prestashop.order_mapping import map_placed
from tillbridge.platforms.prestashop.order_writing import judge_total, note_text, rounded_totals
from tillbridge.platforms.prestashop.reading import Row, id_of, number_of, text_of
from tillbridge.platforms.prestashop.shop_facts import fact
from tillbridge.platforms.prestashop.xml_text import Value
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import codes_of


class Finisher:
    """Brings an order from any point a crash may have left it at to paid, noted and counted."""

    def __init__(self, session: Session, rest: Rest, finder: Finder) -> None:
        self._session, self._rest, self._finder = session, rest, finder

    async def finish(self, order: Order, raw: Row) -> PlacedOrder:
        """A fresh read of the finished order. Raises TotalsDisagree after the order was cancelled again."""
        node = parse(wire.Order, raw, "$")
        order_id = str(node.id)
        if node.current_state == fact(self._session, "state_error"):
            await self._pay(order, node)
        elif marks.noted_reference(node.note) != order.reference and node.current_state != self._canceled:
            await self._judge(order, node)
            await self._patch(order_id, "order.note", {"note": note_text(order)})
        await self._count_codes(order, order_id)
        raw = await self._finder.by_id(order_id)
        node = parse(wire.Order, raw, "$")
        # entering the state adds the total to what the order already said was received
        if node.total_paid_real != node.total_paid and node.current_state == fact(self._session, "state_paid"):
            await self._patch(order_id, "order.amount", {"total_paid_real": node.total_paid})
            raw = await self._finder.by_id(order_id)
        return await self._shown(raw)

    @property
    def _canceled(self) -> str:
        return fact(self._session, "state_canceled")

    async def placed(self, order_id: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the shop has no such order."""
        return await self._shown(await self._finder.by_id(order_id))

    async def _shown(self, raw: Row) -> PlacedOrder:
        return map_placed(raw, await self._finder.around([raw]))

    async def _pay(self, order: Order, node: wire.Order) -> None:
        """From payment error to paid: amounts first, since entering the state makes invoice and payment of them."""
        gap = await self._judge(order, node)
        values: dict[str, Value] = {}
        if marks.noted_reference(node.note) != order.reference:
            values["note"] = note_text(order)
        if gap:
            tax = Money(node.total_paid_tax_incl - node.total_paid_tax_excl, order.currency)
            values |= rounded_totals(order, gap, tax)
        if values:
            await self._patch(str(node.id), "order.note", values)
        await self.enter(str(node.id), fact(self._session, "state_paid"), repeat=Repeat.NEVER)

    async def _judge(self, order: Order, node: wire.Order) -> Money:
        """The cents of rounding still to be booked; an order that is wrong is cancelled, so that none stays unpaid."""
        theirs = Money(node.total_paid, order.currency)
        try:
            return judge_total(order, theirs)
        except TotalsDisagree:
            told = f"the till's total is {order.totals.total}, the shop's {theirs}"
            note = marks.with_line(note_text(order), marks.REFUSED, told)
            await self._patch(str(node.id), "order.note", {"note": note})
            await self.enter(str(node.id), self._canceled)
            raise

    async def enter(self, order_id: str, state: str, *, repeat: Repeat = Repeat.SAFE) -> None:
        """Set a state without mail. Cancelling twice changes nothing, so that may be repeated."""
        values: dict[str, Value] = {"id_order": order_id, "id_order_state": state}
        await self._rest.post("order_histories", "order_history", "order.state", values, repeat=repeat)

    async def _patch(self, order_id: str, action: str, values: Mapping[str, Value]) -> None:
        await self._rest.patch("orders", "order", order_id, action, values)

    async def _count_codes(self, order: Order, order_id: str) -> None:
        """Note each code as used and take one off what is left. The record goes first, so that none counts twice."""
        for code in codes_of(order):
            try:
                await self._count(code, order_id)
            except (PlatformRefused, NotFound, MissingPermission):
                # the sale stands; that the code was not counted is told with it
                continue

    async def _count(self, code: str, order_id: str) -> None:
        if not searchable(code):
            return
        query = (("filter[code]", code), ("display", "[id,quantity,code]"))
        rules = await self._rest.rows("cart_rules", "discount.find", query)
        used = await self._rest.of("order_cart_rules", "order.codes", "id_order", [order_id], "[id,id_cart_rule]")
        if not rules or any(id_of(row, "id_cart_rule") == id_of(rules[0]) for row in used):
            return
        rule_id, left = id_of(rules[0]), int(number_of(rules[0], "quantity"))
        values: dict[str, Value] = {
            "id_order": order_id,
            "id_cart_rule": rule_id,
            "name": text_of(rules[0], "code", code),
            # the lines are reduced already: any other value would be taken off twice on the order's page
            "value": 0,
            "value_tax_excl": 0,
        }
        try:
            await self._rest.post("order_cart_rules", "order_cart_rule", "order.code", values)
        except OutcomeUnknown:
            # recorded or not is seen by the next look
            return
        if left > 0:
            await self._rest.patch("cart_rules", "cart_rule", rule_id, "discount.count", {"quantity": left - 1})

"""Reading orders: by the cart they came from or by our reference, and all that orders refer to by id."""

from __future__ import annotations

from collections.abc import Sequence

from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import NotFound
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.customers import ADDRESS, SAFE, letters
from tillbridge.platforms.prestashop.mapping import map_customer
from tillbridge.platforms.prestashop.order_mapping import Surroundings, address_of
from tillbridge.platforms.prestashop.reading import Row, id_of, ids_in, text_of
from tillbridge.platforms.prestashop.shop_facts import CUSTOMER, fact, zone_of
from tillbridge.platforms.reading import parse

_STATES = "[id,name,paid,logable,send_email]"
_SLIPS = "[id,id_order,amount,total_products_tax_incl,shipping_cost_amount]"
_RULES = "[id,id_order,id_cart_rule,name,value,deleted]"


class Finder:
    """Orders are always read as lists: a single answer leaves out whatever is empty."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest
        self._currencies: dict[str, str] = {}

    async def by_id(self, order_id: str) -> Row:
        """Raises NotFound when the shop has no such order."""
        rows = await self._rows("id", order_id) if order_id.isdigit() else []
        if not rows:
            raise NotFound(what="order", name=order_id)
        return rows[0]

    async def by_cart(self, cart_id: str) -> list[Row]:
        """The orders of a cart, oldest first; more than one only where somebody else used it too."""
        return await self._rows("id_cart", cart_id)

    async def by_reference(self, reference: str) -> list[Row]:
        """Orders whose payment text holds our reference, oldest first."""
        return await self._rows("payment", f"%[{reference}]%")

    async def _rows(self, field: str, value: str) -> list[Row]:
        query = ((f"filter[{field}]", value), ("display", "full"), ("sort", "[id_ASC]"))
        return await self._rest.rows("orders", "order.look_up", query)

    async def states(self) -> dict[str, wire.OrderState]:
        """All states of orders, by id."""
        rows = await self._rest.every("order_states", "order.states", _STATES)
        nodes = [parse(wire.OrderState, row, f"$[{at}]") for at, row in enumerate(rows)]
        return {each.id: each for each in nodes}

    async def slips(self, orders: Sequence[str]) -> list[wire.Slip]:
        """Credit slips of orders."""
        rows = await self._rest.of("order_slip", "refund.look_up", "id_order", orders, _SLIPS)
        return [parse(wire.Slip, row, f"$[{at}]") for at, row in enumerate(rows)]

    async def around(self, rows: Sequence[Row], *, people: bool = False) -> Surroundings:
        """What these orders refer to; ``people``: their customers and addresses too."""
        ids = [id_of(row) for row in rows]
        rules = await self._rest.of("order_cart_rules", "order.codes", "id_order", ids, _RULES)
        if not self._currencies:
            known = await self._rest.every("currencies", "order.currencies", "[id,iso_code]")
            self._currencies = {id_of(row): text_of(row, "iso_code") for row in known}
        return Surroundings(
            states=await self.states(),
            canceled=fact(self._session, "state_canceled"),
            currencies=self._currencies,
            customers=await self._customers(rows) if people else {},
            addresses=await self._addresses(rows) if people else {},
            slips=await self.slips(ids),
            rules=[parse(wire.UsedRule, row, f"$[{at}]") for at, row in enumerate(rules)],
            walk_in=fact(self._session, CUSTOMER),
            zone=zone_of(self._session),
            keeps_stock=fact(self._session, "stock") == "1",
        )

    async def _customers(self, rows: Sequence[Row]) -> dict[str, Customer]:
        found = await self._rest.of("customers", "order.customers", "id", ids_in(rows, "id_customer"), SAFE)
        return {id_of(row): map_customer(row, "$", zone=zone_of(self._session)) for row in found}

    async def _addresses(self, rows: Sequence[Row]) -> dict[str, Address]:
        ids = ids_in(rows, "id_address_delivery", "id_address_invoice")
        found = await self._rest.of("addresses", "order.addresses", "id", ids, ADDRESS)
        countries, regions = await letters(self._rest)
        nodes = [parse(wire.Address, row, f"$[{at}]") for at, row in enumerate(found)]
        return {each.id: address_of(each, countries, regions) for each in nodes}

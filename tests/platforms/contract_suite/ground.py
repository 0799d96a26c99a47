"""What all cases of the contract stand on: the class attributes, the hooks, and an open, prepared connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import pytest

from tests.platforms.contract_suite.wire import Wire
from tests.support.clock import VirtualClock
from tests.support.sessions import MemoryTokens, open_session
from tests.support.till import basket_lines, paid
from tillbridge.domain.basket import Discount
from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Handle, Order, PlacedOrder
from tillbridge.domain.specs import MailSwitch, Noun
from tillbridge.domain.stock import StockChange, StockEffect
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Page, Platform, Session, WebhookDelivery
from tillbridge.training import demo_shop
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport

T = TypeVar("T")
CODE = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
_LOOKS = 60


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@dataclass
class Bench:
    """A prepared connection, the simulator behind it, and the handles its checkpoints kept."""

    platform: Platform
    shop: Simulator
    clock: VirtualClock
    session: Session
    handles: list[Handle] = field(default_factory=list)
    wire: Wire = field(default_factory=lambda: Wire(transport([])))

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    async def sale(self, receipt: str = "R-1", wanted: dict[str, int] | None = None, **more: Any) -> Order:
        products = self.platform.product(self.session)
        lines = await basket_lines(products, wanted or {"TEE-M": 2, "BOOK-1": 1})
        return paid(lines, self.clock, receipt=receipt, **more)

    def orders_with(self, reference: str) -> list[dict[str, Any]]:
        """Orders in the shop's own ledger that carry our reference."""
        return [dict(each) for each in self.shop.ledger.orders if each["reference"] == reference]

    @property
    def mails(self) -> list[Any]:
        return list(self.shop.outbox.mails)

    @property
    def renewals(self) -> int:
        assert isinstance(self.session.tokens, MemoryTokens)
        return self.session.tokens.renewals

    async def push(self, order: Order) -> PlacedOrder:
        return await self.platform.order(self.session).create_order(order, self.keep)

    async def book(self, order: Order, placed: PlacedOrder) -> None:
        """What the queue does after a create that left the shop's stock alone: it takes the goods out itself."""
        if placed.stock is not StockEffect.NOT_LOWERED:
            return
        inventory = self.platform.inventory(self.session)
        listings = [each.listing for each in order.lines if each.listing is not None]
        there = {each.inventory_id: each for each in await inventory.read_levels(listings)}
        changes = []
        for line in order.lines:
            assert line.listing is not None
            found = there[line.listing.inventory_id or line.listing.sku]
            assert found.available is not None
            changes.append(StockChange(found.inventory_id, found.location_id, found.available - line.quantity))
        assert all(each.applied for each in await inventory.set_levels(changes, f"{order.reference}-stock"))

    async def settle(self, order: Order) -> PlacedOrder:
        """What the queue does after a lost answer: look until it is certain, and send only what is not there."""
        orders = self.platform.order(self.session)
        sent_at = self.clock.now()
        for _ in range(_LOOKS):
            found = await orders.look_up(order, tuple(self.handles), sent_at)
            if found.placed is not None:
                return found.placed
            if found.certain:
                return await orders.create_order(order, self.keep)
            self.clock.advance(found.ask_again_in or 60)
        raise AssertionError(f"the look-up never became certain: {found.evidence}")

    def one_paid_order(self, order: Order) -> dict[str, Any]:
        """The only order with the sale's reference; whole, paid, and no shopper was told.

        The merchant is told at most what the spec declares to be a setting of the shop.
        """
        rows = self.orders_with(order.reference)
        assert len(rows) == 1, rows
        assert rows[0]["paid"], rows[0]
        assert Decimal(rows[0]["total"]) == order.totals.total.amount
        declared = any(each.switch is MailSwitch.SHOP_SETTING for each in self.platform.spec.mails)
        assert [each for each in self.mails if not (declared and each.to == demo_shop.OWNER)] == []
        return rows[0]


class Ground:
    """Attributes a platform's test class gives, and hooks it may give; every hook has a default."""

    platform: ClassVar[Platform]
    simulator: ClassVar[Callable[..., Simulator]]
    setup: ClassVar[str] = ""
    wrong_field: ClassVar[str]
    wrong_value: ClassVar[str]
    create_match: ClassVar[str]
    """What a fault must match to hit the create of an order."""
    page_constants: ClassVar[tuple[str, ...]] = ()
    """``module:NAME`` of page sizes that do not follow the spec's ``limits.page_size``."""

    def withhold(self, shop: Simulator) -> str:
        """Take one of the spec's scopes away in the shop and answer its name; "" where none can be named."""
        return ""

    async def deliveries(self, bench: Bench) -> tuple[Secret, Sequence[WebhookDelivery]] | None:
        """The secret and what the simulator sent: two genuine deliveries of its own, each one twice."""
        return None

    def unknown_variant(self, order: Order) -> str:
        """An id of the platform's form that no variant has."""
        assert order.lines[0].listing is not None
        head = order.lines[0].listing.external_variant_id.rstrip("0123456789")
        return f"{head}999999999"

    @pytest.fixture
    async def bench(self) -> AsyncIterator[Bench]:
        async with self.opened() as found:
            yield found

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Bench]:
        """A fresh shop, connected, tested and prepared as an operator would."""
        clock = VirtualClock()
        shop = type(self).simulator(clock)
        wire = Wire(transport([shop]))
        async with open_session(
            self.platform, shop.credentials(), wire, clock, setup=self.setup, base_url=shop.base_url
        ) as session:
            facts = dict((await self.platform.shop(session).test()).facts)
            for step in self.platform.spec.preparation:
                service = self.platform.shop(replace(session, connection=replace(session.connection, facts=facts)))
                report = await service.check_step(step.name)
                choice = report.choices[0][0] if report.choices else None
                facts |= dict((await service.do_step(step.name, choice)).facts)
            prepared = replace(session, connection=replace(session.connection, facts=facts))
            wire.reset()
            yield Bench(self.platform, shop, clock, prepared, [], wire)

    @contextmanager
    def small_pages(self, rows: int = 3) -> Iterator[None]:
        """Pages of so few rows that the demo shop's goods, people and orders fill several."""
        spec = self.platform.spec
        limits, names = spec.limits, [each.partition(":") for each in self.page_constants]
        with pytest.MonkeyPatch.context() as patch:
            for module, _, name in names:
                patch.setattr(import_module(module), name, rows)
            # the spec is frozen; what adapters read of it is put back below
            object.__setattr__(spec, "limits", replace(limits, page_size=rows))
            try:
                yield
            finally:
                object.__setattr__(spec, "limits", limits)

    def absent(self, noun: Noun, verb: str) -> str | None:
        return self.platform.spec.absence(noun, verb)

    async def is_absent(self, noun: Noun, verb: str, call: Callable[[], Awaitable[object]]) -> bool:
        """Whether the spec declares a verb absent; then the service must say so with the declared reason."""
        reason = self.absent(noun, verb)
        if reason is None:
            return False
        with pytest.raises(CapabilityAbsent) as caught:
            await call()
        assert caught.value.params["reason"] == reason
        return True


async def walk(pages: AsyncIterator[Page[T]]) -> list[Page[T]]:
    """All pages of a list, none of whose records may have been refused."""
    found = [page async for page in pages]
    assert [each for page in found for each in page.refused] == []
    return found


def items(pages: Sequence[Page[T]]) -> list[T]:
    return [each for page in pages for each in page.items]

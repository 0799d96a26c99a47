"""Why is it 4? Every number read or written in order of time, and no gap where the story was too long to read."""

from __future__ import annotations

from decimal import Decimal

from tests.support.counters import TILL, BackOffice
from tests.support.pulled_shop import product
from tests.support.queries import counted
from tests.support.sales import line, record
from tillbridge.domain.ids import new_id
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.sales import SaleFilter
from tillbridge.domain.stock import MovementCause, StockLevel, StockMovement
from tillbridge.services.goods import GoodsService
from tillbridge.services.sales import SalesService
from tillbridge.services.stock import StockService, StoryKind


async def _read(office: BackOffice, number: int | None) -> None:
    office.clock.advance(60)
    known = None if number is None else Decimal(number)
    level = StockLevel("i1", "", known, office.clock.now())
    await office.storage.stock.record_read((await office.connection()).id, [level])


async def test_movements_and_numbers_stand_in_order_of_time_with_what_was_left(office: BackOffice) -> None:
    await office.connect()
    await office.storage.catalogue.upsert_products((await office.connection()).id, [product(1, "TEE-M")])
    await _read(office, 9)
    office.clock.advance(60)
    await office.orders.add([record("77", lines=[line(quantity="2")])], TILL)
    await _read(office, 7)
    office.clock.advance(60)
    await office.orders.refund("77", TILL, "torn")
    await _read(office, None)
    story = await StockService(office.storage).why("TEE-M")
    told = [(each.kind, each.place, each.quantity, each.after, each.subject) for each in story.lines]
    assert told == [
        (StoryKind.READ, "web", Decimal(9), None, ""),
        (StoryKind.MOVED, "Main", Decimal(-2), Decimal(-2), "77"),
        (StoryKind.READ, "web", Decimal(7), None, ""),
        (StoryKind.MOVED, "Main", Decimal(2), Decimal(0), "77"),
        (StoryKind.READ, "web", None, None, ""),
    ]
    assert not story.cut


async def test_a_story_that_was_cut_begins_where_all_of_it_is_known(office: BackOffice) -> None:
    await office.connect()
    await office.storage.catalogue.upsert_products((await office.connection()).id, [product(1, "TEE-M")])
    await _read(office, 500)
    moved = []
    for _ in range(205):
        office.clock.advance(1)
        moved.append(
            StockMovement(
                id=new_id(), sku="TEE-M", variant_id=None, location="Main", quantity=Decimal(-1), unit="piece",
                cause=MovementCause.SALE, subject="", at=office.clock.now(),
            )
        )  # fmt: skip
    await office.storage.stock.add_movements(moved)
    story = await StockService(office.storage).why("TEE-M")
    assert story.cut
    assert [each.kind for each in story.lines] == [StoryKind.MOVED] * 200
    assert [each.after for each in (story.lines[0], story.lines[-1])] == [Decimal(-6), Decimal(-205)]


async def test_a_detail_costs_the_same_however_much_there_is(office: BackOffice) -> None:
    await office.connect()
    web = await office.connection()
    await office.storage.catalogue.upsert_products(web.id, [product(1, "TEE-M"), product(2, "MUG-BLU")])
    sales, goods = (
        SalesService(office.storage, office.orders),
        GoodsService(office.storage, StockService(office.storage)),
    )
    costs = []
    for many in (1, 40):
        lines = [line("TEE-M", str(many), "1.00") for _ in range(many)]
        await office.orders.add([record(f"R{many}", lines=lines)], TILL)
        [row] = await goods.window("tee", None)
        [entry] = await sales.window(SaleFilter(text=f"R{many}"), None)
        with counted() as asked:
            detail = await sales.detail(entry.row.id)
            await goods.detail(row.key)
        costs.append(len(asked))
        assert detail.view.status is OrderStatus.LOCAL
        assert len(detail.order.lines) == many
    assert costs[0] == costs[1] <= 27

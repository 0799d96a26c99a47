"""The Sales panel by keyboard: find a sale, see where it stands, give back a part, cancel, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox

from tests.console.scenes import NARROW, WIDE, console, press, settle, typed
from tests.console.seen import lines, listened, screen
from tests.console.stage import ONLINE, OUTLET
from tests.support.house import MAYA, House
from tests.support.sales import line, record
from tillbridge.console import bridge
from tillbridge.console.widgets.window import Window
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.orders import OrderStatus, PaymentStatus, TenderKind

NASTY = "[b]x[/nope] [@click=app.quit]z[/]"


async def _sell_two(house: House, receipt: str = "77") -> None:
    """Three tees and a mug, recorded by the first store and followed by the second."""
    goods = [line("TEE-M", "3"), line("MUG-BLU", "1", "12.50")]
    report = await house.services.orders.add([record(receipt, lines=goods)], MAYA)
    assert report.added == 1
    await house.services.work()


async def _until(pilot: Pilot[str], words: str) -> None:
    """What the worker tells comes in its own time."""
    for _ in range(100):
        await settle(pilot)
        if words in screen(pilot.app):
            return
    raise AssertionError(f"{words} never came")


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "SHORTEST_PAUSE", 0.01)


def _refunded(house: House) -> list[Decimal]:
    """What the store's own books say went back."""
    booked = house.shops["shopify"].ledger_orders()
    return [Decimal(str(each["refunded"])) for each in booked if str(each["reference"]).startswith("TB")]


async def test_a_sale_is_found_by_receipt_and_by_the_number_it_has_in_a_store(busy: House) -> None:
    there = (await busy.services.orders.show("1042")).connections[ONLINE]
    for words in ("1042", there.number, there.platform_order_id.rsplit("/", 1)[-1]):
        async with console(busy, NARROW) as pilot:
            await press(pilot, "ctrl+s", "slash", *typed(words), "enter")
            seen = screen(pilot.app)
            assert f"“{words}”" in seen
            assert "1 sales" in seen
            assert "1042  €24.90  ● synced" in seen
            await press(pilot, "escape")
            assert "11 sales" in screen(pilot.app)


async def test_what_needs_a_person_is_one_key_away_and_leads_to_its_job(busy: House) -> None:
    async with console(busy, WIDE) as pilot:
        await press(pilot, "7", "f", "down", "enter")
        seen = screen(pilot.app)
        assert "Sales: needs you" in seen
        assert "? unknown" in seen
        assert "▲ needs you" in seen
        assert "1041" not in seen
        await press(pilot, "down")
        seen = screen(pilot.app)
        assert "Another currency" in seen
        assert "Cancel the job, or route this till" in seen
        await press(pilot, "q")
        await _until(pilot, "Sale D-88")
        seen = screen(pilot.app)
        assert "Queue: receipt D-88" in seen
        assert "Sale 1052" not in seen
        await press(pilot, "f", "end", "enter")
        assert "Queue: all" in screen(pilot.app)


async def test_one_piece_goes_back_and_the_stores_follow(opened: House) -> None:
    await _sell_two(opened)
    async with console(opened, NARROW) as pilot:
        await press(pilot, "ctrl+s", "r", "plus", "plus", "minus")
        assert "€24.90 chosen · €87.20 may go back" in screen(pilot.app)
        await press(pilot, "f12")
        assert "The shopper gets €24.90 of receipt 77 by Card." in screen(pilot.app)
        await press(pilot, "n")
        assert "Give back from 77" in screen(pilot.app)
        await press(pilot, "f12", "y")
        assert "of receipt 77 goes back" in screen(pilot.app)
        assert "◐ syncing" in screen(pilot.app)
        await opened.services.work()
        await _until(pilot, "◁ partly back")
        await press(pilot, "enter", "end")
        seen = screen(pilot.app)
        assert "1 × TEE-M  Card" in seen
        assert "€62.30" in seen
    assert _refunded(opened) == [Decimal("24.90")]
    (refund,) = (await opened.services.orders.find("77")).refunds
    assert refund.paid_by is TenderKind.CARD
    assert (await opened.storage.stock.levels(["TEE-M"]))["TEE-M", "Main"] == Decimal(-2)
    assert "orders.audit.refund_paid" in await opened.done()


async def test_money_alone_goes_back_in_cash_and_a_refusal_keeps_what_was_typed(opened: House) -> None:
    await _sell_two(opened)
    async with console(opened, NARROW) as pilot:
        await press(pilot, "ctrl+s", "r", "f12")
        assert "choose what goes back" in screen(pilot.app)
        await press(pilot, "enter", "tab", *typed("4,9x"), "f12")
        assert "4,9x is not an amount" in screen(pilot.app)
        await press(pilot, "enter", "ctrl+u", *typed("90"), "f12", "y")
        seen = " ".join(screen(pilot.app).split())
        assert "90.00 EUR is more than the 87.20 EUR left" in seen
        await press(pilot, "enter")
        assert "Give back from 77" in screen(pilot.app)
        await press(pilot, "ctrl+u", *typed("5"), "tab", "enter", "up", "enter", "f12", "y")
        assert "€5.00 of receipt 77 goes back" in screen(pilot.app)
        await press(pilot, "enter", "end")
        assert "money alone  Cash" in screen(pilot.app)
    await opened.services.work()
    assert _refunded(opened) == [Decimal("5.00")]


async def test_broken_goods_go_back_but_not_on_the_shelf(opened: House) -> None:
    await _sell_two(opened)
    async with console(opened, NARROW) as pilot:
        await press(pilot, "ctrl+s", "r", "down", "enter")
        pilot.app.screen.query_one(Checkbox).focus()
        await press(pilot, "space", "f12", "y")
    (refund,) = (await opened.services.orders.find("77")).refunds
    assert [each.restock for each in refund.lines] == [False]
    assert (await opened.storage.stock.levels(["MUG-BLU"]))["MUG-BLU", "Main"] == Decimal(-1)


async def test_a_sale_is_cancelled_once_after_a_yes_and_refused_with_words_then(opened: House) -> None:
    await _sell_two(opened)
    async with console(opened, NARROW) as pilot:
        await press(pilot, "ctrl+s", "c")
        assert "This cannot be undone." in " ".join(screen(pilot.app).replace("│", " ").split())
        await press(pilot, *typed("rung up twice"), "enter", "enter")
        assert (await opened.services.orders.find("77")).payment is PaymentStatus.PAID
        await press(pilot, "c", *typed("rung up twice"), "f12")
        assert "Receipt 77 is cancelled" in screen(pilot.app)
        await opened.services.work()
        await _until(pilot, "× cancelled")
        await press(pilot, "enter")
        assert "The order of receipt 77 was cancelled on" in screen(pilot.app)
        await press(pilot, "escape", "c", "f12")
        seen = screen(pilot.app)
        assert "Attention" in seen
        assert "cancelled" in seen
        await press(pilot, "enter", "r", "a", "f12")
        assert "choose what goes back" in screen(pilot.app)
    assert (await opened.services.orders.show("77")).connections[ONLINE].status is OrderStatus.SYNCED
    jobs = await opened.storage.jobs.of_sale((await opened.services.orders.find("77")).id)
    assert [each.kind for each in jobs].count(JobKind.CANCEL_ORDER) == 1
    cancelled = [
        each for each in await opened.services.audit.list(20) if each.message_id == "orders.audit.cancel_asked"
    ]
    assert [each.params["reason"] for each in cancelled] == ["rung up twice"]


async def test_the_detail_says_who_judged_a_code(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(
            pilot, "f6", *typed("TEE-M"), "enter", *typed("MUG-BLU"), "enter", "f8", *typed("HARBOUR10"), "enter"
        )
        await press(pilot, "f12", "enter")
        (sale,) = await opened.services.orders.window()
        (discount,) = sale.order.discounts
        assert discount.judged_by_platform
        await press(pilot, "ctrl+s", "enter", "end")
        seen = screen(pilot.app)
        assert "HARBOUR10  10 %" in seen
        assert f"store     {discount.judged_by_platform[0]}" in seen
        assert f"here      {discount.judged_by_us[0]}" in seen


async def test_returns_and_online_orders_can_be_looked_at_alone(opened: House) -> None:
    await _sell_two(opened)
    back = record(
        "78", lines=[line(quantity="-1", return_of="77")], tenders=[{"kind": "cash", "amount": "-24.90"}]
    )  # fmt: skip
    await opened.services.orders.add([back, record("79")], MAYA)
    async with console(opened, WIDE) as pilot:
        await press(pilot, "ctrl+s", "f", "end", "enter")
        assert "Sales: given back or cancelled" in screen(pilot.app)
        receipts = [each for each in lines(pilot.app) if "Till 1" in each]
        assert [any(f" {number} " in each for each in receipts) for number in (77, 78, 79)] == [True, True, False]
        assert "gives back goods of 77" in screen(pilot.app)
        await press(pilot, "f", "end", "up", "enter")
        assert "No sale here." in screen(pilot.app)


async def test_a_sale_of_home_opens_with_the_cursor_on_it(busy: House) -> None:
    async with console(busy, WIDE) as pilot:
        await press(pilot, "tab", "tab", "down", "down", "down", "down", "enter")
        await _until(pilot, "1052  €12.50  ? unknown")
        assert "Sales: all" in screen(pilot.app)
        assert pilot.app.screen.query_one("#sale-list", Window).cursor == 4


async def test_a_held_key_reads_no_list(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await press(pilot, "ctrl+s")
        asked = listened(busy.storage.sale_window, "page", "count", "rank")
        await pilot.press("down", "down", "down", "up")
        await settle(pilot)
        assert pilot.app.screen.query_one("#sale-list", Window).cursor == 2
        assert asked == []


async def test_words_from_outside_stay_words(opened: House) -> None:
    await opened.services.connections.set_route(OUTLET, Route(RouteKind.OFF), MAYA)
    sale = record(NASTY, lines=[{**line(), "title": NASTY}], customer={"email": "a@b.example"})
    report = await opened.services.orders.add([sale], MAYA)
    assert report.refused == ()
    async with console(opened, WIDE) as pilot:
        await press(pilot, "ctrl+s")
        seen = [screen(pilot.app)]
        for keys in (("enter",), ("escape", "r"), ("f12",), ("enter", "escape", "c"), ("escape", "q")):
            await press(pilot, *keys)
            seen.append(screen(pilot.app))
        await press(pilot, "ctrl+s", "slash", *typed(NASTY), "enter")
        seen.append(screen(pilot.app))
    assert all(NASTY in each for each in seen)


async def test_a_narrow_line_still_names_every_panel(opened: House) -> None:
    for training in (False, True):
        async with console(opened, NARROW, training=training) as pilot:
            for key, name in (("f3", "Platforms"), ("f7", "F7 S"), ("ctrl+s", "Sales"), ("ctrl+g", "Goods")):
                await press(pilot, key)
                top = next(each for each in lines(pilot.app) if "F2 Home" in each)
                assert "^g Goods" in top
                assert name in top

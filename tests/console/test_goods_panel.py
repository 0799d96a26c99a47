"""The Goods panel by keyboard: find goods, why is it 24, what has no partner, and records read again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.scenes import NARROW, WIDE, console, press, settle, typed
from tests.console.seen import lines, listened, screen
from tests.console.stage import ONLINE, OUTLET, stocked_shop
from tests.support.house import House
from tests.support.pulled_shop import product
from tillbridge.console.widgets.window import Window
from tillbridge.domain.events import StockChanged

NASTY = "[b]x[/nope] [@click=app.quit]z[/]"


@pytest.fixture
async def stocked(tmp_path: Path) -> AsyncIterator[House]:
    async with stocked_shop(tmp_path) as house:
        yield house


async def test_goods_are_found_and_show_each_stores_number(stocked: House) -> None:
    async with console(stocked, WIDE) as pilot:
        await press(pilot, "ctrl+g")
        assert "MUG-BLU" in screen(pilot.app)
        await press(pilot, "slash", *typed("organic m"), "enter")
        seen = screen(pilot.app)
        assert "MUG-BLU" not in seen
        assert f"{ONLINE} 24, {OUTLET} 24" in seen
        assert "€24.90" in seen
        await press(pilot, "escape")
        assert "MUG-BLU" in screen(pilot.app)
        await press(pilot, "slash", *typed("no such thing"), "enter")
        assert "No goods here." in screen(pilot.app)


async def test_why_is_it_24_tells_every_number_in_order_of_time(stocked: House) -> None:
    async with console(stocked, NARROW) as pilot:
        await press(pilot, "8", "slash", *typed("4006381333948"), "enter", "w")
        told = [re.search(r"\d\d:\d\d +([±←→] .*\d) *│", each) for each in lines(pilot.app)]
    said = [" ".join(each[1].split()) for each in told if each]
    assert said[0] == f"← {ONLINE} said 25"
    assert said.index("± Main sale 1041 -1 = -1") < said.index("± Main sale 1042 -1 = -2")
    assert said.index("± Main sale 1042 -1 = -2") < said.index("± Main return 1042 +1 = -1")
    assert f"→ {OUTLET} was told 23" in said
    assert said[-1] == f"← {OUTLET} said 24"


async def test_what_has_no_partner_is_listed_with_its_reason(stocked: House) -> None:
    async with console(stocked, NARROW) as pilot:
        await press(pilot, "ctrl+g")
        assert "Not linked: 3 (u)" in screen(pilot.app)
        await press(pilot, "u")
        rows = [each for each in lines(pilot.app) if "Product 90" in each]
        assert len(rows) == 3
        assert [("no SKU" in each, "SKU used twice" in each) for each in rows].count((True, False)) == 1
        assert "SKU of its own in" in screen(pilot.app)
        assert "Why so many?" not in screen(pilot.app)
        await press(pilot, "enter", "u")
        assert "Why so many?" in screen(pilot.app)
        assert "MUG-BLU" in screen(pilot.app)


async def test_records_that_do_not_fit_are_read_again_after_a_yes(stocked: House) -> None:
    async with console(stocked, NARROW) as pilot:
        await press(pilot, "ctrl+g")
        assert "Records that do not fit: 1 (r)" in screen(pilot.app)
        await press(pilot, "r")
        seen = screen(pilot.app)
        assert f"1×  {OUTLET}  Products from store: variants[].price" in seen
        await press(pilot, "n")
        assert "quarantine.audit.replayed" not in await stocked.done()
        await press(pilot, "r", "y")
        assert "1 records are read anew" in screen(pilot.app)
    assert "quarantine.audit.replayed" in await stocked.done()


async def test_an_empty_catalogue_says_where_goods_come_from(empty: House) -> None:
    async with console(empty, NARROW) as pilot:
        await press(pilot, "escape", "ctrl+g")
        seen = screen(pilot.app)
        assert "They come with the first connected store." in seen
        await press(pilot, "r", "w", "u")
        assert "Everything the stores list is linked." in screen(pilot.app)


async def test_a_held_key_reads_no_list(stocked: House) -> None:
    async with console(stocked, NARROW) as pilot:
        await press(pilot, "ctrl+g")
        asked = listened(stocked.storage.goods_window, "page", "count", "rank")
        await pilot.press("down", "down", "up")
        await settle(pilot)
        assert pilot.app.screen.query_one("#variants", Window).cursor == 1
        assert asked == []


async def test_a_number_that_changes_elsewhere_appears_by_itself(stocked: House) -> None:
    async with console(stocked, WIDE) as pilot:
        await press(pilot, "ctrl+g", "slash", *typed("TEE-M"), "enter")
        await stocked.services.orders.refund("1041", pilot.app.actor, "torn")  # type: ignore[attr-defined]
        stocked.services.bus.publish(StockChanged())
        await settle(pilot)
        assert "return 1041" in screen(pilot.app)


async def test_words_from_a_store_stay_words(stocked: House) -> None:
    outlet = await stocked.services.connections.find(OUTLET)
    odd = [product(904, "ODD"), product(905, "")]
    titled = [
        each.__class__(**{**{name: getattr(each, name) for name in each.__slots__}, "title": NASTY}) for each in odd
    ]
    await stocked.storage.catalogue.upsert_products(outlet.id, titled)
    async with console(stocked, WIDE) as pilot:
        await press(pilot, "ctrl+g", "slash", *typed("odd"), "enter")
        seen = [screen(pilot.app)]
        await press(pilot, "w")
        seen.append(screen(pilot.app))
        await press(pilot, "escape", "u")
        seen.append(screen(pilot.app))
    assert all(NASTY in each for each in seen)

"""Deciding by keys what the till and a store both changed."""

from __future__ import annotations

from decimal import Decimal

from tests.console.scenes import NARROW, WIDE, console, press, settle
from tests.console.seen import screen
from tests.console.stage import OUTLET
from tests.support.house import MAYA, House
from tillbridge.console.app import Console
from tillbridge.domain.conflicts import ConflictFilter, Standing
from tillbridge.domain.merging import Rule
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun

OPEN = ConflictFilter((Standing.OPEN,))
PRICES = {"TEE-M": ("24.90", "19.90"), "MUG-BLU": ("12.50", "9.90"), "SOAP-1": ("6.40", "5.40")}


async def _prices(house: House) -> dict[str, str]:
    found = {sku: (await house.goods(sku)).price for sku in PRICES}
    return {sku: str(price.amount) for sku, price in found.items() if price}


async def test_home_tells_how_many_differ_and_one_note_tells_why(quarrelling: House) -> None:
    async with console(quarrelling, WIDE) as pilot:
        assert "3 values differ in stores (^o)" in screen(pilot.app)
        assert screen(pilot.app).count("tells another price than the till") == 1
        await press(pilot, "ctrl+o", "a", "enter", "f2", "r")
        assert "values differ" not in screen(pilot.app)


async def test_the_tills_value_is_kept_and_the_stores_is_taken_by_key(quarrelling: House) -> None:
    assert await _prices(quarrelling) == {sku: ours for sku, (ours, _) in PRICES.items()}
    async with console(quarrelling, NARROW) as pilot:
        await press(pilot, "ctrl+o")
        newest, following, _ = [each.conflict for each in await quarrelling.services.conflicts.window(OPEN)]
        seen = screen(pilot.app)
        for words in (newest.name, "not told before", "until you decide", "it keeps its own value", "3 in all"):
            assert words in seen, words
        await press(pilot, "t")
        assert "took the store's value" in screen(pilot.app)
        await press(pilot, "home", "o")
        assert "The till's value stands." in screen(pilot.app)
        assert "1 in all" in screen(pilot.app)
    prices = await _prices(quarrelling)
    assert prices[newest.name] == PRICES[newest.name][1]
    assert prices[following.name] == PRICES[following.name][0]
    assert {"conflicts.audit.ours", "conflicts.audit.theirs"} <= set(await quarrelling.done())


async def test_all_alike_are_decided_in_one_go_and_stay_to_be_seen(quarrelling: House) -> None:
    async with console(quarrelling, NARROW) as pilot:
        await press(pilot, "ctrl+o", "a")
        assert f"All 3 of price in {OUTLET}" in screen(pilot.app)
        await press(pilot, "escape")
        assert await quarrelling.services.conflicts.waiting() == 3
        await press(pilot, "a", "down", "enter")
        assert "The till and the stores agree." in screen(pilot.app)
        assert await _prices(quarrelling) == {sku: theirs for sku, (_, theirs) in PRICES.items()}
        await press(pilot, "f")
        seen = screen(pilot.app)
        assert "Conflicts: settled" in seen
        assert "● store's" in seen
        assert "Settled by    console" in seen
        await press(pilot, "o")
        assert "It is settled already." in screen(pilot.app)
        await press(pilot, "f")
        assert "Conflicts: waiting" in screen(pilot.app)


async def test_a_price_that_moved_under_ones_eyes_is_shown_again_instead_of_decided(quarrelling: House) -> None:
    async with console(quarrelling, NARROW) as pilot:
        await press(pilot, "ctrl+o")
        shown = (await quarrelling.services.conflicts.window(OPEN))[0].conflict
        quarrelling.clock.advance(60)
        book = await quarrelling.storage.conflicts.book(Noun.PRODUCT, {shown.subject})
        book.move(shown.subject, {"price": Money(Decimal("7.00"), "EUR")})
        await quarrelling.storage.conflicts.write(book)
        await press(pilot, "t")
        assert "Changed meanwhile" in screen(pilot.app)
        await press(pilot, "enter")
    assert await quarrelling.services.conflicts.waiting() == 3


async def test_a_rule_is_chosen_by_key_and_consent_has_none(quarrelling: House) -> None:
    async with console(quarrelling, NARROW) as pilot:
        await press(pilot, "ctrl+o", "u")
        seen = screen(pilot.app)
        assert "Goods: price" in seen
        assert "Customers: newsletter" in seen
        await press(pilot, "down", "enter")
        assert "Who is right about Goods: price?" in screen(pilot.app)
        await press(pilot, "enter")
        assert "the till wins" in screen(pilot.app)
        await press(pilot, "u", "end", "enter")
        assert "consent is only ever narrowed" in screen(pilot.app)
    rules = {(each.noun, each.field): each.rule for each in await quarrelling.services.conflicts.rules()}
    assert rules[Noun.PRODUCT, "price"] is Rule.TILL_WINS
    assert await quarrelling.services.conflicts.waiting() == 3, "what waits still waits"


async def test_a_decision_made_elsewhere_shows_here(quarrelling: House) -> None:
    async with console(quarrelling, NARROW) as pilot:
        await press(pilot, "ctrl+o")
        newest = (await quarrelling.services.conflicts.window(OPEN))[0].conflict
        await quarrelling.services.conflicts.decide_alike(newest.id, Standing.OURS, MAYA)
        pilot.app.screen.load()  # type: ignore[attr-defined]
        await settle(pilot)
        assert "The till and the stores agree." in screen(pilot.app)


async def test_before_the_shop_is_open_the_panel_waits(quarrelling: House) -> None:
    app = Console()
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert "Loading" in screen(app)
        await pilot.press("o", "t", "a", "u", "f")
        assert "being opened" in screen(app)

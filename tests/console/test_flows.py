"""What an operator does all day, by keyboard, on the real console over real services and pretended shops."""

from __future__ import annotations

import contextvars
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.console.scenes import NARROW, WIDE, connecting, console, press, settle, typed
from tests.console.seen import lines, screen
from tests.console.stage import ONLINE, OUTLET, sell
from tests.support.clock import VirtualClock
from tests.support.house import MAYA, House
from tillbridge import places
from tillbridge.console import bridge, themes
from tillbridge.console.app import Console
from tillbridge.console.widgets.setup_form import SetupForm
from tillbridge.console.widgets.window import Window
from tillbridge.domain.connections import ConnectionState, Route, RouteKind
from tillbridge.domain.events import QueueChanged
from tillbridge.domain.jobs import JobState
from tillbridge.domain.notifications import Severity
from tillbridge.domain.orders import OrderStatus
from tillbridge.settings import Settings
from tillbridge.wiring import open_house


async def test_the_first_frame_is_there_before_the_shop_is_open() -> None:
    app = Console()
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await pilot.pause()
        assert "F2 Home" in screen(app)
        assert "Loading" in screen(app)
        await pilot.press("f5", "r", "f6", "f3", "t", "n")
        assert "being opened" in screen(app)


async def test_a_first_start_offers_to_connect_or_to_practise(empty: House) -> None:
    async with console(empty, NARROW) as pilot:
        assert "Connect a store" in screen(pilot.app)
        await press(pilot, "down", "enter")
    assert pilot.app.return_value == "training"


async def test_a_wrong_key_is_named_on_a_card_and_a_right_one_connects(empty: House) -> None:
    given = empty.shops["shopify"].credentials()
    async with console(empty, NARROW) as pilot:
        await press(pilot, *connecting(empty, "shopify"))
        assert "Connect Shopify" in screen(pilot.app)
        await press(pilot, *typed(given["shop"]), "tab", *typed(given["client_id"]), "tab", *typed("shpss_wrong_one"))
        assert "shpss_wrong_one" not in screen(pilot.app)
        await press(pilot, "f12")
        assert "Client secret is not accepted" in screen(pilot.app)
        assert "Where to find it" in screen(pilot.app)
        await press(pilot, "enter", "ctrl+e", "ctrl+u", *typed(given["client_secret"]))
        assert given["client_secret"] not in screen(pilot.app)
        await press(pilot, "f12")
        await settle(pilot)
        if "Which" in screen(pilot.app) or "choose" in screen(pilot.app):
            await press(pilot, "enter")
        connection = await empty.services.connections.find("Shopify")
        assert connection.state is ConnectionState.READY
        seen = screen(pilot.app)
        assert "Passport" in seen
        assert "product, inventory, order, customer, discount, gift card" in seen


async def test_consent_in_a_browser_is_asked_for_and_its_answer_pasted(empty: House) -> None:
    async with console(empty, WIDE) as pilot:
        await press(pilot, *connecting(empty, "shopify"), "shift+tab", "enter", "down", "enter")
        assert "F9 Allow access" in screen(pilot.app)
        await press(pilot, "f9")
        assert "Shop domain: is needed" in screen(pilot.app)
        await press(
            pilot, "enter", "tab", *typed("harbour-lane.myshopify.com"), "tab", *typed("4f1c8a2e9b7d4c3f"), "f9"
        )
        seen = screen(pilot.app)
        assert "harbour-lane.myshopify.com/admin/oauth/authorize?client_id=4f1c8a2e9b7d4c3f" in seen
        assert "▄▄▄▄▄" in seen, "a large terminal shows the address as a code, too"
        await press(pilot, *typed("https://app.example.com/?code=theirs&state=theirs"), "enter")
        assert "belongs to another request" in screen(pilot.app)
        await press(pilot, *typed("b1f3c09e7a4d"), "enter")
        form = pilot.app.screen.query_one(SetupForm)
        assert form.so_far().values["authorization_code"] == "b1f3c09e7a4d"
        assert "b1f3c09e7a4d" not in screen(pilot.app)


async def test_a_form_says_what_is_wrong_while_it_is_typed(empty: House) -> None:
    async with console(empty, NARROW) as pilot:
        await press(pilot, *connecting(empty, "shopify"), *typed("harbour lane"))
        assert "Shop domain does not look right; for example" in screen(pilot.app)
        await press(pilot, "ctrl+u", *typed("harbour-lane.myshopify.com"))
        assert "does not look right" not in screen(pilot.app)
        await press(pilot, "f12")
        assert "Client ID is needed" in screen(pilot.app)
    assert await empty.services.connections.list() == ()


async def test_tab_goes_through_the_form_in_the_order_it_is_read(empty: House) -> None:
    async with console(empty, NARROW) as pilot:
        await press(pilot, *connecting(empty, "shopify"))
        places = [each.region.y for each in pilot.app.screen.focus_chain if each.region.height]
        assert len(places) >= 6
        assert places == sorted(places)


async def test_a_basket_is_sold_and_arrives_with_the_right_cents(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f6")
        for code in ("4006381333948", "tee-m", "mug-blu"):
            await press(pilot, *typed(code), "enter")
        assert "Organic Tee" in screen(pilot.app)
        await press(pilot, "f8", *typed("HARBOUR10"), "enter")
        assert "-€6.23" in screen(pilot.app)
        await press(pilot, "f9", *typed("GIFT-BBBB-3333-4444"), "enter")
        assert "€46.07" in screen(pilot.app)
        await press(pilot, "f12", "down", "enter", "ctrl+e", "ctrl+u", *typed("50"), "enter")
        assert "change €3.93" in screen(pilot.app)
        await opened.services.work()
        await settle(pilot)
        seen = screen(pilot.app)
        assert "● synced" in seen
        assert ONLINE in seen
    (sale,) = await opened.services.orders.window()
    assert sale.status is OrderStatus.SYNCED
    booked = [each for each in opened.shops["shopify"].ledger_orders() if str(each["reference"]).startswith("TB")]
    assert [Decimal(str(each["total"])) for each in booked] == [Decimal("56.07")]
    assert opened.shops["shopify"].outbox.as_json() == []


async def test_a_code_the_store_refuses_changes_nothing_and_says_why(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f6", *typed("TEE-M"), "enter", "f8", *typed("EXPIRED5"), "enter")
        seen = screen(pilot.app)
        assert "EXPIRED5 is not accepted" in seen
        assert seen.count("€24.90") >= 2


async def test_quantities_change_by_key_and_a_line_goes(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f6", *typed("TEE-M"), "enter", *typed("SOAP-1"), "enter", "tab", "plus", "plus")
        assert "€74.70" in screen(pilot.app)
        await press(pilot, "minus")
        assert "€49.80" in screen(pilot.app)
        await press(pilot, "delete")
        assert "Organic" not in screen(pilot.app)
        assert "€6.40" in screen(pilot.app)


async def test_a_search_with_several_answers_asks_which(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f6", *typed("organic"), "enter")
        assert "Which one?" in screen(pilot.app)
        await press(pilot, "down", "enter")
        assert "Organic Tee" in screen(pilot.app)


async def test_a_parked_sale_says_why_and_can_be_given_up(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await press(pilot, "f5", "f", "down", "enter", "down")
        seen = screen(pilot.app)
        assert "Queue: needs you" in seen
        assert "? unknown" in seen
        assert "D-88" in seen
        assert "USD" in seen
        before = (await busy.services.queue.summary()).parked
        await press(pilot, "c", "n")
        assert (await busy.services.queue.summary()).parked == before
        await press(pilot, "c", "y")
        assert (await busy.services.queue.summary()).parked == before - 1


async def test_jobs_go_on_after_the_store_is_connected_again(busy: House) -> None:
    shop = busy.shops["woocommerce"]
    async with console(busy, NARROW) as pilot:
        await press(pilot, "f3", "down", "a")
        assert f"Connect {OUTLET} again" in screen(pilot.app)
        for key in shop.shop.keys:
            key.revoked = False
        given = shop.credentials()
        await press(pilot, *typed(given["consumer_key"]), "tab", *typed(given["consumer_secret"]), "f12")
        await settle(pilot)
        assert (await busy.services.connections.find(OUTLET)).state is ConnectionState.READY
        await busy.services.work()
        await press(pilot, "f5")
    summary = await busy.services.queue.summary()
    assert summary.by_connection[OUTLET].get(JobState.WAITING, 0) == 0


async def test_pause_is_seen_everywhere_and_taken_back(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f3", "x")
        assert "‖ paused" in screen(pilot.app)
        await press(pilot, "f2")
        assert "‖ paused" in screen(pilot.app)
        await press(pilot, "f3", "x")
        assert "paused" not in screen(pilot.app).replace("is paused", "")


async def test_renewing_a_token_shows_its_new_life(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        opened.clock.set_wall(datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
        await press(pilot, "f4")
        assert "3 h 59 min" in screen(pilot.app)
        await press(pilot, "n")
        seen = screen(pilot.app)
        assert "23 h 59 min" in seen
        assert "is renewed" in seen


async def test_a_note_is_read_in_full_and_then_gone(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await press(pilot, "tab")
        for waiting in (1, 0):
            await press(pilot, "enter")
            assert "Mark as read" in screen(pilot.app)
            await press(pilot, "y")
            assert len(await busy.services.notifications.unread()) == waiting
        assert "All quiet." in screen(pilot.app)
    assert await busy.services.notifications.unread() == ()


async def test_shop_facts_are_judged_before_they_are_saved(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f7", "tab", "tab", "ctrl+u", *typed("Dublin"), "f12")
        assert "Dublin is not a time zone" in screen(pilot.app)
        await press(pilot, "enter", "ctrl+u", *typed("Europe/Berlin"), "f12")
    assert (await opened.services.shop.get()).zone == "Europe/Berlin"


async def test_what_happens_elsewhere_appears_by_itself(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f5")
        assert "Nothing here." in screen(pilot.app)
        await sell(opened, 77)
        opened.services.bus.publish(QueueChanged())
        await settle(pilot)
        assert "Sale 77" in screen(pilot.app)


async def test_facts_of_a_worker_keep_coming(opened: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come from tasks that know nothing of the app, one soon after the other."""
    monkeypatch.setattr(bridge, "SHORTEST_PAUSE", 0.01)
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f5")
        for receipt in (77, 78, 79):
            await sell(opened, receipt)
            contextvars.Context().run(opened.services.bus.publish, QueueChanged())
        for _ in range(100):
            await settle(pilot)
            if "Sale 79" in screen(pilot.app):
                break
        assert "Sale 79" in screen(pilot.app)


async def test_holding_a_key_in_the_queue_asks_the_database_for_nothing_but_details(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await press(pilot, "f5")
        asked: list[str] = []
        queue = busy.storage.queue
        for name in ("page", "count", "rank", "counts"):
            work = getattr(queue, name)
            setattr(
                queue,
                name,
                lambda *given, name=name, work=work, **more: asked.append(name) or work(*given, **more),  # type: ignore[func-returns-value]
            )
        await pilot.press("down", "down", "down", "up")
        await settle(pilot)
        assert pilot.app.screen.query_one(Window).cursor == 2
        assert asked == []


async def test_home_at_rest_paints_nothing(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await settle(pilot)
        painted: list[object] = []
        show = pilot.app._display
        pilot.app._display = lambda *given: painted.append(given) or show(*given)  # type: ignore[method-assign, func-returns-value]
        for _ in range(20):
            await pilot.pause(0.05)
        assert painted == []


async def test_words_of_a_platform_stay_words(opened: House) -> None:
    """No markup is read and no control code leaves, wherever foreign words are shown."""
    markup = "[b]x[/nope]"
    nasty = f"{markup} [@click=app.quit]z[/] \x1b[5m\x1b]0;t\x07 \x9b2J\u202etxt"
    await opened.services.connections.add(opened.draft("woocommerce", markup), MAYA)
    await opened.storage.notifications.push(
        cause="x", severity=Severity.ERROR, message_id="queue.told.held", params={"connection": nasty}, subject=nasty
    )
    async with console(opened, WIDE) as pilot:
        seen = [screen(pilot.app)]
        for keys in (("tab", "enter"), ("n", "f3", "down", "down"), ("x",), ("f4",), ("f7", "right", "tab", "down")):
            await press(pilot, *keys)
            seen.append(screen(pilot.app))
        pilot.app.screen.notify(nasty, title=nasty)
        await press(pilot, "f2")
        seen.append(screen(pilot.app))
    assert all(markup in each for each in (*seen[:4], *seen[-2:]))
    assert all(line.isprintable() for each in seen for line in each.split("\n"))


async def test_a_sale_whose_total_differs_is_accepted_by_key(opened: House) -> None:
    """The till taxed a book at 23 %, which the store does not tax."""
    await opened.services.connections.set_route(ONLINE, Route(RouteKind.OFF), MAYA)
    await opened.services.connections.set_route(OUTLET, Route(RouteKind.ALL), MAYA)
    await sell(opened, 78, sku="TEE-M")
    await sell(opened, 79, sku="BOOK-1", price="18.00")
    await opened.services.work()
    async with console(opened, NARROW) as pilot:
        await press(pilot, "f5")
        assert "The till says 18.00 EUR, the platform says 14.63 EUR." in screen(pilot.app)
        assert "? unknown" not in screen(pilot.app)
        await press(pilot, "t")
        assert "Let the store's total stand?" in screen(pilot.app)
        await press(pilot, "y")
        assert "The store's total stands" in screen(pilot.app)
        assert (await opened.services.orders.show("79")).status is OrderStatus.SYNCED
        await press(pilot, "f", "end", "enter", "end", "t")
        assert "Only for a sale whose total" in screen(pilot.app)
        assert "given up" not in screen(pilot.app)


async def test_a_key_the_store_withdrew_is_not_called_endless(busy: House) -> None:
    async with console(busy, NARROW) as pilot:
        await press(pilot, "f4")
        outlet = [each for each in lines(pilot.app) if OUTLET in each]
        assert outlet
        assert all("connect again" in each for each in outlet)


async def test_a_lesson_is_chosen_and_goes_wrong_as_it_says(tmp_path: Path) -> None:
    async with open_house(Settings(data_dir=tmp_path), training=True, clock=VirtualClock()) as services:
        assert services.training is not None
        app = Console(services, clock=VirtualClock(), training=True)
        async with app.run_test(size=NARROW, notifications=True) as pilot:
            await settle(pilot)
            await press(pilot, "ctrl+l", "down", "enter")
            assert "its answer never comes" in screen(app)
        armed = [each.name for shop in services.training.simulators for each in shop.faults.armed]
        assert armed == ["timeout_after_commit"] * len(services.training.simulators)


async def test_lessons_are_not_offered_in_the_real_shop(opened: House) -> None:
    async with console(opened, NARROW) as pilot:
        await press(pilot, "ctrl+l")
        assert "Lessons are in the training shop" in screen(pilot.app)


async def test_a_chosen_theme_is_there_at_the_next_start(opened: House, tmp_path: Path) -> None:
    app = Console(opened.services, clock=opened.clock, keep_theme=partial(places.keep_theme, tmp_path / "new"))
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f7", "right", "right", "tab", "down", "enter")
        chosen = pilot.app.theme
    assert chosen == "harbour-light"
    assert places.theme(tmp_path / "new") == chosen
    again = Console(theme=places.theme(tmp_path / "new"))
    assert again.theme == themes.fitting(chosen, again.console.color_system, again.no_color)


def test_the_theme_of_the_settings_file_holds_until_one_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('theme = "harbour-light"')
    assert places.theme(tmp_path) == "harbour-light"
    places.keep_theme(tmp_path, "sixteen-colours")
    assert places.theme(tmp_path) == "sixteen-colours"
    monkeypatch.setenv("TILLBRIDGE_THEME", "harbour-dark")
    assert places.theme(tmp_path) == "harbour-dark"
    assert places.theme(tmp_path / "nowhere") == "harbour-dark"

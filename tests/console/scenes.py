"""What each picture shows and how to get there by keys. Snapshot tests and screenshots share it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.console.stage import busy_shop, empty_shop, open_shop, quarrelling_shop, stocked_shop
from tests.support.house import House
from tillbridge.console.app import Console

Opened = Callable[[Path], AbstractAsyncContextManager[House]]
NARROW, WIDE = (80, 24), (160, 50)
ASKING = ("ask", "welcome", "connect", "change", "find", "offer", "pay", "new")
"""Workers that may be waiting for the operator."""
_TYPED = "typed "
_PATIENCE = 400
_CALM = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """``play`` starts on Home with everything loaded."""

    name: str
    shop: Opened
    play: Callable[[Pilot[str], House], Awaitable[None]]
    training: bool = False
    sells: bool = False
    """It leaves something behind in the shop."""


async def settle(pilot: Pilot[str]) -> None:
    """Until nothing is being read any more, or a question waits for its answer; seen twice in a row.

    Between the end of one read and the start of the next nothing runs either.
    """
    calm = 0
    for _ in range(_PATIENCE):
        await pilot.pause()
        busy = [each for each in pilot.app.workers if not each.is_finished]
        asked = isinstance(pilot.app.screen, ModalScreen) and all(each.group in ASKING for each in busy)
        calm = calm + 1 if (not busy or asked) and not _unheard(pilot.app) else 0
        if calm == _CALM:
            break
    await pilot.pause()


def _unheard(app: App[str]) -> bool:
    """Whether somebody on the screen has a message waiting."""
    return any(each.message_queue_size for each in (app, app.screen, *app.screen.walk_children()))


async def press(pilot: Pilot[str], *keys: str) -> None:
    """Press keys and let the answers arrive. What ``typed`` answers comes in one go, as from a scanner."""
    for key in keys:
        if key.startswith(_TYPED):
            pilot.app.screen.focused.post_message(Paste(key.removeprefix(_TYPED)))  # type: ignore[union-attr]
        else:
            await pilot.press(key)
        await settle(pilot)


def typed(words: str) -> list[str]:
    """Words for the field that has the focus."""
    return [_TYPED + words]


@asynccontextmanager
async def console(
    house: House, size: tuple[int, int], *, training: bool = False, theme: str = "harbour-dark"
) -> AsyncIterator[Pilot[str]]:
    """The real console over a house, at rest on Home."""
    app = Console(house.services, clock=house.clock, training=training, theme=theme)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        app.theme = theme
        await settle(pilot)
        yield pilot


async def _stay(pilot: Pilot[str], house: House) -> None:
    await settle(pilot)


def _go(*keys: str) -> Callable[[Pilot[str], House], Awaitable[None]]:
    async def play(pilot: Pilot[str], house: House) -> None:
        await press(pilot, *keys)

    return play


async def _sell(pilot: Pilot[str], house: House) -> None:
    await press(pilot, "f6")
    for code in ("TEE-M", "MUG-BLU", "SOAP-1"):
        await press(pilot, *typed(code), "enter")
    await press(pilot, "f8", *typed("HARBOUR10"), "enter")
    await press(pilot, "f9", *typed("GIFT-BBBB-3333-4444"), "enter")


async def _sold(pilot: Pilot[str], house: House) -> None:
    await _sell(pilot, house)
    await press(pilot, "f12", "enter")
    await house.services.work()
    await settle(pilot)


async def _form(pilot: Pilot[str], house: House) -> None:
    await press(pilot, *connecting(house, "shopify"))


def connecting(house: House, platform: str) -> tuple[str, ...]:
    """The keys from the first start to a platform's form, wherever it stands in the list."""
    slugs = [each.slug for each in house.services.connections.platforms()]
    return ("enter", *["down"] * slugs.index(platform), "enter")


async def _wrong(pilot: Pilot[str], house: House) -> None:
    await _form(pilot, house)
    await press(pilot, *typed("harbour lane"), "tab", *typed("abc"), "tab")


SCENES = (
    Scene("welcome", empty_shop, _stay),
    Scene("home", busy_shop, _stay),
    Scene("platforms", busy_shop, _go("f3")),
    Scene("setup", empty_shop, _form),
    Scene("setup-judged", empty_shop, _wrong),
    Scene("tokens", busy_shop, _go("f4")),
    Scene("queue", busy_shop, _go("f5", *["down"] * 4)),
    Scene("basket", open_shop, _sell),
    Scene("sold", open_shop, _sold, sells=True),
    Scene("settings", busy_shop, _go("f7", "right")),
    Scene("sales", busy_shop, _go("ctrl+s", "down", "down")),
    Scene("sale", busy_shop, _go("ctrl+s", "/", *typed("1042"), "enter", "enter")),
    Scene("refund", busy_shop, _go("ctrl+s", "/", *typed("1042"), "enter", "r", "plus")),
    Scene("goods", stocked_shop, _go("ctrl+g", "/", *typed("tee"), "enter", "down")),
    Scene("goods-unlinked", stocked_shop, _go("ctrl+g", "u")),
    Scene("goods-why", stocked_shop, _go("ctrl+g", "/", *typed("TEE-M"), "enter", "w")),
    Scene("help", busy_shop, _go("f5", "f1")),
    Scene("conflicts", quarrelling_shop, _go("ctrl+o", "down")),
    Scene("conflicts-none", open_shop, _go("ctrl+o", "home")),
    Scene("home-conflicts", quarrelling_shop, _stay),
    Scene("training", open_shop, _go("f6"), training=True),
)

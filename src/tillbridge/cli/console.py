"""Opens the console: its first frame before heavy libraries, the house behind it, and both closed in order."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tillbridge.console.base import ConsoleApp

TRAINING = "training"


def open_console(data_dir: Path | None = None, training: bool | None = None) -> int:
    """Run the console until it ends; its exit code. ``training`` None: when nothing is connected yet."""
    from tillbridge.places import default_data_dir, nothing_connected

    if problem := _not_a_terminal():
        sys.stderr.write(problem + "\n")
        return 2
    place = data_dir or default_data_dir()
    practise = nothing_connected(place) if training is None else training
    first_start = practise and training is None
    while True:
        app = _run(place, practise, first_start)
        first_start = False
        if app.return_value not in (TRAINING, "shop"):
            return app.return_code or 0
        practise = app.return_value == TRAINING


def _run(place: Path, training: bool, first_start: bool) -> ConsoleApp:
    from tillbridge import places
    from tillbridge.console.app import Console

    # the screen is written to the error stream, and a terminal without UTF-8 must not break a frame
    if sys.__stderr__ is not None:
        sys.__stderr__.reconfigure(encoding="utf-8", errors="replace")
    app = Console(
        training=training, first_start=first_start, theme=places.theme(place),
        keep_theme=lambda name: places.keep_theme(place, name),
    )  # fmt: skip
    asyncio.run(_live(app, place, training))
    return app


async def _live(app: ConsoleApp, place: Path, training: bool) -> None:
    """The screen first; behind it the house is opened, handed over, and closed when the screen has ended."""
    from tillbridge.domain.errors import TillbridgeError

    screen = asyncio.create_task(app.run_async())
    first_frame = asyncio.create_task(app.painted.wait())
    await asyncio.wait({screen, first_frame}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not screen.done():
            await _furnish(app, place, training, screen)
    except* TillbridgeError as group:
        await _say_why(app, group, screen)
    finally:
        first_frame.cancel()
        if not screen.done():
            app.exit(return_code=1)
        await screen


async def _furnish(app: ConsoleApp, place: Path, training: bool, screen: asyncio.Task[str | None]) -> None:
    await asyncio.to_thread(_load_heavy, training)
    from tillbridge.settings import load
    from tillbridge.wiring import open_house

    settings = load({"data_dir": place})
    async with open_house(settings, training=training, background=True) as services:
        app.run_worker(app.furnish(services), group="furnish")
        await asyncio.wait({screen})


def _load_heavy(training: bool) -> None:
    """Imports that take longer than a frame, in a thread while the first screen is looked at.

    The thread gives way ten times as often as usual, since a key pressed meanwhile is to be answered at once.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        import tillbridge.services.till
        import tillbridge.settings
        import tillbridge.storage
        import tillbridge.sync.worker

        if training:
            import tillbridge.training.server  # noqa: F401
    finally:
        sys.setswitchinterval(usual)


async def _say_why(app: ConsoleApp, group: BaseExceptionGroup[BaseException], screen: asyncio.Task[str | None]) -> None:
    """The shop cannot be opened: leave the screen and say it where it can be read and copied."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    app.exit(return_code=1)
    await asyncio.wait({screen})
    from tillbridge.cli.output import show_error
    from tillbridge.domain.errors import TillbridgeError

    if isinstance(error, TillbridgeError):
        show_error(error)


def _not_a_terminal() -> str:
    """Why the console cannot run here, in words; empty when it can."""
    from tillbridge.messages import text

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return text("cli.no_terminal")
    if os.environ.get("TERM", "dumb") in ("dumb", ""):
        return text("cli.dumb_terminal")
    return ""

"""What stands on the screen, read from the frame that would be sent to the terminal."""

from __future__ import annotations

from typing import Any

from textual.app import App


def lines(app: App[Any]) -> list[str]:
    """The screen line by line, as text."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def screen(app: App[Any]) -> str:
    return "\n".join(lines(app))


def listened(asked: object, *names: str) -> list[str]:
    """The names of calls from now on, as they come."""
    heard: list[str] = []

    def noting(name: str, work: Any) -> Any:
        def call(*given: Any, **more: Any) -> Any:
            heard.append(name)
            return work(*given, **more)

        return call

    for each in names:
        setattr(asked, each, noting(each, getattr(asked, each)))
    return heard

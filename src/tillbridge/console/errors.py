"""How a failure meets the operator: a toast where the work goes on by itself, a card where somebody must act."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tillbridge.domain.errors import ErrorCard, Handling, TillbridgeError
from tillbridge.messages import text

if TYPE_CHECKING:
    from textual.screen import Screen

log = logging.getLogger(__name__)


def unwrap(error: BaseException) -> BaseException:
    """The first real failure inside a group of them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def card_of(error: BaseException) -> ErrorCard:
    """The card of any failure; one that is not typed is a fault of ours."""
    real = unwrap(error)
    return real.card() if isinstance(real, TillbridgeError) else TillbridgeError().card()


def show(screen: Screen[Any], error: BaseException) -> None:
    """Toast for what is repeated by itself, modal card for what needs a person. Nothing is swallowed: all is logged."""
    real = unwrap(error)
    card = card_of(real)
    if isinstance(real, TillbridgeError) and real.handling in (Handling.WAIT, Handling.RETRY):
        log.warning("%s", real.message_id)
        screen.notify(f"{card.explanation}\n{card.next_step}", title=card.title, severity="warning", markup=False)
        return
    if not isinstance(real, TillbridgeError):
        log.error("a fault of ours", exc_info=real)
    from tillbridge.console.modals.error import ErrorModal  # noqa: PLC0415  kept off the first frame

    if isinstance(screen.app.screen, ErrorModal):
        return
    screen.app.push_screen(ErrorModal(card))


def toast_opening(screen: Screen[None]) -> None:
    """Say that the shop's data is still being opened."""
    screen.notify(text("console.opening"), markup=False)

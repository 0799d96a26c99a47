"""Every reason a job or sale may carry has its words: a misspelt id would otherwise surface in front of a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tillbridge
from tillbridge.domain import errors
from tillbridge.messages import text
from tillbridge.sync.settle import card_for

_SOURCE = Path(tillbridge.__file__).parent
_ID = re.compile(r'"((?:queue|orders)\.[a-z_]+(?:\.[a-z_]+)*)"')
_SENTENCES = ("queue.audit.", "queue.told.", "queue.choice.", "orders.audit.", "orders.reason.", "orders.refused.")


def _used() -> set[str]:
    rooms = [*_SOURCE.glob("sync/*.py"), *_SOURCE.glob("services/*.py")]
    return {found for each in rooms for found in _ID.findall(each.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("message_id", sorted(_used()))
def test_a_reason_has_words(message_id: str) -> None:
    if message_id.startswith(_SENTENCES):
        assert text(message_id)
    else:
        card = card_for(message_id, {"connection": "web"})
        assert card.title
        assert card.next_step


def test_every_error_has_a_card() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    failures = [each for each in classes if issubclass(each, errors.TillbridgeError)]
    assert len(failures) > 30
    assert all(card_for(each.message_id, {}).title for each in failures)

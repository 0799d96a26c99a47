"""Mails a real shop would have sent. In training nobody gets any; in tests it must stay empty."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tillbridge.training.clock import ShopClock


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str
    at: datetime


class Outbox:
    def __init__(self, clock: ShopClock) -> None:
        self._clock = clock
        self.mails: list[Mail] = []

    def send(self, to: str, subject: str, text: str = "") -> None:
        self.mails.append(Mail(to, subject, text, self._clock.now()))

    def as_json(self) -> list[dict[str, Any]]:
        return [{**asdict(each), "at": each.at.isoformat()} for each in self.mails]

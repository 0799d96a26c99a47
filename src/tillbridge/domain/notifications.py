"""What operators are told: one row per cause with a count, shown on every terminal until read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Severity(StrEnum):
    """INFO needs nothing, WARNING soon, ERROR now."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """``cause`` is the key it is counted under; ``subject`` names the order or connection it is about."""

    id: UUID
    cause: str
    severity: Severity
    message_id: str
    params: Mapping[str, str]
    subject: str
    count: int
    first_at: datetime
    last_at: datetime
    read_by: str
    read_at: datetime | None

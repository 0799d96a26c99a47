"""A lane: the right to drive one connection for a while. Its fence rises each time somebody takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Lane:
    """Held by ``owner`` until ``lease_until``; writes under an older fence are refused."""

    connection_id: UUID
    owner: str
    fence: int
    lease_until: datetime

"""Who did what: the actor every changing call carries, and the entry it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    """A person, a till reporting sales, or the program itself."""

    OPERATOR = "operator"
    TILL = "till"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    name: str


WORKER = Actor(ActorKind.WORKER, "worker")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """``message_id`` with ``params`` is the sentence shown; no secret ever stands in it."""

    at: datetime
    actor: Actor
    message_id: str
    params: Mapping[str, str]
    subject: str

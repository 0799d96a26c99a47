"""Durable work, each try of it, and the counts a window shows without counting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import PartialIndex
from tortoise.models import Model


class JobRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    kind = fields.CharField(max_length=24)
    state = fields.CharField(max_length=10)
    subject_id = fields.UUIDField(null=True, db_index=True)
    payload: dict[str, Any] = fields.JSONField()
    priority = fields.IntField()
    run_at = fields.DatetimeField()
    attempts = fields.IntField()
    fence = fields.IntField()
    phase = fields.CharField(max_length=10)
    cause = fields.CharField(max_length=80)
    cause_params: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    lease_until = fields.DatetimeField(null=True)

    class Meta:
        table = "job"
        indexes = (
            PartialIndex(fields=("connection_id", "priority", "run_at", "id"), condition={"state": "waiting"}),
            PartialIndex(fields=("connection_id",), condition={"state": "running"}),
            PartialIndex(fields=("connection_id", "run_at"), condition={"state": "waiting"}),
            ("state", "id"),
            ("connection_id", "id"),
            ("connection_id", "kind", "state"),
        )


# ``body`` is what was about to be sent; it never holds a credential.
class AttemptRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    job_id = fields.UUIDField(db_index=True)
    number = fields.IntField()
    fence = fields.IntField()
    began_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    phase = fields.CharField(max_length=10)
    action = fields.CharField(max_length=40)
    outcome = fields.CharField(max_length=255)
    handling = fields.CharField(max_length=16, null=True)
    error: dict[str, Any] | None = fields.JSONField(null=True)
    request_id = fields.CharField(max_length=255)
    idempotency_key = fields.CharField(max_length=255)
    body = fields.TextField()

    class Meta:
        table = "attempt"


# Jobs by connection and state, kept by the transactions that move them.
class JobCountRow(Model):
    id: int = fields.IntField(primary_key=True)
    connection_id = fields.UUIDField()
    state = fields.CharField(max_length=10)
    jobs = fields.IntField()

    class Meta:
        table = "job_count"
        unique_together = (("connection_id", "state"),)

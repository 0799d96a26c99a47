"""What operators did and what they are told. Sentences are message ids with parameters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class AuditRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=10)
    actor = fields.CharField(max_length=80)
    message_id = fields.CharField(max_length=80)
    params: dict[str, Any] = fields.JSONField()
    subject = fields.CharField(max_length=80, db_index=True)

    class Meta:
        table = "audit"


# ``open_cause`` is the cause while unread and the id afterwards, so that one cause has one open row.
class NotificationRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    cause = fields.CharField(max_length=160)
    open_cause = fields.CharField(max_length=160, unique=True)
    severity = fields.CharField(max_length=8)
    message_id = fields.CharField(max_length=80)
    params: dict[str, Any] = fields.JSONField()
    subject = fields.CharField(max_length=255)
    count = fields.IntField()
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()
    read_by = fields.CharField(max_length=80)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notification"

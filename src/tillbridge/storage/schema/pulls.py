"""Where pulls stand, what did not fit, and what differs on both sides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class CursorRow(Model):
    id: int = fields.IntField(primary_key=True)
    connection_id = fields.UUIDField()
    kind = fields.CharField(max_length=40)
    value = fields.TextField()

    class Meta:
        table = "cursor"
        unique_together = (("connection_id", "kind"),)


class QuarantineRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    kind = fields.CharField(max_length=24)
    external_id = fields.CharField(max_length=255)
    path = fields.CharField(max_length=200)
    expected = fields.CharField(max_length=200)
    found = fields.CharField(max_length=200)
    body = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "quarantine"
        unique_together = (("connection_id", "kind", "external_id"),)


# Base, ours and theirs all differ, once per record of a store and field. ``document`` holds the three and a name.
class ConflictRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    noun = fields.CharField(max_length=12)
    external_id = fields.CharField(max_length=255)
    subject = fields.CharField(max_length=640)
    field = fields.CharField(max_length=40)
    document: dict[str, Any] = fields.JSONField()
    standing = fields.CharField(max_length=10)
    settled_by = fields.CharField(max_length=80)
    at = fields.DatetimeField()

    class Meta:
        table = "conflict"
        unique_together = (("connection_id", "noun", "external_id", "field"),)
        indexes = (("noun", "subject"), ("standing", "id"))

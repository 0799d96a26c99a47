"""Connections and how our locations map to theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


# ``folded_name`` is the name casefolded in Python, so that uniqueness means the same on both databases.
class ConnectionRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=80)
    folded_name = fields.CharField(max_length=160, unique=True)
    platform = fields.CharField(max_length=40)
    setup = fields.CharField(max_length=40)
    settings: dict[str, Any] = fields.JSONField()
    facts: dict[str, Any] = fields.JSONField()
    base_url = fields.CharField(max_length=1000)
    ca_file = fields.CharField(max_length=1000)
    insecure_http = fields.BooleanField()
    currency = fields.CharField(max_length=3)
    zone = fields.CharField(max_length=64)
    state = fields.CharField(max_length=24)
    prepared: list[str] = fields.JSONField()
    route_kind = fields.CharField(max_length=12)
    route_names: list[str] = fields.JSONField()
    paused = fields.BooleanField()
    created_at = fields.DatetimeField()
    tested_at = fields.DatetimeField(null=True)

    class Meta:
        table = "connection"


class ConnectionLocationRow(Model):
    id: int = fields.IntField(primary_key=True)
    connection_id = fields.UUIDField()
    location = fields.CharField(max_length=80)
    external_id = fields.CharField(max_length=255)

    class Meta:
        table = "connection_location"
        unique_together = (("connection_id", "location"),)

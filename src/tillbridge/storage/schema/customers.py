"""Customers, one per exact e-mail, and who they are on each connection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class CustomerRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    email = fields.CharField(max_length=320)
    folded_email = fields.CharField(max_length=640, unique=True)
    document: dict[str, Any] = fields.JSONField()
    updated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "customer"


# ``told`` is what the connection told last, as a document of a customer.
class CustomerLinkRow(Model):
    id: int = fields.IntField(primary_key=True)
    customer_id = fields.UUIDField(db_index=True)
    connection_id = fields.UUIDField()
    external_id = fields.CharField(max_length=255)
    told: dict[str, Any] | None = fields.JSONField(null=True)

    class Meta:
        table = "customer_link"
        unique_together = (("connection_id", "external_id"),)

"""The ledger of stock: movements, the level they add up to, and every number seen on or written to a platform."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class MovementRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    sku = fields.CharField(max_length=255)
    variant_id = fields.UUIDField(null=True)
    location = fields.CharField(max_length=80)
    quantity = fields.DecimalField(max_digits=18, decimal_places=6)
    unit = fields.CharField(max_length=16)
    cause = fields.CharField(max_length=16)
    subject = fields.CharField(max_length=64)
    at = fields.DatetimeField()

    class Meta:
        table = "movement"
        indexes = (("sku", "at"),)


class LevelRow(Model):
    id: int = fields.IntField(primary_key=True)
    sku = fields.CharField(max_length=255)
    location = fields.CharField(max_length=80)
    quantity = fields.DecimalField(max_digits=18, decimal_places=6)
    unit = fields.CharField(max_length=16)
    at = fields.DatetimeField()

    class Meta:
        table = "level"
        unique_together = (("sku", "location"),)


# ``direction``: read or written.
class SightingRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    sku = fields.CharField(max_length=255)
    location_id = fields.CharField(max_length=255)
    direction = fields.CharField(max_length=8)
    quantity = fields.DecimalField(max_digits=18, decimal_places=6, null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "sighting"
        indexes = (("sku", "at"),)

"""The journal of gift card redemptions."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class RedemptionRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    reference = fields.CharField(max_length=80)
    card_id = fields.CharField(max_length=255)
    masked = fields.CharField(max_length=40)
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    state = fields.CharField(max_length=12)
    external_id = fields.CharField(max_length=255)
    at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "redemption"
        unique_together = (("connection_id", "card_id", "reference"),)

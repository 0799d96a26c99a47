"""Who drives a connection, its budget and its breaker."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class LaneRow(Model):
    connection_id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80, null=True)
    fence = fields.IntField()
    lease_until = fields.DatetimeField(null=True)

    class Meta:
        table = "lane"


# Numbers of domain.pace.Bucket and Breaker.
class BudgetRow(Model):
    connection_id = fields.UUIDField(primary_key=True)
    level = fields.FloatField()
    maximum = fields.FloatField()
    restore_per_second = fields.FloatField()
    at = fields.DatetimeField()
    breaker = fields.CharField(max_length=10)
    failures = fields.IntField()
    breaker_until = fields.DatetimeField(null=True)

    class Meta:
        table = "budget"

"""The shop, its places, and the feed of changes every process follows."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model


# Exactly one row, id 1. ``key_check`` proves that a keyring belongs to this database; ``rules`` are those of conflicts
# that the shop chose itself, by noun and field.
class ShopRow(Model):
    id: int = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=255)
    currency = fields.CharField(max_length=3)
    zone = fields.CharField(max_length=64)
    day_cut = fields.CharField(max_length=5)
    prices_include_tax = fields.BooleanField()
    cash_step_minor = fields.IntField(null=True)
    epoch = fields.IntField()
    key_check = fields.TextField(null=True)
    rules: dict[str, Any] | None = fields.JSONField(null=True)

    class Meta:
        table = "shop"


class LocationRow(Model):
    name = fields.CharField(max_length=80, primary_key=True)

    class Meta:
        table = "location"


class TillRow(Model):
    name = fields.CharField(max_length=80, primary_key=True)
    location = fields.CharField(max_length=80)

    class Meta:
        table = "till"


# Written in the transaction of the change it tells of.
class ChangeRow(Model):
    seq: int = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=24)
    subject = fields.CharField(max_length=36)

    class Meta:
        table = "change"

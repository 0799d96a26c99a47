"""Sales with their lines, taxes and tenders, and each sales way to a connection. Amounts are minor units."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


# ``document`` keeps what no query asks for: customer, addresses, discounts, note.
class SaleRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    origin = fields.CharField(max_length=8)
    reference = fields.CharField(max_length=64, unique=True)
    receipt = fields.CharField(max_length=80, db_index=True)
    till = fields.CharField(max_length=80)
    location = fields.CharField(max_length=80)
    currency = fields.CharField(max_length=3)
    prices_include_tax = fields.BooleanField()
    subtotal = fields.BigIntField()
    discount = fields.BigIntField()
    tax = fields.BigIntField()
    total = fields.BigIntField()
    rounding = fields.BigIntField()
    payment = fields.CharField(max_length=16)
    external_id = fields.CharField(max_length=255)
    number = fields.CharField(max_length=255)
    business_date = fields.DateField()
    sold_at = fields.DatetimeField()
    updated_at = fields.DatetimeField(null=True)
    document: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "sale"
        unique_together = (("till", "receipt", "origin"),)


class SaleLineRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    sale_id = fields.UUIDField(db_index=True)
    position = fields.IntField()
    line_id = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=12)
    title = fields.TextField()
    sku = fields.CharField(max_length=255)
    quantity = fields.DecimalField(max_digits=18, decimal_places=6)
    unit = fields.CharField(max_length=16)
    unit_price = fields.BigIntField()
    subtotal = fields.BigIntField()
    discount = fields.BigIntField()
    net = fields.BigIntField()
    tax = fields.BigIntField()
    gross = fields.BigIntField()
    document: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "sale_line"


# ``position`` is the line.
class SaleTaxRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    sale_id = fields.UUIDField(db_index=True)
    position = fields.IntField()
    name = fields.CharField(max_length=255)
    rate = fields.DecimalField(max_digits=12, decimal_places=8)
    amount = fields.BigIntField()
    included = fields.BooleanField()

    class Meta:
        table = "sale_tax"


class SaleTenderRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    sale_id = fields.UUIDField(db_index=True)
    position = fields.IntField()
    kind = fields.CharField(max_length=12)
    title = fields.CharField(max_length=255)
    amount = fields.BigIntField()
    change = fields.BigIntField()
    card_id = fields.CharField(max_length=255)
    masked = fields.CharField(max_length=40)

    class Meta:
        table = "sale_tender"


class DeliveryRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    sale_id = fields.UUIDField(db_index=True)
    connection_id = fields.UUIDField()
    status = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=80)
    reason_params: dict[str, Any] = fields.JSONField()
    platform_order_id = fields.CharField(max_length=255)
    number = fields.CharField(max_length=255)
    currency = fields.CharField(max_length=3)
    total = fields.BigIntField(null=True)
    tax = fields.BigIntField(null=True)
    paid = fields.BooleanField(null=True)
    stock = fields.CharField(max_length=12, null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "delivery"
        unique_together = (("sale_id", "connection_id"),)


# An id gained on the way to an order, durable before the next call.
class HandleRow(Model):
    id: int = fields.BigIntField(primary_key=True)
    sale_id = fields.UUIDField()
    connection_id = fields.UUIDField()
    kind = fields.CharField(max_length=24)
    external_id = fields.CharField(max_length=200)

    class Meta:
        table = "handle"
        unique_together = (("sale_id", "connection_id", "kind", "external_id"),)

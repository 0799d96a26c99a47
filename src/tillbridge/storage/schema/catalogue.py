"""Our products and variants, and where each is listed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


# One product of one connection, as it was last pulled. ``document`` is the unified product.
class ProductRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    external_id = fields.CharField(max_length=255)
    title = fields.TextField()
    status = fields.CharField(max_length=10)
    updated_at = fields.DatetimeField(null=True)
    document: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "product"
        unique_together = (("connection_id", "external_id"),)


# Our sellable unit, by SKU. ``search`` is title, option values and SKU, casefolded; ``changed_at`` dates its values.
class VariantRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    sku = fields.CharField(max_length=255)
    folded_sku = fields.CharField(max_length=510, unique=True)
    barcode = fields.CharField(max_length=255, db_index=True)
    title = fields.TextField()
    search = fields.TextField()
    price = fields.BigIntField(null=True)
    compare_at_price = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3)
    taxable = fields.BooleanField()
    is_gift_card = fields.BooleanField()
    changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "variant"


# ``variant_id`` None: not linked, with the reason; nothing is guessed.
class ListingRow(Model):
    id: UUID = fields.UUIDField(primary_key=True)
    connection_id = fields.UUIDField()
    variant_id = fields.UUIDField(null=True, db_index=True)
    external_product_id = fields.CharField(max_length=255)
    external_variant_id = fields.CharField(max_length=255)
    inventory_id = fields.CharField(max_length=255)
    sku = fields.CharField(max_length=255)
    unlinked = fields.CharField(max_length=40)

    class Meta:
        table = "listing"
        unique_together = (("connection_id", "external_variant_id"),)
        indexes = (("connection_id", "sku"),)

"""Catalogue, stock, customers, pulls and what people are told."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("tillbridge", "0002_sales_and_jobs")]

    operations = [
        ops.CreateModel(
            name="ProductRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("external_id", fields.CharField(max_length=255)),
                ("title", fields.TextField()),
                ("status", fields.CharField(max_length=10)),
                ("updated_at", fields.DatetimeField(null=True)),
                ("document", fields.JSONField()),
            ],
            options={
                "table": "product",
                "app": "tillbridge",
                "unique_together": (("connection_id", "external_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VariantRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("sku", fields.CharField(max_length=255)),
                ("folded_sku", fields.CharField(unique=True, max_length=510)),
                ("barcode", fields.CharField(db_index=True, max_length=255)),
                ("title", fields.TextField()),
                ("search", fields.TextField()),
                ("price", fields.BigIntField(null=True)),
                ("compare_at_price", fields.BigIntField(null=True)),
                ("currency", fields.CharField(max_length=3)),
                ("taxable", fields.BooleanField()),
                ("is_gift_card", fields.BooleanField()),
            ],
            options={
                "table": "variant",
                "app": "tillbridge",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ListingRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField(null=True, db_index=True)),
                ("external_product_id", fields.CharField(max_length=255)),
                ("external_variant_id", fields.CharField(max_length=255)),
                ("inventory_id", fields.CharField(max_length=255)),
                ("sku", fields.CharField(max_length=255)),
                ("unlinked", fields.CharField(max_length=40)),
            ],
            options={
                "table": "listing",
                "app": "tillbridge",
                "unique_together": (("connection_id", "external_variant_id"),),
                "indexes": [Index(fields=["connection_id", "sku"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MovementRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("sku", fields.CharField(max_length=255)),
                ("variant_id", fields.UUIDField(null=True)),
                ("location", fields.CharField(max_length=80)),
                ("quantity", fields.DecimalField(max_digits=18, decimal_places=6)),
                ("unit", fields.CharField(max_length=16)),
                ("cause", fields.CharField(max_length=16)),
                ("subject", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField()),
            ],
            options={
                "table": "movement",
                "app": "tillbridge",
                "indexes": [Index(fields=["sku", "at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LevelRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sku", fields.CharField(max_length=255)),
                ("location", fields.CharField(max_length=80)),
                ("quantity", fields.DecimalField(max_digits=18, decimal_places=6)),
                ("unit", fields.CharField(max_length=16)),
                ("at", fields.DatetimeField()),
            ],
            options={"table": "level", "app": "tillbridge", "unique_together": (("sku", "location"),), "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SightingRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("sku", fields.CharField(max_length=255)),
                ("location_id", fields.CharField(max_length=255)),
                ("direction", fields.CharField(max_length=8)),
                ("quantity", fields.DecimalField(null=True, max_digits=18, decimal_places=6)),
                ("at", fields.DatetimeField()),
            ],
            options={
                "table": "sighting",
                "app": "tillbridge",
                "indexes": [Index(fields=["sku", "at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomerRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("email", fields.CharField(max_length=320)),
                ("folded_email", fields.CharField(unique=True, max_length=640)),
                ("document", fields.JSONField()),
                ("updated_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "customer", "app": "tillbridge", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomerLinkRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("customer_id", fields.UUIDField(db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("external_id", fields.CharField(max_length=255)),
            ],
            options={
                "table": "customer_link",
                "app": "tillbridge",
                "unique_together": (("connection_id", "external_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CursorRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("kind", fields.CharField(max_length=40)),
                ("value", fields.TextField()),
            ],
            options={
                "table": "cursor",
                "app": "tillbridge",
                "unique_together": (("connection_id", "kind"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="QuarantineRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("kind", fields.CharField(max_length=24)),
                ("external_id", fields.CharField(max_length=255)),
                ("path", fields.CharField(max_length=200)),
                ("expected", fields.CharField(max_length=200)),
                ("found", fields.CharField(max_length=200)),
                ("body", fields.TextField()),
                ("at", fields.DatetimeField()),
            ],
            options={
                "table": "quarantine",
                "app": "tillbridge",
                "unique_together": (("connection_id", "kind", "external_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ConflictRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("noun", fields.CharField(max_length=12)),
                ("subject", fields.CharField(max_length=255)),
                ("field", fields.CharField(max_length=60)),
                ("values", fields.JSONField()),
                ("decided", fields.CharField(max_length=12)),
                ("at", fields.DatetimeField()),
            ],
            options={
                "table": "conflict",
                "app": "tillbridge",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("at", fields.DatetimeField()),
                ("actor_kind", fields.CharField(max_length=10)),
                ("actor", fields.CharField(max_length=80)),
                ("message_id", fields.CharField(max_length=80)),
                ("params", fields.JSONField()),
                ("subject", fields.CharField(db_index=True, max_length=80)),
            ],
            options={"table": "audit", "app": "tillbridge", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotificationRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("cause", fields.CharField(max_length=160)),
                ("open_cause", fields.CharField(unique=True, max_length=160)),
                ("severity", fields.CharField(max_length=8)),
                ("message_id", fields.CharField(max_length=80)),
                ("params", fields.JSONField()),
                ("subject", fields.CharField(max_length=255)),
                ("count", fields.IntField()),
                ("first_at", fields.DatetimeField()),
                ("last_at", fields.DatetimeField()),
                ("read_by", fields.CharField(max_length=80)),
                ("read_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "notification",
                "app": "tillbridge",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]

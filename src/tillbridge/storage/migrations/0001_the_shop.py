"""The shop, its connections and their closed secrets."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ShopRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=255)),
                ("currency", fields.CharField(max_length=3)),
                ("zone", fields.CharField(max_length=64)),
                ("day_cut", fields.CharField(max_length=5)),
                ("prices_include_tax", fields.BooleanField()),
                ("cash_step_minor", fields.IntField(null=True)),
                ("epoch", fields.IntField()),
                ("key_check", fields.TextField(null=True)),
            ],
            options={
                "table": "shop",
                "app": "tillbridge",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LocationRow",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
            ],
            options={"table": "location", "app": "tillbridge", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TillRow",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                ("location", fields.CharField(max_length=80)),
            ],
            options={"table": "till", "app": "tillbridge", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChangeRow",
            fields=[
                ("seq", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=24)),
                ("subject", fields.CharField(max_length=36)),
            ],
            options={
                "table": "change",
                "app": "tillbridge",
                "pk_attr": "seq",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ConnectionRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=80)),
                ("folded_name", fields.CharField(unique=True, max_length=160)),
                ("platform", fields.CharField(max_length=40)),
                ("setup", fields.CharField(max_length=40)),
                ("settings", fields.JSONField()),
                ("facts", fields.JSONField()),
                ("base_url", fields.CharField(max_length=1000)),
                ("ca_file", fields.CharField(max_length=1000)),
                ("insecure_http", fields.BooleanField()),
                ("currency", fields.CharField(max_length=3)),
                ("zone", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=24)),
                ("prepared", fields.JSONField()),
                ("route_kind", fields.CharField(max_length=12)),
                (
                    "route_names",
                    fields.JSONField(),
                ),
                ("paused", fields.BooleanField()),
                ("created_at", fields.DatetimeField()),
                ("tested_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "connection",
                "app": "tillbridge",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ConnectionLocationRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("location", fields.CharField(max_length=80)),
                ("external_id", fields.CharField(max_length=255)),
            ],
            options={
                "table": "connection_location",
                "app": "tillbridge",
                "unique_together": (("connection_id", "location"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecretRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("name", fields.CharField(max_length=60)),
                ("key_id", fields.CharField(max_length=16)),
                ("closed", fields.TextField()),
            ],
            options={
                "table": "secret",
                "app": "tillbridge",
                "unique_together": (("connection_id", "name"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TokenRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("type", fields.CharField(max_length=12)),
                ("key_id", fields.CharField(max_length=16)),
                ("closed", fields.TextField()),
                ("issued_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField(null=True)),
                ("renewed_at", fields.DatetimeField(null=True)),
                ("renewable", fields.BooleanField()),
                ("generation", fields.IntField()),
            ],
            options={
                "table": "token",
                "app": "tillbridge",
                "unique_together": (("connection_id", "type"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RenewalRow",
            fields=[
                ("connection_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("owner", fields.CharField(max_length=80)),
                ("lease_until", fields.DatetimeField()),
            ],
            options={
                "table": "renewal",
                "app": "tillbridge",
                "pk_attr": "connection_id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LaneRow",
            fields=[
                ("connection_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("owner", fields.CharField(null=True, max_length=80)),
                ("fence", fields.IntField()),
                ("lease_until", fields.DatetimeField(null=True)),
            ],
            options={"table": "lane", "app": "tillbridge", "pk_attr": "connection_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BudgetRow",
            fields=[
                ("connection_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("level", fields.FloatField()),
                ("maximum", fields.FloatField()),
                ("restore_per_second", fields.FloatField()),
                ("at", fields.DatetimeField()),
                ("breaker", fields.CharField(max_length=10)),
                ("failures", fields.IntField()),
                ("breaker_until", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "budget",
                "app": "tillbridge",
                "pk_attr": "connection_id",
            },
            bases=["Model"],
        ),
    ]

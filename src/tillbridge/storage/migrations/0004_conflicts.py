"""What each store told last, the rules of conflicts, and conflicts once per record and field; none were kept before."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("tillbridge", "0003_goods_and_people")]

    operations = [
        ops.AddField(model_name="CustomerLinkRow", name="told", field=fields.JSONField(null=True)),
        ops.AddField(model_name="VariantRow", name="changed_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="ShopRow", name="rules", field=fields.JSONField(null=True)),
        ops.DeleteModel(name="ConflictRow"),
        ops.CreateModel(
            name="ConflictRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("connection_id", fields.UUIDField()),
                ("noun", fields.CharField(max_length=12)),
                ("external_id", fields.CharField(max_length=255)),
                ("subject", fields.CharField(max_length=640)),
                ("field", fields.CharField(max_length=40)),
                ("document", fields.JSONField()),
                ("standing", fields.CharField(max_length=10)),
                ("settled_by", fields.CharField(max_length=80)),
                ("at", fields.DatetimeField()),
            ],
            options={
                "table": "conflict",
                "app": "tillbridge",
                "unique_together": (("connection_id", "noun", "external_id", "field"),),
                "indexes": [Index(fields=["noun", "subject"]), Index(fields=["standing", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]

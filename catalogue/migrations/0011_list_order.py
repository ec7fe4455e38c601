"""Indexes that give the list its order without sorting the catalogue; built without locking writers out."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0010_map")]
    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.OrderBy(models.F("proof_level"), descending=True, nulls_last=True),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "publiee")),
                name="record_proven_published",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.F("kind"),
                models.OrderBy(models.F("proof_level"), descending=True, nulls_last=True),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "publiee")),
                name="record_kind_proven_published",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                fields=["id"],
                include=("proof_level", "updated_at"),
                condition=models.Q(("state", "publiee")),
                name="record_order_published",
            ),
        ),
    ]

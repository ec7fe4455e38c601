"""The best proven experiments of a territory, for the twins of ranking 1; built without locking writers."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("catalogue", "0013_facet_blocks"),
        ("geo", "0005_partial_indexes_of_tiles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.F("territory"),
                models.OrderBy(models.F("proof_level"), descending=True),
                condition=models.Q(("kind", "experimentation"), ("state", "publiee")),
                name="record_territory_proof",
            ),
        ),
    ]

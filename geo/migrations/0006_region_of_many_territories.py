"""The régions of many territories are read along an index, without their outlines."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("geo", "0005_partial_indexes_of_tiles")]

    operations = [
        AddIndexConcurrently(
            model_name="territory",
            index=models.Index(fields=["id"], include=("level", "region"), name="territory_region"),
        ),
    ]

"""The figures of the dashboard are counted along one index, without reading the wide rows."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0027_reference_history")]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "publiee")),
                fields=["territory"],
                include=("id", "kind", "published_at", "verified_on", "expires_on"),
                name="record_figures",
            ),
        ),
    ]

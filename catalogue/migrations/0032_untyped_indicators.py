"""The results that no shared indicator compares, by name, for the workshop's list; built without a lock."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0031_origin_reference")]
    operations = [
        AddIndexConcurrently(
            "indicator",
            models.Index(fields=["name", "id"], name="indicator_untyped", condition=models.Q(type=None)),
        ),
    ]

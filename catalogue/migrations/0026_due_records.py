"""The index of the records whose truth comes to its end; built without locking writers out."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0025_quality")]
    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False), ("state", "publiee")),
                fields=["expires_on"],
                name="record_due_published",
            ),
        ),
    ]

"""The indexes by which a curator finds any record that is not a draft; built without locking writers out."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

UNPUBLISHED = ["soumise", "en-instruction", "a-completer", "refusee", "archivee"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0029_workshop_queue")]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(django.db.models.functions.text.Lower("title"), function="f_unaccent"),
                    "gin_trgm_ops",
                ),
                condition=models.Q(("state__in", UNPUBLISHED)),
                name="record_title_unpublished",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                fields=["-updated_at", "-id"],
                condition=models.Q(("state", "brouillon"), _negated=True),
                name="record_recent_seen",
            ),
        ),
    ]

"""Likely duplicates are found by their title while one types."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalogue", "0020_import_wizard")]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(django.db.models.functions.text.Lower("title"), function="f_unaccent"),
                    "gin_trgm_ops",
                ),
                condition=models.Q(("state", "publiee")),
                name="record_title_trigrams",
            ),
        ),
    ]

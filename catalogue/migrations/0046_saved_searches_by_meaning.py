"""Saved searches meet records by the families of their words and by their meaning."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

import catalogue.models.fields

# The cosine of two vectors of signed bytes.
COSINE = """
CREATE FUNCTION catalogue_cosine(one bytea, other bytea) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT sum(a * b) / nullif(sqrt(sum(a * a)::float8 * sum(b * b)), 0)
    FROM (
        SELECT (get_byte(one, i) + 128) % 256 - 128 AS a, (get_byte(other, i) + 128) % 256 - 128 AS b
        FROM generate_series(0, length(one) - 1) AS i
    ) numbers
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0040_meaning")]

    operations = [
        migrations.RunSQL(COSINE, "DROP FUNCTION catalogue_cosine(bytea, bytea)"),
        migrations.RenameField("savedsearch", "endings", "stems"),
        migrations.AlterField(
            "savedsearch",
            "stems",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                help_text="Celles que les mots désignent : une autre de ces familles les fait relire.",
                size=None,
                verbose_name="racines",
            ),
        ),
        migrations.AddField(
            "savedsearch",
            "families",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="familles des mots",
            ),
        ),
        migrations.AddField(
            "savedsearch",
            "restriction",
            django.contrib.postgres.search.SearchQueryField(
                blank=True, editable=False, null=True, verbose_name="expressions exactes et mots exclus"
            ),
        ),
        migrations.AddField(
            "savedsearch",
            "signs",
            catalogue.models.fields.BitsField(
                editable=False, length=512, null=True, verbose_name="signes du sens"
            ),
        ),
        migrations.AddField(
            "savedsearch",
            "numbers",
            models.BinaryField(editable=False, null=True, verbose_name="nombres du sens"),
        ),
        migrations.AddIndex(
            "savedsearch",
            django.contrib.postgres.indexes.GinIndex(fields=["families"], name="savedsearch_families"),
        ),
        # what is stored was read before families and meaning: the nightly task reads it again at once
        migrations.RunSQL("UPDATE catalogue_savedsearch SET read_at = NULL", migrations.RunSQL.noop),
    ]

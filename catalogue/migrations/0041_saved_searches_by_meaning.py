"""Saved searches meet records by the families of their words and by their meaning."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
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
        # a tsquery is stored as it is, and a page of the table holds 8 kB: its text is compressed
        migrations.RunSQL(
            "ALTER TABLE catalogue_savedsearch ALTER COLUMN words TYPE text USING coalesce(words::text, ''),"
            " ALTER COLUMN words SET NOT NULL",
            "ALTER TABLE catalogue_savedsearch ALTER COLUMN words DROP NOT NULL,"
            " ALTER COLUMN words TYPE tsquery USING nullif(words, '')::tsquery",
            state_operations=[
                migrations.AlterField(
                    "savedsearch",
                    "words",
                    models.TextField(
                        blank=True,
                        editable=False,
                        help_text="La requête plein texte : un tsquery ne se comprime pas.",
                        verbose_name="mots",
                    ),
                )
            ],
        ),
        migrations.AddField(
            "savedsearch",
            "restriction",
            models.TextField(
                blank=True, default="", editable=False, verbose_name="expressions exactes et mots exclus"
            ),
            preserve_default=False,
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

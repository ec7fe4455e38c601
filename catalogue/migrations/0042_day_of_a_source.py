"""The day that a source speaks of, so that a record nobody verified ages as well.

The new columns of the records and of the sources are empty, written by ``expiry.fill_expiry``; that of the
experiments is generated: their table is rewritten, a second for a hundred thousand of them.
"""

from django.db import migrations, models

# The last year that is named, and the last month before it: a source of 2019 speaks of 31 December at the latest.
READ_DAY = r"""
CREATE FUNCTION catalogue_read_day(words text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (make_date(read.year, coalesce(read.named, read.numbered, 12), 1) + interval '1 month - 1 day')::date
    FROM (
        SELECT (SELECT max(found[1])::int
                FROM regexp_matches(words, '(?:^|[^0-9])((?:19|20)[0-9]{2})(?![0-9])', 'g') AS found) AS year,
               (SELECT max(month.number)::int
                FROM unnest(ARRAY['janv(ier)?', 'f[ée]v(r|rier)?', 'mars', 'avr(il)?', 'mai', 'juin', 'juil(let)?',
                                  'ao[uû]t', 'sept(embre)?', 'oct(obre)?', 'nov(embre)?', 'd[ée]c(embre)?'])
                     WITH ORDINALITY AS month (pattern, number)
                WHERE words ~* ('(^|[^[:alpha:]])' || month.pattern || '([^[:alpha:]]|$)')) AS named,
               coalesce(substring(words FROM '(?:^|[^0-9])(0?[1-9]|1[0-2])[/.-](?:19|20)[0-9]{2}(?![0-9])'),
                        substring(words FROM '(?:19|20)[0-9]{2}[/-](0[1-9]|1[0-2])(?![0-9])'))::int AS numbered
    ) read
    WHERE read.year IS NOT NULL
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0041_saved_searches_by_meaning")]
    operations = [
        migrations.RunSQL(READ_DAY, "DROP FUNCTION catalogue_read_day(text)"),
        migrations.AddField(
            "source",
            "published_in",
            models.CharField(
                "publiée en",
                blank=True,
                default="",
                help_text=(
                    "« octobre 2020 » ou « 2016 » : de là part la vie des fiches "
                    "qui n’ont pas de date plus précise."
                ),
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "record",
            "stated_on",
            models.DateField(
                "dite le",
                editable=False,
                help_text=(
                    "Le jour dont parle sa source, calculé : le dernier du mois ou de l’année qu’elle donne."
                ),
                null=True,
            ),
        ),
        migrations.AlterField(
            "experiment",
            "status_on",
            models.CharField(
                "avancement constaté en",
                blank=True,
                help_text="Date à laquelle la source le dit : « mai 2025 », « 2019 ».",
                max_length=60,
            ),
        ),
        migrations.AddField(
            "experiment",
            "status_day",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("status_on"), function="catalogue_read_day", output_field=models.DateField()
                ),
                output_field=models.DateField(null=True),
                verbose_name="dernier jour de cette date",
            ),
        ),
    ]

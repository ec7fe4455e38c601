"""Searches that found nothing, by day; and no concept is above itself, whoever writes it.

Two curators may each make one half of a circle at the same time: the writes that give a broader concept are checked
one after the other.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

NO_CIRCLE = """
CREATE FUNCTION catalogue_refuse_concept_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows WHERE broader_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('catalogue_concept.broader_id'));
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT id AS below, broader_id AS pk FROM new_rows WHERE broader_id IS NOT NULL
            UNION
            SELECT above.below, c.broader_id FROM above JOIN catalogue_concept c ON c.id = above.pk
            WHERE c.broader_id IS NOT NULL
        )
        SELECT FROM above WHERE below = pk
    ) THEN
        RAISE check_violation USING CONSTRAINT = 'concept_no_circle', MESSAGE = 'a concept is above itself';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER concept_circle_insert AFTER INSERT ON catalogue_concept REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse_concept_circle();
CREATE TRIGGER concept_circle_update AFTER UPDATE ON catalogue_concept REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse_concept_circle();
"""
ALLOW_CIRCLE = """
DROP TRIGGER concept_circle_insert ON catalogue_concept;
DROP TRIGGER concept_circle_update ON catalogue_concept;
DROP FUNCTION catalogue_refuse_concept_circle();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0037_concepts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchMiss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("words", models.CharField(help_text="En minuscules.", max_length=200, verbose_name="mots")),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None, verbose_name="mots absents"
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0, verbose_name="fois")),
            ],
            options={
                "verbose_name": "recherche sans réponse",
                "verbose_name_plural": "recherches sans réponse",
                "indexes": [models.Index(fields=["words", "-day"], name="searchmiss_words")],
                "constraints": [models.UniqueConstraint(fields=("day", "words"), name="searchmiss_once")],
            },
        ),
        migrations.RunSQL(NO_CIRCLE, ALLOW_CIRCLE),
    ]

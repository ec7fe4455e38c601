"""The thesaurus of the field: concepts, and their names as a query meets them.

The names are kept by statement triggers: whatever writes a concept, one row stands for its label and one for each
synonym, as the phrase of stems that ``phraseto_tsquery`` makes of it. A name that leaves no stem has no row.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

NAMES = """
CREATE FUNCTION catalogue_refresh_concept_names(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM catalogue_conceptname WHERE concept_id = ANY (ids);
    INSERT INTO catalogue_conceptname (concept_id, name, phrase)
    SELECT DISTINCT ON (c.id, stems.phrase) c.id, names.name, stems.phrase
    FROM catalogue_concept c
    CROSS JOIN LATERAL unnest(c.label::text || c.synonyms::text[]) WITH ORDINALITY AS names (name, place)
    CROSS JOIN LATERAL (SELECT phraseto_tsquery('francais', replace(names.name, '-', ' '))::text) AS stems (phrase)
    WHERE c.id = ANY (ids) AND c.is_active AND c.merged_into_id IS NULL AND stems.phrase <> ''
    ORDER BY c.id, stems.phrase, names.place
$$;
CREATE FUNCTION catalogue_concept_names_on_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_refresh_concept_names(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION catalogue_concept_names_on_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalogue_conceptname WHERE concept_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER concept_names_insert AFTER INSERT ON catalogue_concept REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_concept_names_on_new();
CREATE TRIGGER concept_names_update AFTER UPDATE ON catalogue_concept REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_concept_names_on_new();
CREATE TRIGGER concept_names_delete AFTER DELETE ON catalogue_concept REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_concept_names_on_delete();
"""
DROP_NAMES = """
DROP TRIGGER concept_names_insert ON catalogue_concept;
DROP TRIGGER concept_names_update ON catalogue_concept;
DROP TRIGGER concept_names_delete ON catalogue_concept;
DROP FUNCTION catalogue_concept_names_on_new();
DROP FUNCTION catalogue_concept_names_on_delete();
DROP FUNCTION catalogue_refresh_concept_names(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0036_area_of_a_test_site"),
    ]

    operations = [
        migrations.CreateModel(
            name="Concept",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                        verbose_name="proposé dans les formulaires",
                    ),
                ),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                ("label", models.CharField(max_length=160, verbose_name="nom préféré")),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        help_text="Un par ligne : chacun doit pouvoir remplacer le nom préféré dans une question.",
                        size=None,
                        verbose_name="autres noms",
                    ),
                ),
                (
                    "broader",
                    models.ForeignKey(
                        blank=True,
                        help_text="Seulement si celle-ci en est vraiment un cas particulier.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="narrower",
                        to="catalogue.concept",
                        verbose_name="notion plus large",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalogue.concept",
                        verbose_name="réuni à",
                    ),
                ),
            ],
            options={
                "verbose_name": "notion",
                "verbose_name_plural": "notions",
                "ordering": ["position", "label"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConceptName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                ("phrase", models.TextField(verbose_name="racines")),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="catalogue.concept",
                        verbose_name="notion",
                    ),
                ),
            ],
            options={
                "verbose_name": "nom d’une notion",
                "verbose_name_plural": "noms des notions",
                "indexes": [models.Index(fields=["phrase"], name="conceptname_phrase")],
                "constraints": [
                    models.UniqueConstraint(fields=("concept", "phrase"), name="conceptname_once")
                ],
            },
        ),
        migrations.RunSQL(NAMES, DROP_NAMES),
    ]

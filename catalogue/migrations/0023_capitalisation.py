"""The sections of the capitalisation sheet, the batches of typed indicators, and a search that reads Markdown.

``catalogue_plain_text`` takes the marks out of a Markdown text, for the words of a search and for the
passages that it shows; ``catalogue_search_texts`` reads the sections through it. The documents that are
there need not be made anew: a mark was never a word.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BEFORE = import_module("catalogue.migrations.0016_search_of_what_is_public").AFTER
triggers_of = import_module("catalogue.migrations.0003_search_document").EVENTS

PLAIN_TEXT = r"""
CREATE FUNCTION catalogue_plain_text(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN given ~ '[][*_`#>|\\]' THEN
    translate(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given,
        '\[([^][]*)\]\((?:https?://|mailto:)[^()\s]*(?:\s+"[^"]*")?\)', '\1', 'gi'),
        '^[ \t]{0,3}(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+][ \t]+)+', '', 'gn'),
        '^[ \t|:-]*-{3,}[ \t|:-]*$', '', 'gn'),
        '\\([!-/:-@[-`{-~])', '\1', 'g'),
        '(?<![[:alnum:]])_+|_+(?![[:alnum:]])', '', 'g'), '|*`', ' ')
ELSE given END
$$;
"""
CHANGES = {
    "r.description, solution.costs, solution.reuse_conditions, solution.obstacles_lifted": (
        "catalogue_plain_text(concat_ws(E'\\n', r.description, solution.reuse_conditions,"
        " solution.obstacles_lifted, e.kept, e.changed, e.success_factors, e.obstacles, sections.texts)),"
        " solution.costs"
    ),
    "e.abandon_reason, e.kept, e.changed, e.success_factors, e.obstacles, indicators.texts": (
        "e.abandon_reason, indicators.texts"
    ),
    "WHERE r.id = ANY (ids)": (
        "LEFT JOIN LATERAL (\n"
        "    SELECT string_agg(c.text, E'\\n') AS texts FROM catalogue_section c WHERE c.record_id = r.id\n"
        ") sections ON true\n"
        "WHERE r.id = ANY (ids)"
    ),
}
AFTER = BEFORE
for old, new in CHANGES.items():
    AFTER = AFTER.replace(old, new)

TRIGGERS = "".join(
    f"CREATE TRIGGER search_{event} AFTER {event.upper()} ON catalogue_section REFERENCING {tables}\n"
    "    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_search_on_part('record_id');\n"
    for event, tables in triggers_of.items()
)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalogue", "0022_record_versions"),
    ]
    operations = [
        migrations.CreateModel(
            name="Section",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("contexte", "Contexte"),
                            ("etape", "Étape"),
                            ("partenaires", "Partenaires"),
                            ("frein", "Frein levé"),
                            ("solution", "Solution"),
                            ("resultats", "Résultats"),
                            ("reussite", "Facteurs de succès"),
                            ("obstacles", "Obstacles rencontrés"),
                            ("repris", "Ce qui a été repris"),
                            ("change", "Ce qui a été changé"),
                            ("reutilisation", "Conditions de réutilisation"),
                            ("autrement", "Ce que l’on referait autrement"),
                        ],
                        max_length=16,
                        verbose_name="section",
                    ),
                ),
                ("text", models.TextField(verbose_name="texte")),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
            ],
            options={
                "verbose_name": "section de capitalisation",
                "verbose_name_plural": "sections de capitalisation",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["record", "code"],
                        name="section_once",
                        violation_error_message="Cette section est déjà écrite.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(text__regex=r"\S"),
                        name="section_says_something",
                        violation_error_message="Une section vide ne se garde pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TypingBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "types",
                    models.JSONField(
                        help_text="Clé de l’indicateur → code de son type.", verbose_name="types donnés"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="le")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="annulé le")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "lot d’indicateurs typés",
                "verbose_name_plural": "lots d’indicateurs typés",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.RunSQL(PLAIN_TEXT, "DROP FUNCTION catalogue_plain_text(text)"),
        migrations.RunSQL(AFTER, BEFORE),
        migrations.RunSQL(
            TRIGGERS,
            "DROP TRIGGER search_insert ON catalogue_section; DROP TRIGGER search_update ON catalogue_section;"
            " DROP TRIGGER search_delete ON catalogue_section;",
        ),
    ]

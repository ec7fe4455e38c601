"""The curators' queue: since when a record waits, who handles it, what they say of it among themselves.

The base keeps the state and the date of a case file: whatever changes the state of a record, the queue
knows it.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("brouillon", "brouillon"),
    ("soumise", "soumise"),
    ("en-instruction", "en instruction"),
    ("a-completer", "à compléter"),
    ("publiee", "publiée"),
    ("refusee", "refusée"),
    ("archivee", "archivée"),
]
REVIEWED = models.Q(state__in=["soumise", "en-instruction"])
WAITING = models.Q(state__in=["soumise", "en-instruction", "a-completer"])

# Inserts come by the hundred thousand (imports): one statement. A state changes one record at a time.
TRIGGERS = """
CREATE FUNCTION catalogue_case_on_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalogue_casefile (record_id, state, since)
    SELECT n.id, n.state, n.created_at FROM new_rows n
    WHERE n.state IN ('soumise', 'en-instruction', 'a-completer');
    RETURN NULL;
END $$;
CREATE FUNCTION catalogue_case_on_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('soumise', 'en-instruction', 'a-completer') THEN
        INSERT INTO catalogue_casefile (record_id, state, since) VALUES (NEW.id, NEW.state, clock_timestamp())
        ON CONFLICT (record_id) DO UPDATE SET state = excluded.state, since = excluded.since;
    ELSE
        UPDATE catalogue_casefile SET state = NEW.state, since = clock_timestamp() WHERE record_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER record_case_insert AFTER INSERT ON catalogue_record REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_case_on_insert();
CREATE TRIGGER record_case_state AFTER UPDATE OF state ON catalogue_record
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION catalogue_case_on_state();
"""
DROP_TRIGGERS = """
DROP TRIGGER record_case_insert ON catalogue_record;
DROP TRIGGER record_case_state ON catalogue_record;
DROP FUNCTION catalogue_case_on_insert();
DROP FUNCTION catalogue_case_on_state();
"""
FILL = """
INSERT INTO catalogue_casefile (record_id, state, since)
SELECT r.id, r.state, coalesce((SELECT max(t.created_at) FROM catalogue_transition t WHERE t.record_id = r.id),
                               r.created_at)
FROM catalogue_record r WHERE r.state IN ('soumise', 'en-instruction', 'a-completer')
"""


def account(name: str, related: str = "+") -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name=related,
        to=settings.AUTH_USER_MODEL,
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0028_record_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CaseFile",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="case",
                        serialize=False,
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
                (
                    "state",
                    models.CharField(choices=STATES, editable=False, max_length=16, verbose_name="état"),
                ),
                ("since", models.DateTimeField(editable=False, verbose_name="depuis le")),
                ("handler", account("confiée à", "handled_cases")),
                ("handed_by", account("confiée par")),
                ("handed_at", models.DateTimeField(blank=True, null=True, verbose_name="confiée le")),
                (
                    "completeness",
                    models.SmallIntegerField(
                        blank=True, editable=False, null=True, verbose_name="complétude (%)"
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier d’instruction",
                "verbose_name_plural": "dossiers d’instruction",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(completeness__isnull=True)
                        | models.Q(completeness__range=(0, 100)),
                        name="casefile_completeness_range",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["since", "record"], name="casefile_waiting", condition=REVIEWED),
                    models.Index(
                        fields=["completeness", "since"], name="casefile_completeness", condition=REVIEWED
                    ),
                    models.Index(
                        fields=["since", "record"],
                        name="casefile_to_complete",
                        condition=models.Q(state="a-completer"),
                    ),
                    models.Index(
                        fields=["handler", "since", "record"], name="casefile_handler", condition=WAITING
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commentaire", "commentaire"),
                            ("prise", "prise en charge"),
                            ("confiee", "confiée"),
                            ("rendue", "remise dans la file"),
                        ],
                        default="commentaire",
                        max_length=12,
                        verbose_name="sorte",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="texte")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                ("recipient", account("à")),
                (
                    "creation_key",
                    models.UUIDField(
                        blank=True,
                        editable=False,
                        help_text="Un formulaire n’ajoute qu’un commentaire.",
                        null=True,
                        unique=True,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="le")),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
            ],
            options={
                "verbose_name": "note interne",
                "verbose_name_plural": "notes internes",
                "ordering": ["created_at", "pk"],
                "indexes": [models.Index(fields=["record", "created_at"], name="casenote_thread")],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(kind="commentaire") | models.Q(text__regex=r"\S"),
                        name="casenote_comment_says_something",
                        violation_error_message="Un commentaire vide ne se garde pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "key",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                ("action", models.CharField(max_length=16, verbose_name="action")),
                ("results", models.JSONField(default=list, verbose_name="résultats")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="le")),
            ],
            options={
                "verbose_name": "action groupée",
                "verbose_name_plural": "actions groupées",
                "ordering": ["-created_at"],
            },
        ),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

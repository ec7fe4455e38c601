"""Findings of the checks, state of links, confirmations by owners; the map knows what is stale."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

EARLIER = import_module("catalogue.migrations.0012_map_filters")
DUE_ON = {
    "first_year, last_year, terms)": "first_year, last_year, terms, due_on)",
    "coalesce(e.terms, '{}')": "coalesce(e.terms, '{}'), r.expires_on",
    "n.year_start, n.year_end)": "n.year_start, n.year_end, n.expires_on)",
    "o.year_start, o.year_end))": "o.year_start, o.year_end, o.expires_on))",
}
"""What the functions of 0012 say, and what they say now."""


def functions() -> str:
    """The functions that keep the map, with the day before which a record is to be confirmed."""
    text: str = (EARLIER.REFRESH + EARLIER.REBUILD + EARLIER.TRIGGERS).replace("{grid}", EARLIER.GRID)
    for was, now in DUE_ON.items():
        text = text.replace(was, now)
    return text


FILL = """
UPDATE catalogue_mapentry m SET due_on = r.expires_on
FROM catalogue_record r WHERE r.id = m.record_id AND r.expires_on IS NOT NULL
"""
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0024_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ConfirmationRound",
            fields=[
                ("id", KEY.clone()),
                ("due_on", models.DateField(verbose_name="échéance")),
                ("opened_at", models.DateTimeField(auto_now_add=True, verbose_name="ouverte le")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier courriel le")),
                ("mails", models.PositiveSmallIntegerField(default=0, verbose_name="courriels envoyés")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exacte", "toujours exacte"),
                            ("a-corriger", "à corriger"),
                            ("close", "close"),
                            ("a-retirer", "retrait demandé"),
                        ],
                        max_length=12,
                        verbose_name="réponse",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="ce qui est à corriger")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondue le")),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmation_rounds",
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de confirmation",
                "verbose_name_plural": "demandes de confirmation",
                "ordering": ["-opened_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("record",),
                        name="confirmationround_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkState",
            fields=[
                ("id", KEY.clone()),
                ("url", models.CharField(max_length=600, unique=True, verbose_name="adresse")),
                ("host", models.CharField(max_length=255, verbose_name="serveur")),
                ("asked_on", models.DateField(blank=True, null=True, verbose_name="demandée le")),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, verbose_name="jours d’échec de suite"),
                ),
                ("failing_since", models.DateField(blank=True, null=True, verbose_name="en échec depuis le")),
                (
                    "status",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="réponse HTTP"),
                ),
                ("fault", models.CharField(blank=True, max_length=40, verbose_name="raison")),
                ("is_dead", models.BooleanField(default=False, verbose_name="morte")),
            ],
            options={
                "verbose_name": "état d’un lien",
                "verbose_name_plural": "état des liens",
                "ordering": ["url"],
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("failures"), descending=True),
                        models.F("asked_on"),
                        name="linkstate_turn",
                    ),
                    models.Index(
                        condition=models.Q(("is_dead", True)), fields=["url"], name="linkstate_dead"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityFinding",
            fields=[
                ("id", KEY.clone()),
                ("code", models.CharField(max_length=40, verbose_name="contrôle")),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "bloquant"), (2, "important"), (3, "mineur")], verbose_name="gravité"
                    ),
                ),
                ("detail", models.JSONField(default=dict, verbose_name="constat")),
                ("since", models.DateTimeField(verbose_name="depuis le")),
                ("changed_at", models.DateTimeField(verbose_name="constat du")),
                ("waived_at", models.DateTimeField(blank=True, null=True, verbose_name="écart accepté le")),
                ("waiver", models.TextField(blank=True, verbose_name="motif de l’écart")),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="accepté par",
                    ),
                ),
            ],
            options={
                "verbose_name": "constat de qualité",
                "verbose_name_plural": "constats de qualité",
                "ordering": ["severity", "code", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("waived_at__isnull", True)),
                        fields=["severity", "code", "id"],
                        include=("record",),
                        name="qualityfinding_open",
                    ),
                    models.Index(fields=["code", "record"], name="qualityfinding_code"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "code"), name="qualityfinding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("waived_at__isnull", True), ("waiver__regex", "\\S"), _connector="OR"
                        ),
                        name="qualityfinding_waiver_says_why",
                        violation_error_message="Dites pourquoi l’écart est accepté.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "mapentry", "due_on", models.DateField(null=True, verbose_name="à revoir avant le")
        ),
        migrations.RunSQL(functions(), migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

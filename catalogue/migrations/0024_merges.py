"""Pairs of records that may be one, merges, and the indexes that find the pairs."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce, Lower, Reverse

KINDS = [
    ("solution", "Solution"),
    ("experimentation", "Expérimentation"),
    ("operation", "Opération d’aménagement"),
    ("site", "Site d’expérimentation"),
    ("besoin", "Besoin"),
]
KNOWN = models.Q(("state", "brouillon"), _negated=True)
GROUND = Coalesce(models.F("territory"), models.Value(0), output_field=models.BigIntegerField())
TITLE = models.Func(Lower("title"), function="f_unaccent")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("catalogue", "0023_capitalisation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateCandidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=KINDS, max_length=16, verbose_name="nature")),
                ("score", models.SmallIntegerField(help_text="De 0 à 100.", verbose_name="score")),
                ("factors", models.JSONField(default=list, verbose_name="facteurs")),
                (
                    "state",
                    models.CharField(
                        choices=[("a-voir", "à voir"), ("distinctes", "pas un doublon")],
                        default="a-voir",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="jugée le")),
                ("found_at", models.DateTimeField(verbose_name="trouvée le")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="jugée par",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.record",
                        verbose_name="première fiche",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.record",
                        verbose_name="seconde fiche",
                    ),
                ),
            ],
            options={
                "verbose_name": "doublon possible",
                "verbose_name_plural": "doublons possibles",
                "ordering": ["-score", "pk"],
                "indexes": [
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("score"), descending=True),
                        models.F("id"),
                        name="duplicatecandidate_list",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="duplicatecandidate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="duplicatecandidate_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__range", (0, 100))), name="duplicatecandidate_score_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("choices", models.JSONField(default=dict, verbose_name="choix")),
                (
                    "trace",
                    models.JSONField(
                        default=dict,
                        help_text="Chaque ligne de la base, avant et après.",
                        verbose_name="ce qui a changé",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="le")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée le")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "loser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_into",
                        to="catalogue.record",
                        verbose_name="fiche fusionnée",
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="catalogue.record",
                        verbose_name="fiche gardée",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="annulée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "fusion",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("loser",),
                        name="merge_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("loser")), _negated=True),
                        name="merge_of_two_records",
                    ),
                ],
            },
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.F("kind"),
                GROUND,
                TITLE,
                models.F("id"),
                condition=KNOWN,
                name="record_title_neighbours",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.F("kind"),
                GROUND,
                Reverse(TITLE),
                models.F("id"),
                condition=KNOWN,
                name="record_title_ends",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["kind", "geog"],
                name="record_kind_near",
                condition=models.Q(KNOWN, ("location_precision__in", ["exacte", "adresse"])),
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                fields=["external_id"],
                name="record_external_id_alike",
                condition=models.Q(("external_id", ""), _negated=True),
            ),
        ),
    ]

"""Each write of a record leaves a version: the whole of what it says."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0021_title_trigrams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="numéro")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("formulaire", "formulaire"),
                            ("import", "import"),
                            ("changement", "changement accepté"),
                            ("administration", "administration"),
                            ("import-annule", "annulation d’import"),
                            ("fusion", "fusion"),
                            ("retour", "retour à une version"),
                            ("confirmation", "confirmation par son auteur"),
                            ("constat", "constat"),
                        ],
                        max_length=16,
                        verbose_name="origine",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                ("data", models.JSONField(verbose_name="contenu")),
                ("digest", models.CharField(max_length=32, verbose_name="empreinte")),
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "number"), name="recordversion_number_once")
                ],
            },
        ),
    ]

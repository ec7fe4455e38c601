"""What a new vintage of the territories changes is kept, tried then applied."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0032_untyped_indicators"),
        ("geo", "0006_region_of_many_territories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TerritoryUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("millesime", models.PositiveSmallIntegerField(verbose_name="millésime")),
                ("filename", models.CharField(max_length=250, verbose_name="fichier")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "base",
                    models.CharField(
                        blank=True,
                        help_text="Empreinte du chargement en service.",
                        max_length=64,
                        verbose_name="base comparée",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("essai", "essayé à blanc"), ("applique", "appliqué")],
                        default="essai",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("changes", models.JSONField(default=list, verbose_name="changements")),
                ("record_count", models.PositiveIntegerField(default=0, verbose_name="fiches concernées")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="essayé le")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="appliqué le")),
            ],
            options={
                "verbose_name": "mise à jour du millésime",
                "verbose_name_plural": "mises à jour du millésime",
                "ordering": ["-pk"],
            },
        ),
    ]

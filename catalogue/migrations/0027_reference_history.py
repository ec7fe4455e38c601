"""Lines of the reference lists are archived or merged, and what curators do to them is kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0026_due_records"),
        ("geo", "0006_region_of_many_territories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferenceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("list", models.SlugField(max_length=20, verbose_name="liste")),
                ("key", models.CharField(max_length=120, verbose_name="ligne")),
                ("label", models.CharField(max_length=250, verbose_name="libellé")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("creation", "ajout"),
                            ("modification", "modification"),
                            ("rang", "changement de rang"),
                            ("archivage", "archivage"),
                            ("retablissement", "remise en service"),
                            ("reunion", "réunion"),
                            ("separation", "annulation d’une réunion"),
                            ("millesime", "mise à jour du millésime"),
                        ],
                        max_length=16,
                        verbose_name="action",
                    ),
                ),
                (
                    "changes",
                    models.JSONField(
                        default=dict,
                        help_text="Champ → [ancienne valeur, nouvelle valeur].",
                        verbose_name="changements",
                    ),
                ),
                (
                    "trace",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="De quoi annuler une réunion.",
                        verbose_name="lignes déplacées",
                    ),
                ),
                ("record_count", models.PositiveIntegerField(default=0, verbose_name="fiches touchées")),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="le")),
            ],
            options={
                "verbose_name": "changement d’un référentiel",
                "verbose_name_plural": "changements des référentiels",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="indicatortype",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="indicatortype",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.indicatortype",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.organisation",
                verbose_name="réunie à",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.programme",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.source",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.stake",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="theme",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="theme",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.theme",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="zonage",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent.",
                verbose_name="proposé dans les formulaires",
            ),
        ),
        migrations.AddField(
            model_name="zonage",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.zonage",
                verbose_name="réuni à",
            ),
        ),
        migrations.AddField(
            model_name="referencechange",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="referencechange",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="catalogue.referencechange",
                verbose_name="annule",
            ),
        ),
        migrations.AddIndex(
            model_name="referencechange",
            index=models.Index(fields=["list", "key", "-at"], name="referencechange_of_line"),
        ),
    ]

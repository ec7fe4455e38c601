"""Saved searches as columns that a published record is compared with; what they found; keys of feeds."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0017_jobs_in_the_administration"),
        ("geo", "0005_partial_indexes_of_tiles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="raison")),
                ("matched_at", models.DateTimeField(verbose_name="trouvée le")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="envoyée le")),
            ],
            options={
                "verbose_name": "fiche trouvée",
                "verbose_name_plural": "fiches trouvées",
                "ordering": ["-matched_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="FeedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=43, unique=True, verbose_name="clé")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="tirée le")),
            ],
            options={
                "verbose_name": "clé de flux",
                "verbose_name_plural": "clés de flux",
            },
        ),
        migrations.AlterModelOptions(
            name="savedsearch",
            options={
                "ordering": ["name", "pk"],
                "verbose_name": "recherche enregistrée",
                "verbose_name_plural": "recherches enregistrées",
            },
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="alerted_since",
            field=models.DateTimeField(
                blank=True,
                help_text="Ce qui a été trouvé avant n’est pas envoyé.",
                null=True,
                verbose_name="alertes depuis",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="centre",
            field=django.contrib.gis.db.models.fields.PointField(
                blank=True, geography=True, null=True, spatial_index=False, srid=4326, verbose_name="centre"
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="coastal",
            field=models.BooleanField(default=False, verbose_name="littoral"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="completed",
            field=models.CharField(
                blank=True,
                help_text="Le dernier mot, peut-être inachevé.",
                max_length=60,
                verbose_name="mot à compléter",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="criteria",
            field=models.TextField(blank=True, verbose_name="critères en mots"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="densities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="classes de densité",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="endings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="racines qui le complètent",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="facets",
            field=models.SmallIntegerField(
                default=0, help_text="Combien de facettes doivent être satisfaites.", verbose_name="facettes"
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="first_year",
            field=models.SmallIntegerField(blank=True, null=True, verbose_name="depuis l’année"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="grounds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                size=None,
                verbose_name="types de terrain",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="has_unknown_words",
            field=models.BooleanField(default=False, verbose_name="mots inconnus du catalogue"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="is_readable",
            field=models.BooleanField(
                default=True,
                help_text="Faux quand un critère a disparu du catalogue.",
                verbose_name="lisible",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                blank=True,
                default=list,
                size=None,
                verbose_name="natures",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="last_year",
            field=models.SmallIntegerField(blank=True, null=True, verbose_name="jusqu’à l’année"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="population_max",
            field=models.IntegerField(blank=True, null=True, verbose_name="population, au plus"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="population_min",
            field=models.IntegerField(blank=True, null=True, verbose_name="population, au moins"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="proof",
            field=models.SmallIntegerField(blank=True, null=True, verbose_name="preuve minimale"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="radius_m",
            field=models.FloatField(blank=True, null=True, verbose_name="rayon (m)"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="relue le"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="solution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ground_searches",
                to="catalogue.solution",
                verbose_name="solution",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="target",
            field=models.CharField(
                choices=[("carte", "carte et liste des fiches"), ("terrain", "trouver un terrain")],
                default="carte",
                max_length=10,
                verbose_name="page",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="terms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="valeurs de facettes",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="territory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="saved_searches",
                to="geo.territory",
                verbose_name="territoire",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="told",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Les mots dont une raison est faite.",
                verbose_name="raisons",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="twins",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                null=True,
                size=None,
                verbose_name="territoires jumeaux",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="words",
            field=django.contrib.postgres.search.SearchQueryField(
                blank=True, editable=False, null=True, verbose_name="mots"
            ),
        ),
        migrations.AlterField(
            model_name="savedsearch",
            name="zone",
            field=django.contrib.gis.db.models.fields.GeometryField(
                blank=True,
                help_text="La fenêtre de la carte, ou de quoi contenir le cercle.",
                null=True,
                srid=4326,
                verbose_name="zone",
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("facets__gt", 0), ("territory__isnull", True), ("zone__isnull", True)),
                fields=["terms"],
                name="savedsearch_terms",
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(
                condition=models.Q(("facets", 0), ("territory__isnull", True), ("zone__isnull", True)),
                fields=["id"],
                name="savedsearch_everywhere",
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(
                condition=models.Q(("target", "terrain")), fields=["id"], name="savedsearch_ground"
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(
                condition=models.Q(("completed", ""), _negated=True),
                fields=["completed"],
                name="savedsearch_completed",
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(fields=["read_at"], name="savedsearch_read_at"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                fields=("user", "target", "query_string"),
                name="savedsearch_once",
                violation_error_message="Cette recherche est déjà enregistrée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(("zone__isnull", True), ("zone__isvalid", True), _connector="OR"),
                name="savedsearch_zone_valid",
            ),
        ),
        migrations.AddField(
            model_name="alertmatch",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alert_matches",
                to="catalogue.record",
                verbose_name="fiche",
            ),
        ),
        migrations.AddField(
            model_name="alertmatch",
            name="search",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matches",
                to="catalogue.savedsearch",
                verbose_name="recherche",
            ),
        ),
        migrations.AddField(
            model_name="feedkey",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feed_key",
                to=settings.AUTH_USER_MODEL,
                verbose_name="compte",
            ),
        ),
        migrations.AddIndex(
            model_name="alertmatch",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)), fields=["search"], name="alertmatch_pending"
            ),
        ),
        migrations.AddIndex(
            model_name="alertmatch",
            index=models.Index(fields=["search", "-matched_at", "-id"], name="alertmatch_last"),
        ),
        migrations.AddConstraint(
            model_name="alertmatch",
            constraint=models.UniqueConstraint(fields=("search", "record"), name="alertmatch_once"),
        ),
    ]

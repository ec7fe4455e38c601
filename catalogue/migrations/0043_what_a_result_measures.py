"""What a result is about, what it was compared with and who measured it: columns only, no row is read."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0042_day_of_a_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="independence_refusal",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="À remplir par un curateur qui ne tient pas la mesure pour indépendante, avec sa raison.",
                max_length=400,
                verbose_name="indépendance retirée, pourquoi",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("effet", "effet"),
                    ("performance", "performance"),
                    ("usage", "usage"),
                    ("moyens", "moyens"),
                ],
                db_default="",
                default="",
                help_text="Effet : ce qui a changé. Performance : ce que la solution fournit. Usage : combien s’en sont servis. Moyens : ce qui a été mis en place. L’usage et les moyens ne prouvent rien.",
                max_length=12,
                verbose_name="classe",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="measurer",
            field=models.ForeignKey(
                blank=True,
                help_text="L’indépendance s’en déduit : elle ne doit ni porter, ni financer, ni tenir la fiche de l’expérimentation ou de la solution.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measures",
                to="catalogue.organisation",
                verbose_name="organisation qui a mesuré",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="reference",
            field=models.CharField(
                choices=[
                    ("avant", "avant"),
                    ("temoin", "témoin"),
                    ("objectif", "objectif annoncé"),
                    ("aucune", "aucune"),
                ],
                db_default="aucune",
                default="aucune",
                help_text="La situation d’avant, un témoin sans la solution, ou l’objectif annoncé.",
                max_length=12,
                verbose_name="comparé à",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="subject",
            field=models.CharField(
                blank=True,
                choices=[
                    ("solution", "la solution elle-même"),
                    ("observation", "autre chose, que la solution a observé"),
                ],
                db_default="",
                default="",
                help_text="Un capteur qui compte des passants mesure la rue, non son propre effet.",
                max_length=12,
                verbose_name="ce qui est mesuré",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="is_third_party",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="mesure indépendante"
            ),
        ),
        migrations.AddField(
            model_name="indicatortype",
            name="is_difference",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="La valeur est déjà l’écart avec la référence : une économie, une baisse, une évolution.",
                verbose_name="exprime un écart",
            ),
        ),
        migrations.AlterField(
            model_name="indicator",
            name="baseline",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                help_text="Dans la même unité. Un objectif annoncé ne sert de référence qu’avec sa valeur.",
                max_digits=16,
                null=True,
                verbose_name="valeur de la référence",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("subject__in", ["", "solution", "observation"]),
                    ("kind__in", ["", "effet", "performance", "usage", "moyens"]),
                    ("reference__in", ["avant", "temoin", "objectif", "aucune"]),
                ),
                name="indicator_words_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reference", "objectif"), _negated=True),
                    ("baseline__isnull", False),
                    _connector="OR",
                ),
                name="indicator_target_has_value",
                violation_error_message="Donnez la valeur de l’objectif annoncé : sans elle, rien ne dit s’il est atteint.",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="is_counted",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(
                        ("kind__in", ["effet", "performance"]),
                        ("nature", "mesure"),
                        ("subject", "solution"),
                        ("unit__regex", "\\S"),
                        ("value__isnull", False),
                        ("year__isnull", False),
                        models.Q(
                            ("reference__in", ["avant", "temoin"]),
                            models.Q(("baseline__isnull", False), ("reference", "objectif")),
                            _connector="OR",
                        ),
                        models.Q(
                            ("document__isnull", False),
                            ("source_url__regex", "\\S"),
                            ("source_citation__regex", "\\S"),
                            _connector="OR",
                        ),
                    ),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
                verbose_name="compte comme preuve",
            ),
        ),
    ]

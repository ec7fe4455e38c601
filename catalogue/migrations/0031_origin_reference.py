"""A version may come from a change of the reference lists."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0030_workshop_search"),
        ("geo", "0006_region_of_many_territories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordversion",
            name="origin",
            field=models.CharField(
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
                    ("referentiel", "référentiel"),
                ],
                max_length=16,
                verbose_name="origine",
            ),
        ),
    ]

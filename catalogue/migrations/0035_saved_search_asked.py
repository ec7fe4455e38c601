"""The criteria of a saved search that no index carries, in one column: a new filter needs no migration."""

from django.db import migrations, models

FROM_COLUMNS = """
UPDATE catalogue_savedsearch SET asked = jsonb_strip_nulls(CASE target WHEN 'carte' THEN jsonb_build_object(
    'preuve', proof, 'de', first_year, 'a', last_year,
    'population_min', population_min, 'population_max', population_max
) ELSE jsonb_build_object(
    'population_min', population_min, 'population_max', population_max, 'region', territory_id,
    'coastal', nullif(coastal, false), 'densities', nullif(to_jsonb(densities), '[]'),
    'grounds', nullif(to_jsonb(grounds), '[]')
) END)
"""
TO_COLUMNS = """
UPDATE catalogue_savedsearch SET
    proof = (asked ->> 'preuve')::smallint,
    first_year = (asked ->> 'de')::smallint,
    last_year = (asked ->> 'a')::smallint,
    population_min = (asked ->> 'population_min')::integer,
    population_max = (asked ->> 'population_max')::integer,
    coastal = asked ? 'coastal',
    densities = ARRAY(SELECT jsonb_array_elements_text(asked -> 'densities'))::smallint[],
    grounds = ARRAY(SELECT jsonb_array_elements_text(asked -> 'grounds'))::varchar[]
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0034_search_plan")]

    operations = [
        migrations.RenameField("savedsearch", "told", "reason_words"),
        migrations.AddField(
            "savedsearch",
            "asked",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="La valeur de chaque filtre qui n’a pas de colonne, sous le nom de son paramètre.",
                verbose_name="autres critères",
            ),
        ),
        migrations.RunSQL(FROM_COLUMNS, TO_COLUMNS),
        *[
            migrations.RemoveField("savedsearch", name)
            for name in (
                "proof",
                "first_year",
                "last_year",
                "population_min",
                "population_max",
                "grounds",
                "densities",
                "coastal",
            )
        ],
    ]

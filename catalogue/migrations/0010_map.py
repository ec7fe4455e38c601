"""What the map reads, kept by the database: narrow rows, perimeters, counts for each zoom, a version.

``catalogue_refresh_map`` is the one place that says what of a record is on the map. Statement triggers
with transition tables call it with the records that a statement touches. Nothing here is ever updated in
place by two writers: cells and changes are only added, then summed by ``catalogue_compact_map``.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

# Column and line of a record in the grid of zoom 21: the whole world is 2^21 cells wide.
GRID = """least(2097151, greatest(0, floor((ST_X(r.mercator) / 40075016.685578488 + 0.5) * 2097152)))::int,
           least(2097151, greatest(0, floor((0.5 - ST_Y(r.mercator) / 40075016.685578488) * 2097152)))::int"""

# Cells are kept for the zooms 0 to 11; a cell is 1/32 of a tile, so that of zoom 11 is a tile of zoom 16.
REFRESH = """
CREATE FUNCTION catalogue_refresh_map(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE before catalogue_mapentry[] := ARRAY(SELECT e FROM catalogue_mapentry e WHERE record_id = ANY (ids));
BEGIN
    DELETE FROM catalogue_mapentry WHERE record_id = ANY (ids);
    DELETE FROM catalogue_mapshape WHERE record_id = ANY (ids);
    INSERT INTO catalogue_mapentry (record_id, point, col, line, kind, proof, precision, slug, title)
    SELECT r.id, r.mercator, {grid}, r.kind, r.proof_level, r.location_precision, r.slug, left(r.title, 100)
    FROM catalogue_record r
    WHERE r.id = ANY (ids) AND r.state = 'publiee' AND r.mercator IS NOT NULL
    ORDER BY r.id;
    INSERT INTO catalogue_mapshape (record_id, shape, width, kind, slug, title)
    SELECT r.id, s.shape, greatest(ST_XMax(s.shape) - ST_XMin(s.shape), ST_YMax(s.shape) - ST_YMin(s.shape)),
           r.kind, r.slug, left(r.title, 100)
    FROM catalogue_record r, LATERAL (SELECT ST_Transform(r.geometry, 3857) AS shape) s
    WHERE r.id = ANY (ids) AND r.state = 'publiee' AND ST_Dimension(r.geometry) > 0
    ORDER BY r.id;
    -- what did not move cancels out
    INSERT INTO catalogue_mapcell (zoom, x, y, col, line, n, solution, experimentation, operation, site, besoin,
                                   sum_x, sum_y, key)
    SELECT zoom, col >> (21 - zoom), line >> (21 - zoom), col >> (16 - zoom), line >> (16 - zoom), sum(sign),
           coalesce(sum(sign) FILTER (WHERE kind = 'solution'), 0),
           coalesce(sum(sign) FILTER (WHERE kind = 'experimentation'), 0),
           coalesce(sum(sign) FILTER (WHERE kind = 'operation'), 0),
           coalesce(sum(sign) FILTER (WHERE kind = 'site'), 0),
           coalesce(sum(sign) FILTER (WHERE kind = 'besoin'), 0),
           sum(sign * ST_X(point)), sum(sign * ST_Y(point)), sum(sign * record_id)
    FROM (
        SELECT sum(sign) AS sign, record_id, point, col, line, kind FROM (
            SELECT -1 AS sign, record_id, point, col, line, kind FROM unnest(before)
            UNION ALL
            SELECT 1, record_id, point, col, line, kind FROM catalogue_mapentry WHERE record_id = ANY (ids)
        ) both_sides
        GROUP BY record_id, point, col, line, kind HAVING sum(sign) <> 0
    ) moved, generate_series(0, 11) AS zoom
    GROUP BY 1, 2, 3, 4, 5;
    IF (SELECT count(*) FROM catalogue_mapcell WHERE zoom = 0) > 4000 THEN
        PERFORM catalogue_compact_map();
    END IF;
END $$;
"""

# Safe beside any writer: a row is deleted once and added once, in one transaction.
COMPACT = """
CREATE FUNCTION catalogue_compact_map() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('catalogue_compact_map')) THEN
        RETURN;
    END IF;
    WITH several AS (
        SELECT zoom, col, line FROM catalogue_mapcell GROUP BY 1, 2, 3 HAVING count(*) > 1
    ), gone AS (
        DELETE FROM catalogue_mapcell c USING several s
        WHERE (c.zoom, c.col, c.line) = (s.zoom, s.col, s.line) RETURNING c.*
    )
    INSERT INTO catalogue_mapcell (zoom, x, y, col, line, n, solution, experimentation, operation, site, besoin,
                                   sum_x, sum_y, key)
    SELECT zoom, x, y, col, line, sum(n), sum(solution), sum(experimentation), sum(operation), sum(site), sum(besoin),
           sum(sum_x), sum(sum_y), sum(key)
    FROM gone GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 OR sum(key) <> 0;
END $$;

CREATE FUNCTION catalogue_note_change() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalogue_cataloguechange DEFAULT VALUES;
    IF (SELECT count(*) FROM catalogue_cataloguechange) > 1000
       AND pg_try_advisory_xact_lock(hashtext('catalogue_note_change')) THEN
        DELETE FROM catalogue_cataloguechange;
        INSERT INTO catalogue_cataloguechange DEFAULT VALUES;
    END IF;
END $$;
"""

# Everything anew, from the finest zoom up, in the order of the map.
REBUILD = """
CREATE FUNCTION catalogue_rebuild_map() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalogue_mapentry;
    DELETE FROM catalogue_mapshape;
    DELETE FROM catalogue_mapcell;
    INSERT INTO catalogue_mapentry (record_id, point, col, line, kind, proof, precision, slug, title)
    SELECT r.id, r.mercator, {grid}, r.kind, r.proof_level, r.location_precision, r.slug, left(r.title, 100)
    FROM catalogue_record r
    WHERE r.state = 'publiee' AND r.mercator IS NOT NULL
    ORDER BY ST_GeoHash(r.point, 8);
    INSERT INTO catalogue_mapshape (record_id, shape, width, kind, slug, title)
    SELECT r.id, s.shape, greatest(ST_XMax(s.shape) - ST_XMin(s.shape), ST_YMax(s.shape) - ST_YMin(s.shape)),
           r.kind, r.slug, left(r.title, 100)
    FROM catalogue_record r, LATERAL (SELECT ST_Transform(r.geometry, 3857) AS shape) s
    WHERE r.state = 'publiee' AND ST_Dimension(r.geometry) > 0
    ORDER BY ST_GeoHash(r.point, 8);
    FOR z IN REVERSE 11..0 LOOP
        INSERT INTO catalogue_mapcell (zoom, x, y, col, line, n, solution, experimentation, operation, site, besoin,
                                       sum_x, sum_y, key)
        SELECT z, col >> 5, line >> 5, col, line, sum(n), sum(solution), sum(experimentation), sum(operation), sum(site),
               sum(besoin), sum(sum_x), sum(sum_y), sum(key)
        FROM (
            SELECT col >> 1 AS col, line >> 1 AS line, n, solution, experimentation, operation, site, besoin,
                   sum_x, sum_y, key
            FROM catalogue_mapcell WHERE zoom = z + 1
            UNION ALL
            SELECT col >> 5, line >> 5, 1, (kind = 'solution')::int, (kind = 'experimentation')::int,
                   (kind = 'operation')::int, (kind = 'site')::int, (kind = 'besoin')::int,
                   ST_X(point), ST_Y(point), record_id
            FROM catalogue_mapentry WHERE z = 11
        ) finer
        GROUP BY 4, 5 ORDER BY 2, 3;
    END LOOP;
    PERFORM catalogue_note_change();
END $$;
"""

TRIGGERS = """
CREATE FUNCTION catalogue_map_on_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := ARRAY(SELECT id FROM new_rows WHERE state = 'publiee');
    ELSIF TG_OP = 'DELETE' THEN
        touched := ARRAY(SELECT id FROM old_rows WHERE state = 'publiee');
    ELSE
        touched := ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
                         WHERE 'publiee' IN (n.state, o.state));
    END IF;
    IF cardinality(touched) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM catalogue_note_change();
    IF TG_OP = 'UPDATE' THEN
        touched := ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
                         WHERE n.id = ANY (touched)
                           AND (n.kind, n.state, n.proof_level, n.location_precision, n.slug, n.title, n.geometry::bytea)
                               IS DISTINCT FROM
                               (o.kind, o.state, o.proof_level, o.location_precision, o.slug, o.title, o.geometry::bytea));
    END IF;
    IF cardinality(touched) > 0 THEN
        PERFORM catalogue_refresh_map(touched);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER map_insert AFTER INSERT ON catalogue_record
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_map_on_record();
CREATE TRIGGER map_update AFTER UPDATE ON catalogue_record
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_map_on_record();
CREATE TRIGGER map_delete AFTER DELETE ON catalogue_record
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_map_on_record();

-- What a filter reads may change without the record: its search entry, the ground.
CREATE FUNCTION catalogue_change_on_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows JOIN catalogue_record r ON r.id = record_id WHERE r.state = 'publiee') THEN
        PERFORM catalogue_note_change();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER change_insert AFTER INSERT ON catalogue_searchentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_change_on_entry();
CREATE TRIGGER change_update AFTER UPDATE ON catalogue_searchentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_change_on_entry();

CREATE FUNCTION catalogue_change_on_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_note_change();
    RETURN NULL;
END $$;
CREATE TRIGGER change_ground AFTER INSERT ON geo_territoryload
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_change_on_ground();
"""

DROP = """
DROP TRIGGER change_ground ON geo_territoryload;
DROP TRIGGER change_insert ON catalogue_searchentry;
DROP TRIGGER change_update ON catalogue_searchentry;
DROP TRIGGER map_insert ON catalogue_record;
DROP TRIGGER map_update ON catalogue_record;
DROP TRIGGER map_delete ON catalogue_record;
DROP FUNCTION catalogue_change_on_ground();
DROP FUNCTION catalogue_change_on_entry();
DROP FUNCTION catalogue_map_on_record();
DROP FUNCTION catalogue_rebuild_map();
DROP FUNCTION catalogue_refresh_map(bigint[]);
DROP FUNCTION catalogue_compact_map();
DROP FUNCTION catalogue_note_change();
"""


def one_record(related_name: str) -> models.OneToOneField:
    """The primary key of a row that belongs to a record."""
    return models.OneToOneField(
        db_constraint=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        primary_key=True,
        related_name=related_name,
        serialize=False,
        to="catalogue.record",
        verbose_name="fiche",
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_search_document"), ("geo", "0002_territories")]
    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="MapEntry",
            fields=[
                ("record", one_record("map")),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        spatial_index=False, srid=3857, verbose_name="point"
                    ),
                ),
                ("col", models.IntegerField(verbose_name="colonne au zoom 21")),
                ("line", models.IntegerField(verbose_name="rangée au zoom 21")),
                ("kind", models.CharField(max_length=16, verbose_name="nature")),
                ("proof", models.SmallIntegerField(null=True, verbose_name="niveau de preuve")),
                ("precision", models.CharField(max_length=10, verbose_name="précision")),
                ("slug", models.CharField(max_length=120, verbose_name="adresse courte")),
                ("title", models.CharField(max_length=100, verbose_name="titre, abrégé")),
            ],
            options={
                "verbose_name": "point de la carte",
                "verbose_name_plural": "points de la carte",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(fields=["point"], name="mapentry_point")
                ],
            },
        ),
        migrations.CreateModel(
            name="MapShape",
            fields=[
                ("record", one_record("+")),
                (
                    "shape",
                    django.contrib.gis.db.models.fields.GeometryField(
                        spatial_index=False, srid=3857, verbose_name="tracé"
                    ),
                ),
                ("width", models.FloatField(verbose_name="largeur (m de Mercator)")),
                ("kind", models.CharField(max_length=16, verbose_name="nature")),
                ("slug", models.CharField(max_length=120, verbose_name="adresse courte")),
                ("title", models.CharField(max_length=100, verbose_name="titre, abrégé")),
            ],
            options={
                "verbose_name": "tracé de la carte",
                "verbose_name_plural": "tracés de la carte",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["shape", "width"], name="mapshape_shape"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MapCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zoom", models.SmallIntegerField(verbose_name="zoom de la tuile")),
                ("x", models.IntegerField(verbose_name="colonne de la tuile")),
                ("y", models.IntegerField(verbose_name="rangée de la tuile")),
                ("col", models.IntegerField(verbose_name="colonne")),
                ("line", models.IntegerField(verbose_name="rangée")),
                ("n", models.IntegerField(verbose_name="fiches")),
                ("solution", models.IntegerField(verbose_name="solutions")),
                ("experimentation", models.IntegerField(verbose_name="expérimentations")),
                ("operation", models.IntegerField(verbose_name="opérations")),
                ("site", models.IntegerField(verbose_name="sites")),
                ("besoin", models.IntegerField(verbose_name="besoins")),
                ("sum_x", models.FloatField(verbose_name="somme des x (m)")),
                ("sum_y", models.FloatField(verbose_name="somme des y (m)")),
                (
                    "key",
                    models.BigIntegerField(
                        help_text="La clé de la fiche, quand elle est seule.", verbose_name="somme des clés"
                    ),
                ),
            ],
            options={
                "verbose_name": "cellule de la carte",
                "verbose_name_plural": "cellules de la carte",
                "indexes": [models.Index(fields=["zoom", "x", "y"], name="mapcell_tile")],
            },
        ),
        migrations.CreateModel(
            name="CatalogueChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "changement du catalogue",
                "verbose_name_plural": "changements du catalogue",
            },
        ),
        migrations.RunSQL((REFRESH + COMPACT + REBUILD + TRIGGERS).replace("{grid}", GRID), DROP),
        migrations.RunSQL(
            "SET LOCAL statement_timeout = 0; SELECT catalogue_rebuild_map()", migrations.RunSQL.noop
        ),
    ]

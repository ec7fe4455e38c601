"""The niveau de preuve, computed by the database, and the checks that Django cannot say.

``catalogue_refresh_proof`` is the one place where a level is decided. Statement triggers with
transition tables call it whenever an experiment, an indicator, a state, a territory or an EPCI
changes, so that a bulk write costs one recomputation and an ``UPDATE`` by hand cannot cheat.
"""

from django.db import migrations

# Two measured experiments are apart when neither stands in the EPCI, the département or the région
# of the other. A commune without EPCI stands for itself, an arrondissement for its commune, and the
# country for nothing: what is known no better proves no second place.
PROVEN_APART = """
CREATE FUNCTION catalogue_proven_apart(solution bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH places AS (
        SELECT DISTINCT t.id, coalesce(t.epci_id, p.epci_id, t.commune_id, t.id) AS epci_id,
               array_remove(ARRAY[t.departement_id, p.departement_id, t.region_id, p.region_id], NULL) AS around
        FROM catalogue_experiment e
        JOIN catalogue_record x ON x.id = e.record_ptr_id AND x.state = 'publiee' AND x.proof_level >= 3
        JOIN geo_territory t ON t.id = x.territory_id AND t.level <> 'pays'
        LEFT JOIN geo_territory p ON p.id = t.commune_id
        WHERE e.solution_id = solution
    )
    SELECT EXISTS (
        SELECT FROM places a JOIN places b ON a.id < b.id AND a.epci_id <> b.epci_id
        WHERE NOT a.id = ANY (b.around) AND NOT b.id = ANY (a.around)
    )
$$;
"""

# The records are locked before they are read: of two transactions that measure at once, the second
# computes with what the first has committed.
REFRESH_PROOF = """
CREATE FUNCTION catalogue_refresh_proof(experiment_ids bigint[], solution_ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    solutions bigint[] := solution_ids || ARRAY(
        SELECT DISTINCT solution_id FROM catalogue_experiment WHERE record_ptr_id = ANY (experiment_ids));
BEGIN
    IF cardinality(experiment_ids || solutions) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM catalogue_record WHERE id = ANY (experiment_ids || solutions)
    ORDER BY id FOR NO KEY UPDATE;
    PERFORM set_config('catalogue.writes_proof', 'on', true);
    UPDATE catalogue_record r SET proof_level = c.level
    FROM (
        SELECT e.record_ptr_id AS id,
               CASE
                   WHEN coalesce(m.independent, false) THEN 4
                   WHEN m.measured IS NOT NULL THEN 3
                   WHEN e.status IN ('termine', 'abandonne') THEN 2
                   WHEN e.status IN ('experimentation', 'deploiement') THEN 1
                   ELSE 0
               END AS level
        FROM catalogue_experiment e
        LEFT JOIN LATERAL (
            SELECT true AS measured, bool_or(i.is_independent) AS independent
            FROM catalogue_indicator i
            WHERE i.experiment_id = e.record_ptr_id AND i.nature = 'mesure'
              AND i.value IS NOT NULL AND btrim(i.unit) <> '' AND i.year IS NOT NULL
              AND (btrim(i.source_url) <> '' OR btrim(i.source_citation) <> '' OR i.document_id IS NOT NULL)
            HAVING count(*) > 0
        ) m ON true
        WHERE e.record_ptr_id = ANY (experiment_ids)
    ) c
    WHERE r.id = c.id AND r.proof_level IS DISTINCT FROM c.level;

    UPDATE catalogue_record r SET proof_level = c.level
    FROM (
        SELECT s.record_ptr_id AS id,
               CASE
                   WHEN max(x.proof_level) >= 3 AND catalogue_proven_apart(s.record_ptr_id) THEN 5
                   ELSE coalesce(max(x.proof_level), 0)
               END AS level
        FROM catalogue_solution s
        LEFT JOIN catalogue_experiment e ON e.solution_id = s.record_ptr_id
        LEFT JOIN catalogue_record x ON x.id = e.record_ptr_id AND x.state = 'publiee'
        WHERE s.record_ptr_id = ANY (solutions)
        GROUP BY s.record_ptr_id
    ) c
    WHERE r.id = c.id AND r.proof_level IS DISTINCT FROM c.level;
    PERFORM set_config('catalogue.writes_proof', 'off', true);
END $$;
"""

TRIGGERS = """
CREATE FUNCTION catalogue_guard_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('catalogue.writes_proof', true) IS DISTINCT FROM 'on' THEN
        IF TG_OP = 'UPDATE' THEN
            NEW.proof_level := OLD.proof_level;
        ELSE
            NEW.proof_level := CASE WHEN NEW.kind IN ('solution', 'experimentation') THEN 0 END;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_guard_proof_insert BEFORE INSERT ON catalogue_record
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_proof();
CREATE TRIGGER record_guard_proof_update BEFORE UPDATE OF proof_level ON catalogue_record
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_proof();

CREATE FUNCTION catalogue_proof_on_indicator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM catalogue_refresh_proof(ARRAY(SELECT DISTINCT experiment_id FROM new_rows), '{}');
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM catalogue_refresh_proof(ARRAY(SELECT DISTINCT experiment_id FROM old_rows), '{}');
    ELSE
        PERFORM catalogue_refresh_proof(
            ARRAY(SELECT experiment_id FROM new_rows UNION SELECT experiment_id FROM old_rows), '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER indicator_proof_insert AFTER INSERT ON catalogue_indicator
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_indicator();
CREATE TRIGGER indicator_proof_update AFTER UPDATE ON catalogue_indicator
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_indicator();
CREATE TRIGGER indicator_proof_delete AFTER DELETE ON catalogue_indicator
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_indicator();

CREATE FUNCTION catalogue_proof_on_experiment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM catalogue_refresh_proof(ARRAY(SELECT record_ptr_id FROM new_rows), '{}');
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM catalogue_refresh_proof('{}', ARRAY(SELECT DISTINCT solution_id FROM old_rows));
    ELSE
        PERFORM catalogue_refresh_proof(
            ARRAY(SELECT n.record_ptr_id FROM new_rows n JOIN old_rows o USING (record_ptr_id)
                  WHERE (n.status, n.solution_id) IS DISTINCT FROM (o.status, o.solution_id)),
            ARRAY(SELECT o.solution_id FROM new_rows n JOIN old_rows o USING (record_ptr_id)
                  WHERE n.solution_id <> o.solution_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER experiment_proof_insert AFTER INSERT ON catalogue_experiment
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_experiment();
CREATE TRIGGER experiment_proof_update AFTER UPDATE ON catalogue_experiment
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_experiment();
CREATE TRIGGER experiment_proof_delete AFTER DELETE ON catalogue_experiment
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_experiment();

CREATE FUNCTION catalogue_proof_on_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.kind = 'experimentation'
          AND (n.state, n.territory_id) IS DISTINCT FROM (o.state, o.territory_id));
BEGIN
    IF cardinality(touched) > 0 THEN
        PERFORM catalogue_refresh_proof(touched, '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER record_proof_update AFTER UPDATE ON catalogue_record
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_record();

CREATE FUNCTION catalogue_proof_on_territory() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.level, n.epci_id, n.commune_id, n.departement_id, n.region_id)
              IS DISTINCT FROM (o.level, o.epci_id, o.commune_id, o.departement_id, o.region_id));
BEGIN
    IF cardinality(moved) > 0 THEN
        PERFORM catalogue_refresh_proof(ARRAY(
            SELECT x.id FROM catalogue_record x JOIN geo_territory t ON t.id = x.territory_id
            WHERE x.kind = 'experimentation' AND (t.id = ANY (moved) OR t.commune_id = ANY (moved))), '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER territory_proof_update AFTER UPDATE ON geo_territory
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_territory();
"""

DROP_PROOF = """
DROP TRIGGER territory_proof_update ON geo_territory;
DROP TRIGGER record_proof_update ON catalogue_record;
DROP TRIGGER record_guard_proof_insert ON catalogue_record;
DROP TRIGGER record_guard_proof_update ON catalogue_record;
DROP TRIGGER experiment_proof_insert ON catalogue_experiment;
DROP TRIGGER experiment_proof_update ON catalogue_experiment;
DROP TRIGGER experiment_proof_delete ON catalogue_experiment;
DROP TRIGGER indicator_proof_insert ON catalogue_indicator;
DROP TRIGGER indicator_proof_update ON catalogue_indicator;
DROP TRIGGER indicator_proof_delete ON catalogue_indicator;
DROP FUNCTION catalogue_proof_on_territory();
DROP FUNCTION catalogue_proof_on_record();
DROP FUNCTION catalogue_proof_on_experiment();
DROP FUNCTION catalogue_proof_on_indicator();
DROP FUNCTION catalogue_guard_proof();
DROP FUNCTION catalogue_refresh_proof(bigint[], bigint[]);
DROP FUNCTION catalogue_proven_apart(bigint);
"""

# Shape and bounds of a geometry at rest; a solution is a thing and has none. The trigger comes before
# the generated points are computed: there ST_PointOnSurface takes the whole server down on a part that
# is empty or NaN (PostGIS 3.3, GEOS 3.11), and ST_Transform fails outside the world. The text tells
# such parts; for ST_IsValid and ST_IsEmpty they are sound.
GEOMETRY_CHECKS = """
CREATE FUNCTION catalogue_geometry_fault(geometry geometry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN GeometryType(geometry) NOT IN
             ('POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON')
             OR ST_NPoints(geometry) > 20000 OR ST_AsText(geometry, 0) ~* 'empty' THEN 'record_geometry_shape'
        WHEN ST_AsText(geometry, 0) ~* 'nan|inf' OR ST_XMin(geometry) < -180 OR ST_XMax(geometry) > 180
             OR ST_YMin(geometry) < -85 OR ST_YMax(geometry) > 85 THEN 'record_geometry_in_world'
    END
$$;
CREATE FUNCTION catalogue_guard_geometry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text := catalogue_geometry_fault(NEW.geometry);
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'new row for relation "%" violates check constraint "%"', TG_TABLE_NAME, fault
            USING ERRCODE = 'check_violation', CONSTRAINT = fault, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_guard_geometry BEFORE INSERT OR UPDATE OF geometry ON catalogue_record
    FOR EACH ROW WHEN (NEW.geometry IS NOT NULL) EXECUTE FUNCTION catalogue_guard_geometry();
ALTER TABLE catalogue_record
    ADD CONSTRAINT record_solution_has_no_place CHECK (kind <> 'solution' OR geometry IS NULL);
"""

DROP_GEOMETRY_CHECKS = """
ALTER TABLE catalogue_record DROP CONSTRAINT record_solution_has_no_place;
DROP TRIGGER record_guard_geometry ON catalogue_record;
DROP FUNCTION catalogue_guard_geometry();
DROP FUNCTION catalogue_geometry_fault(geometry);
"""

# Luhn's check digit, with La Poste's own rule for its SIRET, that of its seat excepted (INSEE).
LUHN = """
CREATE FUNCTION catalogue_luhn(number text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN number ~ '^356000000[0-9]{5}$' AND number <> '35600000000048' THEN sum(digit) % 5 = 0
        ELSE sum(CASE WHEN position % 2 = 1 THEN digit
                      WHEN digit > 4 THEN digit * 2 - 9 ELSE digit * 2 END) % 10 = 0
    END
    FROM (SELECT d::int AS digit, n AS position
          FROM regexp_split_to_table(reverse(number), '') WITH ORDINALITY AS t(d, n)) digits
$$;
ALTER TABLE catalogue_organisation
    ADD CONSTRAINT organisation_siren_luhn CHECK (siren = '' OR catalogue_luhn(siren)),
    ADD CONSTRAINT organisation_siret_luhn CHECK (siret = '' OR catalogue_luhn(siret));
"""

DROP_LUHN = """
ALTER TABLE catalogue_organisation
    DROP CONSTRAINT organisation_siren_luhn, DROP CONSTRAINT organisation_siret_luhn;
DROP FUNCTION catalogue_luhn(text);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        migrations.RunSQL(PROVEN_APART + REFRESH_PROOF + TRIGGERS, DROP_PROOF),
        migrations.RunSQL(GEOMETRY_CHECKS, DROP_GEOMETRY_CHECKS),
        migrations.RunSQL(LUHN, DROP_LUHN),
    ]

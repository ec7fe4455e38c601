"""The niveau de preuve by what was measured: an effect or a performance of the solution, against a reference.

``catalogue_refresh_proof`` stays the one place where a level is decided. It now also decides who is a third
party, so that nobody declares it: whatever changes the interest of an organisation (a role, an owner, a
name, a SIREN) has it computed again, for the experiments whose results somebody named has measured.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("catalogue.migrations.0002_proof_and_guards")

# Who has an interest in an experiment: whoever holds its sheet or that of its solution, and whoever has a
# role in either, but for the place that hosts it and who evaluates it. The same person under another entry
# is known by its SIREN, else by its name.
THIRD_PARTY = """
CREATE FUNCTION catalogue_siren(organisation catalogue_organisation) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif(organisation.siren, ''), nullif(left(organisation.siret, 9), ''))
$$;
CREATE FUNCTION catalogue_is_third_party(measurer bigint, records bigint[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT FROM catalogue_organisation m
        JOIN catalogue_organisation o ON o.id IN (
            SELECT x.organisation_id FROM catalogue_recordorganisation x
            WHERE x.record_id = ANY (records) AND x.role NOT IN ('territoire-hote', 'evaluateur')
            UNION ALL SELECT r.owner_id FROM catalogue_record r
            WHERE r.id = ANY (records) AND r.owner_id IS NOT NULL
        )
        WHERE m.id = measurer AND (
            o.id = m.id OR catalogue_siren(o) = catalogue_siren(m) OR lower(btrim(o.name)) = lower(btrim(m.name))
        )
    )
$$;
"""

# In which sense a result goes: 1 for the better, -1 for the worse, 0 for no effect, NULL where nothing says.
SENSE = """
CREATE FUNCTION catalogue_sense(given catalogue_indicator, shared catalogue_indicatortype) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN given.reference = 'objectif' THEN sign(given.value - given.baseline)
        WHEN shared.is_difference THEN sign(given.value)
        ELSE sign(given.value - given.baseline)
    END::int * CASE shared.direction WHEN 'baisse' THEN -1 ELSE 1 END
$$;
CREATE FUNCTION catalogue_counted_results(solution bigint)
RETURNS TABLE (type_id bigint, sense int, territory_id bigint) LANGUAGE sql STABLE AS $$
    SELECT i.type_id, catalogue_sense(i, k), x.territory_id
    FROM catalogue_experiment e
    JOIN catalogue_record x ON x.id = e.record_ptr_id AND x.state = 'publiee' AND x.proof_level >= 3
    JOIN catalogue_indicator i ON i.experiment_id = e.record_ptr_id AND i.is_counted
    JOIN catalogue_indicatortype k ON k.id = i.type_id
    WHERE e.solution_id = solution
$$;
CREATE FUNCTION catalogue_results_contradict(solution bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM catalogue_counted_results(solution) c GROUP BY c.type_id HAVING min(c.sense) <> max(c.sense)
    )
$$;
"""

# The same shared indicator in the same sense, in two places that are apart as before.
PROVEN_APART = """
CREATE OR REPLACE FUNCTION catalogue_proven_apart(solution bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH places AS (
        SELECT DISTINCT c.type_id, c.sense, t.id,
               coalesce(t.epci_id, p.epci_id, t.commune_id, t.id) AS epci_id,
               array_remove(ARRAY[t.departement_id, p.departement_id, t.region_id, p.region_id], NULL) AS around
        FROM catalogue_counted_results(solution) c
        JOIN geo_territory t ON t.id = c.territory_id AND t.level <> 'pays'
        LEFT JOIN geo_territory p ON p.id = t.commune_id
        WHERE c.sense IS NOT NULL
    )
    SELECT EXISTS (
        SELECT FROM places a
        JOIN places b ON a.type_id = b.type_id AND a.sense = b.sense AND a.id < b.id AND a.epci_id <> b.epci_id
        WHERE NOT a.id = ANY (b.around) AND NOT b.id = ANY (a.around)
    )
$$;
"""

LOCK = """    PERFORM FROM catalogue_record WHERE id = ANY (experiment_ids || solutions)
    ORDER BY id FOR NO KEY UPDATE;
    PERFORM set_config('catalogue.writes_proof', 'on', true);
"""
# An experiment whose results nobody named has measured, nearly all of them, costs one probe of an index.
JUDGE = """    IF EXISTS (SELECT FROM catalogue_indicator
               WHERE experiment_id = ANY (experiment_ids) AND (measurer_id IS NOT NULL OR is_third_party)) THEN
        UPDATE catalogue_indicator i SET is_third_party = c.third
        FROM (
            SELECT j.id, j.nature = 'mesure' AND j.independence_refusal = '' AND j.measurer_id IS NOT NULL
                   AND catalogue_is_third_party(j.measurer_id, ARRAY[e.record_ptr_id, e.solution_id]) AS third
            FROM catalogue_indicator j JOIN catalogue_experiment e ON e.record_ptr_id = j.experiment_id
            WHERE j.experiment_id = ANY (experiment_ids)
        ) c
        WHERE i.id = c.id AND i.is_third_party <> c.third;
    END IF;
"""
MEASURED = """            SELECT true AS measured, bool_or(i.is_independent) AS independent
            FROM catalogue_indicator i
            WHERE i.experiment_id = e.record_ptr_id AND i.nature = 'mesure'
              AND i.value IS NOT NULL AND btrim(i.unit) <> '' AND i.year IS NOT NULL
              AND (btrim(i.source_url) <> '' OR btrim(i.source_citation) <> '' OR i.document_id IS NOT NULL)
"""
COUNTED = """            SELECT true AS measured, bool_or(i.is_third_party) AS independent
            FROM catalogue_indicator i
            WHERE i.experiment_id = e.record_ptr_id AND i.is_counted
"""
APART = "                   WHEN max(x.proof_level) >= 3 AND catalogue_proven_apart(s.record_ptr_id) THEN 5\n"
AGREED = (
    "                   WHEN max(x.proof_level) >= 3 AND catalogue_proven_apart(s.record_ptr_id)\n"
    "                        AND NOT catalogue_results_contradict(s.record_ptr_id) THEN 5\n"
)
REFRESH_BEFORE = BEFORE.REFRESH_PROOF.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
REFRESH_PROOF = REFRESH_BEFORE
for old, new in {LOCK: LOCK + JUDGE, MEASURED: COUNTED, APART: AGREED}.items():
    REFRESH_PROOF = REFRESH_PROOF.replace(old, new)

# The judgement writes the column that these triggers watch: under its flag they are silent.
ON_INDICATOR_BEFORE = (
    "CREATE OR REPLACE FUNCTION catalogue_proof_on_indicator()"
    + BEFORE.TRIGGERS.partition("CREATE FUNCTION catalogue_proof_on_indicator()")[2].partition(
        "CREATE TRIGGER"
    )[0]
)
ON_INDICATOR = ON_INDICATOR_BEFORE.replace(
    "BEGIN\n",
    "BEGIN\n    IF current_setting('catalogue.writes_proof', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n",
    1,
)
ON_RECORD_BEFORE = (
    "CREATE OR REPLACE FUNCTION catalogue_proof_on_record()"
    + BEFORE.TRIGGERS.partition("CREATE FUNCTION catalogue_proof_on_record()")[2].partition("CREATE TRIGGER")[
        0
    ]
)

# Experiments whose results somebody named has measured, among these records and those of these solutions.
MEASURED_BY_SOMEBODY = """
CREATE FUNCTION catalogue_measured_by_somebody(records bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT i.experiment_id), '{}')
    FROM (
        SELECT record_ptr_id AS id FROM catalogue_experiment WHERE record_ptr_id = ANY (records)
        UNION SELECT record_ptr_id FROM catalogue_experiment WHERE solution_id = ANY (records)
    ) e
    JOIN catalogue_indicator i ON i.experiment_id = e.id AND i.measurer_id IS NOT NULL
$$;
"""
ON_RECORD = """
CREATE OR REPLACE FUNCTION catalogue_proof_on_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.kind = 'experimentation'
          AND (n.state, n.territory_id) IS DISTINCT FROM (o.state, o.territory_id));
    given bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.kind IN ('experimentation', 'solution') AND n.owner_id IS DISTINCT FROM o.owner_id);
BEGIN
    IF cardinality(given) > 0 THEN
        touched := touched || catalogue_measured_by_somebody(given);
    END IF;
    IF cardinality(touched) > 0 THEN
        PERFORM catalogue_refresh_proof(touched, '{}');
    END IF;
    RETURN NULL;
END $$;
"""
WATCH_INTERESTS = """
CREATE FUNCTION catalogue_guard_third_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('catalogue.writes_proof', true) IS DISTINCT FROM 'on' THEN
        NEW.is_third_party := CASE WHEN TG_OP = 'UPDATE' THEN OLD.is_third_party ELSE false END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER indicator_guard_third_party_insert BEFORE INSERT ON catalogue_indicator
    FOR EACH ROW WHEN (NEW.is_third_party) EXECUTE FUNCTION catalogue_guard_third_party();
CREATE TRIGGER indicator_guard_third_party_update BEFORE UPDATE OF is_third_party ON catalogue_indicator
    FOR EACH ROW WHEN (NEW.is_third_party IS DISTINCT FROM OLD.is_third_party)
    EXECUTE FUNCTION catalogue_guard_third_party();

CREATE FUNCTION catalogue_proof_on_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := catalogue_measured_by_somebody(ARRAY(SELECT DISTINCT record_id FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        touched := catalogue_measured_by_somebody(ARRAY(SELECT DISTINCT record_id FROM old_rows));
    ELSE
        touched := catalogue_measured_by_somebody(
            ARRAY(SELECT record_id FROM new_rows UNION SELECT record_id FROM old_rows));
    END IF;
    PERFORM catalogue_refresh_proof(touched, '{}');
    RETURN NULL;
END $$;
CREATE TRIGGER role_proof_insert AFTER INSERT ON catalogue_recordorganisation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_role();
CREATE TRIGGER role_proof_update AFTER UPDATE ON catalogue_recordorganisation
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_role();
CREATE TRIGGER role_proof_delete AFTER DELETE ON catalogue_recordorganisation
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_role();

CREATE FUNCTION catalogue_proof_on_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.name, n.siren, n.siret) IS DISTINCT FROM (o.name, o.siren, o.siret));
BEGIN
    IF cardinality(known) > 0 THEN
        PERFORM catalogue_refresh_proof(
            ARRAY(SELECT DISTINCT experiment_id FROM catalogue_indicator WHERE measurer_id = ANY (known))
            || catalogue_measured_by_somebody(ARRAY(
                SELECT record_id FROM catalogue_recordorganisation WHERE organisation_id = ANY (known)
                UNION SELECT id FROM catalogue_record WHERE owner_id = ANY (known))), '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_proof_update AFTER UPDATE ON catalogue_organisation
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_organisation();

CREATE FUNCTION catalogue_proof_on_type() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    turned bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.direction, n.is_difference) IS DISTINCT FROM (o.direction, o.is_difference));
BEGIN
    IF cardinality(turned) > 0 THEN
        PERFORM catalogue_refresh_proof('{}', ARRAY(
            SELECT DISTINCT e.solution_id FROM catalogue_indicator i
            JOIN catalogue_experiment e ON e.record_ptr_id = i.experiment_id
            WHERE i.type_id = ANY (turned) AND i.is_counted));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER type_proof_update AFTER UPDATE ON catalogue_indicatortype
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_proof_on_type();
"""
DROP_WATCH = """
DROP TRIGGER type_proof_update ON catalogue_indicatortype;
DROP TRIGGER organisation_proof_update ON catalogue_organisation;
DROP TRIGGER role_proof_insert ON catalogue_recordorganisation;
DROP TRIGGER role_proof_update ON catalogue_recordorganisation;
DROP TRIGGER role_proof_delete ON catalogue_recordorganisation;
DROP TRIGGER indicator_guard_third_party_insert ON catalogue_indicator;
DROP TRIGGER indicator_guard_third_party_update ON catalogue_indicator;
DROP FUNCTION catalogue_proof_on_type();
DROP FUNCTION catalogue_proof_on_organisation();
DROP FUNCTION catalogue_proof_on_role();
DROP FUNCTION catalogue_guard_third_party();
"""
DROP_FUNCTIONS = """
DROP FUNCTION catalogue_measured_by_somebody(bigint[]);
DROP FUNCTION catalogue_results_contradict(bigint);
DROP FUNCTION catalogue_counted_results(bigint);
DROP FUNCTION catalogue_sense(catalogue_indicator, catalogue_indicatortype);
DROP FUNCTION catalogue_is_third_party(bigint, bigint[]);
DROP FUNCTION catalogue_siren(catalogue_organisation);
"""
APART_BEFORE = BEFORE.PROVEN_APART.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
FORWARDS = (
    THIRD_PARTY
    + SENSE
    + PROVEN_APART
    + MEASURED_BY_SOMEBODY
    + REFRESH_PROOF
    + ON_INDICATOR
    + ON_RECORD
    + WATCH_INTERESTS
)
BACKWARDS = (
    DROP_WATCH + REFRESH_BEFORE + APART_BEFORE + ON_INDICATOR_BEFORE + ON_RECORD_BEFORE + DROP_FUNCTIONS
)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0043_what_a_result_measures")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

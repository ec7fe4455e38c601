"""The SQL of the checks: each finds, set-wise, the records that fail it, and why.

Every statement gives ``(record_id, detail)``. ``{scope}`` is the condition on the record ``r``: those of a
state that is checked, all of them at night (one pass of the table, hash joins) or a few by their keys (each
join then goes through a primary key or the index of a foreign key). ``detail`` holds codes and figures,
which ``words`` describes. Details are stable from one night to the next, or an accepted finding comes back.
"""

OUTLINED = "t.geometry IS NOT NULL AND t.level <> 'pays' AND r.geometry IS NOT NULL"
NOWHERE = "ST_MakeEnvelope(-0.01, -0.01, 0.01, 0.01, 4326)"

# Only the outline of each record's own territory is read, by the primary key.
OUTSIDE = f"""
SELECT r.id AS record_id,
       jsonb_build_object('territoire', t.name, 'km', round((away.metres / 1000)::numeric, 1)) AS detail
FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN NOT ST_Intersects(t.geometry, r.geometry)
                THEN ST_Distance(t.geometry::geography, r.geometry::geography) END AS metres
) away
WHERE {{scope}} AND {OUTLINED} AND NOT r.geometry && {NOWHERE}
  AND away.metres > %(tolerance_m)s AND NOT ST_Covers(t.geometry, ST_FlipCoordinates(r.point))
"""  # noqa: S608 (constants of this module)
SWAPPED = f"""
SELECT r.id AS record_id, jsonb_build_object('territoire', t.name) AS detail
FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id
WHERE {{scope}} AND {OUTLINED} AND NOT ST_Intersects(t.geometry, r.geometry)
  AND ST_Covers(t.geometry, ST_FlipCoordinates(r.point))
"""  # noqa: S608 (constants of this module)
# record_geometry carries the box.
AT_ZERO = f"""
SELECT r.id AS record_id, '{{{{}}}}'::jsonb AS detail
FROM catalogue_record r WHERE {{scope}} AND r.geometry && {NOWHERE}
"""  # noqa: S608 (constants of this module)
NO_PLACE = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r
WHERE {scope} AND r.kind IN ('experimentation', 'operation', 'site') AND r.geometry IS NULL
"""
SITE_WITHOUT_GROUND = """
SELECT r.id AS record_id, jsonb_build_object('precision', r.location_precision) AS detail
FROM catalogue_record r JOIN catalogue_testsite s ON s.record_ptr_id = r.id
WHERE {scope} AND s.site_state IN ('ouvert', 'reserve') AND r.geometry IS NOT NULL
  AND ST_Dimension(r.geometry) < 2
"""
IMPRECISE = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r
WHERE {scope} AND r.location_precision = 'commune' AND r.kind IN ('experimentation', 'operation')
"""
AT_TOWN_HALL = """
SELECT r.id AS record_id, jsonb_build_object('territoire', t.name) AS detail
FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id
WHERE {scope} AND r.location_precision IN ('exacte', 'adresse') AND GeometryType(r.geometry) = 'POINT'
  AND t.level IN ('commune', 'arrondissement') AND ST_DWithin(r.geog, t.geog, %(town_hall_m)s)
"""

NO_SUMMARY = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r WHERE {scope} AND btrim(r.summary) = ''
"""
SHORT_SUMMARY = """
SELECT r.id AS record_id, jsonb_build_object('signes', length(btrim(r.summary))) AS detail
FROM catalogue_record r
WHERE {scope} AND length(btrim(r.summary)) BETWEEN 1 AND %(shortest_summary)s - 1
"""
NO_THEME = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r
WHERE {scope} AND NOT EXISTS (SELECT FROM catalogue_record_themes l WHERE l.record_id = r.id)
"""
# A proposal is declared by those who wrote it, once it is published.
NO_SOURCE = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r
WHERE {scope} AND r.source_id IS NULL AND r.source_url = '' AND r.source_citation = ''
  AND (r.state = 'publiee' OR NOT EXISTS (
      SELECT FROM catalogue_transition t WHERE t.record_id = r.id AND t.action = 'submit'
  ))
"""
YEARS = """
SELECT r.id AS record_id, jsonb_build_object('lesquelles', to_jsonb(problem.faults)) AS detail
FROM catalogue_record r
LEFT JOIN catalogue_experiment e ON e.record_ptr_id = r.id
CROSS JOIN LATERAL (
    SELECT array_remove(ARRAY[
        CASE WHEN e.status = 'termine' AND r.year_end > %(year)s THEN 'terminee-plus-tard' END,
        CASE WHEN e.status IN ('exploration', 'experimentation') AND r.year_end < %(year)s
             THEN 'en-cours-mais-finie' END,
        CASE WHEN EXISTS (SELECT FROM catalogue_indicator i
                          WHERE i.experiment_id = r.id AND i.nature = 'mesure' AND i.year > %(year)s)
             THEN 'mesuree-plus-tard' END,
        CASE WHEN EXISTS (SELECT FROM catalogue_indicator i
                          WHERE i.experiment_id = r.id AND i.nature = 'mesure' AND i.year < r.year_start)
             THEN 'mesuree-avant' END,
        CASE WHEN EXISTS (SELECT FROM catalogue_labelaward a
                          WHERE a.operation_id = r.id AND a.year > %(year)s)
             THEN 'label-plus-tard' END
    ], NULL) AS faults
) problem
WHERE {scope} AND cardinality(problem.faults) > 0
"""
# The fields that the public reads; what was found is never copied.
PERSONAL = """
SELECT r.id AS record_id, jsonb_build_object('champs', to_jsonb(problem.fields)) AS detail
FROM catalogue_record r
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT f.name) AS fields
    FROM (
        VALUES ('title', r.title), ('summary', r.summary), ('description', r.description),
               ('place_name', r.place_name), ('source_citation', r.source_citation)
        UNION ALL SELECT 'detail', concat_ws(' ', costs, reuse_conditions, obstacles_lifted)
        FROM catalogue_solution WHERE record_ptr_id = r.id
        UNION ALL
        SELECT 'deroulement', concat_ws(' ', abandon_reason, kept, changed, success_factors, obstacles)
        FROM catalogue_experiment WHERE record_ptr_id = r.id
        UNION ALL SELECT 'terrain', concat_ws(' ', allowed_tests, equipment, conditions)
        FROM catalogue_testsite WHERE record_ptr_id = r.id
        UNION ALL SELECT 'detail', concat_ws(' ', existing_data, missing_data)
        FROM catalogue_need WHERE record_ptr_id = r.id
        UNION ALL SELECT 'resultats', concat_ws(' ', name, text, method, measured_by, source_citation)
        FROM catalogue_indicator WHERE experiment_id = r.id
        UNION ALL SELECT 'capitalisation', text FROM catalogue_section WHERE record_id = r.id
    ) f (name, text)
    WHERE f.text ~ %(email)s OR f.text ~ %(phone)s
) problem
WHERE {scope} AND problem.fields IS NOT NULL
"""

# The indexes of indicator.experiment_id, document.record_id and recordorganisation.record_id carry the few.
NO_RESULT = """
SELECT r.id AS record_id, '{{}}'::jsonb AS detail
FROM catalogue_record r JOIN catalogue_experiment e ON e.record_ptr_id = r.id
WHERE {scope} AND e.status = 'termine' AND e.outcome = 'inconnu'
  AND NOT EXISTS (SELECT FROM catalogue_indicator i WHERE i.experiment_id = r.id)
"""
INCOMPLETE_RESULT = """
SELECT r.id AS record_id,
       jsonb_build_object('resultats', jsonb_agg(
           jsonb_build_object('nom', left(i.name, 80), 'manque', to_jsonb(problem.lacking)) ORDER BY i.id
       )) AS detail
FROM catalogue_record r JOIN catalogue_indicator i ON i.experiment_id = r.id
CROSS JOIN LATERAL (
    SELECT array_remove(ARRAY[
        CASE WHEN i.value IS NOT NULL AND i.unit = '' THEN 'unite' END,
        CASE WHEN i.nature = 'mesure' AND i.year IS NULL THEN 'annee' END,
        CASE WHEN i.nature = 'mesure' AND (i.subject = '' OR i.subject = 'solution' AND i.kind = '')
             THEN 'classe' END,
        CASE WHEN i.source_url = '' AND i.source_citation = '' AND i.document_id IS NULL THEN 'source' END
    ], NULL) AS lacking
) problem
WHERE {scope} AND cardinality(problem.lacking) > 0
GROUP BY r.id
"""
NO_METHOD = """
SELECT r.id AS record_id,
       jsonb_build_object('resultats', jsonb_agg(left(i.name, 80) ORDER BY i.id)) AS detail
FROM catalogue_record r JOIN catalogue_indicator i ON i.experiment_id = r.id
WHERE {scope} AND i.nature = 'mesure' AND btrim(i.method) = ''
GROUP BY r.id
"""
NO_LICENCE = """
SELECT r.id AS record_id,
       jsonb_build_object('documents', jsonb_agg(left(d.title, 80) ORDER BY d.id)) AS detail
FROM catalogue_record r JOIN catalogue_document d ON d.record_id = r.id
WHERE {scope} AND NOT d.is_pending AND btrim(d.licence) = ''
GROUP BY r.id
"""
NO_ALTERNATIVE = """
SELECT r.id AS record_id,
       jsonb_build_object('documents', jsonb_agg(left(d.title, 80) ORDER BY d.id)) AS detail
FROM catalogue_record r JOIN catalogue_document d ON d.record_id = r.id
WHERE {scope} AND NOT d.is_pending AND (d.kind = 'photo' OR d.content_type LIKE 'image/%%')
  AND btrim(d.alternative) = ''
GROUP BY r.id
"""
LINKS = """
    SELECT r.id, r.source_url AS url, 'source' AS place FROM catalogue_record r
    WHERE {scope} AND r.source_url <> ''
    UNION SELECT r.id, d.url, 'document'
    FROM catalogue_record r JOIN catalogue_document d ON d.record_id = r.id
    WHERE {scope} AND NOT d.is_pending AND d.url <> ''
    UNION SELECT r.id, i.source_url, 'resultat'
    FROM catalogue_record r JOIN catalogue_indicator i ON i.experiment_id = r.id
    WHERE {scope} AND i.source_url <> ''
    UNION SELECT r.id, a.source_url, 'label'
    FROM catalogue_record r JOIN catalogue_labelaward a ON a.operation_id = r.id
    WHERE {scope} AND a.source_url <> ''
    UNION SELECT r.id, s.url, 'solution'
    FROM catalogue_record r JOIN catalogue_solution s ON s.record_ptr_id = r.id
    WHERE {scope} AND s.url <> ''
    UNION SELECT r.id, o.url, 'organisation'
    FROM catalogue_record r JOIN catalogue_recordorganisation l ON l.record_id = r.id
    JOIN catalogue_organisation o ON o.id = l.organisation_id
    WHERE {scope} AND o.url <> ''
"""
"""Every external URL on the page of a record, and its place there."""
# linkstate_dead carries the few URLs that answer no more.
DEAD_LINK = f"""
SELECT a.id AS record_id,
       jsonb_build_object('liens', jsonb_agg(
           jsonb_build_object('url', a.url, 'ou', a.place, 'raison', k.fault) ORDER BY a.place, a.url
       )) AS detail
FROM ({LINKS}) a JOIN catalogue_linkstate k ON k.url = a.url AND k.is_dead
GROUP BY a.id
"""  # noqa: S608 (a constant of this module)

# record_due_published carries it. A record that nobody verified and nobody holds ages on its page and in the
# rankings; there is nobody to ask.
OVERDUE = """
SELECT r.id AS record_id, jsonb_build_object('depuis', r.expires_on) AS detail
FROM catalogue_record r
WHERE {scope} AND r.state = 'publiee' AND r.expires_on IS NOT NULL AND r.expires_on < %(today)s
  AND (r.verified_on IS NOT NULL OR r.owner_id IS NOT NULL)
"""
OWNER_ANSWERED = """
SELECT r.id AS record_id,
       jsonb_build_object('reponse', c.answer, 'note', c.note, 'le', c.answered_at::date) AS detail
FROM catalogue_record r
CROSS JOIN LATERAL (
    SELECT c.answer, c.note, c.answered_at FROM catalogue_confirmationround c
    WHERE c.record_id = r.id AND c.answered_at IS NOT NULL ORDER BY c.answered_at DESC LIMIT 1
) c
WHERE {scope} AND r.state = 'publiee' AND c.answer IN ('a-corriger', 'a-retirer')
  AND r.updated_at <= c.answered_at
"""
ORGANISATION_CLOSED = """
SELECT r.id AS record_id, jsonb_build_object('organisations', jsonb_agg(DISTINCT o.name)) AS detail
FROM catalogue_record r
JOIN catalogue_organisation o ON NOT o.is_active AND (o.id = r.owner_id OR EXISTS (
    SELECT FROM catalogue_recordorganisation l
    WHERE l.record_id = r.id AND l.organisation_id = o.id AND l.role IN ('porteur', 'maitre-ouvrage')
))
WHERE {scope}
GROUP BY r.id
"""
NOBODY_LEFT = """
SELECT r.id AS record_id, jsonb_build_object('organisation', o.name) AS detail
FROM catalogue_record r JOIN catalogue_organisation o ON o.id = r.owner_id
WHERE {scope} AND o.is_active AND NOT EXISTS (
    SELECT FROM catalogue_membership m JOIN auth_user u ON u.id = m.user_id AND u.is_active
    WHERE m.organisation_id = o.id AND m.confirmed_at IS NOT NULL
)
"""
# The pairs that nobody judged yet are few: from them to their records.
DUPLICATE = """
SELECT r.id AS record_id, jsonb_build_object('fiches', count(DISTINCT pair.other)) AS detail
FROM (
    SELECT first_id AS own, second_id AS other FROM catalogue_duplicatecandidate WHERE state = 'a-voir'
    UNION ALL SELECT second_id, first_id FROM catalogue_duplicatecandidate WHERE state = 'a-voir'
) pair
JOIN catalogue_record r ON r.id = pair.own
JOIN catalogue_record o ON o.id = pair.other AND o.state NOT IN ('archivee', 'refusee', 'brouillon')
WHERE {scope}
GROUP BY r.id
"""

ALL_RECORDS = "r.state = ANY (%(states)s)"
SOME_RECORDS = f"{ALL_RECORDS} AND r.id = ANY (%(records)s)"

# ``found`` is read once. What a check finds no more goes; what it finds again in the same words is not
# written; what it finds in other words is written, and an exception made for the old words goes. NOT IN is a
# hashed look-up whatever the planner believes of ``found``, where NOT EXISTS could loop over it.
REPLACE = """
WITH found AS MATERIALIZED ({found}), gone AS (
    DELETE FROM catalogue_qualityfinding f
    WHERE f.code = ANY (%(codes)s) AND {within}
      AND (f.record_id, f.code) NOT IN (SELECT record_id, code FROM found)
)
INSERT INTO catalogue_qualityfinding AS f (record_id, code, severity, detail, since, changed_at, waiver)
SELECT record_id, code, severity, detail, %(now)s, %(now)s, '' FROM found ORDER BY record_id, code
ON CONFLICT (record_id, code) DO UPDATE
SET detail = EXCLUDED.detail, severity = EXCLUDED.severity, changed_at = EXCLUDED.changed_at,
    waived_at = NULL, waived_by_id = NULL, waiver = ''
WHERE (f.detail, f.severity) IS DISTINCT FROM (EXCLUDED.detail, EXCLUDED.severity)
"""
FOUND = """
SELECT record_id, '{code}'::text AS code, {severity}::smallint AS severity, detail FROM ({statement}) c"""
# Codes that no check has any more, after an update of the site.
FORGET = "DELETE FROM catalogue_qualityfinding WHERE NOT code = ANY (%(codes)s)"

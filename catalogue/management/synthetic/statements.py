"""The SQL of the synthetic catalogue: set-based, and drawn from a hash of (record, salt, seed).

``draw(i, salt)`` is uniform in [0, 1) and depends on nothing else, so that a seed gives the same
catalogue on the same ground. ``i`` counts the records from 1; ``id`` is the row's key.
"""

CLEAR = """
DROP TABLE IF EXISTS syn_commune, syn_drawn, syn_placed, syn, syn_term, syn_words, syn_place, syn_bearer,
    syn_solution, syn_label
"""

DRAW = """
CREATE OR REPLACE FUNCTION pg_temp.draw(i bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(i, {seed}::bigint * 1000 + salt) & 9007199254740991) / 9007199254740992.0::float8
$$
"""

# Communes in line, each as long as its population (and a little, so that villages have some).
COMMUNES = """
CREATE TEMP TABLE syn_commune ON COMMIT DROP AS
SELECT id, name, point, geometry, greatest(sqrt(coalesce(area_km2, 1)) * 250, 100) AS reach,
       sum(coalesce(population, 0) + 60) OVER (ORDER BY code)::float8 AS upper
FROM geo_territory WHERE level = 'commune' AND is_current AND point IS NOT NULL;
CREATE UNIQUE INDEX ON syn_commune (upper);
ANALYZE syn_commune
"""

# Kinds by share of the count; a solution is a thing and stands nowhere.
DRAWN = """
CREATE TEMP TABLE syn_drawn ON COMMIT DROP AS
SELECT i, kind, c.id AS commune_id,
       1 + floor(cardinality(%(subjects)s::text[]) * power(pg_temp.draw(i, 2), 1.4))::int AS subject,
       CASE WHEN pg_temp.draw(i, 3) < 0.95 THEN 2008 + floor(18 * power(pg_temp.draw(i, 4), 0.6))::int
           END AS year,
       CASE WHEN pg_temp.draw(i, 5) < 0.97 THEN 'publiee'
            WHEN pg_temp.draw(i, 5) < 0.98 THEN 'brouillon'
            WHEN pg_temp.draw(i, 5) < 0.99 THEN 'en-instruction' ELSE 'archivee' END AS state
FROM (
    SELECT i, CASE WHEN i <= %(solutions)s THEN 'solution'
                   WHEN i <= %(records)s * 0.66 THEN 'experimentation'
                   WHEN i <= %(records)s * 0.80 THEN 'operation'
                   WHEN i <= %(records)s * 0.88 THEN 'site' ELSE 'besoin' END AS kind
    FROM generate_series(1::bigint, %(records)s) AS i
) numbered
LEFT JOIN LATERAL (
    SELECT id FROM syn_commune
    WHERE kind <> 'solution' AND upper > pg_temp.draw(i, 1) * (SELECT max(upper) FROM syn_commune)
    ORDER BY upper LIMIT 1
) c ON true
"""

# Where each one stands: near its commune's point and inside the commune, else at that point.
# Sorted by commune, so that PostGIS prepares each outline once.
PLACED = """
CREATE TEMP TABLE syn_placed ON COMMIT DROP AS
SELECT i, name, CASE WHEN far_inside THEN far WHEN near_inside THEN near ELSE point END AS place,
       CASE WHEN far_inside OR near_inside THEN CASE WHEN pg_temp.draw(i, 10) < 0.5 THEN 'exacte'
           ELSE 'adresse' END
            ELSE 'commune' END AS precision
FROM (
    SELECT tried.*, wanted AND coalesce(ST_Covers(geometry, far), false) AS far_inside,
           wanted AND coalesce(ST_Covers(geometry, near), false) AS near_inside
    FROM (
        SELECT d.i, c.name, c.point, c.geometry,
               d.kind IN ('operation', 'site') OR pg_temp.draw(i, 9) < 0.75 AS wanted,
               ST_Project(c.point::geography, metres, azimuth)::geometry AS far,
               ST_Project(c.point::geography, metres / 4, azimuth)::geometry AS near
        FROM syn_drawn d
        JOIN syn_commune c ON c.id = d.commune_id
        CROSS JOIN LATERAL (
            SELECT c.reach * sqrt(-ln(1 - pg_temp.draw(i, 7))) AS metres, 2 * pi() * pg_temp.draw(i, 8)
                AS azimuth
        ) away
        ORDER BY c.id, d.i
    ) tried
) judged
"""

# A perimeter is a star of seven corners around the place, 60 to 400 metres wide;
# a few experiments are streets.
STAGED = """
CREATE TEMP TABLE syn ON COMMIT DROP AS
SELECT d.*, %(first_id)s + d.i - 1 AS id, p.name, coalesce(p.precision, 'aucune') AS precision,
       CASE
           WHEN (d.kind = 'operation' AND pg_temp.draw(d.i, 11) < 0.6)
             OR (d.kind = 'site' AND pg_temp.draw(d.i, 11) < 0.5) THEN ST_MakePolygon(ST_MakeLine(ARRAY(
               SELECT ST_Project(p.place::geography,
                                 (60 + 340 * power(pg_temp.draw(d.i, 12), 3))
                                     * (0.55 + 0.45 * pg_temp.draw(d.i, 20 + k %% 7)),
                                 2 * pi() * (k %% 7) / 7)::geometry
               FROM generate_series(0, 7) AS k ORDER BY k)))
           WHEN d.kind = 'experimentation' AND pg_temp.draw(d.i, 11) < 0.01 THEN ST_MakeLine(
               p.place, ST_Project(p.place::geography, 150, 2 * pi() * pg_temp.draw(d.i, 12))::geometry)
           ELSE p.place
       END AS geometry,
       CASE WHEN d.year IS NOT NULL AND pg_temp.draw(d.i, 30) < 0.6
            THEN d.year + floor(4 * pg_temp.draw(d.i, 31))::int END AS year_end,
       CASE WHEN d.kind = 'experimentation' THEN (ARRAY['exploration', 'experimentation', 'experimentation',
           'deploiement', 'deploiement', 'termine', 'termine', 'termine', 'termine', 'abandonne'])
           [1 + floor(10 * pg_temp.draw(d.i, 32))::int] END AS status,
       d.kind = 'experimentation' AND pg_temp.draw(d.i, 33) < 0.3 AS measured,
       pg_temp.draw(d.i, 34) < 0.3 AS independent,
       1 + floor(cardinality(%(summaries)s::text[]) * pg_temp.draw(d.i, 40))::int AS summary,
       1 + floor(cardinality(%(bodies)s::text[]) * pg_temp.draw(d.i, 41))::int AS first_body,
       1 + floor(cardinality(%(bodies)s::text[]) * pg_temp.draw(d.i, 42))::int AS second_body,
       CASE WHEN d.kind = 'experimentation'
            THEN 1 + floor(%(solutions)s * power(pg_temp.draw(d.i, 51), 1.5))::bigint END AS solution,
       CASE WHEN d.kind = 'site' THEN (ARRAY['ouvert', 'ouvert', 'reserve', 'ferme', 'historique'])
           [1 + floor(5 * pg_temp.draw(d.i, 57))::int] END AS site_state,
       CASE WHEN d.kind = 'site'
            THEN 1 + floor(cardinality(%(tests)s::text[]) * pg_temp.draw(d.i, 58))::int END AS test,
       (%(subject_themes)s::int[])[d.subject] AS theme,
       CASE WHEN pg_temp.draw(d.i, 61) < 0.5 THEN nullif(
           1 + floor(16 * power(pg_temp.draw(d.i, 60), 1.5))::int,
               (%(subject_themes)s::int[])[d.subject]) END AS other_theme,
       1 + floor(3 * pg_temp.draw(d.i, 62))::int AS stake,
       floor(-ln(1 - pg_temp.draw(d.i, 63)) / 0.55)::int AS programme,
       1 + floor(%(organisations)s * pg_temp.draw(d.i, 64))::bigint AS organisation,
       CASE WHEN d.kind = 'operation' AND pg_temp.draw(d.i, 66) < 0.5
            THEN 1 + floor(cardinality(%(steps)s::text[]) * pg_temp.draw(d.i, 65))::int END AS award,
       CASE WHEN d.kind = 'experimentation' AND (pg_temp.draw(d.i, 33) < 0.3 OR pg_temp.draw(d.i, 69) < 0.15)
            THEN 1 + floor(cardinality(%(measures)s::text[]) * pg_temp.draw(d.i, 67))::int END AS measure,
       pg_temp.draw(d.i, 70) < 0.1 AS documented
FROM syn_drawn d LEFT JOIN syn_placed p ON p.i = d.i
ORDER BY d.i;
CREATE UNIQUE INDEX ON syn (i);
ANALYZE syn
"""

RECORDS = """
INSERT INTO catalogue_record (
    id, kind, title, slug, summary, description, geometry, location_precision, place_name, territory_id,
    country, year_start, year_end, proof_level, state, source_id, source_url, source_citation, external_id,
    locked_fields, verified_on, language, is_synthetic, created_at, updated_at, published_at
)
SELECT id, kind, '[synthèse] ' || (%(subjects)s::text[])[subject] || coalesce(' – ' || name, ' n° ' || i),
       'synthese-' || %(seed)s || '-' || i,
       (%(summaries)s::text[])[summary], (%(bodies)s::text[])[first_body] || ' '
           || (%(bodies)s::text[])[second_body],
       geometry, precision, coalesce(name, ''), commune_id, 'FR', year, year_end,
       CASE WHEN kind = 'solution' THEN 0
            WHEN kind = 'experimentation' THEN CASE
                WHEN measured AND independent THEN 4 WHEN measured THEN 3
                WHEN status IN ('termine', 'abandonne') THEN 2
                WHEN status IN ('experimentation', 'deploiement') THEN 1 ELSE 0 END END,
       state, %(source)s, '', %(citation)s, %(seed)s || '-' || i, '{}',
       date '2025-12-31' - floor(700 * pg_temp.draw(i, 43))::int, 'fr', true, changed, changed,
       CASE WHEN state = 'publiee' THEN changed END
FROM syn, LATERAL (
    SELECT timestamptz '2025-12-31 12:00+00' - 900 * pg_temp.draw(i, 44) * interval '1 day' AS changed
) c
ORDER BY i
"""

KINDS = (
    """
    INSERT INTO catalogue_solution (record_ptr_id, trl, costs, reuse_conditions, obstacles_lifted, url)
    SELECT id, 3 + floor(7 * pg_temp.draw(i, 50))::int, '', '', '', '' FROM syn WHERE kind = 'solution'
    """,
    """
    INSERT INTO catalogue_experiment (record_ptr_id, solution_id, status, status_on, abandon_reason, outcome,
                                      kept, changed, success_factors, obstacles)
    SELECT id, %(first_id)s + solution - 1, status, '2025',
           CASE WHEN status = 'abandonne' THEN %(abandon)s ELSE '' END,
           CASE WHEN status NOT IN ('termine', 'abandonne') THEN 'inconnu'
                ELSE (ARRAY['concluant', 'concluant', 'concluant', 'mitige', 'non-concluant', 'inconnu'])
                     [1 + floor(6 * pg_temp.draw(i, 52))::int] END, '', '', '', ''
    FROM syn WHERE kind = 'experimentation'
    """,
    """
    INSERT INTO catalogue_operation (record_ptr_id, operation_type, dwellings, social_dwellings, area_ha)
    SELECT id, (ARRAY['renouvellement', 'extension', 'mixte'])[1 + floor(3 * pg_temp.draw(i, 53))::int],
           dwellings, floor(dwellings * pg_temp.draw(i, 54) / 2)::int,
           1 + round((30 * pg_temp.draw(i, 55))::numeric, 2)
    FROM syn, LATERAL (SELECT 20 + floor(900 * power(pg_temp.draw(i, 56), 2))::int AS dwellings) d
    WHERE kind = 'operation'
    """,
    """
    INSERT INTO catalogue_testsite (record_ptr_id, site_state, allowed_tests, ground_kinds, equipment,
        conditions)
    SELECT id, site_state, (%(tests)s::text[])[test], '{}', '', '' FROM syn WHERE kind = 'site'
    """,
    """
    INSERT INTO catalogue_need (record_ptr_id, audiences, frequency, existing_data, missing_data, workshop)
    SELECT id, '{collectivite}',
           (ARRAY['idee', 'ponctuel', 'recurrent'])[1 + floor(3 * pg_temp.draw(i, 59))::int],
           '', '', '' FROM syn WHERE kind = 'besoin'
    """,
)

# Themes: the subject's own, and for half of the records another; stakes one; programmes from common to rare.
LINKS = (
    """
    INSERT INTO catalogue_record_themes (record_id, theme_id)
    SELECT s.id, t.id FROM syn s JOIN syn_term t ON t.list = 'theme' AND t.rank IN (s.theme, s.other_theme)
    """,
    """
    INSERT INTO catalogue_record_stakes (record_id, stake_id)
    SELECT s.id, t.id FROM syn s JOIN syn_term t ON t.list = 'enjeu' AND t.rank = s.stake
    """,
    """
    INSERT INTO catalogue_record_programmes (record_id, programme_id)
    SELECT s.id, t.id FROM syn s JOIN syn_term t ON t.list = 'programme' AND t.rank = s.programme
    """,
    """
    INSERT INTO catalogue_recordorganisation (record_id, organisation_id, role)
    SELECT id, %(first_organisation)s + organisation - 1,
           CASE kind WHEN 'operation' THEN 'maitre-ouvrage' ELSE 'porteur' END FROM syn
    """,
    """
    INSERT INTO catalogue_labelaward (operation_id, label, regime, step, year, source_citation, source_url,
        note)
    SELECT id, %(label)s, (%(regimes)s::text[])[award], (%(steps)s::text[])[award],
           greatest(coalesce(year, 2014), 2009),
           %(citation)s, '', ''
    FROM syn WHERE award IS NOT NULL
    """,
    """
    INSERT INTO catalogue_indicator (experiment_id, name, nature, subject, kind, reference, baseline, value,
        unit, text, year, period, method, measured_by, measurer_id, is_third_party, source_url,
        source_citation)
    SELECT s.id, (%(measures)s::text[])[measure], CASE WHEN measured THEN 'mesure' ELSE 'annonce' END,
           'solution', 'effet', 'avant', NULL, round((5 + 90 * pg_temp.draw(s.i, 68))::numeric, 1),
           (%(units)s::text[])[measure], '', coalesce(year_end, year, 2020), '', '', %(measured_by)s,
           m.measurer, measured AND independent, '',
           %(citation)s
    FROM syn s
    -- the next organisation that bears neither the experiment nor its solution: of three there is one
    LEFT JOIN LATERAL (
        SELECT %(first_organisation)s + (s.organisation + step - 1) %% %(organisations)s AS measurer
        FROM generate_series(1, 2) AS step, syn v
        WHERE v.i = s.solution AND (s.organisation + step - 1) %% %(organisations)s + 1 <> v.organisation
        ORDER BY step LIMIT 1
    ) m ON s.measured AND s.independent
    WHERE s.measure IS NOT NULL
    """,
    """
    INSERT INTO catalogue_document (record_id, kind, title, url, file, licence, credit, published_year,
                                    content_type, thumbnail, alternative)
    SELECT id, 'fiche', %(document)s, 'https://synthese.invalid/' || i, '', '', '', year, '', '', ''
        FROM syn WHERE documented
    """,
    """
    INSERT INTO catalogue_needanswer (need_id, solution_id, how)
    SELECT id, %(first_id)s + floor(%(solutions)s * pg_temp.draw(i, 71))::bigint, ''
    FROM syn WHERE kind = 'besoin' AND pg_temp.draw(i, 72) < 0.5
    """,
)

TERMS = """
CREATE TEMP TABLE syn_term ON COMMIT DROP AS
SELECT 'theme' AS list, row_number() OVER (ORDER BY position, code) AS rank, id, code, label
    FROM catalogue_theme
UNION ALL SELECT 'enjeu', row_number() OVER (ORDER BY position, code), id, code, label FROM catalogue_stake
UNION ALL SELECT 'programme', row_number() OVER (ORDER BY position, code), id, code, label
    FROM catalogue_programme
"""

ORGANISATIONS = """
INSERT INTO catalogue_organisation (id, name, slug, kind, siren, siret, territory_id, country, url,
                                    description, is_active, created_at, updated_at)
SELECT %(first_organisation)s + n - 1,
       '[synthèse] ' || (%(organisation_names)s::text[])[1 + n %% cardinality(%(organisation_names)s::text[])]
           || ' n° ' || n,
       'synthese-' || %(seed)s || '-organisation-' || n,
       (%(organisation_kinds)s::text[])[1 + n %% cardinality(%(organisation_kinds)s::text[])],
       '', '', c.id, 'FR', '', 'Organisation fictive.', true, now(), now()
FROM generate_series(1, %(organisations)s) AS n
CROSS JOIN LATERAL (
    SELECT id FROM syn_commune WHERE upper > pg_temp.draw(n, 80) * (SELECT max(upper) FROM syn_commune)
    ORDER BY upper LIMIT 1
) c
"""

# A block of keys of the table's own sequence; the last key of the block becomes the sequence's last value.
RESERVE = """
SELECT setval(sequence, nextval(sequence) + %(count)s - 1) - %(count)s + 1
FROM (SELECT pg_get_serial_sequence(%(table)s, 'id')::regclass AS sequence) s
"""

SYNTHETIC = "catalogue_record WHERE is_synthetic"

# Everything that hangs from a synthetic record, children first.
REMOVE = (
    *(
        f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM {SYNTHETIC})"  # noqa: S608
        for table, column in (
            ("catalogue_needanswer", "need_id"),
            ("catalogue_needanswer", "solution_id"),
            ("catalogue_indicator", "experiment_id"),
            ("catalogue_labelaward", "operation_id"),
            ("catalogue_document", "record_id"),
            ("catalogue_recordorganisation", "record_id"),
            ("catalogue_record_themes", "record_id"),
            ("catalogue_record_stakes", "record_id"),
            ("catalogue_record_programmes", "record_id"),
            ("catalogue_recordmeaning", "record_id"),
            ("catalogue_application", "site_id"),
            ("catalogue_application", "solution_id"),
            ("catalogue_transition", "record_id"),
            ("catalogue_revision", "record_id"),
            ("catalogue_duplicatecandidate", "first_id"),
            ("catalogue_duplicatecandidate", "second_id"),
            ("catalogue_merge", "survivor_id"),
            ("catalogue_merge", "loser_id"),
            ("catalogue_searchentry", "record_id"),
            ("catalogue_experiment", "record_ptr_id"),
            ("catalogue_solution", "record_ptr_id"),
            ("catalogue_operation", "record_ptr_id"),
            ("catalogue_testsite", "record_ptr_id"),
            ("catalogue_need", "record_ptr_id"),
        )
    ),
    """UPDATE catalogue_contactrequest SET record_id = NULL
       WHERE record_id IN (SELECT id FROM catalogue_record WHERE is_synthetic)""",
    "DELETE FROM catalogue_record WHERE is_synthetic",
    "DELETE FROM catalogue_organisation WHERE slug LIKE 'synthese-%-organisation-%'",
    "DELETE FROM catalogue_theme WHERE code LIKE 'synthese-%'",
    "DELETE FROM catalogue_stake WHERE code LIKE 'synthese-%'",
    "DELETE FROM catalogue_programme WHERE code LIKE 'synthese-%'",
    "DELETE FROM catalogue_source WHERE code = 'synthese'",
)

TABLES = [
    "catalogue_record",
    "catalogue_solution",
    "catalogue_experiment",
    "catalogue_operation",
    "catalogue_testsite",
    "catalogue_need",
    "catalogue_record_themes",
    "catalogue_record_stakes",
    "catalogue_record_programmes",
    "catalogue_recordorganisation",
    "catalogue_labelaward",
    "catalogue_indicator",
    "catalogue_document",
    "catalogue_needanswer",
]

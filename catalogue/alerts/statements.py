"""The SQL of the reverse match: which saved searches would list the records just published.

Each condition is that of the page: ``RecordFilterForm.narrow`` for the map and the list, the hard
constraints of ``matching`` (ranking 2) for the grounds. A property test compares both ways.
"""

# The records, with everything that a search may ask of them; ``g`` is the ground as ranking 2 sees it.
FRESH = """
fresh AS MATERIALIZED (
    SELECT r.id, r.kind, r.geometry, r.geog, r.proof_level, r.year_start, r.published_at,
           coalesce(r.year_end, r.year_start) AS last_year, coalesce(e.terms, '{}') AS terms, e.document,
           t.population,
           ARRAY[t.id, t.commune_id, t.epci_id, t.ept_id, t.departement_id, t.region_id] AS within,
           g.population AS ground_population, g.density_class, g.is_coastal, g.region_id,
           ARRAY[g.id, g.epci_id, g.ept_id, g.departement_id] AS around,
           r.territory_id IS NULL AND r.geog IS NULL AS is_national
    FROM catalogue_record r
    LEFT JOIN catalogue_searchentry e ON e.record_id = r.id
    LEFT JOIN geo_territory t ON t.id = r.territory_id
    LEFT JOIN geo_territory g ON g.id = coalesce(t.commune_id, t.id)
    WHERE r.id = ANY (%(records)s) AND r.state = 'publiee'
)"""

# Who may want a record ``f``, by index: the GiST of the zones, the territories, the terms, those without
# either; a need that stands nowhere is offered to every search of grounds.
CANDIDATES = """
SELECT * FROM catalogue_savedsearch WHERE zone && f.geometry
UNION ALL
SELECT * FROM catalogue_savedsearch WHERE territory_id = ANY (f.within) AND zone IS NULL
UNION ALL
SELECT * FROM catalogue_savedsearch
WHERE terms && f.terms AND zone IS NULL AND territory_id IS NULL AND facets > 0
UNION ALL
SELECT * FROM catalogue_savedsearch WHERE zone IS NULL AND territory_id IS NULL AND facets = 0
UNION ALL
SELECT * FROM catalogue_savedsearch
WHERE f.is_national AND target = 'terrain' AND (zone IS NOT NULL OR territory_id IS NOT NULL)
"""

# RecordFilterForm.narrow, parameter by parameter.
WANTED_ON_MAP = """
s.target = 'carte'
AND (s.kinds = '{}' OR f.kind = ANY (s.kinds))
AND (s.facets = 0 OR s.facets = (
    SELECT count(DISTINCT split_part(term, ':', 1)) FROM unnest(s.terms) AS term WHERE term = ANY (f.terms)
))
AND (s.words IS NULL OR f.document @@ s.words)
AND (s.proof IS NULL OR f.proof_level >= s.proof)
AND (s.first_year IS NULL OR f.last_year >= s.first_year)
AND (s.last_year IS NULL OR f.year_start <= s.last_year)
AND (s.population_min IS NULL OR f.population >= s.population_min)
AND (s.population_max IS NULL OR f.population <= s.population_max)
AND (s.territory_id IS NULL OR s.territory_id = ANY (f.within))
AND (s.twins IS NULL OR s.twins && f.within)
AND (s.zone IS NULL OR EXISTS (SELECT FROM ST_Dump(s.zone) AS part WHERE part.geom && f.geometry))
AND (s.centre IS NULL OR ST_DWithin(f.geog, s.centre, s.radius_m))
"""

# The hard constraints of ranking 2 on a ground, and no place that has the solution.
ACCEPTED = """
(s.population_min IS NULL OR f.ground_population >= s.population_min)
AND (s.population_max IS NULL OR f.ground_population <= s.population_max)
AND (s.densities = '{}' OR f.density_class = ANY (s.densities))
AND (NOT s.coastal OR f.is_coastal)
AND (s.territory_id IS NULL OR f.region_id = s.territory_id)
AND (s.centre IS NULL OR ST_DWithin(f.geog, s.centre, s.radius_m))
AND NOT EXISTS (
    SELECT FROM catalogue_experiment x
    JOIN catalogue_record xr ON xr.id = x.record_ptr_id AND xr.state = 'publiee'
    JOIN geo_territory u ON u.id = xr.territory_id
    WHERE x.solution_id = s.solution_id AND (u.id = ANY (f.around) OR u.commune_id = ANY (f.around))
)
"""
WANTED_AS_GROUND = """
s.target = 'terrain'
AND (s.solution_id IS NULL OR EXISTS (
    SELECT FROM catalogue_record sr WHERE sr.id = s.solution_id AND sr.state = 'publiee'
))
AND CASE f.kind
    WHEN 'site' THEN EXISTS (
        SELECT FROM catalogue_testsite site
        WHERE site.record_ptr_id = f.id AND site.site_state IN ('ouvert', 'reserve', 'historique')
          AND (site.available_until IS NULL OR site.available_until >= %(today)s)
          AND (s.grounds = '{}' OR site.ground_kinds && s.grounds)
    ) AND <accepted>
    WHEN 'besoin' THEN (
        s.terms && f.terms
        OR EXISTS (
            SELECT FROM catalogue_needanswer a WHERE a.need_id = f.id AND a.solution_id = s.solution_id
        )
    ) AND (f.is_national OR <accepted>)
    ELSE false
END
""".replace("<accepted>", ACCEPTED)

# The reason: the place, the terms that the record bears, the rest; else the criteria themselves.
REASON = """
concat_ws(', ',
    CASE WHEN f.published_at < s.created_at THEN %(updated)s END,
    coalesce(nullif(concat_ws(', ',
        nullif(s.told ->> 'solution', ''),
        nullif(s.told ->> 'place', ''),
        (SELECT string_agg(s.told -> 'terms' ->> wanted.term, ', ' ORDER BY wanted.turn)
         FROM unnest(s.terms) WITH ORDINALITY AS wanted (term, turn) WHERE wanted.term = ANY (f.terms)),
        nullif(s.told ->> 'others', '')
    ), ''), s.criteria)
)"""

MATCHES = f"""
FROM fresh f CROSS JOIN LATERAL ({CANDIDATES}) s
WHERE s.is_readable AND (({WANTED_ON_MAP}) OR ({WANTED_AS_GROUND}))
"""
FIND = f"WITH {FRESH}\nSELECT s.id, f.id {MATCHES}"
KEEP = f"""
WITH {FRESH}
INSERT INTO catalogue_alertmatch (search_id, record_id, reason, matched_at)
SELECT s.id, f.id, {REASON}, %(now)s {MATCHES}
ORDER BY s.id, f.id
ON CONFLICT (search_id, record_id) DO NOTHING
"""

# Searches whose words would be read otherwise today: a word of these records ends the last one in a way
# not known when it was read (savedsearch_completed), or a word was unknown then; and those of a solution
# among these records, whose themes may have changed.
READ_OTHERWISE = """
WITH word AS MATERIALIZED (
    SELECT DISTINCT k.key, k.stem
    FROM catalogue_searchentry e
    CROSS JOIN LATERAL unnest(tsvector_to_array(e.document)) AS lexeme
    JOIN catalogue_searchword k ON k.stem = lexeme
    WHERE e.record_id = ANY (%(records)s)
), beginning AS MATERIALIZED (
    SELECT DISTINCT left(word.key, n) AS key, word.stem
    FROM word CROSS JOIN LATERAL generate_series(%(shortest)s, length(word.key)) AS n
)
SELECT s.id FROM catalogue_savedsearch s
JOIN beginning b ON b.key = s.completed
WHERE s.completed <> '' AND b.stem <> ALL (s.endings)
UNION
SELECT s.id FROM catalogue_savedsearch s WHERE s.has_unknown_words
UNION
SELECT s.id FROM catalogue_savedsearch s WHERE s.solution_id = ANY (%(records)s)
"""

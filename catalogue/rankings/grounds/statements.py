"""The SQL of ranking 2: where a solution has been, and which territories, sites and needs suit it.

Names in braces are filled from constants of this package only (levels, parent columns, the fixed texts of
``wish.CONSTRAINTS``); every value is a parameter.
"""

# The experiment's solution_id index carries what has the solution: as many places as territories at most.
# The two others are the territories that the hard constraints accept, without and with the radius: at most
# FEW + 1 of each, so that a loose constraint costs nothing; territory_geog carries the radius.
PLACES = """
WITH has AS (
    SELECT u.id, u.commune_id, u.epci_id
    FROM catalogue_experiment e
    JOIN catalogue_record r ON r.id = e.record_ptr_id AND r.state = 'publiee'
    JOIN geo_territory u ON u.id = r.territory_id
    WHERE e.solution_id = %(solution)s
)
SELECT ARRAY(SELECT id FROM has UNION SELECT commune_id FROM has WHERE commune_id IS NOT NULL),
       ARRAY(SELECT DISTINCT epci_id FROM has WHERE epci_id IS NOT NULL),
       ARRAY({accepted}),
       ARRAY({accepted_near})
"""
ACCEPTED = """
    SELECT u.id FROM geo_territory u JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
    WHERE {conditions} LIMIT %(few)s + 1"""

# Where the solution was tried, best proof first: neither abandoned nor inconclusive, and past the idea.
MODELS = """
SELECT m.territory_id, t.name, m.title, m.slug, m.proof_level, ST_X(t.point) AS lon, ST_Y(t.point) AS lat
FROM (
    SELECT DISTINCT ON (p.territory_id) p.territory_id, r.title, r.slug, r.proof_level
    FROM {experiments}
    JOIN geo_territory u ON u.id = r.territory_id
    JOIN geo_territoryprofile p ON p.level = '{level}' AND p.territory_id = {profiled}
    WHERE e.status IN ('experimentation', 'deploiement', 'termine') AND e.outcome <> 'non-concluant'
    ORDER BY p.territory_id, r.proof_level DESC NULLS LAST, r.id
) m
JOIN geo_territory t ON t.id = m.territory_id
ORDER BY m.proof_level DESC NULLS LAST, m.territory_id
LIMIT %(models)s
"""
OF_SOLUTION = """catalogue_experiment e
    JOIN catalogue_record r ON r.id = e.record_ptr_id AND r.state = 'publiee'
        AND e.solution_id = %(solution)s"""
OF_LIKE = """catalogue_experiment e
    JOIN catalogue_record r ON r.id = e.record_ptr_id AND r.state = 'publiee'
        AND e.solution_id = ANY (%(like)s)"""
# searchentry_terms carries it; at most READ of them are looked at.
OF_THEMES = """(
        SELECT record_id FROM catalogue_searchentry
        WHERE terms @> '{type:experimentation,mesures:oui}' AND terms && %(theme_terms)s LIMIT %(read)s
    ) found
    JOIN catalogue_experiment e ON e.record_ptr_id = found.record_id
    JOIN catalogue_record r ON r.id = e.record_ptr_id AND r.state = 'publiee'"""

# {pool} is one of the two below; the KEPT of them that resemble and are near most are examined; their sites
# and their needs come by record_territory_kind.
TERRITORIES = """
WITH model AS MATERIALIZED (
    SELECT m.position, p.territory_id, p.profile, p.values
    FROM unnest(%(model_ids)s::bigint[]) WITH ORDINALITY AS m (id, position)
    JOIN geo_territoryprofile p ON p.territory_id = m.id
), pool AS MATERIALIZED (
    {pool}
    UNION SELECT t.id FROM geo_territory t WHERE t.id = %(named)s AND {accepted}
), likened AS (
    SELECT DISTINCT ON (pool.id) pool.id, model.position, p.values, model.values AS model_values,
           1 / (1 + (p.profile <-> model.profile) / 2) AS resemblance
    FROM pool
    JOIN geo_territoryprofile p ON p.territory_id = pool.id
    CROSS JOIN model
    ORDER BY pool.id, p.profile <-> model.profile, model.position
), kept AS MATERIALIZED (
    SELECT l.* FROM likened l JOIN geo_territory t ON t.id = l.id
    ORDER BY t.id = %(named)s DESC NULLS LAST,
             l.resemblance / (1 + coalesce(ST_Distance(t.geog, %(point)s::geography, false),
                 0) / 50000) DESC, l.id
    LIMIT %(kept)s
), factored AS (
    SELECT l.*, t.level, t.code, t.name, t.point, t.population, t.departement_id,
           ST_Distance(t.geog, %(point)s::geography) AS metres, site.state AS site_state, site.slug
               AS site_slug,
           site.title AS site_title, coalesce(need.count, 0) AS needs, need.slug AS need_slug,
               need.title AS need_title
    FROM kept l
    JOIN geo_territory t ON t.id = l.id
    LEFT JOIN LATERAL (
        SELECT s.site_state AS state, r.slug, r.title
        FROM geo_territory u
        JOIN catalogue_record r ON r.territory_id = u.id AND r.kind = 'site' AND r.state = 'publiee'
        JOIN catalogue_testsite s ON s.record_ptr_id = r.id
        WHERE (u.id = t.id OR u.{parent} = t.id) AND s.site_state IN ('ouvert', 'reserve')
          AND (s.available_until IS NULL OR s.available_until >= %(today)s)
        ORDER BY s.site_state, r.id
        LIMIT 1
    ) site ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS count, min(n.slug) AS slug, (array_agg(n.title ORDER BY n.slug))[1] AS title
        FROM (
            SELECT r.slug, r.title
            FROM geo_territory u
            JOIN catalogue_record r ON r.territory_id = u.id AND r.kind = 'besoin' AND r.state = 'publiee'
            WHERE (u.id = t.id OR u.{parent} = t.id) AND (
                r.id = ANY (%(near_needs)s::bigint[])
                OR NOT %(has_subject)s AND EXISTS (
                    SELECT FROM catalogue_record_themes rt
                    WHERE rt.record_id = r.id AND rt.theme_id = ANY (%(themes)s::bigint[]))
                OR EXISTS (SELECT FROM catalogue_needanswer a
                           WHERE a.need_id = r.id AND a.solution_id = %(solution)s)
            )
            LIMIT 20
        ) n
    ) need ON true
), scored AS (
    SELECT *, CASE WHEN metres IS NULL THEN 1 ELSE 1 / (1 + metres / 50000) END AS nearness,
           CASE site_state WHEN 'ouvert' THEN 1 WHEN 'reserve' THEN 0.75 ELSE 0.5 END AS ground,
           CASE WHEN needs > 0 THEN 1 ELSE 0.5 END AS need
    FROM factored
), ranked AS (
    SELECT *, resemblance * nearness * ground * need AS score,
           row_number() OVER (ORDER BY resemblance * nearness * ground * need DESC, id) AS rank,
           count(*) OVER () AS examined
    FROM scored
)
SELECT r.id, r.level, r.code, r.name, d.name AS departement, ST_X(r.point) AS lon, ST_Y(r.point) AS lat,
    r.population,
       r.values, r.model_values, r.position, r.metres, r.site_state, r.site_slug, r.site_title,
       r.needs, r.need_slug, r.need_title,
       r.resemblance::float8, r.nearness::float8, r.ground::float8, r.need::float8, r.score::float8,
           r.rank, r.examined
FROM ranked r
LEFT JOIN geo_territory d ON d.id = r.departement_id
WHERE r.rank <= %(limit)s OR r.id = %(named)s
ORDER BY r.rank
"""
# profile_knn_<level> carries the KNN from each model and territory_geog the nearest places.
POOL_BY_KNN = """
    SELECT near.id
    FROM model
    CROSS JOIN LATERAL (
        SELECT t.id
        FROM geo_territoryprofile p JOIN geo_territory t ON t.id = p.territory_id
        WHERE p.level = '{level}' AND {accepted}
        ORDER BY p.profile <-> model.profile
        LIMIT %(per_model)s
    ) near
    {close_by}"""
CLOSE_BY = """UNION
    SELECT near.id
    FROM (
        SELECT t.id FROM geo_territory t
        WHERE t.level = '{level}' AND t.is_current AND {accepted}
        ORDER BY t.geog <-> %(point)s::geography
        LIMIT %(nearest)s
    ) near"""
# A few territories satisfy the constraints: all of them, by their keys.
POOL_OF_FEW = """
    SELECT t.id FROM geo_territory t
    WHERE t.id = ANY (%(few_near)s) AND t.level = '{level}' AND t.is_current AND {accepted}"""

MODEL = """WITH model AS MATERIALIZED (
    SELECT m.position, q.level, q.profile, q.values
    FROM unnest(%(model_ids)s::bigint[]) WITH ORDINALITY AS m (id, position)
    JOIN geo_territoryprofile q ON q.territory_id = m.id
), """
# The likeness of a territory ``t`` to the nearest of the models, by the primary key of the profiles.
LIKENED = """LEFT JOIN LATERAL (
        SELECT model.position, p.values, model.values AS model_values,
               1 / (1 + (p.profile <-> model.profile) / 2) AS resemblance
        FROM geo_territoryprofile p JOIN model ON model.level = p.level
        WHERE p.territory_id = t.id
        ORDER BY p.profile <-> model.profile, model.position
        LIMIT 1
    ) likened ON true"""

# {scan} is one of those below; each gives at most READ records, every one through an index.
SITES = """
{model}candidate AS MATERIALIZED (
    SELECT found.id
    FROM unnest('{{ouvert,reserve,historique}}'::text[]) AS wanted (state)
    CROSS JOIN LATERAL ({scan}) found
), placed AS (
    SELECT r.id, r.slug, r.title, r.summary, r.place_name, s.site_state, s.allowed_tests, s.ground_kinds,
           s.available_from, s.available_until, ST_X(r.point) AS lon, ST_Y(r.point) AS lat,
               r.location_precision,
           ST_Distance(r.geog, %(point)s::geography) AS metres, u.name AS territory_name, d.name
               AS departement,
           CASE WHEN r.expires_on < %(today)s THEN r.expires_on END AS stale_since,
           r.verified_on, r.stated_on,
           themed.bears, themed.shared, likened.position, likened.values, likened.model_values,
               likened.resemblance,
           r.id = ANY (%(near_sites)s::bigint[])
               OR coalesce(to_tsvector('francais', s.allowed_tests) @@ described.words, false) AS suits
    FROM candidate c
    CROSS JOIN (
        SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS words
        FROM unnest(tsvector_to_array(to_tsvector('francais', %(description)s))) AS lexeme
        WHERE length(lexeme) >= 4
    ) described
    JOIN catalogue_record r ON r.id = c.id
    JOIN catalogue_testsite s ON s.record_ptr_id = r.id
    LEFT JOIN geo_territory u ON u.id = r.territory_id
    LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
    LEFT JOIN geo_territory d ON d.id = t.departement_id
    {likened}
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS bears,
               coalesce(array_agg(th.label ORDER BY th.position)
                        FILTER (WHERE th.id = ANY (%(themes)s::bigint[])), '{{}}') AS shared
        FROM catalogue_record_themes rt JOIN catalogue_theme th ON th.id = rt.theme_id
        WHERE rt.record_id = r.id
    ) themed
), scored AS (
    SELECT *, CASE site_state WHEN 'ouvert' THEN 1 WHEN 'reserve' THEN 0.6 ELSE 0.35 END AS ground,
           CASE WHEN %(themes)s::bigint[] = '{{}}' OR shared <> '{{}}' THEN 1 WHEN bears THEN 0.3
               ELSE 0.6 END AS theme,
           CASE WHEN %(description)s = '' OR suits THEN 1 ELSE 0.6 END AS fit,
           CASE WHEN %(point)s IS NULL THEN 1 WHEN metres IS NULL THEN 0.25
               ELSE 1 / (1 + metres / 50000) END AS nearness,
           CASE WHEN cardinality(%(model_ids)s::bigint[]) = 0 THEN 1 ELSE coalesce(resemblance,
               0.25) END AS likeness,
           CASE WHEN stale_since IS NULL THEN 1 ELSE %(stale)s END AS currency
    FROM placed
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY site_state = 'historique' ORDER BY score DESC, id) AS rank
    FROM (SELECT *, ground * theme * fit * nearness * likeness * currency AS score FROM scored) products
)
SELECT slug, title, summary, place_name, territory_name, departement, site_state, allowed_tests, ground_kinds,
       available_from, available_until, lon, lat, location_precision, metres, bears, shared, position, values,
       model_values, resemblance IS NOT NULL AS has_likeness,
       suits, ground::float8, theme::float8, fit::float8, nearness::float8, likeness::float8,
       currency::float8, stale_since, verified_on, stated_on, score::float8
FROM ranked
WHERE rank <= %(limit)s
ORDER BY site_state = 'historique', rank
"""
# A scalar look-up by the primary key, so that no plan joins the sites first.
SITE_SUITS = """(
            SELECT s.site_state = wanted.state AND {conditions}
            FROM catalogue_testsite s WHERE s.record_ptr_id = r.id
        )"""
# record_geog_published carries it.
SITES_NEAR = """
        SELECT r.id
        FROM catalogue_record r
        LEFT JOIN geo_territory u ON u.id = r.territory_id
        LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
        WHERE r.state = 'publiee' AND r.kind = 'site' AND {accepted} AND {suits}
        ORDER BY r.geog <-> %(point)s::geography
        LIMIT %(read)s"""
# searchentry_terms carries it; those that bear a theme asked for are taken first.
SITES_ANYWHERE = """
        SELECT id FROM (
            (SELECT r.id, 0 AS turn FROM {joined}
             WHERE e.terms @> ARRAY['type:site', 'statut:' || wanted.state] AND e.terms && %(theme_terms)s
               AND {accepted} AND {suits} LIMIT %(read)s)
            UNION ALL
            (SELECT r.id, 1 FROM {joined}
             WHERE e.terms @> ARRAY['type:site', 'statut:' || wanted.state] AND NOT e.terms && %(theme_terms)s
               AND {accepted} AND {suits} LIMIT %(read)s)
        ) both_turns ORDER BY turn LIMIT %(read)s"""
# record_territory_kind carries it: a few territories satisfy the constraints.
SITES_OF_FEW = """
        SELECT r.id
        FROM catalogue_record r
        JOIN geo_territory u ON u.id = r.territory_id
        JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
        WHERE r.territory_id = ANY (%(few)s) AND r.state = 'publiee' AND r.kind = 'site' AND {accepted}
            AND {suits}
        ORDER BY r.geog <-> %(point)s::geography, r.id
        LIMIT %(read)s"""
SITE_JOINED = """catalogue_searchentry e
             JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee'
             LEFT JOIN geo_territory u ON u.id = r.territory_id
             LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)"""

NEEDS = """
{model}candidate AS MATERIALIZED (
    SELECT DISTINCT id FROM (({scan}) UNION ALL ({linked})) found
), placed AS (
    SELECT r.id, r.slug, r.title, r.summary, r.place_name, n.workshop, ST_X(r.point) AS lon,
        ST_Y(r.point) AS lat,
           r.location_precision, ST_Distance(r.geog, %(point)s::geography) AS metres, u.name
               AS territory_name,
           CASE WHEN r.expires_on < %(today)s THEN r.expires_on END AS stale_since,
           r.verified_on, r.stated_on,
           d.name AS departement, coalesce(answer.how, '') AS how, answer.how IS NOT NULL AS linked,
               near.cosine, themed.shared,
           likened.position, likened.values, likened.model_values, likened.resemblance
    FROM candidate c
    JOIN catalogue_record r ON r.id = c.id
    JOIN catalogue_need n ON n.record_ptr_id = r.id
    LEFT JOIN geo_territory u ON u.id = r.territory_id
    LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
    LEFT JOIN geo_territory d ON d.id = t.departement_id
    LEFT JOIN unnest(%(near_needs)s::bigint[], %(cosines)s::float8[]) AS near (id, cosine) ON near.id = r.id
    LEFT JOIN catalogue_needanswer answer ON answer.need_id = r.id AND answer.solution_id = %(solution)s
    {likened}
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(th.label ORDER BY th.position), '{{}}') AS shared
        FROM catalogue_record_themes rt JOIN catalogue_theme th ON th.id = rt.theme_id
        WHERE rt.record_id = r.id AND th.id = ANY (%(themes)s::bigint[])
    ) themed
), scored AS (
    SELECT *, CASE WHEN linked THEN 1 ELSE coalesce(cosine, 0.7) END AS need,
           CASE WHEN %(has_subject)s THEN 1 ELSE least(1, 0.6 + 0.2 * cardinality(shared)) END AS theme,
           CASE WHEN {national} OR %(point)s IS NULL THEN 1 WHEN metres IS NULL THEN 0.25
                ELSE 1 / (1 + metres / 50000) END AS nearness,
           CASE WHEN {national} OR cardinality(%(model_ids)s::bigint[]) = 0 THEN 1
                ELSE coalesce(resemblance, 0.25) END AS likeness,
           CASE WHEN stale_since IS NULL THEN 1 ELSE %(stale)s END AS currency
    FROM placed
)
SELECT slug, title, summary, place_name, territory_name, departement, workshop, lon, lat,
    location_precision, metres,
       how, linked, cosine, shared, position, values, model_values, resemblance IS NOT NULL AS has_likeness,
       need::float8, theme::float8, nearness::float8, likeness::float8, currency::float8, stale_since,
       verified_on, stated_on,
       (need * theme * nearness * likeness * currency)::float8 AS score
FROM scored
ORDER BY score DESC, id
LIMIT %(limit)s
"""
NEED_JOINED = """catalogue_searchentry e
    JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee'
    LEFT JOIN geo_territory u ON u.id = r.territory_id
    LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)"""
# Those near the subject, by primary key: at most a few hundred.
NEEDS_ON_SUBJECT = (
    """SELECT r.id FROM {joined} WHERE r.id = ANY (%(near_needs)s) AND r.kind = 'besoin' AND {where}"""
)
# searchentry_terms carries it.
NEEDS_BY_THEME = """SELECT r.id FROM {joined}
    WHERE e.terms @> '{{type:besoin}}' AND e.terms && %(theme_terms)s AND {where} LIMIT %(read)s"""
# record_geog_published carries it.
NEEDS_NEAR = """SELECT r.id FROM {joined}
    WHERE r.kind = 'besoin' AND e.terms && %(theme_terms)s AND {where}
    ORDER BY r.geog <-> %(point)s::geography LIMIT %(read)s"""
# record_territory_kind carries it.
NEEDS_OF_FEW = """SELECT r.id FROM {joined}
    WHERE r.territory_id = ANY (%(few)s) AND r.kind = 'besoin' AND e.terms && %(theme_terms)s AND {where}
    ORDER BY r.geog <-> %(point)s::geography, r.id LIMIT %(read)s"""
# The index of needanswer.solution_id carries it.
NEEDS_LINKED = """SELECT r.id
    FROM catalogue_needanswer a
    JOIN catalogue_record r ON r.id = a.need_id AND r.state = 'publiee'
    LEFT JOIN geo_territory u ON u.id = r.territory_id
    LEFT JOIN geo_territory t ON t.id = coalesce(u.commune_id, u.id)
    WHERE a.solution_id = %(solution)s AND {where} LIMIT %(read)s"""
LOCATED = "(r.territory_id IS NOT NULL OR r.geog IS NOT NULL)"
NATIONAL = "r.territory_id IS NULL AND r.geog IS NULL"

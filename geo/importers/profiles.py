"""The SQL of the profiles by which twins are found: raw values, then standardised within the level."""

# Raw values of each level, in the order of geo.twins.VARIABLES: «values» as shown, «scaled» before
# standardisation (logarithms, so that 2,000 to 4,000 inhabitants counts like 200,000 to 400,000).
COMMUNES = """
SELECT t.id,
       ARRAY[t.population, t.density, t.area_km2, r.rank, coalesce(e.population, t.population), d.km,
             coalesce(t.is_coastal, false)::int, t.is_overseas::int]::float8[] AS vals,
       ARRAY[ln(t.population + 1), ln(t.density + 1), ln(t.area_km2), ln(r.rank),
             ln(coalesce(e.population, t.population) + 1), ln(d.km + 1),
             coalesce(t.is_coastal, false)::int, t.is_overseas::int]::float8[] AS scaled
FROM geo_territory t
LEFT JOIN geo_territory e ON e.id = t.epci_id
JOIN (
    SELECT id, rank() OVER (PARTITION BY coalesce(epci_id, -id) ORDER BY population DESC) AS rank
    FROM geo_territory WHERE level = 'commune' AND is_current
) r ON r.id = t.id
-- the nearest town of 50,000 inhabitants or more: KNN on the index of the temporary table
CROSS JOIN LATERAL (
    SELECT ST_Distance(t.geog, town.geog, false) / 1000 AS km
    FROM profile_town town ORDER BY town.geog <-> t.geog LIMIT 1
) d
WHERE t.level = 'commune' AND t.is_current AND t.area_km2 > 0 AND t.population IS NOT NULL
"""

GROUPS = """
SELECT t.id,
       ARRAY[t.population, t.density, t.area_km2, m.members, m.share,
             coalesce(t.is_coastal, false)::int, t.is_overseas::int]::float8[] AS vals,
       ARRAY[ln(t.population + 1), ln(t.density + 1), ln(t.area_km2), ln(m.members), m.share,
             coalesce(t.is_coastal, false)::int, t.is_overseas::int]::float8[] AS scaled
FROM geo_territory t
JOIN (
    SELECT {parent}_id AS id, count(*) AS members,
           100.0 * max(population) / nullif(sum(population), 0) AS share
    FROM geo_territory WHERE level = 'commune' AND is_current GROUP BY 1
) m ON m.id = t.id
WHERE t.level = '{parent}' AND t.is_current AND t.area_km2 > 0 AND t.population IS NOT NULL
  AND m.share IS NOT NULL
"""

RAW = {
    "commune": COMMUNES,
    "epci": GROUPS.format(parent="epci"),
    "departement": GROUPS.format(parent="departement"),
}

TOWNS = """
CREATE TEMP TABLE profile_town ON COMMIT DROP AS
    SELECT geog FROM geo_territory
    WHERE level = 'commune' AND is_current AND geog IS NOT NULL AND population >= 50000;
INSERT INTO profile_town
    SELECT geog FROM geo_territory WHERE level = 'commune' AND is_current AND geog IS NOT NULL
      AND NOT EXISTS (SELECT FROM profile_town) ORDER BY population DESC NULLS LAST LIMIT 1;
CREATE INDEX ON profile_town USING gist (geog);
ANALYZE profile_town;
"""

# A flag (coast, overseas) weighs two standard deviations; divided by its own it would drown the rest.
# Rounded, so that a second import finds the same numbers whatever the order of the sums.
STANDARDISE = """
WITH raw AS ({raw}),
stat AS (
    SELECT i, avg(x) AS mean, coalesce(nullif(stddev(x), 0), 1) AS spread
    FROM raw, unnest(scaled) WITH ORDINALITY u(x, i) GROUP BY i
),
standard AS (
    SELECT id, array_agg(
        round((CASE WHEN (%(flags)s::bool[])[i] THEN 2 * x ELSE (x - mean) / spread END)::numeric, 4)::float8
        ORDER BY i) AS z
    FROM raw CROSS JOIN LATERAL unnest(scaled) WITH ORDINALITY u(x, i) JOIN stat USING (i) GROUP BY id
)
INSERT INTO geo_territoryprofile AS p (territory_id, level, "values", profile)
SELECT id, %(level)s,
       (SELECT array_agg(round(v::numeric, 3)::float8 ORDER BY i)
        FROM unnest(raw.vals) WITH ORDINALITY u(v, i)),
       cube(standard.z)
FROM raw JOIN standard USING (id)
ON CONFLICT (territory_id) DO UPDATE
    SET (level, "values", profile) = (EXCLUDED.level, EXCLUDED."values", EXCLUDED.profile)
WHERE (p.level, p."values", p.profile) IS DISTINCT FROM (EXCLUDED.level, EXCLUDED."values", EXCLUDED.profile)
"""

FORGET = """
DELETE FROM geo_territoryprofile p USING geo_territory t
WHERE t.id = p.territory_id AND (NOT t.is_current OR t.area_km2 IS NULL OR t.population IS NULL)
"""


def statement(level: str) -> str:
    """Return the statement that writes the profiles of a level; parameters ``level`` and ``flags``."""
    return STANDARDISE.format(raw=RAW[level])

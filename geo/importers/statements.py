"""The SQL of the import: staging, upserts, figures. Run by ``write`` in one transaction."""

STAGE = """
DROP TABLE IF EXISTS staged, staged_outline, staged_former, staged_term, staged_prefix, profile_town;
CREATE TEMP TABLE staged (
    level text, code text, name text, name_type smallint, slug text, population integer,
    geometry geometry(MultiPolygon, 4326), point geometry(Point, 4326), label_zoom smallint,
    postal_codes varchar(5)[], epci_type text, is_coastal boolean, is_overseas boolean,
    millesime smallint, source text,
    commune text, epci text, ept text, departement text, region text, seat text
) ON COMMIT DROP;
CREATE TEMP TABLE staged_outline (level text, code text, band smallint, geometry geometry(MultiPolygon, 3857))
    ON COMMIT DROP;
CREATE TEMP TABLE staged_former (code text, name text, kind text, successor text) ON COMMIT DROP;
CREATE TEMP TABLE staged_term (
    id bigint, level text, code text, kind text, term text, alias text, weight double precision
) ON COMMIT DROP;
CREATE TEMP TABLE staged_prefix (prefix text, terms bigint[]) ON COMMIT DROP;
"""

# Without the geometries, that would all be read for nothing.
ANALYZE_STAGED = """
ANALYZE staged (level, code); ANALYZE staged_outline (level, code, band);
ANALYZE staged_former; ANALYZE staged_term;
"""
ANALYZE_KEYS = "ANALYZE geo_territory (id, level, code, population, is_current, epci_id, departement_id)"

# One level at a time, parents first, so that each row finds its parents by territory_level_code_once.
# An unchanged row is left alone: the conflict clause compares every column, geometry vertex by vertex.
UPSERT_LEVEL = """
INSERT INTO geo_territory AS t (
    level, code, name, name_type, slug, population, area_km2, density, density_class, geometry, point,
    label_zoom, postal_codes, epci_type, is_coastal, is_overseas, is_current, millesime, source,
    commune_id, epci_id, ept_id, departement_id, region_id
)
SELECT s.level, s.code, s.name, s.name_type, s.slug, s.population, s.area, s.density,
       CASE WHEN s.density >= 1500 THEN 1 WHEN s.density >= 300 THEN 2 WHEN s.density >= 100 THEN 3
            WHEN s.density >= 30 THEN 4 WHEN s.density IS NOT NULL THEN 5 END,
       s.geometry, s.point, s.label_zoom, s.postal_codes, s.epci_type, s.is_coastal, s.is_overseas, true,
       s.millesime, s.source, commune.id, epci.id, ept.id, departement.id, region.id
FROM (
    -- OFFSET 0: measured once a row, not once for each mention of the area
    SELECT *, population / area AS density
    FROM (
        SELECT staged.*, ST_Area(geometry::geography) / 1e6 AS area
        FROM staged WHERE level = %(level)s OFFSET 0
    ) measured
    OFFSET 0
) s
LEFT JOIN geo_territory commune ON commune.level = 'commune' AND commune.code = s.commune
LEFT JOIN geo_territory epci ON epci.level = 'epci' AND epci.code = s.epci
LEFT JOIN geo_territory ept ON ept.level = 'ept' AND ept.code = s.ept
LEFT JOIN geo_territory departement ON departement.level = 'departement' AND departement.code = s.departement
LEFT JOIN geo_territory region ON region.level = 'region' AND region.code = s.region
ORDER BY s.code
ON CONFLICT (level, code) DO UPDATE SET
    (name, name_type, slug, population, area_km2, density, density_class, geometry, point, label_zoom,
     postal_codes, epci_type, is_coastal, is_overseas, is_current, millesime, source,
     commune_id, epci_id, ept_id, departement_id, region_id)
  = (EXCLUDED.name, EXCLUDED.name_type, EXCLUDED.slug, EXCLUDED.population, EXCLUDED.area_km2,
     EXCLUDED.density, EXCLUDED.density_class, EXCLUDED.geometry, EXCLUDED.point, EXCLUDED.label_zoom,
     EXCLUDED.postal_codes, EXCLUDED.epci_type, EXCLUDED.is_coastal, EXCLUDED.is_overseas,
     EXCLUDED.is_current, EXCLUDED.millesime, EXCLUDED.source,
     EXCLUDED.commune_id, EXCLUDED.epci_id, EXCLUDED.ept_id, EXCLUDED.departement_id, EXCLUDED.region_id)
WHERE (t.name, t.name_type, t.slug, t.population, t.area_km2, t.density, t.density_class, t.geometry, t.point,
       t.label_zoom, t.postal_codes, t.epci_type, t.is_coastal, t.is_overseas, t.is_current, t.millesime,
       t.source, t.commune_id, t.epci_id, t.ept_id, t.departement_id, t.region_id)
    IS DISTINCT FROM
      (EXCLUDED.name, EXCLUDED.name_type, EXCLUDED.slug, EXCLUDED.population, EXCLUDED.area_km2,
       EXCLUDED.density, EXCLUDED.density_class, EXCLUDED.geometry, EXCLUDED.point, EXCLUDED.label_zoom,
       EXCLUDED.postal_codes, EXCLUDED.epci_type, EXCLUDED.is_coastal, EXCLUDED.is_overseas,
       EXCLUDED.is_current, EXCLUDED.millesime, EXCLUDED.source,
       EXCLUDED.commune_id, EXCLUDED.epci_id, EXCLUDED.ept_id, EXCLUDED.departement_id, EXCLUDED.region_id)
"""

# A seat is a commune, written after the territory whose seat it is.
SET_SEATS = """
UPDATE geo_territory t SET seat_id = seat.id
FROM staged s JOIN geo_territory seat ON seat.level = 'commune' AND seat.code = s.seat
WHERE t.level = s.level AND t.code = s.code AND t.seat_id IS DISTINCT FROM seat.id
"""

# What the vintage no longer has stays, for the records that stand on it, with is_current false.
RETIRE = """
UPDATE geo_territory t SET is_current = false, label_zoom = NULL
WHERE is_current AND NOT EXISTS (SELECT FROM staged s WHERE s.level = t.level AND s.code = t.code)
"""

STRANGERS = """
SELECT count(*) FROM geo_territory t
WHERE level IN ('commune', 'arrondissement')
  AND NOT EXISTS (SELECT FROM staged s WHERE s.level = t.level AND s.code = t.code)
"""

UPSERT_OUTLINES = """
INSERT INTO geo_territoryoutline AS o (territory_id, level, band, geometry)
SELECT t.id, s.level, s.band, s.geometry
FROM staged_outline s JOIN geo_territory t USING (level, code)
ORDER BY s.band, s.level, s.code
ON CONFLICT (territory_id, band) DO UPDATE SET level = EXCLUDED.level, geometry = EXCLUDED.geometry
WHERE (o.level, o.geometry) IS DISTINCT FROM (EXCLUDED.level, EXCLUDED.geometry)
"""

DELETE_OUTLINES = """
DELETE FROM geo_territoryoutline o USING geo_territory t
WHERE t.id = o.territory_id
  AND NOT EXISTS (
      SELECT FROM staged_outline s WHERE s.level = t.level AND s.code = t.code AND s.band = o.band
  )
"""

UPSERT_FORMER = """
INSERT INTO geo_formercommune AS f (code, name, kind, successor_id)
SELECT s.code, s.name, s.kind, t.id
FROM staged_former s JOIN geo_territory t ON t.level = 'commune' AND t.code = s.successor
ON CONFLICT (code, successor_id) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind
WHERE (f.name, f.kind) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.kind)
"""

DELETE_FORMER = """
DELETE FROM geo_formercommune f USING geo_territory t
WHERE t.id = f.successor_id
  AND NOT EXISTS (SELECT FROM staged_former s WHERE s.code = f.code AND s.successor = t.code)
"""

# Completion is derived from the rest: written anew. DELETE, not TRUNCATE, so that readers are not locked out.
REWRITE_TERMS = """
DELETE FROM geo_completionprefix;
DELETE FROM geo_completionterm;
INSERT INTO geo_completionterm (id, territory_id, kind, term, alias, weight)
OVERRIDING SYSTEM VALUE
SELECT s.id, t.id, s.kind, s.term, s.alias, s.weight
FROM staged_term s JOIN geo_territory t USING (level, code)
ORDER BY s.term;
INSERT INTO geo_completionprefix (prefix, terms) SELECT prefix, terms FROM staged_prefix ORDER BY prefix;
"""

HELD = """
SELECT level, count(*), count(geometry) FROM geo_territory WHERE is_current GROUP BY level ORDER BY level
"""

ANALYZE = """
ANALYZE geo_territory; ANALYZE geo_territoryoutline; ANALYZE geo_formercommune;
ANALYZE geo_completionterm; ANALYZE geo_completionprefix; ANALYZE geo_territoryprofile;
"""

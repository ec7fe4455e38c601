"""The SQL of the search entries of synthetic records, composed from texts that are parsed once.

``catalogue_refresh_search`` parses every text of every record: half an hour for a million. Here the few
texts of the vocabulary, the communes and the organisations are parsed, then joined with ``||``. A test holds
both to the same terms and words.
"""

# The vocabulary as tsvectors, in its own order.
WORDS = """
CREATE OR REPLACE FUNCTION pg_temp.parsed(texts text[]) RETURNS tsvector[] LANGUAGE sql AS $$
    SELECT array_agg(to_tsvector('francais', t) ORDER BY n) FROM unnest(texts) WITH ORDINALITY AS u (t, n)
$$;
CREATE TEMP TABLE syn_words ON COMMIT DROP AS
SELECT pg_temp.parsed(%(subjects)s::text[]) AS subjects, pg_temp.parsed(%(summaries)s::text[]) AS summaries,
       pg_temp.parsed(%(bodies)s::text[]) AS bodies, pg_temp.parsed(%(measures)s::text[]) AS measures,
       pg_temp.parsed(%(tests)s::text[]) AS tests, to_tsvector('francais', '[synthèse]') AS mark,
       to_tsvector('francais', %(abandon)s) AS abandon, to_tsvector('francais', %(measured_by)s)
           AS measured_by,
       to_tsvector('francais', %(document)s) AS document, to_tsvector('francais', %(citation)s) AS citation,
       to_tsvector('francais', %(label)s) AS label
"""

# The names of a commune and of what it lies in, as a record's entry has them.
COMMUNES = """
CREATE TEMP TABLE syn_place ON COMMIT DROP AS
SELECT c.id, t.density_class, to_tsvector('francais', c.name) AS name,
       to_tsvector('francais', concat_ws(' ', c.name, c.name, p.name, d.name, g.name)) AS names
FROM syn_commune c JOIN geo_territory t ON t.id = c.id
LEFT JOIN geo_territory p ON p.id = t.epci_id
LEFT JOIN geo_territory d ON d.id = t.departement_id
LEFT JOIN geo_territory g ON g.id = t.region_id;
CREATE TEMP TABLE syn_bearer ON COMMIT DROP AS
SELECT id - %(first_organisation)s + 1 AS n, to_tsvector('francais', name) AS name
FROM catalogue_organisation WHERE id >= %(first_organisation)s;
CREATE TEMP TABLE syn_solution ON COMMIT DROP AS
SELECT s.i, r.proof_level, r.state = 'publiee' AS published,
       w.mark || w.subjects[s.subject] || to_tsvector('francais', 'n° ' || s.i) AS title
FROM syn s JOIN catalogue_record r ON r.id = s.id CROSS JOIN syn_words w WHERE s.kind = 'solution';
CREATE TEMP TABLE syn_label ON COMMIT DROP AS
SELECT list, rank, ARRAY[list || ':' || code] AS term, to_tsvector('francais', label) AS label FROM syn_term;
ANALYZE syn_place, syn_bearer, syn_solution, syn_label
"""

ENTRIES = """
INSERT INTO catalogue_searchentry (record_id, terms, document)
SELECT s.id,
       array_remove(ARRAY[
           'type:' || s.kind, 'statut:' || coalesce(s.status, s.site_state), 'densite:' || c.density_class,
           CASE WHEN s.measured OR v.proof_level >= 3 THEN 'mesures:oui' END,
           CASE WHEN s.documented THEN 'documents:oui' END
       ], NULL) || coalesce(t1.term, '{}') || coalesce(t2.term, '{}') || coalesce(k.term, '{}')
           || coalesce(p.term, '{}')
       || CASE WHEN s.award IS NULL THEN '{}' ELSE ARRAY[
           'label:' || (%(regimes)s::text[])[s.award],
           'label:' || (%(regimes)s::text[])[s.award] || ':' || (%(steps)s::text[])[s.award]] END,
       setweight(coalesce(v.title, w.mark || w.subjects[s.subject] || c.name), 'A')
       || setweight(coalesce(c.names, '') || coalesce(CASE WHEN x.published THEN x.title END, '') || o.name
                    || coalesce(t1.label, '') || coalesce(t2.label, '') || coalesce(k.label, '')
                    || coalesce(p.label, '')
                    || CASE WHEN s.award IS NULL THEN '' ELSE w.label END, 'B')
       || setweight(w.summaries[s.summary], 'C')
       || setweight(w.bodies[s.first_body] || w.bodies[s.second_body]
                    || CASE WHEN s.status = 'abandonne' THEN w.abandon ELSE '' END
                    || CASE WHEN s.measure IS NULL THEN '' ELSE w.measures[s.measure] || w.measured_by END
                    || coalesce(w.tests[s.test], '') || CASE WHEN s.documented THEN w.document ELSE '' END
                    || w.citation, 'D')
FROM syn s
CROSS JOIN syn_words w
LEFT JOIN syn_place c ON c.id = s.commune_id
LEFT JOIN syn_solution v ON v.i = s.i
LEFT JOIN syn_solution x ON x.i = s.solution
JOIN syn_bearer o ON o.n = s.organisation
LEFT JOIN syn_label t1 ON t1.list = 'theme' AND t1.rank = s.theme
LEFT JOIN syn_label t2 ON t2.list = 'theme' AND t2.rank = s.other_theme
LEFT JOIN syn_label k ON k.list = 'enjeu' AND k.rank = s.stake
LEFT JOIN syn_label p ON p.list = 'programme' AND p.rank = s.programme
ORDER BY s.i
"""

# The words that published records contain, each parsed once.
KNOWN_WORDS = """
SELECT catalogue_learn_words(array_agg(t)) FROM (
    SELECT unnest(%(subjects)s::text[] || %(summaries)s::text[] || %(bodies)s::text[]
                  || %(measures)s::text[] || %(tests)s::text[] || %(organisation_names)s::text[]
                  || ARRAY['synthèse', %(abandon)s, %(measured_by)s, %(document)s, %(citation)s, %(label)s])
    UNION ALL SELECT label FROM syn_term
    UNION ALL
    SELECT concat_ws(' ', t.name, p.name, d.name, g.name)
    FROM geo_territory t
    LEFT JOIN geo_territory p ON p.id = t.epci_id
    LEFT JOIN geo_territory d ON d.id = t.departement_id
    LEFT JOIN geo_territory g ON g.id = t.region_id
    WHERE t.id IN (SELECT commune_id FROM syn WHERE state = 'publiee')
) texts (t)
"""

# What each subject and summary mean together, encoded once: their place is left out.
MEANINGS = """
INSERT INTO catalogue_recordmeaning (record_id, signs, numbers)
SELECT s.id, m.signs::bit(512), m.numbers
FROM unnest(%(meant_subjects)s::int[], %(meant_summaries)s::int[], %(signs)s::text[], %(numbers)s::bytea[])
     AS m (subject, summary, signs, numbers)
JOIN syn s ON s.subject = m.subject AND s.summary = m.summary
"""

STATEMENTS = (WORDS, COMMUNES, ENTRIES, KNOWN_WORDS)

"""The statement that keeps the search entries is planned once a session, not at each write.

It joins some twenty tables: planning it took four milliseconds of the six that each write of a record cost.
A function in SQL plans anew at each call; one in PL/pgSQL keeps its plan, when told that the number of records
asked for does not change it.
"""

from django.db import migrations

BODY = """
WITH texts AS MATERIALIZED (SELECT * FROM catalogue_search_texts(ids)),
entries AS (
    INSERT INTO catalogue_searchentry AS old (record_id, terms, document)
    SELECT record_id, terms,
           setweight(to_tsvector('francais', title), 'A') || setweight(to_tsvector('francais', names), 'B')
           || setweight(to_tsvector('francais', summary), 'C') || setweight(to_tsvector('francais', body), 'D')
    FROM texts ORDER BY record_id
    ON CONFLICT (record_id) DO UPDATE SET terms = excluded.terms, document = excluded.document
    WHERE old.terms <> excluded.terms OR old.document <> excluded.document
)
INSERT INTO catalogue_searchword (word, key, stem)
SELECT word, lower(f_unaccent(word)), stems[1]
FROM (
    SELECT DISTINCT w.lexeme AS word, tsvector_to_array(to_tsvector('francais', w.lexeme)) AS stems
    FROM texts, unnest(to_tsvector('simple', concat_ws(' ', title, names, summary, body))) AS w
    WHERE published AND w.lexeme ~ '^[[:alpha:]]{3,40}$'
) words
WHERE cardinality(stems) = 1
  AND NOT EXISTS (SELECT FROM catalogue_searchword k WHERE k.stem = stems[1] AND k.word = words.word)
"""
HEAD = "CREATE OR REPLACE FUNCTION catalogue_refresh_search(ids bigint[]) RETURNS void LANGUAGE"
PLANNED_ONCE = f"{HEAD} plpgsql SET plan_cache_mode = force_generic_plan AS $$ BEGIN {BODY}; END $$"
PLANNED_EACH_TIME = f"{HEAD} sql AS $${BODY}$$"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0033_territory_update")]

    operations = [migrations.RunSQL(PLANNED_ONCE, PLANNED_EACH_TIME)]

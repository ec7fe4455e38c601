"""The words of the catalogue know their family, compounds are words too, and CO₂ is CO2.

``catalogue_word_family`` takes French derivational endings away, so that « végétaliser », « végétal » and
« végétation » meet where the stemmer keeps them apart; the prefix « dés- » goes as well before a vowel
(« désimperméabiliser », « imperméable »). A root keeps five letters at least: shorter ones bring words together
that have nothing in common. A query asks for the stems of the families of its words: documents do not change.
"""

from importlib import import_module

from django.db import migrations, models

FAMILY = """
CREATE FUNCTION catalogue_word_family(word text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE root text := replace(lower(f_unaccent(word)), '-', '');
DECLARE before text;
BEGIN
    root := regexp_replace(root, 'eaux$', 'eau');
    root := regexp_replace(regexp_replace(root, '(?<!e)aux$', 'al'), '(?<=....)[sx]$', '');
    root := regexp_replace(root, '^des(?=[aeiouyh].{4})', '');
    FOR turn IN 1..3 LOOP
        before := root;
        root := regexp_replace(root,
            '^(.{5,}?)(abilisation|abiliser?|abilite|ibilite|able|ible|isation|isateur|isatrice|iser|isee?'
            '|isme|iste|ification|ifier|ifiee?|ation|ateur|atrice|atif|ative|emental|ementale|ement|age|er'
            '|ee?|ale?|el|iel|ielle|iale?|ique|(?<!v)ite|ie|euse|ivore)$', '\\1');
        EXIT WHEN root = before;
    END LOOP;
    RETURN root;
END $$;

CREATE FUNCTION catalogue_plain_indices(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT translate(words, '₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹', '01234567890123456789')
$$;
"""
NAME_KEY = """
CREATE FUNCTION catalogue_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT coalesce(string_agg(regexp_replace(word, '(?<=...)[sx]$', ''), ' ' ORDER BY turn), '')
    FROM unnest(regexp_split_to_array(lower(f_unaccent(name)), '[^a-z0-9]+')) WITH ORDINALITY AS w (word, turn)
    WHERE word <> '' AND cardinality(tsvector_to_array(to_tsvector('francais'::regconfig, word))) > 0
      AND word NOT IN ('a', 'les') AND word !~ '^[cdjlmnstq]$'
$$;
"""
DROP = """
DROP FUNCTION catalogue_word_family(text);
DROP FUNCTION catalogue_plain_indices(text);
"""
BEFORE = import_module("catalogue.migrations.0034_search_plan").PLANNED_ONCE
LEARN = """
CREATE FUNCTION catalogue_learn_words(texts text[]) RETURNS void LANGUAGE sql AS $$
INSERT INTO catalogue_searchword (word, key, stem, family)
SELECT word, replace(lower(f_unaccent(word)), '-', ''), stems[1], catalogue_word_family(word)
FROM (
    SELECT word, CASE WHEN word LIKE '%-%' THEN ts_lexize('french_stem', lower(f_unaccent(word)))
                      ELSE tsvector_to_array(to_tsvector('francais', word)) END AS stems
    FROM (
        SELECT DISTINCT w.lexeme AS word
        FROM unnest(texts) AS t (words), unnest(to_tsvector('simple', catalogue_plain_indices(words))) AS w
        WHERE length(w.lexeme) BETWEEN 3 AND 40 AND w.lexeme ~ '^[[:alpha:]]+(-[[:alpha:]]+)*$'
    ) distinct_words
) stemmed
WHERE cardinality(stems) = 1
  AND NOT EXISTS (SELECT FROM catalogue_searchword k WHERE k.stem = stems[1] AND k.word = stemmed.word)
$$;
"""
AFTER = """
CREATE OR REPLACE FUNCTION catalogue_refresh_search(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE learnt text[];
BEGIN
    WITH texts AS MATERIALIZED (
        SELECT record_id, published, terms, catalogue_plain_indices(title) AS title,
               catalogue_plain_indices(names) AS names, catalogue_plain_indices(summary) AS summary,
               catalogue_plain_indices(body) AS body
        FROM catalogue_search_texts(ids)
    ), entries AS (
        INSERT INTO catalogue_searchentry AS old (record_id, terms, document)
        SELECT record_id, terms,
               setweight(to_tsvector('francais', title), 'A') || setweight(to_tsvector('francais', names), 'B')
               || setweight(to_tsvector('francais', summary), 'C') || setweight(to_tsvector('francais', body), 'D')
        FROM texts ORDER BY record_id
        ON CONFLICT (record_id) DO UPDATE SET terms = excluded.terms, document = excluded.document
        WHERE old.terms <> excluded.terms OR old.document <> excluded.document
    )
    SELECT array_agg(concat_ws(' ', title, names, summary, body)) FILTER (WHERE published) INTO learnt FROM texts;
    PERFORM catalogue_learn_words(learnt);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0038_search_misses")]

    operations = [
        migrations.RunSQL(FAMILY, DROP),
        migrations.RunSQL(NAME_KEY, "DROP FUNCTION catalogue_name_key(text)"),
        migrations.RemoveIndex("conceptname", "conceptname_phrase"),
        migrations.AddField(
            "conceptname",
            "key",
            models.GeneratedField(
                expression=models.Func(models.F("name"), function="catalogue_name_key"),
                output_field=models.TextField(),
                db_persist=True,
                verbose_name="mots sans accent ni pluriel",
            ),
        ),
        migrations.AddIndex("conceptname", models.Index(fields=["key"], name="conceptname_key")),
        migrations.AddField(
            "searchword",
            "family",
            models.CharField(
                "famille",
                max_length=60,
                default="",
                help_text="Ce qui reste sans terminaison : végétal, végétation.",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex("searchword", models.Index(fields=["family"], name="searchword_family")),
        migrations.RunSQL(LEARN + AFTER, BEFORE + ";\nDROP FUNCTION catalogue_learn_words(text[])"),
        migrations.RunSQL("SELECT catalogue_rebuild_search()", migrations.RunSQL.noop),
    ]

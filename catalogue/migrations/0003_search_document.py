"""What a search reads, kept by the database: facet terms, the weighted French document, known words.

``catalogue_search_texts`` is the one place that says which words and facets a record has.
Statement triggers with transition tables call ``catalogue_refresh_search`` with the records that a
statement touches, so that a bulk write costs one recomputation. ``SET LOCAL catalogue.defers_search
= 'on'`` holds the triggers back for a mass load, which then calls ``catalogue_rebuild_search()``.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# A record that goes takes its entry along, whoever deletes it.
CASCADE = """
ALTER TABLE catalogue_searchentry ADD CONSTRAINT searchentry_record
    FOREIGN KEY (record_id) REFERENCES catalogue_record (id) ON DELETE CASCADE;
"""

# Each look-up below goes through the index of a foreign key; a text is cut far under the 1 MB of a tsvector.
TEXTS = """
CREATE FUNCTION catalogue_search_texts(ids bigint[])
RETURNS TABLE (record_id bigint, published boolean, terms text[], title text, names text, summary text, body text)
LANGUAGE sql STABLE AS $$
SELECT r.id, r.state = 'publiee',
    array_remove(ARRAY[
        'type:' || r.kind,
        'statut:' || coalesce(e.status, s.site_state),
        'densite:' || t.density_class,
        CASE WHEN r.proof_level >= 3 THEN 'mesures:oui' END,
        CASE WHEN documents.titles IS NOT NULL THEN 'documents:oui' END
    ], NULL) || coalesce(themes.terms, '{}') || coalesce(stakes.terms, '{}') || coalesce(programmes.terms, '{}')
             || coalesce(awards.terms, '{}'),
    r.title,
    concat_ws(' ', r.place_name, t.name, p.name, d.name, g.name, x.title, organisations.names, themes.labels,
              stakes.labels, programmes.labels, awards.labels, need.workshop),
    r.summary,
    left(concat_ws(' ', r.description, solution.costs, solution.reuse_conditions, solution.obstacles_lifted,
                   e.abandon_reason, e.kept, e.changed, e.success_factors, e.obstacles, indicators.texts,
                   s.allowed_tests, s.equipment, s.conditions, array_to_string(s.ground_kinds, ' '),
                   need.existing_data, need.missing_data, documents.titles, r.source_citation), 300000)
FROM catalogue_record r
LEFT JOIN geo_territory t ON t.id = r.territory_id
LEFT JOIN geo_territory p ON p.id = t.epci_id
LEFT JOIN geo_territory d ON d.id = t.departement_id
LEFT JOIN geo_territory g ON g.id = t.region_id
LEFT JOIN catalogue_solution solution ON solution.record_ptr_id = r.id
LEFT JOIN catalogue_experiment e ON e.record_ptr_id = r.id
LEFT JOIN catalogue_record x ON x.id = e.solution_id
LEFT JOIN catalogue_testsite s ON s.record_ptr_id = r.id
LEFT JOIN catalogue_need need ON need.record_ptr_id = r.id
LEFT JOIN LATERAL (
    SELECT string_agg(o.name, ' ') AS names FROM catalogue_recordorganisation l
    JOIN catalogue_organisation o ON o.id = l.organisation_id WHERE l.record_id = r.id
) organisations ON true
LEFT JOIN LATERAL (
    SELECT array_agg('theme:' || v.code) AS terms, string_agg(v.label, ' ') AS labels
    FROM catalogue_record_themes l JOIN catalogue_theme v ON v.id = l.theme_id WHERE l.record_id = r.id
) themes ON true
LEFT JOIN LATERAL (
    SELECT array_agg('enjeu:' || v.code) AS terms, string_agg(v.label, ' ') AS labels
    FROM catalogue_record_stakes l JOIN catalogue_stake v ON v.id = l.stake_id WHERE l.record_id = r.id
) stakes ON true
LEFT JOIN LATERAL (
    SELECT array_agg('programme:' || v.code) AS terms, string_agg(v.label, ' ') AS labels
    FROM catalogue_record_programmes l JOIN catalogue_programme v ON v.id = l.programme_id WHERE l.record_id = r.id
) programmes ON true
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT steps.term) AS terms, string_agg(DISTINCT a.label, ' ') AS labels
    FROM catalogue_labelaward a,
         LATERAL (VALUES ('label:' || a.regime), ('label:' || a.regime || ':' || a.step)) AS steps (term)
    WHERE a.operation_id = r.id AND r.kind = 'operation'
) awards ON true
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', i.name, i.text, i.measured_by), ' ') AS texts
    FROM catalogue_indicator i WHERE i.experiment_id = r.id AND r.kind = 'experimentation'
) indicators ON true
LEFT JOIN LATERAL (
    SELECT string_agg(c.title, ' ') AS titles FROM catalogue_document c WHERE c.record_id = r.id
) documents ON true
WHERE r.id = ANY (ids)
$$;
"""

REFRESH = """
CREATE FUNCTION catalogue_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
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
$$;

CREATE FUNCTION catalogue_rebuild_search() RETURNS void LANGUAGE plpgsql AS $$
DECLARE batch bigint[];
DECLARE last_id bigint := 0;
BEGIN
    DELETE FROM catalogue_searchword;
    LOOP
        batch := ARRAY(SELECT id FROM catalogue_record WHERE id > last_id ORDER BY id LIMIT 5000);
        EXIT WHEN cardinality(batch) = 0;
        PERFORM catalogue_refresh_search(batch);
        last_id := batch[cardinality(batch)];
    END LOOP;
END $$;
"""

# %1$s: a query that gives the ids of records, from $1, the ids that the statement touched.
TRIGGER_FUNCTIONS = """
CREATE FUNCTION catalogue_search_on_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    IF current_setting('catalogue.defers_search', true) = 'on' THEN
        RETURN NULL;
    END IF;
    EXECUTE format(CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT array_agg(DISTINCT %1$I) FROM new_rows'
        WHEN 'DELETE' THEN 'SELECT array_agg(DISTINCT %1$I) FROM old_rows'
        ELSE 'SELECT array_agg(id) FROM (SELECT %1$I FROM new_rows UNION SELECT %1$I FROM old_rows) AS touched (id)'
    END, TG_ARGV[0]) INTO touched;
    IF touched IS NOT NULL THEN
        PERFORM catalogue_refresh_search(touched);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION catalogue_search_on_name() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    IF current_setting('catalogue.defers_search', true) = 'on' THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o USING (id)
                    WHERE ROW(%s) IS DISTINCT FROM ROW(%s)', TG_ARGV[0], replace(TG_ARGV[0], 'n.', 'o.')) INTO touched;
    IF touched IS NOT NULL THEN
        EXECUTE format('SELECT array_agg(id) FROM (%s) AS bearing (id)', TG_ARGV[1]) INTO touched USING touched;
    END IF;
    IF touched IS NOT NULL THEN
        PERFORM catalogue_refresh_search(touched);
    END IF;
    RETURN NULL;
END $$;
"""

PARTS = {
    "catalogue_solution": "record_ptr_id",
    "catalogue_experiment": "record_ptr_id",
    "catalogue_testsite": "record_ptr_id",
    "catalogue_need": "record_ptr_id",
    "catalogue_recordorganisation": "record_id",
    "catalogue_record_themes": "record_id",
    "catalogue_record_stakes": "record_id",
    "catalogue_record_programmes": "record_id",
    "catalogue_labelaward": "operation_id",
    "catalogue_indicator": "experiment_id",
    "catalogue_document": "record_id",
}
"""Tables whose rows belong to a record, with the column that says which."""

NAMES = {
    "catalogue_record": (
        "n.kind, n.state, n.title, n.summary, n.description, n.place_name, n.territory_id, n.proof_level,"
        " n.source_citation",
        "SELECT unnest($1) UNION SELECT record_ptr_id FROM catalogue_experiment WHERE solution_id = ANY ($1)",
    ),
    "catalogue_organisation": (
        "n.name",
        "SELECT record_id FROM catalogue_recordorganisation WHERE organisation_id = ANY ($1)",
    ),
    "catalogue_theme": (
        "n.code, n.label",
        "SELECT record_id FROM catalogue_record_themes WHERE theme_id = ANY ($1)",
    ),
    "catalogue_stake": (
        "n.code, n.label",
        "SELECT record_id FROM catalogue_record_stakes WHERE stake_id = ANY ($1)",
    ),
    "catalogue_programme": (
        "n.code, n.label",
        "SELECT record_id FROM catalogue_record_programmes WHERE programme_id = ANY ($1)",
    ),
    "geo_territory": (
        "n.name, n.density_class, n.epci_id, n.departement_id, n.region_id",
        "SELECT r.id FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id"
        " WHERE t.id = ANY ($1) OR t.epci_id = ANY ($1) OR t.departement_id = ANY ($1) OR t.region_id = ANY ($1)",
    ),
}
"""Tables whose change of some columns shows in other records, with the query that finds these."""

NEW, OLD = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
EVENTS = {"insert": NEW, "update": f"{NEW} {OLD}", "delete": OLD}


def triggers() -> str:
    """The SQL of every trigger, named search_<event> on its table."""
    parts = [(table, event, f"part('{column}')") for table, column in PARTS.items() for event in EVENTS]
    names = [(table, "update", f"name('{columns}', '{query}')") for table, (columns, query) in NAMES.items()]
    return "".join(
        f"CREATE TRIGGER search_{event} AFTER {event.upper()} ON {table} REFERENCING {EVENTS[event]}\n"
        f"    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_search_on_{call};\n"
        for table, event, call in [*parts, ("catalogue_record", "insert", "part('id')"), *names]
    )


DROP = """
DROP FUNCTION catalogue_search_on_part() CASCADE;
DROP FUNCTION catalogue_search_on_name() CASCADE;
DROP FUNCTION catalogue_rebuild_search();
DROP FUNCTION catalogue_refresh_search(bigint[]);
DROP FUNCTION catalogue_search_texts(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_proof_and_guards"), ("geo", "0002_territories")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, verbose_name="valeurs de facettes"
                    ),
                ),
                ("document", django.contrib.postgres.search.SearchVectorField(verbose_name="mots")),
            ],
            options={
                "verbose_name": "entrée de recherche",
                "verbose_name_plural": "entrées de recherche",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="searchentry_terms"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["document"], name="searchentry_document"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=40, verbose_name="mot")),
                ("key", models.CharField(max_length=60, verbose_name="mot sans accent")),
                ("stem", models.CharField(max_length=60, verbose_name="racine")),
            ],
            options={
                "verbose_name": "mot du catalogue",
                "verbose_name_plural": "mots du catalogue",
                "ordering": ["key"],
                "indexes": [
                    models.Index(fields=["stem"], name="searchword_stem"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("key", "text_pattern_ops"),
                        name="searchword_prefix",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("key", "gin_trgm_ops"),
                        name="searchword_trigram",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CASCADE, migrations.RunSQL.noop),
        migrations.RunSQL(TEXTS + REFRESH + TRIGGER_FUNCTIONS + triggers(), DROP),
        migrations.RunSQL("SELECT catalogue_rebuild_search()", migrations.RunSQL.noop),
    ]

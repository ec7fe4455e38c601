"""Facets counted by bits: for each block of records and each term, who bears it.

A change marks its block, and the block is counted record by record until ``catalogue_compact_facets``
makes it anew. Marks are only added, and one compactor works at a time: writers never wait.
"""

from django.db import migrations, models

import catalogue.models.fields

# Marks and bits are read and cleared by one statement, hence by one snapshot: a change that it does
# not see keeps its mark. searchentry_pkey gives the records of a block.
COMPACT = """
CREATE FUNCTION catalogue_compact_facets() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('catalogue_compact_facets')) THEN
        RETURN;
    END IF;
    WITH marked AS MATERIALIZED (SELECT DISTINCT block FROM catalogue_facetchange),
    cleared AS (DELETE FROM catalogue_facetchange c USING marked m WHERE c.block = m.block),
    forgotten AS (DELETE FROM catalogue_facetblock f USING marked m WHERE f.block = m.block)
    INSERT INTO catalogue_facetblock (block, term, bits)
    SELECT m.block, term, bit_or(set_bit(repeat('0', 2048)::bit(2048), (e.record_id & 2047)::int, 1))
    FROM marked m
    JOIN catalogue_searchentry e
      ON e.record_id >= m.block::bigint << 11 AND e.record_id < (m.block + 1)::bigint << 11
    JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee',
    unnest(array_append(e.terms, '')) AS term
    GROUP BY m.block, term;
END $$;
"""

MARK = """
CREATE FUNCTION catalogue_mark_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'catalogue_record' THEN
        INSERT INTO catalogue_facetchange (block)
        SELECT DISTINCT (n.id >> 11)::int FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.state = 'publiee') <> (o.state = 'publiee');
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO catalogue_facetchange (block) SELECT DISTINCT (record_id >> 11)::int FROM old_rows;
    ELSE
        INSERT INTO catalogue_facetchange (block) SELECT DISTINCT (record_id >> 11)::int FROM new_rows;
    END IF;
    IF (SELECT count(*) FROM (SELECT DISTINCT block FROM catalogue_facetchange LIMIT 5) marked) > 4 THEN
        PERFORM catalogue_compact_facets();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER facets_insert AFTER INSERT ON catalogue_searchentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_mark_facets();
CREATE TRIGGER facets_update AFTER UPDATE ON catalogue_searchentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_mark_facets();
CREATE TRIGGER facets_delete AFTER DELETE ON catalogue_searchentry
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalogue_mark_facets();
CREATE TRIGGER facets_state AFTER UPDATE ON catalogue_record
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_mark_facets();
"""

FILL = """
INSERT INTO catalogue_facetchange (block) SELECT DISTINCT (record_id >> 11)::int FROM catalogue_searchentry;
SELECT catalogue_compact_facets();
"""

DROP = """
DROP FUNCTION catalogue_mark_facets() CASCADE;
DROP FUNCTION catalogue_compact_facets();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0012_map_filters")]
    operations = [
        migrations.CreateModel(
            name="FacetBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "block",
                    models.IntegerField(help_text="Clé de la fiche divisée par 2 048.", verbose_name="bloc"),
                ),
                ("term", models.TextField(verbose_name="valeur de facette")),
                ("bits", catalogue.models.fields.BitsField(length=2048, verbose_name="fiches")),
            ],
            options={
                "verbose_name": "bloc de facette",
                "verbose_name_plural": "blocs de facettes",
                "indexes": [
                    models.Index(fields=["term", "block"], name="facetblock_term"),
                    models.Index(fields=["block"], name="facetblock_block"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FacetChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("block", models.IntegerField(verbose_name="bloc")),
            ],
            options={
                "verbose_name": "bloc de facette à refaire",
                "verbose_name_plural": "blocs de facettes à refaire",
            },
        ),
        migrations.RunSQL(COMPACT + MARK, DROP),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

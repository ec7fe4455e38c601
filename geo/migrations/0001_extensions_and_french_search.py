"""Extensions, the immutable ``f_unaccent`` that indexes need, and the ``francais`` text search."""

from django.contrib.postgres.operations import CreateExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# unaccent() is only STABLE, because a dictionary can change: naming the dictionary makes the promise
# that an expression index needs. The schema is looked up, so that extensions may live elsewhere than public.
F_UNACCENT = """
DO $do$
DECLARE place text := (
    SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'unaccent'
);
BEGIN
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION f_unaccent(text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        AS $f$ SELECT %1$s.unaccent('%1$s.unaccent'::regdictionary, $1) $f$
    $sql$, place);
END $do$;
"""

FRANCAIS = """
CREATE TEXT SEARCH CONFIGURATION francais (COPY = french);
ALTER TEXT SEARCH CONFIGURATION francais
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateExtension("postgis"),
        UnaccentExtension(),
        TrigramExtension(),
        CreateExtension("cube"),
        migrations.RunSQL(F_UNACCENT, "DROP FUNCTION f_unaccent(text)"),
        migrations.RunSQL(FRANCAIS, "DROP TEXT SEARCH CONFIGURATION francais"),
    ]

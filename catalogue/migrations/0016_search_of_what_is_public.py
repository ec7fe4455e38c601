"""Words and facets of a record come from its public parts alone.

Now that people contribute, a published record may have a document that waits for a curator, or a
published experiment a solution that is still a draft: neither is found, counted or corrected to.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("catalogue.migrations.0003_search_document").TEXTS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
PUBLIC_ONLY = {
    "LEFT JOIN catalogue_record x ON x.id = e.solution_id": (
        "LEFT JOIN catalogue_record x ON x.id = e.solution_id AND x.state = 'publiee'"
    ),
    "FROM catalogue_document c WHERE c.record_id = r.id": (
        "FROM catalogue_document c WHERE c.record_id = r.id AND c.is_ready AND NOT c.is_pending"
    ),
}
AFTER = BEFORE
for old, new in PUBLIC_ONLY.items():
    AFTER = AFTER.replace(old, new)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0015_contribution")]
    operations = [migrations.RunSQL(AFTER, BEFORE)]

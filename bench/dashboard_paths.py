"""The dashboard of the workshop: the whole page, its own statements, and the longest list behind it."""

from __future__ import annotations

from django.db import connection, transaction

from bench.pages import curator, own_ms, page_ms
from catalogue.workshop.dashboard import statements
from catalogue.workshop.dashboard.scope import Scope

PAGE = "/atelier/tableau-de-bord/"
FIGURES = (
    statements.count_ages,
    statements.count_change_ages,
    statements.count_publications,
    statements.count_coverage,
    statements.count_by_region,
    statements.count_by_verification,
    statements.sum_imports,
)


def measure() -> dict[str, float]:
    """Return the milliseconds of the page at its widest scope; the database is left as it was."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) catalogue_record")
    with transaction.atomic():
        user, client = curator("bench-tableau")
        scope = Scope.for_user(user, "")
        found = {
            "dashboard": page_ms(client, PAGE),
            "dashboard_raw": own_ms(lambda: [figure(scope) for figure in FIGURES]),
            "dashboard_list": page_ms(client, f"{PAGE}liste/"),
        }
        transaction.set_rollback(True)
    return found

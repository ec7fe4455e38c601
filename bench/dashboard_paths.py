"""The dashboard of the workshop: the whole page, its own statements, and the longest list behind it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from bench.query_paths import median_ms, queried, statements_of
from catalogue.dashboard import statements
from catalogue.dashboard.scope import Scope
from catalogue.models import Curatorship

RUNS = 7
PAGE = "/atelier/tableau-de-bord/"
FIGURES = (
    statements.ages,
    statements.change_ages,
    statements.publications,
    statements.coverage,
    statements.totals_by_region,
    statements.truth,
    statements.imports,
)


def measure() -> dict[str, float]:
    """Milliseconds of the page at its widest scope; nothing is left in the base."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) catalogue_record")
    with transaction.atomic():
        curator = User.objects.create_user("bench-tableau")
        Curatorship.objects.create(user=curator)
        client = Client(headers={"host": "localhost"})
        client.force_login(curator)
        scope = Scope.of(curator, "")
        own = statements_of(lambda: [figure(scope) for figure in FIGURES])
        found = {
            "dashboard": median_ms([lambda: client.get(PAGE).content] * RUNS),
            "dashboard_raw": sum(
                median_ms([lambda one=one: queried(*one)] * RUNS)  # type: ignore[misc]
                for one in own
            ),
            "dashboard_list": median_ms([lambda: client.get(f"{PAGE}liste/").content] * RUNS),
        }
        transaction.set_rollback(True)
    return found

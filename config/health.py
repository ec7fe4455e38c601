"""What a supervisor asks: is the process alive (``/sante/vie/``), can it serve (``/sante/``)."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalogue import mailing

_migrated = False
"""True once every migration was seen applied: it then stays so for the life of the process."""


@require_safe
@never_cache
def liveness(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"etat": "ok"})


@require_safe
@never_cache
def readiness(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration, else 503 and which of the two is missing.

    E-mails that wait for long are reported as well: the worker is down, but the pages can be served.
    """
    try:
        if not _has_every_migration():
            return JsonResponse({"etat": "migrations à appliquer"}, status=503)
        late = mailing.is_late()
    except Error:
        return JsonResponse({"etat": "base de données injoignable"}, status=503)
    return JsonResponse({"etat": "ok", "courriels": "en retard" if late else "ok"})


def _has_every_migration() -> bool:
    global _migrated
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    else:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated

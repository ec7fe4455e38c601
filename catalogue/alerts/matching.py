"""The reverse match: published records are compared with the saved searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.alerts import saving
from catalogue.alerts.statements import READ_OTHERWISE, store_sql
from catalogue.models import SavedSearch
from catalogue.public.search.answers import FLOOR
from catalogue.public.search.tokens import SHORTEST_COMPLETED
from catalogue.records import affinity, meaning
from catalogue.records.long_transactions import long_transaction

AT_ONCE = 200
"""Records compared in one statement: an import of thousands holds no row for long."""


def match_published(records: Sequence[int]) -> int:
    """Store the matches of these records with the saved searches; return how many are new.

    A search and a record match once: another call for the same record, or for a change to it, adds nothing
    to what was found already. Records that are not published are left out.
    """
    meaning.encode_lacking(records)
    return sum(_store(records[start : start + AT_ONCE]) for start in range(0, len(records), AT_ONCE))


def _store(records: Sequence[int]) -> int:
    with long_transaction(), connection.cursor() as cursor:
        refresh_words(records)
        cursor.execute(
            store_sql(),
            {
                **parameters(records),
                "now": timezone.now(),
                "updated": _("fiche mise à jour"),
                "near": _("proche par le sens"),
                "answers": _("répond explicitement"),
                "on_subject": _("sujet proche"),
            },
        )
        stored: int = cursor.rowcount
    return stored


def refresh_words(records: Sequence[int]) -> None:
    """Refresh the searches whose meaning these records change, before they are compared."""
    with connection.cursor() as cursor:
        cursor.execute(READ_OTHERWISE, {"records": list(records), "shortest": SHORTEST_COMPLETED})
        keys = [key for (key,) in cursor.fetchall()]
    if keys:
        saving.refresh(SavedSearch.objects.filter(pk__in=keys).only("pk", "target", "query_string"))


def parameters(records: Sequence[int]) -> dict[str, Any]:
    return {
        "records": list(records),
        "today": timezone.localdate(),
        "least_cosine": FLOOR,
        "most_signs": meaning.most_signs(FLOOR),
        "subject_floor": affinity.SUBJECT_FLOOR,
        "subject_signs": meaning.most_signs(affinity.SUBJECT_FLOOR),
        "themed_floor": affinity.THEMED_FLOOR,
        "themed_signs": meaning.most_signs(affinity.THEMED_FLOOR),
    }

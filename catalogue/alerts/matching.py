"""The reverse match: records that are published meet the searches that somebody keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.alerts import saving
from catalogue.alerts.statements import FIND, KEEP, READ_OTHERWISE
from catalogue.models import SavedSearch
from catalogue.public.search.words import SHORTEST_COMPLETED
from catalogue.records.long_transactions import long_transaction

AT_ONCE = 200
"""Records compared in one statement: an import of thousands holds no row for long."""


def match_published(records: Sequence[int]) -> int:
    """Keep what the saved searches want of these records; how many matches are new.

    Once is enough for each search and record: what is called twice, or for a record whose change is
    accepted, adds nothing to what was found already. Records that are not published are left out.
    """
    return sum(_keep(records[start : start + AT_ONCE]) for start in range(0, len(records), AT_ONCE))


def _keep(records: Sequence[int]) -> int:
    with long_transaction(), connection.cursor() as cursor:
        read_words_again(records)
        cursor.execute(
            KEEP, {**parameters(records), "now": timezone.now(), "updated": _("fiche mise à jour")}
        )
        kept: int = cursor.rowcount
    return kept


def wanting(records: Sequence[int]) -> set[tuple[int, int]]:
    """The pairs of a search and a record that it wants now, as ``match_published`` would keep them."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters(records))
        return set(cursor.fetchall())


def read_words_again(records: Sequence[int]) -> None:
    """Read again the searches whose meaning these records change, before they are compared."""
    with connection.cursor() as cursor:
        cursor.execute(READ_OTHERWISE, {"records": list(records), "shortest": SHORTEST_COMPLETED})
        keys = [key for (key,) in cursor.fetchall()]
    if keys:
        saving.read_again(SavedSearch.objects.filter(pk__in=keys).only("pk", "target", "query_string"))


def parameters(records: Sequence[int]) -> dict[str, Any]:
    """What the statements ask for."""
    return {"records": list(records), "today": timezone.localdate()}

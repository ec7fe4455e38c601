"""For how long a record stays true, by kind and state, and what becomes of it afterwards.

``expires_on`` is the day before which its owner is asked to confirm it; past that day the record is
« à confirmer »: pages show it, and it weighs ``STALE`` in the rankings. Read by ``workflow`` (at
publication), ``quality`` (confirmations, checks), the rankings and the pages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records.wording import NBSP

MONTHS: dict[tuple[str, str], int] = {
    ("site", "ouvert"): 6,
    ("site", "reserve"): 6,
    ("besoin", ""): 12,
    ("experimentation", "exploration"): 12,
    ("experimentation", "experimentation"): 12,
    ("experimentation", "deploiement"): 12,
    ("solution", ""): 24,
    ("operation", ""): 36,
}
"""Months by kind and, for sites and experiments, by state. What is over (a site closed, an experiment
finished or abandoned) is history: it stays true."""
GRACE_DAYS = 30
"""Left to a record that was verified without a day to come."""
NOTICE_DAYS = 30
"""How long before the day its owner is first asked."""
# One row for each pair of MONTHS; by the primary keys of the records asked for, or the whole table at night.
SPAN = """(
    SELECT m.months
    FROM unnest(%(kinds)s::text[], %(states)s::text[], %(months)s::int[]) AS m (kind, state, months)
    WHERE m.kind = r.kind AND m.state = coalesce(
        (SELECT site_state FROM catalogue_testsite WHERE record_ptr_id = r.id),
        (SELECT status FROM catalogue_experiment WHERE record_ptr_id = r.id), '')
)"""
UNTIL = f"""
SELECT (%(day)s::date + make_interval(months => {SPAN}))::date FROM catalogue_record r WHERE r.id = %(record)s
"""  # noqa: S608 (constants of this module)
# Those verified without a day to come; an explicit day is never changed.
FILL = f"""
UPDATE catalogue_record c SET expires_on = due.day
FROM (
    SELECT r.id, (r.verified_on + make_interval(months => {SPAN}, days => %(grace)s))::date AS day
    FROM catalogue_record r
    WHERE r.state = 'publiee' AND r.expires_on IS NULL AND r.verified_on IS NOT NULL AND {{narrowed}}
) due
WHERE c.id = due.id AND due.day IS NOT NULL
"""  # noqa: S608 (constants of this module)


def _parameters(**more: Any) -> dict[str, Any]:
    kinds, states = zip(*MONTHS, strict=True)
    return {"kinds": list(kinds), "states": list(states), "months": list(MONTHS.values()), **more}


def compute_expiry(record: int, day: datetime.date | None = None) -> datetime.date | None:
    """Return the day before which a record confirmed on ``day`` (today) is to be again; None for never."""
    with connection.cursor() as cursor:
        cursor.execute(UNTIL, _parameters(record=record, day=day or timezone.localdate()))
        row = cursor.fetchone()
    return None if row is None else row[0]


def fill_expiry(records: Iterable[int] | None = None) -> int:
    """Give a day to the published records, or to these, that were verified without one; how many."""
    keys = None if records is None else list(records)
    narrowed = "true" if keys is None else "r.id = ANY (%(records)s)"
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(narrowed=narrowed), _parameters(records=keys, grace=GRACE_DAYS))
        return int(cursor.rowcount)


def verified_words(record: Record) -> str:
    """« Vérifiée le 3 mai 2024 », « … ; à confirmer depuis le 4 mai 2025 », or nothing."""
    parts = []
    if record.verified_on is not None:
        parts.append(_("Vérifiée le %(date)s") % {"date": date_format(record.verified_on, "j F Y")})
    if stale := stale_words(record):
        parts.append(stale if parts else stale[:1].upper() + stale[1:])
    return f"{NBSP}; ".join(parts)


def stale_words(record: Record) -> str:
    """« à confirmer depuis le 4 mai 2025 » for a record past its day, or nothing."""
    if not record.is_stale or record.expires_on is None:
        return ""
    return _("à confirmer depuis le %(date)s") % {"date": date_format(record.expires_on, "j F Y")}

"""For how long a record stays true, by kind and state, and what becomes of it afterwards.

``expires_on`` is the day before which its owner is asked to confirm it; past that day the record is
« à confirmer »: pages show it, and it weighs ``STALE`` in the rankings. It runs from ``verified_on``; failing
that from ``stated_on``, the day that its source speaks of. Read by ``workflow`` (at publication), ``quality``
(confirmations, checks), the rankings and the pages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.models import Experiment, Record, TestSite
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
OLD_YEARS = 5
"""Age from which what is not over is shown as its last known state."""
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
# The day that the source of a record ``{r}`` speaks of: its publication, or what the URL of an article says.
SOURCE_DAY = """coalesce(
    (SELECT catalogue_read_day(published_in) FROM catalogue_source WHERE id = {r}.source_id),
    catalogue_read_day(substring({r}.source_url FROM '/((?:19|20)[0-9][0-9]/(?:0[1-9]|1[0-2]))/'))
)"""
# An experiment says when its status was seen, an operation when it was awarded; a solution is as young as
# what its experiments say of it.
STATED = f"""CASE r.kind
    WHEN 'experimentation' THEN coalesce(
        (SELECT status_day FROM catalogue_experiment WHERE record_ptr_id = r.id), {SOURCE_DAY.format(r="r")})
    WHEN 'operation' THEN greatest(
        (SELECT make_date(max(year), 12, 31) FROM catalogue_labelaward WHERE operation_id = r.id),
        {SOURCE_DAY.format(r="r")})
    WHEN 'solution' THEN greatest({SOURCE_DAY.format(r="r")}, (
        SELECT max(coalesce(e.status_day, {SOURCE_DAY.format(r="x")}))
        FROM catalogue_experiment e JOIN catalogue_record x ON x.id = e.record_ptr_id AND x.state = 'publiee'
        WHERE e.solution_id = r.id))
    ELSE {SOURCE_DAY.format(r="r")}
END"""  # noqa: S608 (constants of this module)
# A day that was given, by hand or by a confirmation, is never changed; one that this statement counted from
# the source follows it.
FILL = f"""
UPDATE catalogue_record c SET stated_on = due.stated, expires_on = due.day
FROM (
    SELECT s.id, s.stated,
           CASE WHEN s.is_given THEN s.expires_on
                WHEN s.verified_on IS NULL THEN (s.stated + make_interval(months => s.months))::date
                ELSE (s.verified_on + make_interval(months => s.months, days => %(grace)s))::date END AS day
    FROM (
        SELECT r.id, r.expires_on, r.verified_on, {STATED} AS stated, {SPAN} AS months,
               r.expires_on IS NOT NULL AND NOT (
                   r.verified_on IS NULL AND r.stated_on IS NOT NULL AND EXISTS (
                   SELECT FROM unnest(%(kinds)s::text[], %(months)s::int[]) AS m (kind, months)
                   WHERE m.kind = r.kind
                     AND r.expires_on = (r.stated_on + make_interval(months => m.months))::date
               )) AS is_given
        FROM catalogue_record r WHERE r.state = 'publiee' AND {{narrowed}}
    ) s
) due
WHERE c.id = due.id AND (c.stated_on, c.expires_on) IS DISTINCT FROM (due.stated, due.day)
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


def find_source_day(record: int) -> datetime.date | None:
    """Return the day that the source of a record speaks of; None when it gives none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STATED} FROM catalogue_record r WHERE r.id = %s", [record])  # noqa: S608
        row = cursor.fetchone()
    return None if row is None else row[0]


def fill_expiry(records: Iterable[int] | None = None) -> int:
    """Write the days of the published records, or of these, and return how many changed."""
    keys = None if records is None else list(records)
    narrowed = "true" if keys is None else "r.id = ANY (%(records)s)"
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(narrowed=narrowed), _parameters(records=keys, grace=GRACE_DAYS))
        return int(cursor.rowcount)


def verified_words(record: Record) -> str:
    """« Vérifiée le 3 mai 2024 ; à confirmer depuis le 4 mai 2025 », or how old its source is."""
    if record.verified_on is not None:
        first = _("Vérifiée le %(date)s") % {"date": date_format(record.verified_on, "j F Y")}
    elif record.stated_on is None:
        first = _("Date de l’information non connue")
    elif is_old(record.stated_on) and not is_over(record):
        first = _("Dernier état connu%(nbsp)s: %(date)s") % {
            "nbsp": NBSP,
            "date": month_words(record.stated_on),
        }
    else:
        first = _("D’après une source %(of_date)s") % {"of_date": of_month(record.stated_on)}
    return f"{NBSP}; ".join(filter(None, (first, stale_words(record))))


def stale_words(record: Record) -> str:
    """« à confirmer depuis le 4 mai 2025 » for a record past its day, or nothing."""
    if not record.is_stale or record.expires_on is None:
        return ""
    if record.verified_on is None and record.stated_on is not None:
        return _("à confirmer")
    return _("à confirmer depuis le %(date)s") % {"date": date_format(record.expires_on, "j F Y")}


def is_old(day: datetime.date) -> bool:
    """True when the day is more than OLD_YEARS years away."""
    today = timezone.localdate()
    return (day.year + OLD_YEARS, day.month, day.day) < (today.year, today.month, today.day)


def is_over(record: Record) -> bool:
    """True for what stays true: an experiment finished or abandoned, a site closed."""
    if record.kind == Record.Kind.EXPERIMENT:
        return is_final(record.kind, _experiment(record).status)
    return record.kind == Record.Kind.SITE and is_final(record.kind, _site(record).site_state)


def is_final(kind: str, state: str) -> bool:
    """True for a status that nothing follows."""
    return (kind, state) not in MONTHS


def _experiment(record: Record) -> Experiment:
    """The row of its kind, without a query for an instance of that kind."""
    return record if isinstance(record, Experiment) else record.as_experiment


def _site(record: Record) -> TestSite:
    return record if isinstance(record, TestSite) else record.as_site


def month_words(day: datetime.date) -> str:
    """« mai 2025 », or « 2019 » for the last day of a year: how precise the source is."""
    return str(day.year) if (day.month, day.day) == (12, 31) else date_format(day, "F Y")


def of_month(day: datetime.date) -> str:
    """« de 2019 », « d’octobre 2020 »."""
    words = month_words(day)
    return f"d’{words}" if words[0] in "ao" else f"de {words}"


def stated_day(record: Record) -> datetime.date | None:
    """The day that the source of the record speaks of; None when it gives none."""
    own = _experiment(record).status_day if record.kind == Record.Kind.EXPERIMENT else None
    return own or record.stated_on


def newest_day(record: Record) -> datetime.date | None:
    """The last day of which the record is known to be true: it was verified, or its source says so."""
    return max((day for day in (record.verified_on, stated_day(record)) if day is not None), default=None)


def status_label(record: Record) -> str:
    """The status of an experiment or the state of a test site; nothing for other kinds."""
    if record.kind == Record.Kind.EXPERIMENT:
        return str(_experiment(record).get_status_display())
    return str(_site(record).get_site_state_display()) if record.kind == Record.Kind.SITE else ""


def status_words(record: Record) -> str:
    """The same, with its date."""
    label = status_label(record)
    if not label:
        return ""
    return date_status(label, record.verified_on, stated_day(record), is_final=is_over(record))


def date_status(
    status: str, verified_on: datetime.date | None, stated_on: datetime.date | None, *, is_final: bool
) -> str:
    """« en déploiement, constaté en 2019 », « dernier état connu (2019) : en déploiement » …"""
    if verified_on is not None and (stated_on is None or verified_on >= stated_on):
        day, words = verified_on, _("%(status)s, vérifié le %(date)s")
        date = date_format(verified_on, "j F Y")
    elif stated_on is not None:
        day, words = stated_on, _("%(status)s, constaté en %(date)s")
        date = month_words(stated_on)
    else:
        return _("%(status)s (date non connue)") % {"status": status}
    if is_old(day) and not is_final:
        words = _("dernier état connu (%(date)s) : %(status)s")
    return words % {"status": status, "date": date}

"""The findings kept in step with the records: all of them at night, a few after each write.

Each refresh is one statement a check (at night) or one in all (for a few records); what did not change is
not written again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from catalogue.models import Record
from catalogue.records import expiry
from catalogue.records.long_transactions import long_transaction
from catalogue.workshop.quality import statements as sql
from catalogue.workshop.quality.checks import CHECKS, Check

CHECKED = (Record.State.SUBMITTED, Record.State.IN_REVIEW, Record.State.TO_COMPLETE, Record.State.PUBLISHED)
"""States of the records that are checked: a draft is for its author alone, an archived record for nobody."""
BATCH_SIZE = 500
"""Past this number of records, a statement for each check costs less than one for all."""
TOLERANCE_M = 500
TOWN_HALL_M = 30
MIN_SUMMARY_LENGTH = 60
EMAIL = r"[[:alnum:]._%+-]+@[[:alnum:]-]+(\.[[:alnum:]-]+)*\.[[:alpha:]]{2,}"
PHONE = r"(^|[^0-9])(\+33[  ]?[1-9]|0[1-9])([  .-]?[0-9]{2}){4}([^0-9]|$)"


def refresh_findings(records: Iterable[int] | None = None) -> None:
    """Check these records, or all of them; set the expiry of those verified without one."""
    if records is None:
        _refresh_all()
        return
    keys = sorted(set(records))
    for start in range(0, len(keys), BATCH_SIZE):
        some = keys[start : start + BATCH_SIZE]
        with long_transaction():
            expiry.fill_expiry(some)
            _replace_findings(CHECKS.values(), some)


def _refresh_all() -> None:
    with long_transaction():
        expiry.fill_expiry()
    for check in CHECKS.values():
        with long_transaction():
            _replace_findings([check], None)
    with long_transaction(), connection.cursor() as cursor:
        cursor.execute(sql.FORGET, {"codes": list(CHECKS)})


def touch_map_if_stale() -> None:
    """Reload the map when the expiry of a record was yesterday."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    if Record.objects.published().filter(expires_on=yesterday).exists():
        with connection.cursor() as cursor:
            cursor.execute("SELECT catalogue_note_change()")


def _replace_findings(checks: Iterable[Check], records: list[int] | None) -> None:
    checks = list(checks)
    scope = sql.ALL_RECORDS if records is None else sql.SOME_RECORDS
    found = []
    for check in checks:
        statement = check.statement.format(scope=scope)
        found.append(sql.FOUND.format(code=check.code, severity=int(check.severity), statement=statement))
    within = "true" if records is None else "f.record_id = ANY (%(records)s)"
    replace = sql.REPLACE.format(found=" UNION ALL ".join(found), within=within)
    with connection.cursor() as cursor:
        cursor.execute(replace, get_parameters(checks, records))


def get_parameters(checks: Iterable[Check], records: list[int] | None) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "codes": [check.code for check in checks],
        "records": records,
        "states": list(CHECKED),
        "now": timezone.now(),
        "today": today,
        "year": today.year,
        "tolerance_m": TOLERANCE_M,
        "town_hall_m": TOWN_HALL_M,
        "shortest_summary": MIN_SUMMARY_LENGTH,
        "email": EMAIL,
        "phone": PHONE,
    }

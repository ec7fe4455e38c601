"""The slices of the figures: months, ages and dates, each with a code for the URL and a condition.

The page counts by these conditions and the list behind a number filters by them: the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MONTHS = 12
"""Months shown one by one; what is older is one slice."""
BEFORE = "avant"
NEVER = "jamais"
NONE = "sans"
YEAR = 365


@dataclass(frozen=True)
class Band:
    """A slice of a range of days: from ``first`` (included) to ``last`` (excluded), None for no end."""

    code: str
    label: StrOrPromise
    first: int | None = None
    last: int | None = None

    def condition(self, name: str, at: Callable[[int], date | datetime]) -> Q:
        """Return the condition on the column ``name``; ``at`` turns a number of days into a moment."""
        bounds = {}
        if self.first is not None:
            bounds[f"{name}__gte"] = at(self.first)
        if self.last is not None:
            bounds[f"{name}__lt"] = at(self.last)
        return Q(**bounds) if bounds else Q(**{f"{name}__isnull": True})


WAITED = (
    Band("7j", _("moins d’une semaine"), -7, None),
    Band("30j", _("d’une semaine à un mois"), -30, -7),
    Band("90j", _("d’un à trois mois"), -90, -30),
    Band("plus", _("plus de trois mois"), None, -90),
)
"""For how long something has waited: days from now, backwards."""
WAITED_CODES = [band.code for band in WAITED]
VERIFIED = (
    Band("6m", _("moins de six mois"), -YEAR // 2, None),
    Band("1a", _("de six mois à un an"), -YEAR, -YEAR // 2),
    Band("2a", _("d’un à deux ans"), -2 * YEAR, -YEAR),
    Band("plus", _("plus de deux ans"), None, -2 * YEAR),
    Band(NEVER, _("jamais vérifiées")),
)
"""How long ago a record was verified: days from today, backwards."""
EXPIRES = (
    Band("passee", _("date dépassée"), None, 0),
    Band("1m", _("dans le mois"), 0, 31),
    Band("3m", _("d’un à trois mois"), 31, 92),
    Band("plus", _("dans plus de trois mois"), 92, None),
    Band(NONE, _("sans date de révision")),
)
"""When a record expires: days from today."""


def count_from_day(today: date) -> Callable[[int], date]:
    return lambda days: today + timedelta(days=days)


def count_from_midnight(now: datetime) -> Callable[[int], datetime]:
    """Return the function that turns days into the midnight that begins a day: a page and its list agree."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return lambda days: midnight + timedelta(days=days)


def get_band(bands: tuple[Band, ...], code: str) -> Band:
    return next(one for one in bands if one.code == code)


def get_month_start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=timezone.get_current_timezone())


def get_next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def list_last_months(today: date) -> list[date]:
    """Return the first days of the last MONTHS months, the newest first."""
    number = today.year * 12 + today.month - 1
    return [date((number - n) // 12, (number - n) % 12 + 1, 1) for n in range(MONTHS)]


def format_month_code(month: date) -> str:
    """Return a month for a URL: « 2026-03 »."""
    return f"{month:%Y-%m}"


def format_month(month: date) -> str:
    """Return a month in words: « mars 2026 »."""
    return date_format(month, "F Y")


def month_condition(name: str, month: date) -> Q:
    return Q(
        **{f"{name}__gte": get_month_start(month), f"{name}__lt": get_month_start(get_next_month(month))}
    )


def before_condition(name: str, month: date) -> Q:
    """Return the condition that a moment comes before the month, or is not known."""
    return Q(**{f"{name}__lt": get_month_start(month)}) | Q(**{f"{name}__isnull": True})

"""Alerts by e-mail: the matches not sent yet, at the rhythm of each search.

Matches are marked as sent in the transaction that writes their mail: a worker that dies half way repeats
nothing and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from catalogue import mailing
from catalogue.alerts import saving
from catalogue.models import AlertMatch, SavedSearch

MOST_LISTED = 20
"""Records that a mail lists for one search; the page of the search has the others."""
SALT = "catalogue.alerts.stop"
EVERYTHING = 0
"""Stands for every search of the account in a token."""
Rhythm = SavedSearch.Rhythm


def stop_token(user_id: int, search_id: int = EVERYTHING) -> str:
    """Sign the token that stops one search, or all of them, without a login, as long as the account lasts."""
    return signing.dumps([user_id, search_id], salt=SALT)


def read_token(token: str) -> tuple[int, int] | None:
    """Return the account and the search of a token, EVERYTHING for all; None when the signature is wrong."""
    try:
        user_id, search_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return user_id, search_id


def running_searches(user_id: int, search_id: int) -> QuerySet[SavedSearch]:
    """The searches of the account that still send alerts, of which one alone or EVERYTHING."""
    searches = SavedSearch.objects.filter(user_id=user_id, user__is_active=True).exclude(rhythm=Rhythm.NEVER)
    found = searches if search_id == EVERYTHING else searches.filter(pk=search_id)
    return found.only("pk", "name", "rhythm").order_by("name", "pk")


def send_immediate() -> int:
    """Write one mail for each search with immediate alerts that has found something; return how many."""
    waiting = AlertMatch.objects.pending(Rhythm.IMMEDIATE).values_list("search_id", flat=True)
    return sum(_mail_search(key) for key in sorted(set(waiting.order_by())))


def send_digests(rhythm: str) -> int:
    """Write one mail for each account whose searches of that rhythm found something; return how many."""
    waiting = AlertMatch.objects.pending(rhythm).values_list("search__user_id", flat=True)
    return sum(_mail_account(key, rhythm) for key in sorted(set(waiting.order_by())))


@transaction.atomic
def _mail_search(key: int) -> bool:
    # The lock keeps other workers, and new matches of this search, out until the mail is written.
    search = SavedSearch.objects.select_for_update().filter(pk=key, rhythm=Rhythm.IMMEDIATE).first()
    if search is None:
        return False
    groups = _claim(AlertMatch.objects.pending(Rhythm.IMMEDIATE).filter(search=search))
    if not groups:
        return False
    _post("alerte-immediate", search.user, groups, stop_token(search.user_id, search.pk))
    return True


@transaction.atomic
def _mail_account(key: int, rhythm: str) -> bool:
    locked = SavedSearch.objects.select_for_update().filter(user_id=key, rhythm=rhythm).order_by("pk")
    keys = [search.pk for search in locked.only("pk")]
    groups = _claim(AlertMatch.objects.pending(rhythm).filter(search__in=keys))
    if not groups:
        return False
    user = User.objects.get(pk=key)
    _post("alerte-resume", user, groups, stop_token(key), rhythm=Rhythm(rhythm).label)
    return True


def _claim(pending: Any) -> list[dict[str, Any]]:
    """Mark these matches as sent, and return them grouped by search."""
    matches = list(
        pending.select_related("search", "record")
        .only("pk", "reason", "search", "record__title", "record__slug", "record__kind")
        .defer("search__zone", "search__centre", "search__words")
        .order_by("search__name", "search_id", "-matched_at", "-pk")
    )
    AlertMatch.objects.filter(pk__in=[match.pk for match in matches]).update(sent_at=timezone.now())
    return [_group(search, list(found)) for search, found in groupby(matches, key=lambda match: match.search)]


def _group(search: SavedSearch, matches: list[AlertMatch]) -> dict[str, Any]:
    return {
        "name": search.name,
        "count": len(matches),
        "records": [_line(match) for match in matches[:MOST_LISTED]],
        "others": max(0, len(matches) - MOST_LISTED),
        "found": mailing.absolute_url(reverse("catalogue:search-edit", args=[search.pk])),
        "search": mailing.absolute_url(saving.search_url(search)),
        "stop_url": stop_url(stop_token(search.user_id, search.pk)),
    }


def _line(match: AlertMatch) -> dict[str, str]:
    return {
        "title": match.record.title,
        "kind": match.record.get_kind_display(),
        "reason": match.reason,
        "link": mailing.absolute_url(match.record.get_absolute_url()),
    }


def stop_url(token: str) -> str:
    """Return the absolute URL of the page that stops what a token names."""
    return mailing.absolute_url(reverse("catalogue:search-stop", args=[token]))


def _post(kind: str, user: User, groups: list[dict[str, Any]], token: str, **more: Any) -> None:
    """Write the mail, with what a mail client needs to stop it by one click (RFC 8058)."""
    context = {
        "groups": groups,
        "count": sum(group["count"] for group in groups),
        "stop_all_url": stop_url(stop_token(user.pk)),
        "searches": mailing.absolute_url(reverse("catalogue:search-list")),
        **more,
    }
    headers = {
        "List-Unsubscribe": f"<{stop_url(token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mailing.queue_mail(kind, user.email, context, headers)


def stop(searches: Iterable[SavedSearch]) -> None:
    """Stop the alerts of these searches; their owner may start them again."""
    keys = [search.pk for search in searches]
    SavedSearch.objects.filter(pk__in=keys).update(rhythm=Rhythm.NEVER, alerted_since=None)

"""Alerts by e-mail: what was found and not yet told, at the rhythm of each search.

What a mail tells is marked as told in the transaction that writes the mail: a worker that dies half way
repeats nothing and forgets nothing.
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

MOST_TOLD = 20
"""Records that a mail names for one search; the page of the search has the others."""
SALT = "catalogue.alerts.stop"
EVERYTHING = 0
"""Stands for every search of the account in a token."""
Rhythm = SavedSearch.Rhythm


def stop_token(user_id: int, search_id: int = EVERYTHING) -> str:
    """What stops one search, or all of them, without a login; as long as the account lasts."""
    return signing.dumps([user_id, search_id], salt=SALT)


def read_token(token: str) -> tuple[int, int] | None:
    """The account and the search of a token, EVERYTHING for all; None when nobody signed it."""
    try:
        user_id, search_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return user_id, search_id


def running(user_id: int, search_id: int) -> QuerySet[SavedSearch]:
    """The searches of the account that still send alerts, of which one alone or EVERYTHING."""
    searches = SavedSearch.objects.filter(user_id=user_id, user__is_active=True).exclude(rhythm=Rhythm.NEVER)
    found = searches if search_id == EVERYTHING else searches.filter(pk=search_id)
    return found.only("pk", "name", "rhythm").order_by("name", "pk")


def send_immediate() -> int:
    """Write one mail for each search that wants to know at once and has found something; how many."""
    waiting = AlertMatch.objects.pending(Rhythm.IMMEDIATE).values_list("search_id", flat=True)
    return sum(_tell_search(key) for key in sorted(set(waiting.order_by())))


def send_digests(rhythm: str) -> int:
    """Write one mail for each account whose searches of that rhythm have found something; how many."""
    waiting = AlertMatch.objects.pending(rhythm).values_list("search__user_id", flat=True)
    return sum(_tell_account(key, rhythm) for key in sorted(set(waiting.order_by())))


@transaction.atomic
def _tell_search(key: int) -> bool:
    # The lock keeps other workers, and new matches of this search, out until the mail is written.
    search = SavedSearch.objects.select_for_update().filter(pk=key, rhythm=Rhythm.IMMEDIATE).first()
    if search is None:
        return False
    groups = _take(AlertMatch.objects.pending(Rhythm.IMMEDIATE).filter(search=search))
    if not groups:
        return False
    _post("alerte-immediate", search.user, groups, stop_token(search.user_id, search.pk))
    return True


@transaction.atomic
def _tell_account(key: int, rhythm: str) -> bool:
    locked = SavedSearch.objects.select_for_update().filter(user_id=key, rhythm=rhythm).order_by("pk")
    keys = [search.pk for search in locked.only("pk")]
    groups = _take(AlertMatch.objects.pending(rhythm).filter(search__in=keys))
    if not groups:
        return False
    user = User.objects.get(pk=key)
    _post("alerte-resume", user, groups, stop_token(key), rhythm=Rhythm(rhythm).label)
    return True


def _take(pending: Any) -> list[dict[str, Any]]:
    """What these matches tell, search by search, and mark them as told."""
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
        "records": [
            {
                "title": match.record.title,
                "kind": match.record.get_kind_display(),
                "reason": match.reason,
                "link": mailing.absolute(match.record.get_absolute_url()),
            }
            for match in matches[:MOST_TOLD]
        ],
        "others": max(0, len(matches) - MOST_TOLD),
        "found": mailing.absolute(reverse("catalogue:search-edit", args=[search.pk])),
        "search": mailing.absolute(saving.address(search)),
        "stop_url": stop_address(stop_token(search.user_id, search.pk)),
    }


def stop_address(token: str) -> str:
    """The whole address of the page that stops what a token names."""
    return mailing.absolute(reverse("catalogue:search-stop", args=[token]))


def _post(kind: str, user: User, groups: list[dict[str, Any]], token: str, **more: Any) -> None:
    """Write the mail, with what a mail client needs to stop it by one click (RFC 8058)."""
    context = {
        "groups": groups,
        "count": sum(group["count"] for group in groups),
        "stop_all_url": stop_address(stop_token(user.pk)),
        "searches": mailing.absolute(reverse("catalogue:search-list")),
        **more,
    }
    headers = {
        "List-Unsubscribe": f"<{stop_address(token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mailing.post(kind, user.email, context, headers)


def stop(searches: Iterable[SavedSearch]) -> None:
    """Send nothing more of these searches; they are kept, their owner may start them again."""
    keys = [search.pk for search in searches]
    SavedSearch.objects.filter(pk__in=keys).update(rhythm=Rhythm.NEVER, alerted_since=None)

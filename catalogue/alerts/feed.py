"""The private Atom feed of an account: what its searches found, and what is proposed to it.

Its address holds a random key that the account can change; it names neither the account nor what it
called its searches, and shows published records alone.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from catalogue.alerts.proposals import proposals_for
from catalogue.mailing import absolute
from catalogue.models import AlertMatch, FeedKey, Record

LATEST = 50
KEY_BYTES = 32


def new_key(user: User) -> FeedKey:
    """The key of the account's feed, drawn anew: the address known until now leads nowhere."""
    key, _made = FeedKey.objects.update_or_create(
        user=user, defaults={"key": secrets.token_urlsafe(KEY_BYTES)}
    )
    return key


def feed_address(key: FeedKey) -> str:
    """The whole address of a feed."""
    return absolute(reverse("catalogue:feed", args=[key.key]))


def written(key: FeedKey) -> tuple[bytes, datetime]:
    """The feed as a document, and when it last changed."""
    entries = [*_matches(key.user), *_proposals(key.user)]
    feed = _Feed(
        title=_("%(site)s : vos recherches et propositions") % {"site": settings.SITE_NAME},
        link=absolute(reverse("catalogue:search-list")),
        description=None,
        language="fr",
        author_name=settings.SITE_NAME,
        feed_url=feed_address(key),
        feed_guid=f"{settings.SITE_URL.rstrip('/')}/#flux-{key.pk}",
    )
    feed.opened = key.created_at
    for entry in entries:
        feed.add_item(**entry)
    feed.items.sort(key=lambda entry: entry["updateddate"], reverse=True)
    return feed.writeString("utf-8").encode(), feed.latest_post_date()


class _Feed(Atom1Feed):
    """Atom whose date is that of its latest entry, else of its opening, never that of the reading."""

    opened: datetime

    def latest_post_date(self) -> datetime:
        return max((entry["updateddate"] for entry in self.items), default=self.opened)


def _matches(user: User) -> list[dict[str, Any]]:
    found = (
        AlertMatch.objects.visible()
        .filter(search__user=user)
        .select_related("record")
        .only("reason", "matched_at", "search_id", *(f"record__{name}" for name in RECORD))
        .order_by("-matched_at", "-pk")[:LATEST]
    )
    return [
        _entry(
            match.record,
            f"recherche-{match.search_id}-{match.record_id}",
            match.matched_at,
            _("Trouvée par une de vos recherches : %(reason)s") % {"reason": match.reason},
        )
        for match in found
    ]


RECORD = ("title", "slug", "kind", "summary", "updated_at")


def _proposals(user: User) -> list[dict[str, Any]]:
    """An entry for each record proposed; a territory is no news."""
    told = {
        item["record"]["slug"]: (proposal.title, item["record"])
        for proposal in proposals_for(user)
        for item in proposal.items
        if "record" in item
    }
    records = Record.objects.published().filter(slug__in=told).only(*RECORD)
    return [
        _entry(
            record,
            f"proposition-{record.pk}",
            record.updated_at,
            f"{told[record.slug][0]} : {_reasons(told[record.slug][1])}",
        )
        for record in records.order_by("-updated_at", "pk")
    ]


def _reasons(card: dict[str, Any]) -> str:
    return ", ".join(f"{factor.label.lower()} {factor.detail}" for factor in card["factors"])


def _entry(record: Record, mark: str, when: datetime, why: str) -> dict[str, Any]:
    address = absolute(record.get_absolute_url())
    return {
        "title": f"{record.get_kind_display()} – {record.title}",
        "link": address,
        "description": f"{record.summary}\n\n{why}".strip(),
        "unique_id": f"{address}#{mark}",
        "updateddate": when,
        "pubdate": when,
    }

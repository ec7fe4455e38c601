"""The private Atom feed of an account: what its searches found, and what is proposed to it.

Its URL holds a random key that the account can change; it names neither the account nor its searches, and
shows published records alone.
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
from catalogue.mailing import absolute_url
from catalogue.models import AlertMatch, FeedKey, Record
from catalogue.public.cards import Card

LATEST = 50
KEY_BYTES = 32


def new_key(user: User) -> FeedKey:
    """Draw the key of the account's feed anew: the URL known until now leads nowhere."""
    key, _made = FeedKey.objects.update_or_create(
        user=user, defaults={"key": secrets.token_urlsafe(KEY_BYTES)}
    )
    return key


def feed_url(key: FeedKey) -> str:
    return absolute_url(reverse("catalogue:feed", args=[key.key]))


def render_feed(key: FeedKey) -> tuple[bytes, datetime]:
    """Return the feed as a document, and when it last changed."""
    entries = [*_matches(key.user), *_proposals(key.user)]
    feed = _Feed(
        title=_("%(site)s : vos recherches et propositions") % {"site": settings.SITE_NAME},
        link=absolute_url(reverse("catalogue:search-list")),
        description=None,
        language="fr",
        author_name=settings.SITE_NAME,
        feed_url=feed_url(key),
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
    reasons: dict[str, str] = {}
    for proposal in proposals_for(user):
        cards = [item["record"] for item in proposal.items if "record" in item]
        reasons |= {card.slug: f"{proposal.title} : {_reasons(card)}" for card in cards}
    records = Record.objects.published().filter(slug__in=reasons).only(*RECORD)
    return [
        _entry(record, f"proposition-{record.pk}", record.updated_at, reasons[record.slug])
        for record in records.order_by("-updated_at", "pk")
    ]


def _reasons(card: Card) -> str:
    return ", ".join(f"{factor.label.lower()} {factor.detail}" for factor in card.factors)


def _entry(record: Record, mark: str, when: datetime, why: str) -> dict[str, Any]:
    url = absolute_url(record.get_absolute_url())
    return {
        "title": f"{record.get_kind_display()} – {record.title}",
        "link": url,
        "description": f"{record.summary}\n\n{why}".strip(),
        "unique_id": f"{url}#{mark}",
        "updateddate": when,
        "pubdate": when,
    }

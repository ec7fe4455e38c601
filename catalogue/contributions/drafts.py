"""New records: one for each form, with a slug of its own; and drafts that their author deletes."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from catalogue.models import Organisation, Record, RecordOrganisation, Solution, TestSite
from catalogue.models.querysets import RecordQuerySet
from catalogue.records import permissions
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.slugs import save_with_free_slug

TRIES = 5
SHORTEST_WORDS = 3
SHOWN = 20
MOST = 100
"""Unfinished records of one account: beyond, it is no contribution any more."""


def create(
    kind: str, user: User, values: dict[str, Any], key: uuid.UUID, solution: Solution | None = None
) -> Record:
    """Return a draft of that kind, or the one that the same form (``key``) made a moment ago."""
    for _try in range(TRIES):
        existing = Record.objects.filter(creation_key=key).first()
        if existing is not None:
            if existing.created_by_id == user.pk:
                return cast("Record", existing)
            key = uuid.uuid4()
        try:
            with transaction.atomic():
                return _insert(kind, user, values, key, solution)
        except IntegrityError:
            continue
    raise IntegrityError("no address is free")


def _insert(
    kind: str, user: User, values: dict[str, Any], key: uuid.UUID, solution: Solution | None
) -> Record:
    owner = Organisation.objects.filter(slug=values.get("owner") or "").first()
    own: dict[str, Any] = {"solution": solution} if solution is not None else {}
    if kind == Record.Kind.SITE:
        own["site_state"] = TestSite.SiteState.OPEN
    model = cast("type[Record]", KIND_SPECS[kind].model)
    record = model(
        title=values["title"],
        summary=values["summary"],
        owner=owner,
        created_by=user,
        creation_key=key,
        **own,
    )
    save_with_free_slug(record, values["title"], fallback="fiche")
    if owner is not None:
        RecordOrganisation.objects.create(record_id=record.pk, organisation=owner)
    return record


@transaction.atomic
def delete(record: Record, user: User) -> None:
    """Delete a draft, under its lock; Http404 when it is no longer one or not theirs."""
    held = Record.objects.select_for_update().filter(pk=record.pk).first() or record
    permissions.require(user, "delete", held)
    held.proper.delete()


def list_owners(user: User, record: Record | None = None) -> dict[str, str]:
    """Return the organisations that may hold a record of the account; a pending membership will do."""
    there = Q(memberships__user=user.pk)
    if record is not None and record.owner_id:
        there |= Q(pk=record.owner_id)
    rows = Organisation.objects.filter(there).distinct().order_by("name")
    return dict(rows.values_list("slug", "name"))


def list_drafts(user: User) -> RecordQuerySet:
    """Return the drafts that the account may go on with, the latest first."""
    unfinished = Record.objects.filter(state__in=(Record.State.DRAFT, Record.State.TO_COMPLETE))
    return unfinished.filter(permissions.own_records(user)).order_by("-updated_at", "-pk")


def has_too_many(user: User) -> bool:
    """Return True when the account has to finish or delete drafts before it begins another."""
    return Record.objects.filter(created_by=user.pk, state=Record.State.DRAFT).count() >= MOST


def usable_solutions(user: User) -> Any:
    """Return the solutions that an experiment of the account may be of: published ones and its own."""
    states = (Record.State.REFUSED, Record.State.ARCHIVED)
    return Solution.objects.filter(
        Q(state=Record.State.PUBLISHED) | (permissions.own_records(user) & ~Q(state__in=states))
    )


def find_solutions(user: User, words: str) -> list[Solution]:
    """Return the usable solutions whose title holds the words; the account's own when there are none."""
    found = usable_solutions(user).only("slug", "title", "summary", "state", "kind")
    if len(words) < SHORTEST_WORDS - 1:
        return list(found.filter(permissions.own_records(user)).order_by("title")[:SHOWN])
    for word in words.split()[:8]:
        found = found.filter(title__unaccent__icontains=word)
    return list(found.order_by("title")[:SHOWN])


def find_organisations(words: str) -> list[Organisation]:
    """Return the organisations of that SIRET or SIREN, or whose name holds the words."""
    digits = "".join(words.split())
    if digits.isascii() and digits.isdigit():
        found = Organisation.objects.filter(Q(siret=digits) | Q(siren=digits)).select_related("merged_into")
        return list(dict.fromkeys(one.merged_into or one for one in found[:SHOWN]))
    if len(words) < SHORTEST_WORDS - 1:
        return []
    found = Organisation.objects.filter(is_active=True)
    for word in words.split()[:8]:
        found = found.filter(name__unaccent__icontains=word)
    return list(found.order_by("name")[:SHOWN])

"""A new vintage of the territories: what it changes with the records located there, then its application.

Called by ``manage.py update_territories``. Nothing moves that a dry run has not listed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Organisation, Record, ReferenceChange, TerritoryUpdate
from catalogue.records import versions
from geo.importers import vintage
from geo.importers.build import build
from geo.importers.coast import read_coastal
from geo.importers.nomenclature import Nomenclature
from geo.importers.shapes import Shapes
from geo.importers.vintage import Kind
from geo.importers.write import write
from geo.models import Territory, TerritoryLoad

CODE = "territoires"


class DryRunRequired(Exception):
    """The vintage was not tried on the database as it is; the message explains what to do, in French."""


def hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def get_loaded_fingerprint() -> str:
    """Return what names the load in the database; empty before the first."""
    last = TerritoryLoad.objects.first()
    return last.fingerprint if last else ""


def filter_records(change: dict[str, Any]) -> QuerySet[Record]:
    """Return the records of a territory that changes; once it is applied, those that were moved."""
    if "moved" in change:
        rows: QuerySet[Record] = Record.objects.filter(pk__in=change["moved"])
        return rows
    return Record.objects.filter(territory__level=change["level"], territory__code=change["code"])


def try_vintage(path: Path, names: Nomenclature, shapes: Shapes | None) -> TerritoryUpdate:
    """Compare a vintage with the database, count the records that it touches, and save the report."""
    found = [asdict(one) for one in vintage.find_changes(names, vintage.read_held(), shapes)]
    counts = _count_records({one["code"] for one in found})
    for one in found:
        one["records"] = counts.get((one["level"], one["code"]), 0)
    touched = {(one["level"], one["code"]) for one in found}
    return TerritoryUpdate.objects.create(
        millesime=names.millesime,
        filename=path.name,
        sha256=hash_file(path),
        base=get_loaded_fingerprint(),
        changes=found,
        record_count=sum(counts.get(key, 0) for key in touched),
    )


def _count_records(codes: set[str]) -> dict[tuple[str, str], int]:
    rows = Record.objects.filter(territory__code__in=list(codes)).order_by()
    pairs = rows.values_list("territory__level", "territory__code").annotate(total=Count("pk"))
    return {(level, code): total for level, code, total in pairs}


def apply_vintage(path: Path, names: Nomenclature, shapes: Shapes) -> TerritoryUpdate:
    """Load the vintage and move the records of merged communes to their successors, or do nothing at all.

    Raises DryRunRequired unless the last dry run was of this file, on the database as it is.
    """
    ground = build(names, shapes)
    with transaction.atomic():
        update = _lock_last_try(path)
        fingerprint = hashlib.sha256(f"{update.sha256} {shapes.source}".encode()).hexdigest()
        load = TerritoryLoad(fingerprint=fingerprint, millesime=names.millesime)
        write(ground, read_coastal(), load)
        moved = 0
        for change in update.changes:
            if change["kind"] == Kind.MERGED.value:
                change["moved"] = _move_records(change, names.millesime)
                moved += len(change["moved"])
        update.state = TerritoryUpdate.State.APPLIED
        update.applied_at = timezone.now()
        update.save()
        ReferenceChange.objects.create(
            list=CODE,
            key=str(names.millesime),
            label=_("Millésime %(year)d") % {"year": names.millesime},
            action=ReferenceChange.Action.VINTAGE,
            reason=path.name,
            record_count=moved,
        )
    return update


def _lock_last_try(path: Path) -> TerritoryUpdate:
    update = TerritoryUpdate.objects.select_for_update().first()
    if update is None or update.sha256 != hash_file(path) or update.state != TerritoryUpdate.State.TRIED:
        raise DryRunRequired(_("Ce fichier n’a pas été essayé à blanc en dernier : faites-le d’abord."))
    if update.base != get_loaded_fingerprint():
        raise DryRunRequired(_("Le territoire a changé depuis l’essai à blanc : refaites-le."))
    return update


def _move_records(change: dict[str, Any], millesime: int) -> list[int]:
    """Move the records of a merged commune to its successor, each with a version that explains why."""
    gone = Territory.objects.get(level=change["level"], code=change["code"])
    heir = Territory.objects.resolve(change["level"], change["after"])
    moved = list(Record.objects.filter(territory=gone).values_list("pk", flat=True))
    versions.save_before(moved)
    Record.objects.filter(pk__in=moved).update(territory=heir, updated_at=timezone.now())
    Organisation.objects.filter(territory=gone).update(territory=heir)
    words = {"gone": gone.label, "heir": heir.label, "year": millesime}
    reason = _("%(gone)s réunie à %(heir)s : millésime %(year)d") % words
    versions.save_after(moved, None, versions.Origin.REFERENCE, reason)
    return moved


def count_by_kind(update: TerritoryUpdate) -> dict[str, tuple[int, int]]:
    places: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for change in update.changes:
        places[change["kind"]] += 1
        records[change["kind"]] += change["records"]
    return {kind.value: (places[kind.value], records[kind.value]) for kind in Kind if places[kind.value]}

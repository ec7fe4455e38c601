"""The undo of a batch: every record, shape and relation as it was before; the batch itself stays, as history.

What somebody touched since is never overwritten in silence: the undo refuses and names those records,
or leaves them as they are when it is asked to. Called by the workshop and by ``manage.py undo_import``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.imports.write import before, digests
from catalogue.imports.write.exclusive import alone
from catalogue.models import (
    AlertMatch,
    AudienceDay,
    CaseFile,
    CaseNote,
    ImportBatch,
    MapEntry,
    Merge,
    QualityFinding,
    Record,
    RecordOrganisation,
    RecordVersion,
    Revision,
    SearchEntry,
    Source,
    Transition,
)
from catalogue.records import versions
from catalogue.records.fields import KindSpec
from catalogue.records.kinds import KIND_SPECS

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHUNK = 500
NAMED = 5
DERIVED = (
    AlertMatch,
    AudienceDay,
    CaseFile,
    MapEntry,
    QualityFinding,
    RecordOrganisation,
    RecordVersion,
    SearchEntry,
    Transition,
)
"""What follows a record without anybody having added it by hand; its roles are in its digest."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A record of the batch that somebody changed or used since."""

    pk: int
    slug: str
    title: str


@dataclass(slots=True)
class Review:
    """What an undo would do: the records to delete, those to restore, those touched since."""

    created: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    proposals: int = 0
    touched: list[Touched] = field(default_factory=list)


class UndoRefused(Exception):
    """The batch cannot be undone; the message says why, in French. ``touched`` are the records at fault."""

    def __init__(self, message: str, touched: list[Touched] | None = None) -> None:
        super().__init__(message)
        self.touched = touched or []


def review(batch: ImportBatch) -> Review:
    """What undoing the batch would do. Raises UndoRefused when it was not written, or is undone."""
    nature, shape = _checked(batch)
    found = Review()
    found.created = set(Record.objects.filter(import_batch=batch.pk).values_list("pk", flat=True))
    kept = {int(pk) for pk in batch.report.get("changes", {})}
    found.changed = set(Record.objects.filter(pk__in=kept).values_list("pk", flat=True))
    found.proposals = _proposals(batch).count()
    written = batch.report.get("digests", {})
    now = digests.take(shape, found.created | found.changed)
    touched = {int(pk) for pk, digest in now.items() if written.get(pk) != digest}
    touched |= _used(batch, nature, found.created)
    rows = Record.objects.filter(pk__in=touched).order_by("title", "pk").values_list("pk", "slug", "title")
    found.touched = [Touched(*row) for row in rows]
    return found


def _checked(batch: ImportBatch) -> tuple[KindSpec, digests.Shape]:
    if batch.state == ImportBatch.BatchState.UNDONE:
        raise UndoRefused(_("Cet import a déjà été annulé."))
    if batch.state != ImportBatch.BatchState.WRITTEN:
        raise UndoRefused(_("Cet import n’a pas été écrit : il n’y a rien à annuler."))
    nature, shape = KIND_SPECS.get(batch.nature), batch.report.get("shape")
    if nature is None or shape is None:
        raise UndoRefused(_("Cet import date d’avant les annulations : ce qu’il a changé n’a pas été gardé."))
    if not digests.fits(shape, nature):
        raise UndoRefused(_("Les fiches n’ont plus la même forme depuis une mise à jour du site."))
    return nature, shape


def _proposals(batch: ImportBatch) -> Any:
    return Revision.objects.filter(import_batch=batch.pk, state=Revision.RevisionState.PROPOSED)


def _used(batch: ImportBatch, nature: KindSpec, created: set[int]) -> set[int]:
    """The created records to which somebody added something, or to which another record points."""
    own = {(collection.model, collection.parent) for collection in nature.collections}
    found: set[int] = set()
    relations = {*Record._meta.related_objects, *nature.model._meta.related_objects}
    for relation in relations:
        model, name = relation.related_model, relation.field.name
        is_part = getattr(relation, "parent_link", False) or (model, name) in own
        if is_part or relation.many_to_many or issubclass(model, DERIVED):
            continue
        rows = model._base_manager.filter(**{f"{name}__in": created})
        if issubclass(model, Record):
            rows = rows.exclude(pk__in=created)
        elif model is Revision:
            rows = rows.exclude(import_batch=batch.pk)
        elif model is Merge:
            rows = rows.filter(undone_at__isnull=True)
        elif model is CaseNote:  # to take a record in hand is not to touch it; a comment would be lost
            rows = rows.filter(kind=CaseNote.NoteKind.COMMENT)
        found.update(rows.values_list(f"{name}_id", flat=True))
    return found


def undo(batch: ImportBatch, actor: User | None = None, *, keep_touched: bool = False) -> Review:
    """Undo the batch in one transaction: all of it, or all but what was touched when that is kept."""
    with alone():
        fresh = ImportBatch.objects.get(pk=batch.pk)
        _checked(fresh)
        pks = {int(pk) for pk in fresh.report.get("changes", {})}
        for some in (Record.objects.filter(import_batch=fresh.pk), Record.objects.filter(pk__in=pks)):
            list(some.select_for_update().order_by("pk").values_list("pk", flat=True))
        found = review(fresh)
        if found.touched and not keep_touched:
            raise UndoRefused(refusal(found.touched), found.touched)
        kept = {one.pk for one in found.touched}
        try:
            _proposals(fresh).delete()
            _delete(found.created - kept)
            restored = found.changed - kept
            versions.keep_before(restored)
            before.restore(KIND_SPECS[fresh.nature], fresh.report.get("before", {}), restored)
            said = _("Import annulé : %(file)s") % {"file": fresh.filename}
            versions.keep(restored, actor, versions.Origin.UNDONE_IMPORT, said)
            _check_links()
        except (IntegrityError, ProtectedError) as error:
            raise UndoRefused(
                _("Une fiche dépend de ce qui a été importé ou supprimé depuis : rien n’a été annulé.")
            ) from error
        _close(fresh, actor, found)
    return found


def refusal(touched: list[Touched]) -> str:
    """Why the undo refuses, with the names of the records."""
    names = [f"« {one.title} »" for one in touched[:NAMED]]
    if rest := len(touched) - NAMED if len(touched) > NAMED else 0:
        names.append(ngettext("%(n)d autre", "%(n)d autres", rest) % {"n": rest})
    return ngettext(
        "Une fiche a été modifiée ou utilisée depuis l’import : %(names)s. Rien n’a été annulé.",
        "%(n)d fiches ont été modifiées ou utilisées depuis l’import : %(names)s. Rien n’a été annulé.",
        len(touched),
    ) % {"n": len(touched), "names": ", ".join(names)}


def _delete(pks: set[int]) -> None:
    ordered = sorted(pks, reverse=True)
    for start in range(0, len(ordered), CHUNK):
        Record.objects.filter(pk__in=ordered[start : start + CHUNK]).delete()


def _check_links() -> None:
    """Have the base check now what it would check at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _close(batch: ImportBatch, actor: User | None, found: Review) -> None:
    """Keep what happened: the batch stays, with what was taken back and what was left."""
    kept = {one.pk for one in found.touched}
    made = batch.report.pop("source_created", None)
    batch.report["undone"] = {
        "deleted": len(found.created - kept),
        "restored": len(found.changed - kept),
        "withdrawn": found.proposals,
        "kept": [{"slug": one.slug, "title": one.title} for one in found.touched],
    }
    batch.state = ImportBatch.BatchState.UNDONE
    batch.undone_at = timezone.now()
    batch.undone_by = actor
    if made == batch.source_id:
        batch.source = None
    batch.save(update_fields=["state", "report", "undone_at", "undone_by", "source"])
    if made is not None:
        try:
            with transaction.atomic():
                Source.objects.filter(pk=made).delete()
        except ProtectedError:
            return  # it serves other records by now

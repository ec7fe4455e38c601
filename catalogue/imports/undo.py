"""The undo of a batch: every record, shape and relation as it was before; the batch itself stays, as history.

What somebody touched since is never overwritten in silence: the undo refuses and names those records,
or leaves them as they are when it is asked to. Called by the workshop and by ``manage.py undo_import``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.imports.write.exclusive import exclusive_import
from catalogue.models import CaseNote, ImportBatch, Merge, Record, Revision, Source
from catalogue.records import restoring, versions
from catalogue.records.shape import KINDS, SITE_NOTES, relations
from catalogue.records.snapshots import Shape, digests, is_readable

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHUNK = 500
NAMED = 5


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


class ImportUndoRefused(Exception):
    """The batch cannot be undone; the message explains why, in French, ``touched`` lists the records."""

    def __init__(self, message: str, touched: list[Touched] | None = None) -> None:
        super().__init__(message)
        self.touched = touched or []


def review_undo(batch: ImportBatch) -> Review:
    """What undoing the batch would do. Raises ImportUndoRefused when it was not written, or is undone."""
    shape = _checked_shape(batch)
    found = Review()
    found.created = set(Record.objects.filter(import_batch=batch.pk).values_list("pk", flat=True))
    found.changed = set(Record.objects.filter(pk__in=_changed_pks(batch)).values_list("pk", flat=True))
    found.proposals = _proposals(batch).count()
    written = batch.report.get("digests", {})
    now = digests(shape, found.created | found.changed)
    touched = {int(pk) for pk, digest in now.items() if written.get(pk) != digest}
    touched |= _find_used(batch, shape, found.created)
    rows = Record.objects.filter(pk__in=touched).order_by("title", "pk").values_list("pk", "slug", "title")
    found.touched = [Touched(*row) for row in rows]
    return found


def _checked_shape(batch: ImportBatch) -> Shape:
    if batch.state == ImportBatch.BatchState.UNDONE:
        raise ImportUndoRefused(_("Cet import a déjà été annulé."))
    if batch.state != ImportBatch.BatchState.WRITTEN:
        raise ImportUndoRefused(_("Cet import n’a pas été écrit : il n’y a rien à annuler."))
    shape: Shape | None = batch.report.get("shape")
    if batch.nature not in KINDS or shape is None:
        raise ImportUndoRefused(
            _("Cet import date d’avant les annulations : ce qu’il a changé n’a pas été gardé.")
        )
    if not is_readable(shape, batch.nature):
        raise ImportUndoRefused(_("Les fiches n’ont plus la même forme depuis une mise à jour du site."))
    return shape


def _changed_pks(batch: ImportBatch) -> set[int]:
    return {int(pk) for pk in batch.report.get("changes", {})}


def _proposals(batch: ImportBatch) -> Any:
    return Revision.objects.filter(import_batch=batch.pk, state=Revision.RevisionState.PROPOSED)


def _find_used(batch: ImportBatch, shape: Shape, created: set[int]) -> set[int]:
    """The created records to which somebody added what no digest covers, or that another record names."""
    digested = {(table, column) for table, column, _columns in shape}
    found: set[int] = set()
    for relation in [*relations(Record), *relations(KINDS[batch.nature])]:
        model, field = relation.related_model, relation.field
        is_digested = (model._meta.db_table, field.column) in digested
        if is_digested or model in SITE_NOTES or getattr(relation, "parent_link", False):
            continue
        rows = model._base_manager.filter(**{f"{field.name}__in": created})
        if issubclass(model, Record):
            rows = rows.exclude(pk__in=created)
        elif model is Revision:
            rows = rows.exclude(import_batch=batch.pk)
        elif model is Merge:
            rows = rows.filter(undone_at__isnull=True)
        elif model is CaseNote:  # to take a record in hand is not to touch it; a comment would be lost
            rows = rows.filter(kind=CaseNote.NoteKind.COMMENT)
        found.update(rows.values_list(field.attname, flat=True))
    return found


def undo_batch(batch: ImportBatch, actor: User | None = None, *, keep_touched: bool = False) -> Review:
    """Undo the batch in one transaction: all of it, or all but what was touched when that is to stay."""
    with exclusive_import():
        fresh = ImportBatch.objects.get(pk=batch.pk)
        _checked_shape(fresh)
        for condition in ({"import_batch": fresh.pk}, {"pk__in": _changed_pks(fresh)}):
            records = Record.objects.select_for_update().filter(**condition).order_by("pk")
            list(records.values_list("pk", flat=True))
        found = review_undo(fresh)
        if found.touched and not keep_touched:
            raise ImportUndoRefused(refusal_message(found.touched), found.touched)
        try:
            _write_back(fresh, actor, found)
        except (IntegrityError, ProtectedError) as error:
            raise ImportUndoRefused(
                _("Une fiche dépend de ce qui a été importé ou supprimé depuis : rien n’a été annulé.")
            ) from error
        _close_batch(fresh, actor, found)
    return found


def _write_back(batch: ImportBatch, actor: User | None, found: Review) -> None:
    """Delete what the batch created and restore what it changed, but for the records touched since."""
    touched = {one.pk for one in found.touched}
    restored = found.changed - touched
    _proposals(batch).delete()
    _delete_records(found.created - touched)
    versions.save_before(restored)
    restoring.restore(batch.nature, batch.report.get("before", {}), restored)
    reason = _("Import annulé : %(file)s") % {"file": batch.filename}
    versions.save_after(restored, actor, versions.Origin.UNDONE_IMPORT, reason)


def refusal_message(touched: list[Touched]) -> str:
    """Why the undo refuses, with the names of the records."""
    names = [f"« {one.title} »" for one in touched[:NAMED]]
    rest = len(touched) - len(names)
    if rest:
        names.append(ngettext("%(n)d autre", "%(n)d autres", rest) % {"n": rest})
    return ngettext(
        "Une fiche a été modifiée ou utilisée depuis l’import : %(names)s. Rien n’a été annulé.",
        "%(n)d fiches ont été modifiées ou utilisées depuis l’import : %(names)s. Rien n’a été annulé.",
        len(touched),
    ) % {"n": len(touched), "names": ", ".join(names)}


def _delete_records(pks: set[int]) -> None:
    ordered = sorted(pks, reverse=True)
    for start in range(0, len(ordered), CHUNK):
        Record.objects.filter(pk__in=ordered[start : start + CHUNK]).delete()


def _close_batch(batch: ImportBatch, actor: User | None, found: Review) -> None:
    """Keep what happened: the batch stays, with what was taken back and what was left."""
    touched = {one.pk for one in found.touched}
    made = batch.report.pop("source_created", None)
    batch.report["undone"] = {
        "deleted": len(found.created - touched),
        "restored": len(found.changed - touched),
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

"""What a curator does to an import before it is written: open it, map its columns, ask for its jobs.

The pages call it; ``decisions`` stores what is decided of doubts and ``jobs`` does the work. Every change is
made under the lock of the batch and names the version of it that was seen, so that two windows, or two
curators, undo nothing of each other's.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.imports.columns import mapping as mappings
from catalogue.imports.columns.recognition import describe_columns
from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.table import Table
from catalogue.imports.read.typography import one_line
from catalogue.imports.run import hold_import_lock
from catalogue.models import ImportBatch
from catalogue.queue import defer_task

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = ImportBatch.BatchState
Job = ImportBatch.Job
LOST_AFTER = timedelta(seconds=60)
"""Without a heartbeat for so long, a job may be started again: it never does twice what it did."""
FILE_LIFETIME = timedelta(days=90)
"""A file may hold personal data that no record takes up: it is not stored longer than it serves."""
LONGEST_NAME = 120
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of the text, and so hide the end of a name."""
LONGEST_CELL = 500
HISTORY = "said"
"""The key of the decisions of a batch that stores who decided what, and at which version."""
JOB_FIELDS = ("job", "job_by", "job_at", "job_step", "job_done", "job_total", "failure", "setup", "version")
SUFFIXES = {
    "xlsx": "xlsx",
    "GeoPackage": "gpkg",
    "Shapefile": "zip",
    "GeoJSON": "geojson",
    "GeoParquet": "parquet",
}
MOST_ROWS = 100_000
"""Twice the default of the command: a job has the time for it, and shows how far it is."""
STATES_BEFORE_JOB = {
    Job.CHECK: {State.PREPARING, State.CHECKED},
    Job.WRITE: {State.CHECKED},
    Job.PUBLISH: {State.WRITTEN},
    Job.UNDO: {State.WRITTEN},
}


class StaleBatch(Exception):
    """The import is no longer what the page showed; the message explains it in French."""


@dataclass(frozen=True)
class Upload:
    """A file as a curator gives it, with its kind and its source."""

    data: bytes
    name: str
    kind: str
    source: dict[str, str]
    mapping: dict[str, Any] | None = None


def clean_name(name: str) -> str:
    """Return the name of the file for a screen: no path, no control character, not too long."""
    last = one_line(BIDI_CONTROLS.sub("", PurePosixPath(name.replace("\\", "/")).name))
    return last[-LONGEST_NAME:] or _("fichier")


def open_batch(upload: Upload, actor: User) -> tuple[ImportBatch, bool]:
    """Return the batch that prepares the file, and whether it is new: one file sent twice is one import.

    Raise FileRefused when the file cannot be read.
    """
    table = read_file(upload.data, max_rows=MOST_ROWS)
    digest = hashlib.sha256(upload.data).hexdigest()
    mapping = dict(upload.mapping or previous_mapping(upload.kind, upload.source.get("code", "")))
    if mapping and table.shape and table.srid and not (upload.mapping or {}).get("projection"):
        mapping["projection"] = table.srid
    with transaction.atomic():
        hold_import_lock(digest)
        twins = ImportBatch.objects.filter(sha256=digest, created_by=actor, nature=upload.kind)
        known = twins.filter(state__in=[State.PREPARING, State.CHECKED], setup__source=upload.source).first()
        if known is not None and upload.mapping is None:
            return known, False
        batch = ImportBatch(
            filename=clean_name(upload.name),
            sha256=digest,
            state=State.PREPARING,
            nature=upload.kind,
            row_count=len(table.rows),
            created_by=actor,
        )
        decisions = previous_decisions(digest, upload)
        batch.setup = {"source": upload.source, "mapping": mapping, "decisions": decisions}
        batch.setup |= reading_summary(table)
        suffix = SUFFIXES.get(table.encoding, "csv")
        batch.file.save(f"imports/{uuid.uuid4()}.{suffix}", ContentFile(upload.data), save=False)
        try:
            batch.save()
        except BaseException:
            batch.file.delete(save=False)
            raise
    return batch, True


def reading_summary(table: Table) -> dict[str, Any]:
    """Return how the file was read, as the batch stores it for its pages."""
    return {
        "columns": describe_columns(table),
        "encoding": table.encoding,
        "notices": table.notices,
        "blank": len(table.blank_lines),
        "total": len(table.total_lines),
        "shape": table.shape,
        "srid": table.srid,
        "likely": table.likely,
        "layer": table.layer,
        "layers": table.layers,
    }


@transaction.atomic
def choose_layer(pk: int, version: int, layer: str) -> None:
    """Read another layer, or sheet, of the same file. Raise StaleBatch, or FileRefused."""
    batch = _lock_open_batch(pk, version)
    if layer not in batch.setup.get("layers", []):
        raise StaleBatch(_("Ce fichier n’a pas de couche de ce nom."))
    with batch.file.open("rb") as file:
        table = read_file(file.read(), max_rows=MOST_ROWS, layer=layer)
    batch.setup |= {"mapping": {}, "decisions": {}, **reading_summary(table)}
    batch.state, batch.report, batch.row_count = State.PREPARING, {}, len(table.rows)
    batch.version += 1
    batch.rows.all().delete()
    batch.save(update_fields=["setup", "state", "report", "row_count", "version"])


def previous_mapping(kind: str, source: str) -> dict[str, Any]:
    """Return how the last file of the source was read; nothing when none was written."""
    written = ImportBatch.objects.filter(nature=kind, setup__source__code=source, setup__has_key="mapping")
    last = written.exclude(state=State.PREPARING).order_by("-pk").values_list("setup", flat=True).first()
    return dict((last or {}).get("mapping") or {})


def previous_decisions(digest: str, upload: Upload) -> dict[str, Any]:
    """Return the decisions on the same file of the same source the last time it was written."""
    code = upload.source.get("code", "")
    same = ImportBatch.objects.filter(sha256=digest, nature=upload.kind, setup__source__code=code)
    written = same.filter(written_at__isnull=False).order_by("-pk").values_list("setup", flat=True)
    decisions = (written.first() or {}).get("decisions", {})
    return {name: value for name, value in decisions.items() if name != HISTORY}


def lock_batch(pk: int) -> ImportBatch:
    """Return the batch under the lock of its row. Call it inside a transaction."""
    return ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)


def _lock_open_batch(pk: int, version: int) -> ImportBatch:
    """Lock the batch; raise StaleBatch when it may not be changed or is not what the page showed."""
    batch = lock_batch(pk)
    if batch.job:
        raise StaleBatch(_("Une tâche est en cours sur cet import : attendez qu’elle finisse."))
    if not batch.is_open or batch.version != version:
        raise StaleBatch(_("Cet import a changé depuis que vous avez ouvert la page. Voici où il en est."))
    return batch


@transaction.atomic
def store_mapping(pk: int, version: int, data: dict[str, Any], actor: User) -> None:
    """Store how the columns are read and queue the dry run. Raise StaleBatch, or FileRefused."""
    batch = _lock_open_batch(pk, version)
    headers = [column["header"] for column in batch.setup["columns"]]
    mappings.bind_columns(mappings.build_mapping(data), headers)
    batch.setup["mapping"] = data
    batch.version += 1
    batch.setup["read_at"] = batch.version
    queue_job(batch, Job.CHECK, actor)


def is_ready(batch: ImportBatch) -> bool:
    """Return True when the last dry run applied every decision, and so shows what would be written."""
    checked_version = batch.report.get("check", {}).get("version")
    return batch.state == State.CHECKED and not batch.job and checked_version == batch.version


@transaction.atomic
def start_job(
    pk: int, job: Job, actor: User, *, version: int | None = None, keep_touched: bool = False
) -> None:
    """Queue a job; a second click, or a second curator, queues nothing more. Raise StaleBatch."""
    batch = lock_batch(pk)
    if batch.job and not is_job_lost(batch):
        if batch.job == job:
            return
        raise StaleBatch(_("Une tâche est en cours sur cet import : attendez qu’elle finisse."))
    if batch.state not in STATES_BEFORE_JOB[job] or (version is not None and batch.version != version):
        raise StaleBatch(_("Cet import a changé depuis que vous avez ouvert la page. Voici où il en est."))
    if job == Job.WRITE and not is_ready(batch):
        raise StaleBatch(_("Des décisions n’ont pas encore été vérifiées : refaites l’essai à blanc."))
    if job == Job.UNDO:
        batch.setup["keep_touched"] = keep_touched
    queue_job(batch, job, actor)


@transaction.atomic
def restart_job(pk: int, actor: User) -> None:
    """Queue again a job without a heartbeat. Raise StaleBatch when it still runs, or is done."""
    batch = lock_batch(pk)
    if not batch.job:
        raise StaleBatch(_("La tâche est déjà finie."))
    if not is_job_lost(batch):
        raise StaleBatch(_("La tâche est en cours."))
    queue_job(batch, Job(batch.job), actor)


def is_job_lost(batch: ImportBatch) -> bool:
    return bool(batch.job) and (batch.job_at is None or timezone.now() - batch.job_at > LOST_AFTER)


def queue_job(batch: ImportBatch, job: Job, actor: User) -> None:
    batch.job, batch.job_by, batch.job_at = job, actor, timezone.now()
    batch.job_step, batch.job_done, batch.job_total, batch.failure = "", 0, 0, ""
    batch.save(update_fields=JOB_FIELDS)
    defer_task("import_step", batch=batch.pk, job=str(job))


@transaction.atomic
def discard_batch(pk: int, version: int) -> None:
    """Delete an import that was not written, with its file. Raise StaleBatch."""
    batch = _lock_open_batch(pk, version)
    name = batch.file.name
    storage = batch.file.storage
    batch.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def delete_old_files() -> int:
    """Delete the files of imports that are over, and the imports left unfinished; return how many."""
    limit = timezone.now() - FILE_LIFETIME
    old = ImportBatch.objects.filter(created_at__lt=limit, job="").exclude(file="")
    found = list(old.defer("report", "setup"))
    for batch in found:
        batch.file.delete(save=False)
        if batch.is_open:
            batch.delete()
        else:
            batch.save(update_fields=["file"])
    return len(found)


def parse_mapping_file(text: str) -> tuple[dict[str, Any], mappings.Mapping]:
    """Return the data of a mapping file and the mapping that they describe. Raise FileRefused."""
    try:
        stored = json.dumps(mappings.parse_toml(text), default=str, allow_nan=False)
        data: dict[str, Any] = json.loads(stored)
        mapping = mappings.build_mapping(data)
    except (AttributeError, TypeError, ValueError) as error:
        raise FileRefused(_("Le fichier de correspondance n’a pas la forme attendue.")) from error
    if "\\u0000" in stored:
        raise FileRefused(_("Le fichier de correspondance contient des octets nuls."))
    if not mapping.spec.is_record:
        raise FileRefused(_("La correspondance n’est pas celle de fiches."))
    return data, mapping

"""The jobs of an import, done by the worker: dry run, write, publication, undo.

Each can be killed at any moment and run again: the dry run and the write are one transaction each,
the publication goes on where it stopped, and none does again what is done.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from catalogue.imports import run
from catalogue.imports.columns.mapping import build_mapping
from catalogue.imports.compare.diff import Change, Outcome, Plan, Status
from catalogue.imports.places.whereabouts import describe_place
from catalogue.imports.read.problems import FileRefused, Problem, Severity, doubt, rejection
from catalogue.imports.read.typography import apply_typography
from catalogue.imports.report import change_report
from catalogue.imports.rows import vocabulary
from catalogue.imports.run import ImportResult, Lookups
from catalogue.imports.undo import ImportUndoRefused, undo_batch
from catalogue.imports.wizard.batches import MOST_ROWS, Job, State
from catalogue.imports.wizard.decisions import BY_CELL, row_decisions
from catalogue.imports.wizard.progress import ReportProgress, progress_reporter
from catalogue.imports.write.exclusive import exclusive_import
from catalogue.models import ImportBatch, ImportRow, Record
from catalogue.records import permissions, workflow
from catalogue.records.long_transactions import long_transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)
CHUNK = 1000
PUBLICATION_CHUNK = 50
STEPS_OF_A_CHECK, STEPS_OF_A_WRITE = 5, 6
LONGEST_SHOWN = 300
MOST_GROUPS = 40
FATES = {
    Status.NEW: ImportRow.Fate.NEW,
    Status.CHANGED: ImportRow.Fate.CHANGED,
    Status.UNCHANGED: ImportRow.Fate.UNCHANGED,
    Status.SUSPICIOUS: ImportRow.Fate.SUSPICIOUS,
    Status.REJECTED: ImportRow.Fate.REJECTED,
}
PUBLISHABLE_STATES = (Record.State.SUBMITTED, Record.State.IN_REVIEW)


def run_job(pk: int, job: str) -> None:
    """Run the job that was queued for a batch, or store on the batch why it failed."""
    batch = ImportBatch.objects.select_related("job_by").filter(pk=pk, job=job).first()
    if batch is None:
        return  # done already, or thrown away
    with progress_reporter(pk) as report_progress, _rare_garbage_collection():
        try:
            JOBS[Job(job)](batch, report_progress)
        except (FileRefused, ImportUndoRefused) as refusal:
            _store_failure(pk, job, str(refusal))
        except (OperationalError, InterfaceError):
            raise  # the database is away: the queue tries again
        except Exception:
            logger.exception("import %s: %s failed", pk, job)
            message = _("Erreur inattendue : rien n’a été écrit. Relancez la tâche, ou prévenez l’équipe.")
            _store_failure(pk, job, message)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Look for cycles seldom: the rows of a large file have none, and it takes a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _store_failure(pk: int, job: str, message: str) -> None:
    """Store the failure, unless another worker did the job meanwhile."""
    ImportBatch.objects.filter(pk=pk, job=job).update(job="", failure=apply_typography(message))


def _import_options(batch: ImportBatch, report_progress: ReportProgress, steps: int) -> run.ImportOptions:
    """Return the file as ``run`` takes it, with the decisions of the curators."""
    done = iter(range(steps))
    source = {name: value for name, value in batch.setup["source"].items() if value}
    with batch.file.open("rb") as file:
        data = file.read()
    mapping = build_mapping({**batch.setup["mapping"], "source": source})
    return run.ImportOptions(
        filename=batch.filename,
        data=data,
        mapping=mapping,
        decisions=row_decisions(batch),
        actor=batch.job_by,
        max_rows=MOST_ROWS,
        layer=batch.setup.get("layer", ""),
        report_step=lambda step: report_progress(step, next(done, steps - 1), steps),
    )


def run_dry_run(batch: ImportBatch, report_progress: ReportProgress) -> None:
    """Find what the file would change, and store it row by row."""
    with long_transaction():
        run.hold_import_lock(f"batch {batch.pk}")
        if not ImportBatch.objects.filter(pk=batch.pk, job=Job.CHECK).exists():
            return
        options = _import_options(batch, report_progress, STEPS_OF_A_CHECK)
        lookups = Lookups.load()
        result = run.dry_run(options, lookups)
        _reject_outside_field(result.plan, batch.job_by)
        report_progress(_("Compte rendu"), STEPS_OF_A_CHECK - 1, STEPS_OF_A_CHECK)
        store_rows(batch, result, lookups, {})
        batch.report = {"check": {**check_summary(result, lookups), "version": batch.version}}
        batch.state = State.CHECKED
        run.store_counts(batch, result.plan)
        _close_job(batch)


def run_write(batch: ImportBatch, report_progress: ReportProgress) -> None:
    """Write all the good rows, or nothing; what is no longer what the dry run showed stays out."""
    with exclusive_import():
        fresh = ImportBatch.objects.select_related("job_by").get(pk=batch.pk)
        if fresh.state != State.CHECKED:
            return
        options = _import_options(fresh, report_progress, STEPS_OF_A_WRITE)
        lookups = Lookups.load()
        table, mapping, source = run.prepare_table(options)
        run.check_constants(mapping, lookups)
        source_pk = run.ensure_source(mapping, source, lookups)
        plan = run.plan_import(table, mapping, source, options, lookups)
        _reject_outside_field(plan, fresh.job_by)
        _doubt_changed_outcomes(fresh, plan)
        result = ImportResult(options, table, mapping, plan, source)
        fresh.report["check"] |= check_summary(result, lookups)
        run.write_result(result, lookups, fresh, source_pk)
        created = Record.objects.filter(import_batch=fresh.pk).values_list("external_id", "pk")
        store_rows(fresh, result, lookups, dict(created))
        _close_job(fresh)


def _close_job(batch: ImportBatch) -> None:
    batch.job, batch.job_step, batch.failure = "", "", ""
    batch.save()


def _reject_outside_field(plan: Plan, actor: User | None) -> None:
    changed = plan.of(Status.CHANGED)
    if actor is None or permissions.is_administrator(actor):
        return
    pks = [outcome.pk for outcome in changed if outcome.pk]
    mine = Record.objects.filter(permissions.in_field(actor), pk__in=pks)
    allowed = set(mine.values_list("pk", flat=True))
    for outcome in changed:
        if outcome.pk not in allowed:
            problem = rejection("hors-champ", _("Cette fiche n’est pas de votre champ de curateur."))
            _set_aside(outcome, Status.REJECTED, problem)


def _doubt_changed_outcomes(batch: ImportBatch, plan: Plan) -> None:
    """Doubt the rows that would no longer do what the dry run showed."""
    shown = dict(batch.rows.values_list("line", "digest"))
    for outcome in plan.of(Status.NEW, Status.CHANGED):
        if shown.get(outcome.candidate.line) != outcome_digest(outcome):
            message = _("Ce que cette ligne change n’est plus ce que montrait l’essai : refaites-en un.")
            _set_aside(outcome, Status.SUSPICIOUS, doubt("perimee", message))


def _set_aside(outcome: Outcome, status: Status, problem: Problem) -> None:
    outcome.status = status
    outcome.changes, outcome.items, outcome.held = [], [], []
    outcome.candidate.problems.append(problem)


def outcome_digest(outcome: Outcome) -> str:
    """Return a digest of what writing the row would do; nothing for a row that writes nothing."""
    if outcome.status is Status.NEW:
        effect: Any = [outcome.candidate.key, outcome.candidate.values, outcome.candidate.collections]
    elif outcome.status is Status.CHANGED:
        effect = [outcome.pk, *map(change_report, (*outcome.changes, *outcome.items, *outcome.held))]
    else:
        return ""
    text = json.dumps(effect, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def store_rows(batch: ImportBatch, result: ImportResult, lookups: Lookups, created: dict[str, int]) -> None:
    """Replace the rows of the batch by those of the result. ``created`` are the new records by key."""
    personal = {column["header"] for column in batch.setup["columns"] if column["personal"]}
    ImportRow.objects.filter(batch=batch).delete()
    rows = (_build_row(batch, outcome, personal, lookups, created) for outcome in result.plan.outcomes)
    while chunk := list(islice(rows, CHUNK)):
        ImportRow.objects.bulk_create(chunk)


def _build_row(
    batch: ImportBatch, outcome: Outcome, personal: set[str], lookups: Lookups, created: dict[str, int]
) -> ImportRow:
    candidate, status = outcome.candidate, outcome.status
    detail = _row_detail(outcome, personal)
    if status is not Status.UNCHANGED and (place := describe_place(candidate, lookups.index)):
        detail["place"] = place
    return ImportRow(
        batch=batch,
        line=candidate.line,
        fate=FATES[status],
        key=candidate.key[:120],
        title=candidate.title[:250],
        codes=sorted({problem.code for problem in outcome.reasons}),
        record_id=created.get(candidate.key) if status is Status.NEW else outcome.pk,
        digest=outcome_digest(outcome),
        detail=detail,
    )


def _row_detail(outcome: Outcome, personal: set[str]) -> dict[str, Any]:
    """Return what a page shows of the row; cells of personal columns are not stored."""
    candidate = outcome.candidate
    problems = [_problem_detail(problem, candidate.cells) for problem in candidate.problems]
    detail: dict[str, Any] = {"problems": problems}
    if outcome.status is Status.NEW:
        detail["values"] = {name: display_value(value) for name, value in candidate.values.items() if value}
        detail["items"] = {name: len(items) for name, items in candidate.collections.items()}
    if outcome.status is Status.CHANGED:
        detail["changes"] = [_change_detail(change) for change in (*outcome.changes, *outcome.items)]
        detail["held"] = [_change_detail(change) for change in outcome.held]
    if outcome.status in (Status.SUSPICIOUS, Status.REJECTED):
        detail["cells"] = {name: cell for name, cell in candidate.cells.items() if name not in personal}
    return detail


def _problem_detail(problem: Problem, cells: dict[str, str]) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": apply_typography(problem.message),
        "column": problem.column,
        "cell": cells.get(problem.column, ""),
        "proposals": [list(pair) for pair in problem.proposals[:20]],
    }


def _change_detail(change: Any) -> dict[str, Any]:
    old, new = change.old, change.new
    if isinstance(change, Change):
        return {"field": change.attribute, "old": display_value(old), "new": display_value(new)}
    return {"field": change.attribute, "old": _item_text(old), "new": _item_text(new)}


def _item_text(item: dict[str, Any] | None) -> str:
    if item is None:
        return ""
    return display_value(", ".join(str(value) for name, value in item.items() if value and name != "pk"))


def display_value(value: Any) -> str:
    """Return the value as a page shows it, shortened."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def check_summary(result: ImportResult, lookups: Lookups) -> dict[str, Any]:
    """Return what the page shows of the whole: lines set aside, remarks, doubts by kind and by word."""
    listed = vocabulary.find_unknown_words(result.table, result.mapping, lookups.directory)
    kinds: Counter[str] = Counter()
    for outcome in result.plan.of(Status.SUSPICIOUS):
        kinds.update({problem.code for problem in _list_doubts(outcome)})
    return {
        "notices": result.table.notices,
        "blank": result.table.blank_lines,
        "total": result.table.total_lines,
        "kinds": dict(kinds.most_common()),
        "vocabulary": listed,
        "groups": _group_words(result.plan, {found["column"] for found in listed}),
    }


def _list_doubts(outcome: Outcome) -> list[Problem]:
    return [problem for problem in outcome.candidate.problems if problem.severity is Severity.DOUBT]


def _group_words(plan: Plan, listed_columns: set[str]) -> list[dict[str, Any]]:
    """Count the words that are not understood, but for those of columns with a list."""
    counts: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Problem] = {}
    for outcome in plan.of(Status.SUSPICIOUS):
        for problem in _list_doubts(outcome):
            if problem.code not in BY_CELL or problem.column in {"", *listed_columns}:
                continue
            word = (problem.code, problem.column, outcome.candidate.cells.get(problem.column, ""))
            counts[word] += 1
            first.setdefault(word, problem)
    groups = []
    for word, n in counts.most_common(MOST_GROUPS):
        _code, column, cell = word
        groups.append({**_problem_detail(first[word], {column: cell}), "count": n})
    return groups


def publishable_records(batch: ImportBatch, actor: User | None) -> Any:
    """Return the records that the batch created and that the curator may publish."""
    waiting = Record.objects.filter(import_batch=batch.pk, state__in=PUBLISHABLE_STATES)
    return waiting.filter(permissions.in_field(actor)) if actor is not None else waiting.none()


def run_publication(batch: ImportBatch, report_progress: ReportProgress) -> None:
    """Publish the records that the batch created, some at a time: what is published stays so."""
    waiting = list(publishable_records(batch, batch.job_by).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(waiting), PUBLICATION_CHUNK):
        report_progress(_("Publication"), start, len(waiting))
        with transaction.atomic():
            chunk = Record.objects.filter(pk__in=waiting[start : start + PUBLICATION_CHUNK])
            for record in chunk.only("pk", "state").order_by("pk"):
                _publish_one(record, batch)
    ImportBatch.objects.filter(pk=batch.pk).update(job="", job_step="", failure="")


def _publish_one(record: Record, batch: ImportBatch) -> None:
    try:
        workflow.apply(record, "publish", batch.job_by, _("Import de %(file)s") % {"file": batch.filename})
    except workflow.TransitionRefused:
        return  # somebody decided otherwise meanwhile


def run_undo(batch: ImportBatch, report_progress: ReportProgress) -> None:
    report_progress(_("Annulation"), 0, 1)
    with transaction.atomic():
        undo_batch(batch, batch.job_by, keep_touched=bool(batch.setup.get("keep_touched")))
        ImportBatch.objects.filter(pk=batch.pk).update(job="", job_step="", failure="")


JOBS: dict[Job, Callable[[ImportBatch, ReportProgress], None]] = {
    Job.CHECK: run_dry_run,
    Job.WRITE: run_write,
    Job.PUBLISH: run_publication,
    Job.UNDO: run_undo,
}

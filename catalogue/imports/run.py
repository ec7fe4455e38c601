"""The three steps chained, for the commands and for the jobs of the wizard.

``prepare_table`` reads, ``plan_import`` places, doubts and compares, ``import_file`` also writes. Two
imports never run at once: the second waits, then sees what the first wrote, so that one file sent twice is
one import.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import Mapping, bind_columns, match_headers, unread_columns
from catalogue.imports.compare.diff import Plan, Status, compare_candidates, key_of
from catalogue.imports.compare.existing import find_other_kinds, read_existing
from catalogue.imports.places.duplicates import doubt_duplicates
from catalogue.imports.places.placement import place_candidates
from catalogue.imports.places.suspicion import doubt_places
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.files import MAX_ROWS, read_file
from catalogue.imports.read.problems import FileRefused, rejection
from catalogue.imports.read.table import Table
from catalogue.imports.rows import rules
from catalogue.imports.rows.candidates import Candidate, read_candidates
from catalogue.imports.rows.decisions import RowDecisions
from catalogue.imports.rows.lookup import Directory, resolve_references
from catalogue.imports.write.exclusive import exclusive_import
from catalogue.imports.write.writer import CHUNK, Writer, write_plan
from catalogue.models import ImportBatch, Record, Source
from catalogue.queue import defer_task
from catalogue.records.fields import Form
from catalogue.records.kinds import KIND_SPECS

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(slots=True)
class Lookups:
    """What every file of a run shares: the territories, and the names of terms and records."""

    index: TerritoryIndex = field(default_factory=TerritoryIndex)
    directory: Directory = field(default_factory=Directory)

    @classmethod
    def load(cls) -> Lookups:
        """Load the territories; names are read when they are needed."""
        return cls(TerritoryIndex.load(), Directory())


def _ignore_step(step: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    filename: str
    data: bytes
    mapping: Mapping | None = None
    kind: str = ""
    source: str = ""
    accepted: frozenset[str] = frozenset()
    state: str = Record.State.SUBMITTED.value
    reason: str = ""
    actor: User | None = None
    is_trusted: bool = False
    max_rows: int = MAX_ROWS
    layer: str = ""
    """Of a file that has several layers, or sheets; the first when none is named."""
    decisions: RowDecisions = field(default_factory=RowDecisions)
    report_step: Callable[[str], None] = _ignore_step
    """Called with each step as it begins."""


@dataclass(slots=True)
class ImportResult:
    options: ImportOptions
    table: Table
    mapping: Mapping
    plan: Plan
    source: str
    batch: ImportBatch | None = None
    """Of records; a list leaves none."""
    is_written: bool = False


def hold_import_lock(name: str) -> None:
    """Take the lock of this name, once free, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {name}"])


def prepare_table(options: ImportOptions) -> tuple[Table, Mapping, str]:
    """Return the table of the file, the mapping with its columns found, and the code of the source."""
    options.report_step(_("Lecture du fichier"))
    table = read_file(options.data, max_rows=options.max_rows, layer=options.layer)
    options.decisions.correct_cells(table)
    given = options.mapping
    if given is None:
        spec = KIND_SPECS.get(options.kind)
        if spec is None:
            raise FileRefused(_("Dites la nature : %(all)s.") % {"all": ", ".join(KIND_SPECS)})
        given = replace(match_headers(spec, table.headers), srid=_srid_without_mapping(table))
    elif options.kind and options.kind != given.spec.name:
        raise FileRefused(
            _("La correspondance est faite pour « %(one)s », pas pour « %(other)s ».")
            % {"one": given.spec.name, "other": options.kind}
        )
    bound = bind_columns(given, table.headers)
    _report_columns(table, bound)
    return table, bound, options.source or bound.source


def _srid_without_mapping(table: Table) -> int:
    """Return the reference system of a file without a mapping; degrees for one without geometries."""
    if not table.shape:
        return 4326
    if table.srid is None:
        raise FileRefused(
            _("Le fichier ne dit pas sa projection : dites-la dans une correspondance (projection = 2154).")
        )
    return table.srid


def _report_columns(table: Table, mapping: Mapping) -> None:
    """Refuse a file in which nothing is recognised; report the columns that are left aside."""
    if mapping.spec.key.name not in mapping.rules:
        raise FileRefused(
            _("Aucune colonne ne donne l’identifiant (« %(name)s »). Colonnes du fichier : %(all)s.")
            % {"name": mapping.spec.key.name, "all": ", ".join(table.headers[:20])}
        )
    personal, others = unread_columns(mapping, table.headers)
    if personal:
        message = _("Colonnes laissées de côté, car elles semblent personnelles : %(all)s.")
        table.notices.append(message % {"all": ", ".join(personal)})
    if others:
        table.notices.append(_("Colonnes non reprises : %(all)s.") % {"all": ", ".join(others)})


def plan_import(
    table: Table,
    mapping: Mapping,
    source: str,
    options: ImportOptions,
    lookups: Lookups,
    candidates: list[Candidate] | None = None,
) -> Plan:
    """Return what the file would change; ``candidates`` when the caller has already read them."""
    if candidates is None:
        candidates = read_candidates(table, mapping)
    options.report_step(_("Rattachement aux territoires et aux références"))
    place_candidates(candidates, mapping.spec, lookups.index, mapping.srid)
    resolve_references(candidates, mapping.spec, lookups.directory)
    options.report_step(_("Recherche des doutes"))
    if mapping.spec.is_record and mapping.spec.has_place:
        doubt_places(candidates, lookups.index)
        if not options.is_trusted:
            doubt_duplicates(candidates, mapping.spec.kind, lookups.index, source)
    taken = find_other_kinds(candidates, mapping.spec, source)
    for candidate in candidates:
        rules.check_values(candidate)
        if kind := taken.get(key_of(candidate, mapping.spec, source)):
            message = _("Cet identifiant est déjà celui d’une fiche d’une autre nature (%(kind)s).")
            candidate.problems.append(rejection("identifiant-pris", message % {"kind": kind}))
        options.decisions.refuse_row(candidate)
    options.report_step(_("Comparaison avec le catalogue"))
    existing = read_existing(candidates, mapping.spec, source)
    accepted = options.decisions.accepted_doubts
    return compare_candidates(
        candidates, existing, mapping.spec, source, lambda line: options.accepted | accepted(line)
    )


def check_constants(mapping: Mapping, lookups: Lookups) -> None:
    """Raise FileRefused when the mapping itself names a theme, a programme … that does not exist."""
    unknown = []
    for name, rule in mapping.rules.items():
        known = mapping.spec.by_name[name]
        if rule.constant and known.form in (Form.TERM, Form.TERMS):
            vocabulary = lookups.directory[known.to]
            texts = [text.strip() for text in rule.constant.split(rule.separator)]
            unknown += [f"{text} ({known.to})" for text in texts if vocabulary.find_key(text) is None]
    if unknown:
        raise FileRefused(
            _("La correspondance nomme ce que la base n’a pas : %(all)s. Chargez d’abord import_fixtures.")
            % {"all": ", ".join(unknown)}
        )


def check_source(mapping: Mapping, source: str, lookups: Lookups) -> bool:
    """Return True for a known source, False for one that the mapping describes; else raise FileRefused."""
    if not mapping.spec.is_record or "source" in mapping.rules or source in lookups.directory["source"].pks:
        return True
    if not source:
        raise FileRefused(
            _("Dites la source (--source CODE) : elle identifie les fiches avec leur identifiant.")
        )
    if "nom" not in mapping.source_details:
        known = ", ".join(sorted(lookups.directory["source"].pks)) or _("aucune")
        raise FileRefused(
            _("Source inconnue : « %(code)s ». Connues : %(all)s. Sinon, décrivez-la dans la correspondance.")
            % {"code": source, "all": known}
        )
    return False


def dry_run(options: ImportOptions, lookups: Lookups | None = None) -> ImportResult:
    """Return what the import would do; the database is only read."""
    lookups = lookups or Lookups.load()
    table, mapping, source = prepare_table(options)
    check_constants(mapping, lookups)
    check_source(mapping, source, lookups)
    plan = plan_import(table, mapping, source, options, lookups)
    return ImportResult(options, table, mapping, plan, source)


def import_file(options: ImportOptions, lookups: Lookups | None = None) -> ImportResult:
    """Import the file: all its good rows are written, or nothing is."""
    with exclusive_import():
        lookups = lookups or Lookups.load()
        table, mapping, source = prepare_table(options)
        check_constants(mapping, lookups)
        source_pk = ensure_source(mapping, source, lookups)
        plan = plan_import(table, mapping, source, options, lookups)
        return write_result(ImportResult(options, table, mapping, plan, source), lookups, source_pk=source_pk)


def ensure_source(mapping: Mapping, source: str, lookups: Lookups) -> int | None:
    """Create the source that the mapping describes when it does not exist; return the key of a new one."""
    if check_source(mapping, source, lookups):
        return None
    names = {"nom": "name", "editeur": "publisher", "url": "url", "licence": "licence", "note": "note"}
    details = {names[key]: value for key, value in mapping.source_details.items() if key in names}
    created = Source.objects.create(code=source, **details)
    lookups.directory = Directory()
    return created.pk


def write_result(
    result: ImportResult, lookups: Lookups, batch: ImportBatch | None = None, source_pk: int | None = None
) -> ImportResult:
    """Write the plan under a batch; without one, a plan that changes nothing leaves no trace.

    ``source_pk`` is the key of the source that this import created, for the undo.
    """
    plan, options = result.plan, result.options
    if not plan.writes_something and batch is None:
        return result
    is_given = batch is not None
    batch = batch or ImportBatch(filename=options.filename[:250], created_by=options.actor)
    describe_batch(batch, result, lookups)
    if source_pk is not None:
        batch.report["source_created"] = source_pk
    if plan.spec.is_record and not is_given:
        batch.save()
    options.report_step(_("Écriture dans le catalogue"))
    reason = options.reason or _("Import de %(file)s") % {"file": options.filename}
    writer = Writer(
        lookups.directory, lookups.index, batch, result.source, options.state, reason, options.actor
    )
    try:
        write_plan(plan, writer)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or _("inconnue")
        raise FileRefused(
            _("La base refuse une ligne (contrainte %(name)s) : rien n’a été écrit.") % {"name": name}
        ) from error
    if plan.spec.is_record:
        batch.save()
        result.batch = batch
        _queue_matching(batch, plan)
    lookups.directory = Directory()
    result.is_written = True
    return result


def _queue_matching(batch: ImportBatch, plan: Plan) -> None:
    """Queue the comparison of the records written with saved searches, if published, and with each other."""
    changed = [outcome.pk for outcome in plan.of(Status.CHANGED) if outcome.pk]
    is_written = Q(import_batch=batch) | Q(pk__in=changed)
    for task, records in (("match_alerts", Record.objects.published()), ("find_duplicates", Record.objects)):
        pks = list(records.filter(is_written).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(pks), CHUNK):
            defer_task(task, records=pks[start : start + CHUNK])


def describe_batch(batch: ImportBatch, result: ImportResult, lookups: Lookups) -> None:
    """Store on the batch what is being written."""
    plan = result.plan
    batch.state = ImportBatch.BatchState.WRITTEN
    batch.written_at = timezone.now()
    batch.nature = plan.spec.name
    batch.sha256 = hashlib.sha256(result.options.data).hexdigest()
    batch.source_id = lookups.directory["source"].pks.get(result.source)
    store_counts(batch, plan)


def store_counts(batch: ImportBatch, plan: Plan) -> None:
    batch.row_count = len(plan.outcomes)
    batch.created_count = plan.count(Status.NEW)
    batch.changed_count = plan.count(Status.CHANGED)
    batch.unchanged_count = plan.count(Status.UNCHANGED)
    batch.suspicious_count = plan.count(Status.SUSPICIOUS)
    batch.rejected_count = plan.count(Status.REJECTED)

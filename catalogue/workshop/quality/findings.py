"""The findings as pages show them: in words, with the page where each is put right, accepted or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from catalogue.models import QualityFinding, Record
from catalogue.workshop.quality import confirming
from catalogue.workshop.quality.checks import CHECKS, Check

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

STEPS_OF = {
    "lieu": frozenset({"experimentation", "operation", "site", "besoin"}),
    "resultats": frozenset({"experimentation"}),
    "documents": frozenset({"solution", "experimentation", "operation", "site"}),
}
"""The steps that not every kind has; any other kind has the others."""
OF_LINKS = (
    ("resultat", "resultats"), ("label", "labels"), ("document", "documents"), ("solution", "detail"),
    ("source", "essentiel"),
)  # fmt: skip
OF_FIELDS = ("detail", "deroulement", "terrain", "resultats")


@dataclass(frozen=True)
class Finding:
    """One finding, said."""

    pk: int
    code: str
    severity: int
    severity_words: str
    label: str
    says: str
    fix: str
    address: str
    confirms: bool
    since: Any
    waived_at: Any
    waiver: str
    waived_by: User | None


def told(row: QualityFinding, record: Record) -> Finding | None:
    """A finding in words; None when no check has its code any more."""
    check = CHECKS.get(row.code)
    if check is None:
        return None
    return Finding(
        pk=row.pk,
        code=row.code,
        severity=row.severity,
        severity_words=str(QualityFinding.Severity(row.severity).label),
        label=str(check.label),
        says=check.says(row.detail),
        fix=str(check.fix),
        address=fix_address(check, row.detail, record),
        confirms=check.step == "confirmer" and record.is_published,
        since=row.since,
        waived_at=row.waived_at,
        waiver=row.waiver,
        waived_by=row.waived_by,
    )


def fix_address(check: Check, detail: dict[str, Any], record: Record) -> str:
    """The page where a curator puts a finding right; the record in the workshop when there is none nearer."""
    step = check.step
    if step == "doublons":
        return reverse("catalogue:workshop-duplicates")
    if step == "liens":
        places = {one["ou"] for one in detail["liens"]}
        step = next((page for place, page in OF_LINKS if place in places), "")
    if check.code == "donnees-personnelles":
        step = next((field for field in OF_FIELDS if field in detail["champs"]), step)
    if check.code == "annees-contradictoires" and record.kind == Record.Kind.EXPERIMENT:
        step = "deroulement"
    if step == "documents" and record.kind in STEPS_OF[step]:
        return reverse("catalogue:propose-documents", args=[record.slug])
    if step in ("", "fiche", "confirmer", "documents") or record.kind not in STEPS_OF.get(
        step, {record.kind}
    ):
        return reverse("catalogue:workshop-record", args=[record.slug])
    return reverse("catalogue:propose-step", args=[record.slug, step])


def of_record(record: Record) -> list[Finding]:
    """The findings of a record, gravest first, the accepted ones last."""
    rows = QualityFinding.objects.filter(record=record.pk).select_related("waived_by")
    said = [finding for row in rows if (finding := told(row, record)) is not None]
    return sorted(said, key=lambda finding: (finding.waived_at is not None, finding.severity, finding.label))


def for_owner(record: Record) -> list[dict[str, str]]:
    """What the owner of a record can mend, in friendly words, with the page where it is done."""
    rows = QualityFinding.objects.filter(record=record.pk, waived_at__isnull=True)
    theirs = [(row, CHECKS[row.code]) for row in rows if row.code in CHECKS and CHECKS[row.code].to_owner]
    workshop = reverse("catalogue:workshop-record", args=[record.slug])
    found = []
    for row, check in theirs:
        mended = fix_address(check, row.detail, record)
        address = confirming.address_of(record) if check.step == "confirmer" else mended
        found.append({"texte": str(check.to_owner), "url": "" if address == workshop else address})
    return found


def open_ones(**narrowed: Any) -> QuerySet[QualityFinding]:
    """The findings that nobody accepted, gravest first; qualityfinding_open carries their order."""
    rows = QualityFinding.objects.filter(waived_at__isnull=True, **narrowed)
    return rows.order_by("severity", "code", "pk")


@transaction.atomic
def waive(pk: int, record: Record, actor: User, reason: str) -> QualityFinding | None:
    """Accept a finding of the record, with a reason, until it says something else; None when it is gone."""
    row = QualityFinding.objects.select_for_update().filter(pk=pk, record=record.pk).first()
    if row is not None:
        row.waived_at, row.waived_by, row.waiver = timezone.now(), actor, reason.strip()
        row.save(update_fields=["waived_at", "waived_by", "waiver"])
    return row


@transaction.atomic
def take_back(pk: int, record: Record) -> bool:
    """Hold an accepted finding against the record again; False when it is gone."""
    row = QualityFinding.objects.select_for_update().filter(pk=pk, record=record.pk).first()
    if row is None:
        return False
    row.waived_at, row.waived_by, row.waiver = None, None, ""
    row.save(update_fields=["waived_at", "waived_by", "waiver"])
    return True

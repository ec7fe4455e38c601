"""The findings as pages show them: in words, with the page where each is fixed, accepted or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from catalogue.models import QualityFinding, Record
from catalogue.workshop.quality import confirmation
from catalogue.workshop.quality.checks import CHECKS, Check

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KINDS_BY_STEP = {
    "lieu": frozenset({"experimentation", "operation", "site", "besoin"}),
    "resultats": frozenset({"experimentation"}),
    "documents": frozenset({"solution", "experimentation", "operation", "site"}),
}
"""The steps that not every kind has; any other kind has the others."""
STEPS_BY_LINK_PLACE = (
    ("resultat", "resultats"), ("label", "labels"), ("document", "documents"), ("solution", "detail"),
    ("source", "essentiel"),
)  # fmt: skip
STEPS_BY_TEXT = ("detail", "deroulement", "terrain", "resultats")


@dataclass(frozen=True)
class Finding:
    pk: int
    code: str
    severity: int
    severity_words: str
    label: str
    message: str
    fix: str
    fix_url: str
    confirms: bool
    since: Any
    waived_at: Any
    waiver: str
    waived_by: User | None


def describe_finding(row: QualityFinding, record: Record) -> Finding | None:
    """Return a finding in words; None when no check has its code any more."""
    check = CHECKS.get(row.code)
    if check is None:
        return None
    return Finding(
        pk=row.pk,
        code=row.code,
        severity=row.severity,
        severity_words=str(QualityFinding.Severity(row.severity).label),
        label=str(check.label),
        message=check.describe(row.detail),
        fix=str(check.fix),
        fix_url=get_fix_url(check, row.detail, record),
        confirms=check.step == "confirmer" and record.is_published,
        since=row.since,
        waived_at=row.waived_at,
        waiver=row.waiver,
        waived_by=row.waived_by,
    )


def get_fix_url(check: Check, detail: dict[str, Any], record: Record) -> str:
    """Return the page where a curator fixes a finding; the record in the workshop by default."""
    if check.step == "doublons":
        return reverse("catalogue:workshop-duplicates")
    step = _find_step(check, detail, record)
    if step in ("", "fiche", "confirmer") or record.kind not in KINDS_BY_STEP.get(step, {record.kind}):
        return reverse("catalogue:workshop-record", args=[record.slug])
    if step == "documents":
        return reverse("catalogue:propose-documents", args=[record.slug])
    return reverse("catalogue:propose-step", args=[record.slug, step])


def _find_step(check: Check, detail: dict[str, Any], record: Record) -> str:
    """Return the step where the finding is fixed; it depends on the place of a link or of a text."""
    if check.step == "liens":
        places = {one["ou"] for one in detail["liens"]}
        return next((step for place, step in STEPS_BY_LINK_PLACE if place in places), "")
    if check.code == "donnees-personnelles":
        return next((step for step in STEPS_BY_TEXT if step in detail["champs"]), check.step)
    if check.code == "annees-contradictoires" and record.kind == Record.Kind.EXPERIMENT:
        return "deroulement"
    return check.step


def list_for_record(record: Record) -> list[Finding]:
    """Return the findings of a record, most severe first, the accepted ones last."""
    rows = QualityFinding.objects.filter(record=record.pk).select_related("waived_by")
    found = [finding for row in rows if (finding := describe_finding(row, record)) is not None]
    return sorted(found, key=lambda finding: (finding.waived_at is not None, finding.severity, finding.label))


def list_for_owner(record: Record) -> list[dict[str, str]]:
    """Return what the owner of a record can fix, in friendly words, with the page to do it."""
    workshop = reverse("catalogue:workshop-record", args=[record.slug])
    found = []
    for row in QualityFinding.objects.filter(record=record.pk, waived_at__isnull=True):
        check = CHECKS.get(row.code)
        if check is None or not check.to_owner:
            continue
        if check.step == "confirmer":
            url = confirmation.get_answer_url(record)
        else:
            url = get_fix_url(check, row.detail, record)
        found.append({"text": str(check.to_owner), "url": "" if url == workshop else url})
    return found


@transaction.atomic
def waive_finding(pk: int, record: Record, actor: User, reason: str) -> QualityFinding | None:
    """Accept a finding of the record, with a reason, until it changes; None when it is gone."""
    row = QualityFinding.objects.select_for_update().filter(pk=pk, record=record.pk).first()
    if row is not None:
        row.waived_at, row.waived_by, row.waiver = timezone.now(), actor, reason.strip()
        row.save(update_fields=["waived_at", "waived_by", "waiver"])
    return row


@transaction.atomic
def restore_finding(pk: int, record: Record) -> bool:
    """Open an accepted finding again; False when it is gone."""
    row = QualityFinding.objects.select_for_update().filter(pk=pk, record=record.pk).first()
    if row is None:
        return False
    row.waived_at, row.waived_by, row.waiver = None, None, ""
    row.save(update_fields=["waived_at", "waived_by", "waiver"])
    return True

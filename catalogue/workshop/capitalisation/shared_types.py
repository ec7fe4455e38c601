"""Results without a shared indicator: what each could be, and the batches that type them and can be undone.

A proposal is the type whose name resembles most, among those whose unit converts, with how close it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Experiment, Indicator, IndicatorType, Record, TypingBatch
from catalogue.models.units import are_compatible
from catalogue.records import permissions, restoring, versions
from catalogue.records.wording import NBSP
from catalogue.records.writing import mark_changed

MIN_LIKENESS = 0.3
"""Resemblance under which nothing is proposed."""
ATTRIBUTE = "indicators"
# The rows of one page by their keys; the types are a few hundred.
LIKENESS = """
SELECT i.id, k.code, k.likeness
FROM catalogue_indicator i
CROSS JOIN LATERAL (
    SELECT code, greatest(similarity(f_unaccent(lower(i.name)), f_unaccent(lower(label))),
                          word_similarity(f_unaccent(lower(label)), f_unaccent(lower(i.name)))) AS likeness
    FROM catalogue_indicatortype ORDER BY likeness DESC, code LIMIT 12
) k
WHERE i.id = ANY(%s) AND k.likeness >= %s
ORDER BY i.id, k.likeness DESC, k.code
"""


@dataclass(frozen=True)
class Guess:
    code: str
    likeness: int
    same_unit: bool
    unit: str

    @property
    def why(self) -> str:
        """« nom proche à 72 %, même unité »."""
        name = _("nom proche à %(n)d%(nbsp)s%%") % {"n": self.likeness, "nbsp": NBSP}
        if not self.unit:
            return _("%(name)s, unité non dite") % {"name": name}
        unit = _("même unité") if self.same_unit else _("unité convertible")
        return f"{name}, {unit}"


def filter_untyped(user: User) -> QuerySet[Indicator]:
    """Return the results without a shared indicator, of the records in the curator's field, by name."""
    seen = Experiment.objects.filter(permissions.in_field(user)).exclude(state=Record.State.DRAFT)
    rows = Indicator.objects.filter(type=None, experiment__in=seen).select_related("experiment")
    return rows.defer("experiment__geometry", "experiment__description").order_by("name", "pk")


def list_compatible_types(unit: str, types: Iterable[IndicatorType]) -> list[IndicatorType]:
    """Return the types that a result in this unit may be of; all of them when it has no unit."""
    return [one for one in types if not unit.strip() or are_compatible(unit, one.unit)]


def guess_types(rows: Iterable[Indicator], types: Mapping[str, IndicatorType]) -> dict[int, Guess]:
    """Return the likeliest type of each row whose unit converts; nothing where none resembles."""
    units = {row.pk: row.unit.strip() for row in rows}
    found: dict[int, Guess] = {}
    with connection.cursor() as cursor:
        cursor.execute(LIKENESS, [list(units), MIN_LIKENESS])
        for pk, code, likeness in cursor.fetchall():
            unit, wanted = units[pk], types[code].unit
            if pk not in found and (not unit or are_compatible(unit, wanted)):
                found[pk] = Guess(code, round(100 * likeness), unit == wanted, unit)
    return found


@transaction.atomic
def give_types(user: User, chosen: Mapping[int, str]) -> TypingBatch | None:
    """Give each of these results its type and return the batch that can undo it; None when none could be.

    What was typed meanwhile, is out of the curator's field or does not convert is left as it is.
    """
    types = {one.code: one for one in IndicatorType.objects.filter(code__in=set(chosen.values()))}
    _lock_records(filter_untyped(user).filter(pk__in=chosen))
    rows = list(filter_untyped(user).filter(pk__in=chosen).select_for_update(of=("self",)))
    given: dict[str, str] = {}
    for row in rows:
        wanted = types.get(chosen[row.pk])
        if wanted is not None and list_compatible_types(row.unit, [wanted]):
            row.type = wanted
            given[str(row.pk)] = wanted.code
    changed = [row for row in rows if row.type is not None]
    if not changed:
        return None
    Indicator.objects.bulk_update(changed, ["type"])
    _save_versions(changed, user, _("Résultats rapprochés d’indicateurs partagés"))
    return TypingBatch.objects.create(types=given, created_by=user)


@transaction.atomic
def undo_batch(batch: TypingBatch, user: User) -> int | None:
    """Remove the types of a batch unless changed since; return how many, None when undone already."""
    locked = TypingBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.undone_at is not None:
        return None
    seen = Experiment.objects.filter(permissions.in_field(user))
    rows = Indicator.objects.filter(pk__in=[int(pk) for pk in locked.types], experiment__in=seen)
    _lock_records(rows)
    typed = rows.select_related("type", "experiment").select_for_update(of=("self",))
    same = [row for row in typed if row.type is not None and row.type.code == locked.types[str(row.pk)]]
    restoring.repoint(Indicator, "type", [row.pk for row in same], None)
    _save_versions(same, user, _("Rapprochement d’indicateurs annulé"))
    locked.undone_at = timezone.now()
    locked.save(update_fields=["undone_at"])
    return len(same)


def _lock_records(rows: QuerySet[Indicator]) -> None:
    """Lock the records of the rows, as everybody does before writing, and save their version."""
    versions.save_before(rows.order_by().values_list("experiment_id", flat=True))


def _save_versions(rows: list[Indicator], user: User, reason: str) -> None:
    """Touch the records, shield their results from the next import, save their version."""
    records = {row.experiment_id: row.experiment for row in rows}
    for record in records.values():
        mark_changed(record, [ATTRIBUTE])
    versions.save_after(records, user, versions.Origin.FORM, reason)

"""What only concepts have: names that a merge unites, a broader concept that makes no circle."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.models import Concept, ReferenceChange
from catalogue.models.reference import list_broader
from catalogue.workshop.reference import line_changes, values
from catalogue.workshop.reference.forms import LONGEST_NAME
from catalogue.workshop.reference.lists import get_list


def find_refusal(first: Concept, second: Concept) -> str:
    """Return why the first cannot be merged into the second; empty when it can."""
    if first.pk not in list_broader(second.pk):
        return ""
    names = {"first": first.label, "second": second.label}
    problem = _(
        "« %(first)s » est plus large que « %(second)s » : réunissez plutôt la seconde à la première."
    )
    return problem % names


@transaction.atomic
def add_name(pk: int, name: str, actor: User, reason: str) -> ReferenceChange | None:
    """Add a name to a concept; None when it has it. Raises ValidationError when another concept has it."""
    ref = get_list(Concept)
    concept = line_changes.lock_line(ref, pk)
    wanted = sorted({*concept.synonyms, name})
    return line_changes.edit_line(ref, pk, {"synonyms": wanted}, None, actor, reason)


def preview_union(first: Concept, second: Concept) -> list[tuple[str, int, int]]:
    """Return what the union would do: what moves is called, how many, how many the second has already."""
    names, narrower = len(list_new_names(first, second)), first.narrower.count()
    own = 1 + len(first.synonyms)
    moved = [(_("noms"), names, own - names)]
    return [*moved, (_("notions plus précises"), narrower, 0)] if narrower else moved


def list_new_names(first: Concept, second: Concept) -> list[str]:
    """Return the names of the first that the second has not, those that are short enough to be a synonym."""
    known = {name.casefold() for name in (second.label, *second.synonyms)}
    names = [name for name in (first.label, *first.synonyms) if name.casefold() not in known]
    return [name for name in names if len(name) <= LONGEST_NAME]


def unite_names(first: Concept, second: Concept, actor: User, reason: str) -> dict[str, list[Any]]:
    """Give the names and the narrower concepts of the first to the second; return what that changed."""
    added = list_new_names(first, second)
    narrower = list(first.narrower.values_list("pk", flat=True))
    Concept.objects.filter(pk__in=narrower).update(broader=second)
    _write_names(second, sorted({*second.synonyms, *added}), actor, reason)
    return {"names": added, "narrower": narrower}


def separate_names(
    first: Concept, second: Concept, given: dict[str, list[Any]], actor: User, reason: str
) -> None:
    """Undo ``unite_names``: what was given and is still there goes back."""
    Concept.objects.filter(pk__in=given["narrower"], broader=second).update(broader=first)
    taken = set(given["names"])
    _write_names(second, [name for name in second.synonyms if name not in taken], actor, reason)


def _write_names(concept: Concept, names: list[str], actor: User, reason: str) -> None:
    ref = get_list(Concept)
    before = values.read_values(ref, concept)
    if names == concept.synonyms:
        return
    concept.synonyms = names
    concept.save(update_fields=["synonyms"])
    changes = values.diff_values(before, values.read_values(ref, concept))
    line_changes.log_change(ref, concept, line_changes.Action.EDIT, actor, reason, changes=changes)

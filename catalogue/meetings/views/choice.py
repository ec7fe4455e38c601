"""Which solution is proposed: one's own, or one found in the catalogue. Shared by sites and needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalogue.meetings import people
from catalogue.meetings.forms import SolutionChoiceForm, own_solutions, proposable_solutions
from catalogue.models import Record, Solution

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_SHOWN = 50


def find_proposable(user: User, slug: str) -> Solution | None:
    return proposable_solutions(user).filter(slug=slug).first() if slug else None


def render_choice(
    request: HttpRequest, user: User, target: Record, form: SolutionChoiceForm, words: dict[str, str]
) -> HttpResponse:
    """Return the page where the solution is chosen; ``words``: title and back_text of the page."""
    asked = form.cleaned_data["cherche"]
    found = Solution.objects.published().titled(asked)[:MOST_SHOWN] if asked else []
    return render(
        request,
        "catalogue/meetings/solution_choice.html",
        {
            **words,
            "target": target,
            "address": request.path,
            "searched": asked,
            "mine": [_line(one) for one in own_solutions(user)[:MOST_SHOWN]],
            "matches": [_line(one) for one in found],
            "unknown": bool(form.cleaned_data["solution"]),
            "without_organisation": not people.organisations_of(user).exists(),
            "section": "candidatures",
        },
    )


def _line(solution: Solution) -> dict[str, object]:
    note = "" if solution.is_published else _("fiche non publiée")
    return {
        "slug": solution.slug,
        "title": solution.title,
        "summary": solution.summary,
        "proof": solution.proof_level,
        "note": note,
    }

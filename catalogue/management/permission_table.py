"""Write docs/permissions.md from the tables of rights that the views and the tests read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from catalogue.accounts import rights as organisation_rights
from catalogue.meetings import rights as meeting_rights
from catalogue.models import AnswerProposal, Application, ContactRequest, Record
from catalogue.records import permissions

FILE = Path(settings.BASE_DIR) / "docs" / "permissions.md"
EVERY_STATE = "tous les états"
YES, NO = "oui", "–"

HEAD = """# Qui peut faire quoi

Ce fichier est écrit par `manage.py write_permissions` à partir des tables que les pages consultent
(`catalogue/records/permissions.py`, `catalogue/accounts/rights.py`, `catalogue/meetings/rights.py`) ;
un test échoue s’il ne leur ressemble plus. Chaque case est essayée par HTTP : ce qui est accordé a son effet,
ce qui ne l’est pas répond comme ce qui n’existe pas (404, ou la page de connexion pour un visiteur)
et ne change rien.

Une case dit dans quels états l’action est permise. Un compte peut avoir plusieurs liens avec une fiche (un
curateur peut aussi en être l’auteur) : ce que l’un accorde est accordé.
"""
RECORDS = """## Les fiches

L’auteur qui a quitté l’organisation de la fiche n’en est plus l’auteur ici. Un curateur limité à des régions
ou à des thèmes est « d’un autre champ » pour les fiches qui n’y sont pas.
"""
MEETINGS: dict[type[Any], tuple[str, type[Any]]] = {
    Application: ("Les candidatures à un site", Application.ApplicationState),
    AnswerProposal: ("Les réponses à un besoin", AnswerProposal.ProposalState),
    ContactRequest: ("Les messages relayés", ContactRequest.RequestState),
}


def render_document() -> str:
    parts = [HEAD, RECORDS, _records(), "## Les organisations\n", _organisations()]
    for model, (title, states) in MEETINGS.items():
        parts += [f"## {title}\n", _meetings(meeting_rights.GRANTS[model], states)]
    return "\n".join(parts)


def _records() -> str:
    rows = [
        [
            permissions.ACTIONS[action],
            *(_states(granted, tie, Record.State.choices) for tie in permissions.TIES),
        ]
        for action, granted in permissions.GRANTS.items()
    ]
    return _table(["action", *permissions.TIES.values()], rows)


def _meetings(grants: Mapping[str, Mapping[str, frozenset[Any]]], states: Any) -> str:
    rows = [
        [
            meeting_rights.ACTIONS[action],
            *(_states(granted, side, states.choices) for side in meeting_rights.SIDES),
        ]
        for action, granted in grants.items()
    ]
    return _table(["action", *meeting_rights.SIDES.values()], rows)


def _organisations() -> str:
    rows = [
        [
            organisation_rights.ACTIONS[action],
            *(YES if tie in granted else NO for tie in organisation_rights.TIES),
        ]
        for action, granted in organisation_rights.GRANTS.items()
    ]
    return _table(["action", *organisation_rights.TIES.values()], rows)


def _states(granted: Mapping[str, frozenset[Any]], tie: Any, choices: Iterable[Any]) -> str:
    known = list(choices)
    found = [str(label) for state, label in known if tie in granted.get(state, frozenset())]
    if len(found) == len(known):
        return EVERY_STATE
    return ", ".join(found) or NO


def _table(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    titles = [str(title) for title in head]
    lines = [titles, ["---"] * len(titles), *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)

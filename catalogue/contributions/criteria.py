"""What a good record has, kind by kind: why it matters to the reader, and the step that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.contributions.steps import ACTORS, AWARDS, DOCUMENTS, ESSENTIAL, PLACE, RESULTS
from catalogue.models import Record, TestSite
from catalogue.records.content import ROLES, Values
from catalogue.records.results import list_gaps

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = Record.Kind
SHORTEST_SUMMARY = 60
SHORTEST_TEXT = 200


@dataclass(frozen=True)
class Contents:
    """What a copy holds, read once."""

    values: Values
    items: dict[str, list[Values]]
    documents: int
    photos: int
    owner: str

    def text(self, name: str, least: int = 1) -> bool:
        return len(str(self.values.get(name) or "").strip()) >= least

    def any(self, *names: str) -> bool:
        """Return True when one of the attributes is filled."""
        return any(self.values.get(name) not in (None, "", []) for name in names)

    def role(self, *roles: str) -> bool:
        return self.any(*(ROLES + role for role in roles))


@dataclass(frozen=True)
class Criterion:
    """One thing that a good record has."""

    label: StrOrPromise
    why: StrOrPromise
    step: str
    weight: int
    is_required: bool
    met: Callable[[Contents], bool]


def _required(
    label: StrOrPromise, why: StrOrPromise, step: str, weight: int, met: Callable[[Contents], bool]
) -> Criterion:
    return Criterion(label, why, step, weight, is_required=True, met=met)


def _wanted(
    label: StrOrPromise, why: StrOrPromise, step: str, weight: int, met: Callable[[Contents], bool]
) -> Criterion:
    return Criterion(label, why, step, weight, is_required=False, met=met)


def _text(name: str, least: int = 1) -> Callable[[Contents], bool]:
    return lambda contents: contents.text(name, least)


def _any(*names: str) -> Callable[[Contents], bool]:
    return lambda contents: contents.any(*names)


def _measured(contents: Contents) -> bool:
    return any(not list_gaps(row) for row in contents.items["indicators"])


def _precise(contents: Contents) -> bool:
    return contents.values.get("location_precision") in Record.PRECISE


def _surface(contents: Contents) -> bool:
    return "POLYGON" in str(contents.values.get("geometry") or "")


SUMMARY = _required(
    format_lazy(_("Un résumé d’au moins {least} caractères"), least=SHORTEST_SUMMARY),
    _("C’est tout ce qui se lit dans une liste ou sur la carte."),
    ESSENTIAL,
    10,
    _text("summary", SHORTEST_SUMMARY),
)
OWNER = _required(
    _("L’organisation qui tient la fiche"),
    _("Le lecteur doit savoir à qui s’adresser, et pouvoir le joindre."),
    ESSENTIAL,
    10,
    lambda contents: bool(contents.owner),
)
THEMES = _required(
    _("Au moins un thème"), _("Sans thème, aucun filtre ne la trouve."), "themes", 10, _any("themes")
)
STAKES = _wanted(
    _("Un enjeu"), _("Il relie la fiche aux priorités d’une collectivité."), "themes", 5, _any("stakes")
)
PHOTO = _wanted(
    _("Une photo"),
    _("On comprend en un regard ; les fiches illustrées sont plus lues."),
    DOCUMENTS,
    5,
    lambda contents: contents.photos > 0,
)
SITUATED = _required(
    _("Un lieu"),
    _("Sans lieu, elle ne paraît ni sur la carte ni dans les classements d’un territoire."),
    PLACE,
    15,
    lambda contents: contents.any("territory", "geometry"),
)
PRECISE = _wanted(
    _("Un lieu précis"),
    _("On vient voir une rue ou un quartier, pas une commune entière."),
    PLACE,
    5,
    _precise,
)


def _told(step: str, why: StrOrPromise, least: int = SHORTEST_TEXT) -> Criterion:
    asked = format_lazy(_("Une description d’au moins {least} caractères"), least=least)
    return _required(asked, why, step, 15, _text("description", least))


CRITERIA: dict[str, tuple[Criterion, ...]] = {
    Kind.SOLUTION: (
        SUMMARY,
        OWNER,
        _told("detail", _("Le lecteur doit comprendre comment cela fonctionne avant de vous appeler.")),
        THEMES,
        _wanted(
            _("La maturité"),
            _("Elle dit si l’on peut acheter ou s’il faut expérimenter."),
            "detail",
            5,
            _any("trl"),
        ),
        _wanted(
            _("Les coûts"),
            _("La première question d’un élu ; un ordre de grandeur suffit."),
            "detail",
            10,
            _text("costs"),
        ),
        _wanted(
            _("Les conditions de réemploi"),
            _("Elles disent si la solution peut se reprendre ailleurs."),
            "detail",
            10,
            _text("reuse_conditions"),
        ),
        _wanted(
            _("Les freins levés"),
            _("Ce qui a débloqué un projet en débloque d’autres."),
            "detail",
            5,
            _text("obstacles_lifted"),
        ),
        STAKES,
        _wanted(
            _("Qui la porte"),
            _("Un nom d’organisation inspire confiance."),
            ACTORS,
            5,
            lambda contents: contents.role("porteur"),
        ),
        PHOTO,
        _wanted(
            _("Un document"),
            _("Une fiche technique ou un retour d’expérience évite une réunion."),
            DOCUMENTS,
            5,
            lambda contents: contents.documents > contents.photos,
        ),
    ),
    Kind.EXPERIMENT: (
        SUMMARY,
        OWNER,
        SITUATED,
        PRECISE,
        _told("deroulement", _("Ce qui s’est passé ne se devine pas.")),
        _required(
            _("L’année de début"),
            _("Un résultat se lit avec sa date."),
            "deroulement",
            5,
            _any("year_start"),
        ),
        _wanted(
            _("Facteurs de réussite ou obstacles"),
            _("C’est ce qu’on vient chercher chez un pair."),
            "deroulement",
            10,
            _any("success_factors", "obstacles"),
        ),
        _wanted(
            _("Un résultat"),
            _("Même annoncé, un chiffre vaut mieux qu’un adjectif."),
            RESULTS,
            5,
            lambda contents: bool(contents.items["indicators"]),
        ),
        _wanted(
            _("Un effet ou une performance mesurés, comparés à avant, à un témoin ou à un objectif"),
            _("C’est ce qui porte le niveau de preuve à 3 et fait remonter la fiche."),
            RESULTS,
            15,
            _measured,
        ),
        THEMES,
        STAKES,
        _wanted(
            _("Le territoire hôte"),
            _("Un élu appelle d’abord un élu."),
            ACTORS,
            5,
            lambda contents: contents.role("territoire-hote"),
        ),
        PHOTO,
    ),
    Kind.SITE: (
        SUMMARY,
        OWNER,
        SITUATED,
        _wanted(
            _("Un périmètre"),
            _("Un innovateur juge d’un terrain à sa forme et à ce qui l’entoure."),
            PLACE,
            10,
            _surface,
        ),
        _required(
            _("Ce qui peut y être testé"),
            _("C’est sur cela qu’on décide de candidater."),
            "terrain",
            15,
            _text("allowed_tests", 20),
        ),
        _required(
            _("Le type de terrain"),
            _("Les innovateurs cherchent par type de terrain."),
            "terrain",
            5,
            _any("ground_kinds"),
        ),
        _wanted(
            _("Équipements et réseaux"),
            _("Ils décident de la faisabilité d’un essai."),
            "terrain",
            10,
            _text("equipment"),
        ),
        _wanted(
            _("Vos conditions"),
            _("Dites tôt, elles évitent des candidatures inutiles."),
            "terrain",
            10,
            _text("conditions"),
        ),
        _wanted(
            _("Des dates, ou un site ouvert sans limite"),
            _("Un calendrier se prépare à l’avance."),
            "terrain",
            5,
            lambda contents: (
                contents.any("available_from", "available_until")
                or contents.values["site_state"] == TestSite.SiteState.OPEN
            ),
        ),
        THEMES,
        PHOTO,
    ),
    Kind.NEED: (
        SUMMARY,
        OWNER,
        _required(
            _("Un lieu"),
            _("Les réponses proches d’ici passent en premier."),
            PLACE,
            15,
            SITUATED.met,
        ),
        _told("detail", _("Une réponse juste part d’un besoin bien décrit.")),
        _required(
            _("Pour qui"),
            _("On n’y répond pas de même à un service et à un habitant."),
            "detail",
            5,
            _any("audiences"),
        ),
        _wanted(
            _("Les données qui existent ou qui manquent"),
            _("Beaucoup de réponses commencent par là."),
            "detail",
            10,
            _any("existing_data", "missing_data"),
        ),
        THEMES,
        STAKES,
    ),
    Kind.OPERATION: (
        SUMMARY,
        OWNER,
        SITUATED,
        _wanted(
            _("Un périmètre"),
            _("Il dit la taille et ce qui entoure l’opération."),
            PLACE,
            10,
            _surface,
        ),
        _told("programme", _("Le parti urbain ne se lit pas dans les chiffres.")),
        _wanted(
            _("Le nombre de logements ou la surface"),
            _("On compare des opérations de même taille."),
            "programme",
            10,
            _any("dwellings", "area_ha"),
        ),
        _wanted(
            _("Le type d’opération"),
            _("Renouvellement ou extension : la première question d’un lecteur."),
            "programme",
            5,
            lambda contents: contents.values["operation_type"] != "inconnu",
        ),
        _wanted(
            _("Un label ou un programme"),
            _("Beaucoup cherchent par là."),
            AWARDS,
            5,
            lambda contents: bool(contents.items["awards"]) or contents.any("programmes"),
        ),
        THEMES,
        STAKES,
        _wanted(
            _("Le maître d’ouvrage"),
            _("C’est lui qu’on veut joindre."),
            ACTORS,
            5,
            lambda contents: contents.role("maitre-ouvrage", "porteur"),
        ),
        PHOTO,
    ),
}

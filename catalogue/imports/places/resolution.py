"""Which territory a row means, from its code, name and département: found, moved, or doubted.

A code in force that the name confirms is taken. A code that is no longer in force (a merged commune, an
old Corsican code), one that contradicts the name, a postal code typed for an INSEE code or a typing error
is never corrected in silence: the row waits with a proposal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from catalogue.imports.places.territories import FormerCode, IndexedTerritory, TerritoryIndex
from catalogue.imports.read.problems import Problem, doubt, notice, rejection
from catalogue.imports.read.typography import one_line
from catalogue.imports.rows.values import PARENTHESIS, put_article_first
from geo.names import LINKS, normalise

MOST_PROPOSALS = 3
CLOSE_ENOUGH = 0.86
"""Similarity from which two spellings are taken for the same name: a letter or two apart."""
NAME_SEPARATOR = re.compile(r"\s*(?:/|\n| et | & |,|;| - |(?<=[a-zé])-\s)\s*", re.IGNORECASE)
GROUPING = re.compile(
    r"\b(communaute|communaut|commuanute|agglomeration|metropole|cc|ca|cu|etablissement|syndicat|epci)\b"
)
REFERENCE = re.compile(r"^(commune|arrondissement|epci|ept|departement|region|pays):(\w+)$")


@dataclass(slots=True)
class Resolution:
    """The territory of a row, if any, and what is to be said of it."""

    ground: IndexedTerritory | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """What the row says, cleaned: a code, the names that its cell may hold, a département."""

    code: str
    name: str
    names: tuple[str, ...]
    departement: str
    code_column: str = ""
    name_column: str = ""


def resolve_territory(
    index: TerritoryIndex,
    code: str,
    name: str = "",
    departement: str = "",
    *,
    code_column: str = "",
    name_column: str = "",
) -> Resolution:
    """The territory that the code and the name designate together, with the doubts."""
    if reference := REFERENCE.match(one_line(code)):
        ground = index.grounds.get(reference[0])
        if ground is None:
            message = _("Territoire inconnu : « %(code)s ».") % {"code": one_line(code)}
            return Resolution(None, [rejection("territoire-inconnu", message, code_column)])
        return Resolution(ground)
    said = PlaceQuery(
        clean_code(code),
        one_line(name),
        place_names(name),
        clean_departement(departement),
        code_column,
        name_column,
    )
    if not said.code:
        return _resolve_without_code(index, said)
    return _resolve_with_code(index, said)


def clean_code(code: str) -> str:
    """The code without spaces, in capitals, without the « .0 » that a spreadsheet adds."""
    text = re.sub(r"[\s'’]", "", one_line(code)).upper()
    return re.sub(r"[.,]0+$", "", text)


def clean_departement(departement: str) -> str:
    """The département's code, with its lost zero, and « 20A » read as Corsica's 2A."""
    code = clean_code(departement)
    code = {"20A": "2A", "20B": "2B"}.get(code, code)
    return code.zfill(2) if code.isdigit() and len(code) == 1 else code


def place_names(cell: str) -> tuple[str, ...]:
    """The names that a cell may hold: without brackets, with the article in front, one by one if several."""
    lines = [line for line in cell.splitlines() if line.strip()]
    whole = one_line(cell)
    candidates = [whole, *lines, *(PARENTHESIS.sub("", line) for line in [whole, *lines])]
    candidates += [
        part for text in list(candidates) for part in NAME_SEPARATOR.split(PARENTHESIS.sub("", text))
    ]
    names = [put_article_first(candidate) for candidate in candidates if one_line(candidate)]
    return tuple(dict.fromkeys(name for name in names if normalise(name)))


def names_agree(name: str, official: str) -> bool:
    """True when the two are the same name but for accents, articles, a typing error or a shortening."""
    first, second = _core_words(name), _core_words(official)
    if not first or not second:
        return False
    if first == second or SequenceMatcher(None, first, second).ratio() >= CLOSE_ENOUGH:
        return True
    short, long = sorted((first.split(), second.split()), key=len)
    return long[: len(short)] == short and len("".join(short)) >= 4


def _core_words(name: str) -> str:
    return " ".join(word for word in normalise(name).split() if word not in LINKS)


def _find_matching_name(said: PlaceQuery, official: str) -> str | None:
    """The name of the cell that agrees with the official one, an exact one first."""
    exact = (name for name in said.names if _core_words(name) == _core_words(official))
    return next(exact, None) or next((name for name in said.names if names_agree(name, official)), None)


def _resolve_with_code(index: TerritoryIndex, said: PlaceQuery) -> Resolution:
    ground = index.communal.get(said.code)
    if ground is not None:
        return _resolve_current_code(index, said, ground)
    if old := index.former.get(said.code):
        return _resolve_former_code(index, said, old)
    padded = said.code.zfill(5)
    if len(said.code) == 4 and padded in index.communal:
        found = _resolve_current_code(index, PlaceQuery(padded, *_rest(said)), index.communal[padded])
        message = _("Zéro perdu : « %(short)s » lu %(code)s.") % {"short": said.code, "code": padded}
        found.problems.append(notice("zero-perdu", message, said.code_column))
        return found
    if len(said.code) == 9 and (grouping := _find_grouping(index, said.code)):
        return Resolution(grouping)
    return _resolve_unknown_code(index, said)


def _rest(said: PlaceQuery) -> tuple[str, tuple[str, ...], str, str, str]:
    return said.name, said.names, said.departement, said.code_column, said.name_column


def _find_grouping(index: TerritoryIndex, siren: str) -> IndexedTerritory | None:
    return index.grounds.get(f"epci:{siren}") or index.grounds.get(f"ept:{siren}")


def _resolve_current_code(index: TerritoryIndex, said: PlaceQuery, ground: IndexedTerritory) -> Resolution:
    """The code is in force: does the name agree?"""
    found = Resolution(ground)
    if not said.names:
        if said.departement and said.departement != ground.departement:
            found.problems.append(_departement_problem(said, ground, doubtful=True))
        return found
    match = _find_matching_name(said, ground.name) or (
        ground.commune_name and _find_matching_name(said, ground.commune_name)
    )
    if not match:
        match = _find_former_name(index, said, ground)
    if not match:
        return Resolution(None, [_name_contradiction(index, said, ground)])
    found.problems += _name_notices(said, ground, match)
    if said.departement and said.departement != ground.departement:
        found.problems.append(_departement_problem(said, ground, doubtful=False))
    return found


def _find_former_name(index: TerritoryIndex, said: PlaceQuery, ground: IndexedTerritory) -> str | None:
    """The name of the cell that belongs to a commune merged into this one."""
    for name in said.names:
        if any(old.successor.code == ground.code for old in index.former_names.get(normalise(name), [])):
            return name
    return None


def _name_notices(said: PlaceQuery, ground: IndexedTerritory, match: str) -> list[Problem]:
    """What the cell says beyond the name that agreed."""
    remarks = []
    if _core_words(match) not in {_core_words(ground.name), _core_words(ground.commune_name)}:
        message = _("« %(name)s » lu %(official)s.") % {"name": match, "official": ground.label}
        remarks.append(notice("nom-approche", message, said.name_column))
    if normalise(said.name) != normalise(match) and put_article_first(said.name) != match:
        message = _("La cellule nomme plusieurs lieux (« %(cell)s ») : rattachée à %(name)s.")
        remarks.append(
            notice("plusieurs-lieux", message % {"cell": said.name, "name": ground.label}, said.name_column)
        )
    return remarks


def _departement_problem(said: PlaceQuery, ground: IndexedTerritory, *, doubtful: bool) -> Problem:
    message = _("Le département %(said)s contredit le code %(code)s (%(name)s).") % {
        "said": said.departement,
        "code": ground.code,
        "name": ground.name,
    }
    if doubtful:
        return doubt("departement-contredit", message, said.code_column)
    return notice(
        "departement-contredit", message + " " + _("Le nom confirme le code, gardé."), said.code_column
    )


def _name_contradiction(index: TerritoryIndex, said: PlaceQuery, ground: IndexedTerritory) -> Problem:
    """The code is that of another place than the one named."""
    values = {"code": said.code, "official": ground.name, "name": said.name}
    if GROUPING.search(normalise(said.names[-1])) or GROUPING.search(normalise(said.name)):
        message = _("Le code %(code)s est celui de %(official)s, mais « %(name)s » nomme un groupement.")
        named = [g for name in said.names for g in index.groupings.get(normalise(name), [])]
        choices = {g.reference: (g.reference, g.label) for g in (*named[:MOST_PROPOSALS], ground)}
        return doubt("groupement", message % values, said.code_column, tuple(choices.values()))
    message = _("Le code %(code)s est celui de %(official)s, pas de « %(name)s ».") % values
    if any(
        g.code != said.code and _find_matching_name(said, g.name) for g in index.postal.get(said.code, [])
    ):
        message += " " + _("C’est un code postal.")
    proposed = _propose_communes(index, said)
    if not proposed and ground.code in index.new_communes:
        message += " " + _(
            "C’est une commune nouvelle : si elle a pris la suite de ce lieu, le code est bon."
        )
    return _doubt_place("code-contredit-nom", message, said.code_column, proposed)


def _resolve_former_code(index: TerritoryIndex, said: PlaceQuery, old: list[FormerCode]) -> Resolution:
    """The code was that of a commune merged since: its successor is proposed."""
    successors = list({former.successor.code: former for former in old}.values())
    if len(successors) > 1:
        names = ", ".join(former.successor.label for former in successors)
        message = _("La commune %(code)s a été partagée entre %(names)s : choisissez.")
        choices = tuple((former.successor.reference, former.successor.label) for former in successors)
        message = message % {"code": said.code, "names": names}
        return Resolution(None, [doubt("commune-partagee", message, said.code_column, choices)])
    former = successors[0]
    known = [name for name in (former.name, former.successor.name) if name]
    agreed = not said.names or any(_find_matching_name(said, name) for name in known)
    if not agreed and not (not former.name and _shares_a_word(said, former.successor.name)):
        return Resolution(None, [_name_contradiction(index, said, former.successor)])
    if former.name:
        code, message = "commune-fusionnee", _("%(old)s fait aujourd’hui partie de %(new)s.")
    else:
        code, message = "code-ancien", _("Le code %(old)s n’est plus en vigueur : c’est aujourd’hui %(new)s.")
    old_name = f"{former.name} ({said.code})" if former.name else said.code
    message = message % {"old": old_name, "new": former.successor.label}
    proposed = ((former.successor.reference, former.successor.label),)
    return Resolution(former.successor, [doubt(code, message, said.code_column, proposed)])


def _shares_a_word(said: PlaceQuery, official: str) -> bool:
    words = set(_core_words(official).split())
    return any(words & {word for word in _core_words(name).split() if len(word) > 3} for name in said.names)


def _resolve_unknown_code(index: TerritoryIndex, said: PlaceQuery) -> Resolution:
    proposed = _propose_communes(index, said)
    by_postal = index.postal.get(said.code, [])
    if by_postal:
        names = ", ".join(sorted({ground.label for ground in by_postal})[:4])
        message = _("%(code)s est un code postal (%(names)s), pas un code INSEE.")
        message = message % {"code": said.code, "names": names}
        return Resolution(None, [_doubt_place("code-postal", message, said.code_column, proposed)])
    message = _("Le code %(code)s n’existe pas.") % {"code": said.code}
    if proposed:
        return Resolution(None, [_doubt_place("code-inconnu", message, said.code_column, proposed)])
    advice = " " + _("Aucune commune ne porte ce nom : corrigez le code.")
    return Resolution(None, [rejection("code-inconnu", message + advice, said.code_column)])


def _resolve_without_code(index: TerritoryIndex, said: PlaceQuery) -> Resolution:
    if not said.names:
        return Resolution(
            None, [rejection("territoire-absent", _("Ni code ni nom de commune."), said.code_column)]
        )
    if proposed := _propose_communes(index, said):
        return Resolution(
            None, [_doubt_place("code-absent", _("Le code manque."), said.code_column, proposed)]
        )
    grouping = next((g for name in said.names for g in index.groupings.get(normalise(name), [])), None)
    if grouping is not None:
        return Resolution(
            None, [_doubt_place("code-absent", _("Le code manque."), said.code_column, [grouping])]
        )
    message = _("Le code manque, et « %(name)s » n’est pas le nom d’une commune.") % {"name": said.name}
    return Resolution(None, [rejection("territoire-inconnu", message, said.name_column)])


def _propose_communes(index: TerritoryIndex, said: PlaceQuery) -> list[IndexedTerritory]:
    """The communes that the name leads to, when they are few enough."""
    grounds: list[IndexedTerritory] = []
    for departement in dict.fromkeys((said.departement, said.code[:2], "")):
        grounds = [g for name in said.names for g in index.named(name, departement)]
        if grounds:
            break
    unique = list({ground.reference: ground for ground in grounds}.values())
    return unique if len(unique) <= MOST_PROPOSALS else []


def _doubt_place(code: str, message: str, column: str, grounds: list[IndexedTerritory]) -> Problem:
    """The doubt with what is proposed: « Proposé : Dijon (21231). »."""
    if grounds:
        message += " " + _("Proposé : %(names)s.") % {
            "names": _(" ou ").join(ground.label for ground in grounds)
        }
    return doubt(code, message, column, tuple((ground.reference, ground.label) for ground in grounds))

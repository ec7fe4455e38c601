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

    territory: IndexedTerritory | None = None
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
        territory = index.by_reference.get(reference[0])
        if territory is None:
            message = _("Territoire inconnu : « %(code)s ».") % {"code": one_line(code)}
            return Resolution(None, [rejection("territoire-inconnu", message, code_column)])
        return Resolution(territory)
    query = PlaceQuery(
        clean_code(code),
        one_line(name),
        place_names(name),
        clean_departement(departement),
        code_column,
        name_column,
    )
    if not query.code:
        return _resolve_without_code(index, query)
    return _resolve_with_code(index, query)


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


def _find_matching_name(query: PlaceQuery, official: str) -> str | None:
    """The name of the cell that agrees with the official one, an exact one first."""
    exact = (name for name in query.names if _core_words(name) == _core_words(official))
    return next(exact, None) or next((name for name in query.names if names_agree(name, official)), None)


def _resolve_with_code(index: TerritoryIndex, query: PlaceQuery) -> Resolution:
    territory = index.communes.get(query.code)
    if territory is not None:
        return _resolve_current_code(index, query, territory)
    if old := index.former_codes.get(query.code):
        return _resolve_former_code(index, query, old)
    padded = query.code.zfill(5)
    if len(query.code) == 4 and padded in index.communes:
        found = _resolve_current_code(index, PlaceQuery(padded, *_rest(query)), index.communes[padded])
        message = _("Zéro perdu : « %(short)s » lu %(code)s.") % {"short": query.code, "code": padded}
        found.problems.append(notice("zero-perdu", message, query.code_column))
        return found
    if len(query.code) == 9 and (grouping := _find_grouping(index, query.code)):
        return Resolution(grouping)
    return _resolve_unknown_code(index, query)


def _rest(query: PlaceQuery) -> tuple[str, tuple[str, ...], str, str, str]:
    return query.name, query.names, query.departement, query.code_column, query.name_column


def _find_grouping(index: TerritoryIndex, siren: str) -> IndexedTerritory | None:
    return index.by_reference.get(f"epci:{siren}") or index.by_reference.get(f"ept:{siren}")


def _resolve_current_code(
    index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory
) -> Resolution:
    """The code is in force: does the name agree?"""
    found = Resolution(territory)
    if not query.names:
        if query.departement and query.departement != territory.departement:
            found.problems.append(_departement_problem(query, territory, doubtful=True))
        return found
    match = _find_matching_name(query, territory.name) or (
        territory.commune_name and _find_matching_name(query, territory.commune_name)
    )
    if not match:
        match = _find_former_name(index, query, territory)
    if not match:
        return Resolution(None, [_name_contradiction(index, query, territory)])
    found.problems += _name_notices(query, territory, match)
    if query.departement and query.departement != territory.departement:
        found.problems.append(_departement_problem(query, territory, doubtful=False))
    return found


def _find_former_name(index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory) -> str | None:
    """The name of the cell that belongs to a commune merged into this one."""
    for name in query.names:
        if any(old.successor.code == territory.code for old in index.former_names.get(normalise(name), [])):
            return name
    return None


def _name_notices(query: PlaceQuery, territory: IndexedTerritory, match: str) -> list[Problem]:
    """What the cell says beyond the name that agreed."""
    remarks = []
    if _core_words(match) not in {_core_words(territory.name), _core_words(territory.commune_name)}:
        message = _("« %(name)s » lu %(official)s.") % {"name": match, "official": territory.label}
        remarks.append(notice("nom-approche", message, query.name_column))
    if normalise(query.name) != normalise(match) and put_article_first(query.name) != match:
        message = _("La cellule nomme plusieurs lieux (« %(cell)s ») : rattachée à %(name)s.")
        remarks.append(
            notice(
                "plusieurs-lieux", message % {"cell": query.name, "name": territory.label}, query.name_column
            )
        )
    return remarks


def _departement_problem(query: PlaceQuery, territory: IndexedTerritory, *, doubtful: bool) -> Problem:
    message = _("Le département %(departement)s contredit le code %(code)s (%(name)s).") % {
        "departement": query.departement,
        "code": territory.code,
        "name": territory.name,
    }
    if doubtful:
        return doubt("departement-contredit", message, query.code_column)
    return notice(
        "departement-contredit", message + " " + _("Le nom confirme le code, gardé."), query.code_column
    )


def _name_contradiction(index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory) -> Problem:
    """The code is that of another place than the one named."""
    values = {"code": query.code, "official": territory.name, "name": query.name}
    if GROUPING.search(normalise(query.names[-1])) or GROUPING.search(normalise(query.name)):
        message = _("Le code %(code)s est celui de %(official)s, mais « %(name)s » nomme un groupement.")
        named = [g for name in query.names for g in index.groupings.get(normalise(name), [])]
        choices = {g.reference: (g.reference, g.label) for g in (*named[:MOST_PROPOSALS], territory)}
        return doubt("groupement", message % values, query.code_column, tuple(choices.values()))
    message = _("Le code %(code)s est celui de %(official)s, pas de « %(name)s ».") % values
    if any(
        g.code != query.code and _find_matching_name(query, g.name)
        for g in index.by_postal_code.get(query.code, [])
    ):
        message += " " + _("C’est un code postal.")
    proposed = _propose_communes(index, query)
    if not proposed and territory.code in index.new_communes:
        message += " " + _(
            "C’est une commune nouvelle : si elle a pris la suite de ce lieu, le code est bon."
        )
    return _doubt_place("code-contredit-nom", message, query.code_column, proposed)


def _resolve_former_code(index: TerritoryIndex, query: PlaceQuery, old: list[FormerCode]) -> Resolution:
    """The code was that of a commune merged since: its successor is proposed."""
    successors = list({former.successor.code: former for former in old}.values())
    if len(successors) > 1:
        names = ", ".join(former.successor.label for former in successors)
        message = _("La commune %(code)s a été partagée entre %(names)s : choisissez.")
        choices = tuple((former.successor.reference, former.successor.label) for former in successors)
        message = message % {"code": query.code, "names": names}
        return Resolution(None, [doubt("commune-partagee", message, query.code_column, choices)])
    former = successors[0]
    known = [name for name in (former.name, former.successor.name) if name]
    agreed = not query.names or any(_find_matching_name(query, name) for name in known)
    if not agreed and not (not former.name and _shares_a_word(query, former.successor.name)):
        return Resolution(None, [_name_contradiction(index, query, former.successor)])
    if former.name:
        code, message = "commune-fusionnee", _("%(old)s fait aujourd’hui partie de %(new)s.")
    else:
        code, message = "code-ancien", _("Le code %(old)s n’est plus en vigueur : c’est aujourd’hui %(new)s.")
    old_name = f"{former.name} ({query.code})" if former.name else query.code
    message = message % {"old": old_name, "new": former.successor.label}
    proposed = ((former.successor.reference, former.successor.label),)
    return Resolution(former.successor, [doubt(code, message, query.code_column, proposed)])


def _shares_a_word(query: PlaceQuery, official: str) -> bool:
    words = set(_core_words(official).split())
    return any(words & {word for word in _core_words(name).split() if len(word) > 3} for name in query.names)


def _resolve_unknown_code(index: TerritoryIndex, query: PlaceQuery) -> Resolution:
    proposed = _propose_communes(index, query)
    by_postal = index.by_postal_code.get(query.code, [])
    if by_postal:
        names = ", ".join(sorted({territory.label for territory in by_postal})[:4])
        message = _("%(code)s est un code postal (%(names)s), pas un code INSEE.")
        message = message % {"code": query.code, "names": names}
        return Resolution(None, [_doubt_place("code-postal", message, query.code_column, proposed)])
    message = _("Le code %(code)s n’existe pas.") % {"code": query.code}
    if proposed:
        return Resolution(None, [_doubt_place("code-inconnu", message, query.code_column, proposed)])
    advice = " " + _("Aucune commune ne porte ce nom : corrigez le code.")
    return Resolution(None, [rejection("code-inconnu", message + advice, query.code_column)])


def _resolve_without_code(index: TerritoryIndex, query: PlaceQuery) -> Resolution:
    if not query.names:
        return Resolution(
            None, [rejection("territoire-absent", _("Ni code ni nom de commune."), query.code_column)]
        )
    if proposed := _propose_communes(index, query):
        return Resolution(
            None, [_doubt_place("code-absent", _("Le code manque."), query.code_column, proposed)]
        )
    grouping = next((g for name in query.names for g in index.groupings.get(normalise(name), [])), None)
    if grouping is not None:
        return Resolution(
            None, [_doubt_place("code-absent", _("Le code manque."), query.code_column, [grouping])]
        )
    message = _("Le code manque, et « %(name)s » n’est pas le nom d’une commune.") % {"name": query.name}
    return Resolution(None, [rejection("territoire-inconnu", message, query.name_column)])


def _propose_communes(index: TerritoryIndex, query: PlaceQuery) -> list[IndexedTerritory]:
    """The communes that the name leads to, when they are few enough."""
    territories: list[IndexedTerritory] = []
    for departement in dict.fromkeys((query.departement, query.code[:2], "")):
        territories = [g for name in query.names for g in index.find_by_name(name, departement)]
        if territories:
            break
    unique = list({territory.reference: territory for territory in territories}.values())
    return unique if len(unique) <= MOST_PROPOSALS else []


def _doubt_place(code: str, message: str, column: str, territories: list[IndexedTerritory]) -> Problem:
    """The doubt with what is proposed: « Proposé : Dijon (21231). »."""
    if territories:
        message += " " + _("Proposé : %(names)s.") % {
            "names": _(" ou ").join(territory.label for territory in territories)
        }
    return doubt(
        code, message, column, tuple((territory.reference, territory.label) for territory in territories)
    )

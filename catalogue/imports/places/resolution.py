"""Find the territory that a row means, from its code, name and département.

A code in force that the name confirms is taken. A code that is no longer in force (a merged commune, an
old Corsican code), one that contradicts the name, a postal code typed for an INSEE code or a typing error
is never corrected in silence: the row waits with a proposal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import chain

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
    """The territory of a row, if any, and the remarks on it."""

    territory: IndexedTerritory | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """What the row names, cleaned: a code, the names that its cell may hold, a département."""

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
    """Return the territory that the code and the name designate together, with the doubts."""
    if reference := REFERENCE.match(one_line(code)):
        territory = index.by_reference.get(reference[0])
        if territory is None:
            message = _("Territoire inconnu : « %(code)s ».") % {"code": one_line(code)}
            return Resolution(None, [rejection("territoire-inconnu", message, code_column)])
        return Resolution(territory)
    named, departement = place_names(name), clean_departement(departement)
    query = PlaceQuery(clean_code(code), one_line(name), named, departement, code_column, name_column)
    if not query.code:
        return _resolve_without_code(index, query)
    return _resolve_with_code(index, query)


def clean_code(code: str) -> str:
    """Return the code without spaces, in capitals, without the « .0 » that a spreadsheet adds."""
    text = re.sub(r"[\s'’]", "", one_line(code)).upper()
    return re.sub(r"[.,]0+$", "", text)


def clean_departement(departement: str) -> str:
    """Return the code of the département, with its lost zero, and « 20A » read as Corsica's 2A."""
    code = clean_code(departement)
    code = {"20A": "2A", "20B": "2B"}.get(code, code)
    return code.zfill(2) if code.isdigit() and len(code) == 1 else code


def place_names(cell: str) -> tuple[str, ...]:
    """Return the names that a cell may hold: without brackets, article in front, one by one if several."""
    lines = [line for line in cell.splitlines() if line.strip()]
    written = [one_line(cell), *lines]
    bare = [PARENTHESIS.sub("", line) for line in written]
    parts = chain.from_iterable(NAME_SEPARATOR.split(PARENTHESIS.sub("", text)) for text in (*written, *bare))
    names = [put_article_first(text) for text in (*written, *bare, *parts) if one_line(text)]
    return tuple(dict.fromkeys(name for name in names if normalise(name)))


def names_agree(name: str, official: str) -> bool:
    """Return True for the same name but for accents, articles, a typing error or a shortening."""
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
    """Return the name of the cell that agrees with the official one, an exact one first."""
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
        found = _resolve_current_code(index, replace(query, code=padded), index.communes[padded])
        message = _("Zéro perdu : « %(short)s » lu %(code)s.") % {"short": query.code, "code": padded}
        found.problems.append(notice("zero-perdu", message, query.code_column))
        return found
    if len(query.code) == 9 and (grouping := _find_grouping(index, query.code)):
        return Resolution(grouping)
    return _resolve_unknown_code(index, query)


def _find_grouping(index: TerritoryIndex, siren: str) -> IndexedTerritory | None:
    return index.by_reference.get(f"epci:{siren}") or index.by_reference.get(f"ept:{siren}")


def _resolve_current_code(
    index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory
) -> Resolution:
    """Resolve a code in force, if the name agrees."""
    found = Resolution(territory)
    if not query.names:
        if query.departement and query.departement != territory.departement:
            found.problems.append(_departement_problem(query, territory, doubtful=True))
        return found
    match = _find_matching_name(query, territory.name)
    if not match and territory.commune_name:
        match = _find_matching_name(query, territory.commune_name)
    match = match or _find_former_name(index, query, territory)
    if not match:
        return Resolution(None, [_name_contradiction(index, query, territory)])
    found.problems += _name_notices(query, territory, match)
    if query.departement and query.departement != territory.departement:
        found.problems.append(_departement_problem(query, territory, doubtful=False))
    return found


def _find_former_name(index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory) -> str | None:
    """Return the name of the cell that belongs to a commune merged into this one."""
    for name in query.names:
        if any(old.successor.code == territory.code for old in index.former_names.get(normalise(name), [])):
            return name
    return None


def _name_notices(query: PlaceQuery, territory: IndexedTerritory, match: str) -> list[Problem]:
    """Return the remarks on what the cell names beyond the name that agreed."""
    remarks = []
    if _core_words(match) not in {_core_words(territory.name), _core_words(territory.commune_name)}:
        message = _("« %(name)s » lu %(official)s.") % {"name": match, "official": territory.label}
        remarks.append(notice("nom-approche", message, query.name_column))
    if normalise(query.name) != normalise(match) and put_article_first(query.name) != match:
        message = _("La cellule nomme plusieurs lieux (« %(cell)s ») : rattachée à %(name)s.")
        message = message % {"cell": query.name, "name": territory.label}
        remarks.append(notice("plusieurs-lieux", message, query.name_column))
    return remarks


def _departement_problem(query: PlaceQuery, territory: IndexedTerritory, *, doubtful: bool) -> Problem:
    message = _("Le département %(departement)s contredit le code %(code)s (%(name)s).") % {
        "departement": query.departement,
        "code": territory.code,
        "name": territory.name,
    }
    if doubtful:
        return doubt("departement-contredit", message, query.code_column)
    message += " " + _("Le nom confirme le code, gardé.")
    return notice("departement-contredit", message, query.code_column)


def _name_contradiction(index: TerritoryIndex, query: PlaceQuery, territory: IndexedTerritory) -> Problem:
    """Doubt a code that is that of another place than the one named."""
    values = {"code": query.code, "official": territory.name, "name": query.name}
    if GROUPING.search(normalise(query.names[-1])) or GROUPING.search(normalise(query.name)):
        message = _("Le code %(code)s est celui de %(official)s, mais « %(name)s » nomme un groupement.")
        named = _find_groupings(index, query)[:MOST_PROPOSALS]
        choices = tuple(dict.fromkeys(one.choice for one in (*named, territory)))
        return doubt("groupement", message % values, query.code_column, choices)
    message = _("Le code %(code)s est celui de %(official)s, pas de « %(name)s ».") % values
    others = [one for one in index.by_postal_code.get(query.code, []) if one.code != query.code]
    if any(_find_matching_name(query, one.name) for one in others):
        message += " " + _("C’est un code postal.")
    proposed = _propose_communes(index, query)
    if not proposed and territory.code in index.new_communes:
        message += " " + _(
            "C’est une commune nouvelle : si elle a pris la suite de ce lieu, le code est bon."
        )
    return _doubt_place("code-contredit-nom", message, query.code_column, proposed)


def _resolve_former_code(index: TerritoryIndex, query: PlaceQuery, old: list[FormerCode]) -> Resolution:
    """Propose the successor of a commune merged since."""
    former_by_successor = {former.successor.code: former for former in old}
    successors = [former.successor for former in former_by_successor.values()]
    choices = tuple(successor.choice for successor in successors)
    if len(successors) > 1:
        names = ", ".join(successor.label for successor in successors)
        message = _("La commune %(code)s a été partagée entre %(names)s : choisissez.")
        message = message % {"code": query.code, "names": names}
        return Resolution(None, [doubt("commune-partagee", message, query.code_column, choices)])
    former, successor = former_by_successor[successors[0].code], successors[0]
    if not _agrees_with_former(query, former):
        return Resolution(None, [_name_contradiction(index, query, successor)])
    if former.name:
        code, message = "commune-fusionnee", _("%(old)s fait aujourd’hui partie de %(new)s.")
        message = message % {"old": f"{former.name} ({query.code})", "new": successor.label}
    else:
        code, message = "code-ancien", _("Le code %(old)s n’est plus en vigueur : c’est aujourd’hui %(new)s.")
        message = message % {"old": query.code, "new": successor.label}
    return Resolution(successor, [doubt(code, message, query.code_column, choices)])


def _agrees_with_former(query: PlaceQuery, former: FormerCode) -> bool:
    """Return True when the row names the former commune or its successor; a word is enough without a name."""
    names = [name for name in (former.name, former.successor.name) if name]
    if not query.names or any(_find_matching_name(query, name) for name in names):
        return True
    return not former.name and _shares_a_word(query, former.successor.name)


def _shares_a_word(query: PlaceQuery, official: str) -> bool:
    named = chain.from_iterable(_core_words(name).split() for name in query.names)
    return any(len(word) > 3 for word in set(_core_words(official).split()).intersection(named))


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
        message = _("Ni code ni nom de commune.")
        return Resolution(None, [rejection("territoire-absent", message, query.code_column)])
    if proposed := _propose_communes(index, query) or _find_groupings(index, query)[:1]:
        message = _("Le code manque.")
        return Resolution(None, [_doubt_place("code-absent", message, query.code_column, proposed)])
    message = _("Le code manque, et « %(name)s » n’est pas le nom d’une commune.") % {"name": query.name}
    return Resolution(None, [rejection("territoire-inconnu", message, query.name_column)])


def _propose_communes(index: TerritoryIndex, query: PlaceQuery) -> list[IndexedTerritory]:
    """Return the communes that the name leads to, when they are few enough."""
    communes: dict[str, IndexedTerritory] = {}
    for departement in dict.fromkeys((query.departement, query.code[:2], "")):
        for name in query.names:
            communes |= {one.reference: one for one in index.find_by_name(name, departement)}
        if communes:
            break
    return list(communes.values()) if len(communes) <= MOST_PROPOSALS else []


def _find_groupings(index: TerritoryIndex, query: PlaceQuery) -> list[IndexedTerritory]:
    return list(chain.from_iterable(index.groupings.get(normalise(name), []) for name in query.names))


def _doubt_place(code: str, message: str, column: str, territories: list[IndexedTerritory]) -> Problem:
    """Return a doubt with its proposals: « Proposé : Dijon (21231). »."""
    if territories:
        names = _(" ou ").join(territory.label for territory in territories)
        message += " " + _("Proposé : %(names)s.") % {"names": names}
    return doubt(code, message, column, tuple(territory.choice for territory in territories))

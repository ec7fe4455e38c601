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

from catalogue.imports.places.territories import Former, Ground, TerritoryIndex
from catalogue.imports.read.problems import Problem, doubt, notice, rejection
from catalogue.imports.read.typography import one_line
from catalogue.imports.rows.values import PARENTHESIS, upright
from geo.names import LINKS, normalise

FEW = 3
CLOSE_ENOUGH = 0.86
"""Similarity from which two spellings are taken for the same name: a letter or two apart."""
SEVERAL = re.compile(r"\s*(?:/|\n| et | & |,|;| - |(?<=[a-zé])-\s)\s*", re.IGNORECASE)
GROUPING = re.compile(
    r"\b(communaute|communaut|commuanute|agglomeration|metropole|cc|ca|cu|etablissement|syndicat|epci)\b"
)
REFERENCE = re.compile(r"^(commune|arrondissement|epci|ept|departement|region|pays):(\w+)$")


@dataclass(slots=True)
class Found:
    """The territory of a row, if any, and what is to be said of it."""

    ground: Ground | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said:
    """What the row says, cleaned: a code, the names that its cell may hold, a département."""

    code: str
    name: str
    names: tuple[str, ...]
    departement: str
    code_column: str = ""
    name_column: str = ""


def resolve(
    index: TerritoryIndex,
    code: str,
    name: str = "",
    departement: str = "",
    *,
    code_column: str = "",
    name_column: str = "",
) -> Found:
    """The territory that the code and the name designate together, with the doubts."""
    if reference := REFERENCE.match(one_line(code)):
        ground = index.grounds.get(reference[0])
        if ground is None:
            message = _("Territoire inconnu : « %(code)s ».") % {"code": one_line(code)}
            return Found(None, [rejection("territoire-inconnu", message, code_column)])
        return Found(ground)
    said = Said(
        clean_code(code),
        one_line(name),
        place_names(name),
        clean_departement(departement),
        code_column,
        name_column,
    )
    if not said.code:
        return _without_code(index, said)
    return _with_code(index, said)


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
    candidates += [part for text in list(candidates) for part in SEVERAL.split(PARENTHESIS.sub("", text))]
    names = [upright(candidate) for candidate in candidates if one_line(candidate)]
    return tuple(dict.fromkeys(name for name in names if normalise(name)))


def agrees(name: str, official: str) -> bool:
    """True when the two are the same name but for accents, articles, a typing error or a shortening."""
    first, second = _core(name), _core(official)
    if not first or not second:
        return False
    if first == second or SequenceMatcher(None, first, second).ratio() >= CLOSE_ENOUGH:
        return True
    short, long = sorted((first.split(), second.split()), key=len)
    return long[: len(short)] == short and len("".join(short)) >= 4


def _core(name: str) -> str:
    return " ".join(word for word in normalise(name).split() if word not in LINKS)


def _matching(said: Said, official: str) -> str | None:
    """The name of the cell that agrees with the official one, an exact one first."""
    exact = (name for name in said.names if _core(name) == _core(official))
    return next(exact, None) or next((name for name in said.names if agrees(name, official)), None)


def _with_code(index: TerritoryIndex, said: Said) -> Found:
    ground = index.communal.get(said.code)
    if ground is not None:
        return _in_force(index, said, ground)
    if old := index.former.get(said.code):
        return _merged(index, said, old)
    padded = said.code.zfill(5)
    if len(said.code) == 4 and padded in index.communal:
        found = _in_force(index, Said(padded, *_rest(said)), index.communal[padded])
        message = _("Zéro perdu : « %(short)s » lu %(code)s.") % {"short": said.code, "code": padded}
        found.problems.append(notice("zero-perdu", message, said.code_column))
        return found
    if len(said.code) == 9 and (grouping := _grouping(index, said.code)):
        return Found(grouping)
    return _unknown_code(index, said)


def _rest(said: Said) -> tuple[str, tuple[str, ...], str, str, str]:
    return said.name, said.names, said.departement, said.code_column, said.name_column


def _grouping(index: TerritoryIndex, siren: str) -> Ground | None:
    return index.grounds.get(f"epci:{siren}") or index.grounds.get(f"ept:{siren}")


def _in_force(index: TerritoryIndex, said: Said, ground: Ground) -> Found:
    """The code is in force: does the name agree?"""
    found = Found(ground)
    if not said.names:
        if said.departement and said.departement != ground.departement:
            found.problems.append(_wrong_departement(said, ground, doubtful=True))
        return found
    match = _matching(said, ground.name) or (ground.commune_name and _matching(said, ground.commune_name))
    if not match:
        match = _former_name(index, said, ground)
    if not match:
        return Found(None, [_contradiction(index, said, ground)])
    found.problems += _remarks(said, ground, match)
    if said.departement and said.departement != ground.departement:
        found.problems.append(_wrong_departement(said, ground, doubtful=False))
    return found


def _former_name(index: TerritoryIndex, said: Said, ground: Ground) -> str | None:
    """The name of the cell that belongs to a commune merged into this one."""
    for name in said.names:
        if any(old.successor.code == ground.code for old in index.former_names.get(normalise(name), [])):
            return name
    return None


def _remarks(said: Said, ground: Ground, match: str) -> list[Problem]:
    """What the cell says beyond the name that agreed."""
    remarks = []
    if _core(match) not in {_core(ground.name), _core(ground.commune_name)}:
        message = _("« %(name)s » lu %(official)s.") % {"name": match, "official": ground.label}
        remarks.append(notice("nom-approche", message, said.name_column))
    if normalise(said.name) != normalise(match) and upright(said.name) != match:
        message = _("La cellule nomme plusieurs lieux (« %(cell)s ») : rattachée à %(name)s.")
        remarks.append(
            notice("plusieurs-lieux", message % {"cell": said.name, "name": ground.label}, said.name_column)
        )
    return remarks


def _wrong_departement(said: Said, ground: Ground, *, doubtful: bool) -> Problem:
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


def _contradiction(index: TerritoryIndex, said: Said, ground: Ground) -> Problem:
    """The code is that of another place than the one named."""
    values = {"code": said.code, "official": ground.name, "name": said.name}
    if GROUPING.search(normalise(said.names[-1])) or GROUPING.search(normalise(said.name)):
        message = _("Le code %(code)s est celui de %(official)s, mais « %(name)s » nomme un groupement.")
        named = [g for name in said.names for g in index.groupings.get(normalise(name), [])]
        choices = {g.reference: (g.reference, g.label) for g in (*named[:FEW], ground)}
        return doubt("groupement", message % values, said.code_column, tuple(choices.values()))
    message = _("Le code %(code)s est celui de %(official)s, pas de « %(name)s ».") % values
    if any(g.code != said.code and _matching(said, g.name) for g in index.postal.get(said.code, [])):
        message += " " + _("C’est un code postal.")
    proposed = _proposed(index, said)
    if not proposed and ground.code in index.new_communes:
        message += " " + _(
            "C’est une commune nouvelle : si elle a pris la suite de ce lieu, le code est bon."
        )
    return _doubt_place("code-contredit-nom", message, said.code_column, proposed)


def _merged(index: TerritoryIndex, said: Said, old: list[Former]) -> Found:
    """The code was that of a commune merged since: its successor is proposed."""
    successors = list({former.successor.code: former for former in old}.values())
    if len(successors) > 1:
        names = ", ".join(former.successor.label for former in successors)
        message = _("La commune %(code)s a été partagée entre %(names)s : choisissez.")
        choices = tuple((former.successor.reference, former.successor.label) for former in successors)
        message = message % {"code": said.code, "names": names}
        return Found(None, [doubt("commune-partagee", message, said.code_column, choices)])
    former = successors[0]
    known = [name for name in (former.name, former.successor.name) if name]
    agreed = not said.names or any(_matching(said, name) for name in known)
    if not agreed and not (not former.name and _shares_a_word(said, former.successor.name)):
        return Found(None, [_contradiction(index, said, former.successor)])
    if former.name:
        code, message = "commune-fusionnee", _("%(old)s fait aujourd’hui partie de %(new)s.")
    else:
        code, message = "code-ancien", _("Le code %(old)s n’est plus en vigueur : c’est aujourd’hui %(new)s.")
    old_name = f"{former.name} ({said.code})" if former.name else said.code
    message = message % {"old": old_name, "new": former.successor.label}
    proposed = ((former.successor.reference, former.successor.label),)
    return Found(former.successor, [doubt(code, message, said.code_column, proposed)])


def _shares_a_word(said: Said, official: str) -> bool:
    words = set(_core(official).split())
    return any(words & {word for word in _core(name).split() if len(word) > 3} for name in said.names)


def _unknown_code(index: TerritoryIndex, said: Said) -> Found:
    proposed = _proposed(index, said)
    by_postal = index.postal.get(said.code, [])
    if by_postal:
        names = ", ".join(sorted({ground.label for ground in by_postal})[:4])
        message = _("%(code)s est un code postal (%(names)s), pas un code INSEE.")
        message = message % {"code": said.code, "names": names}
        return Found(None, [_doubt_place("code-postal", message, said.code_column, proposed)])
    message = _("Le code %(code)s n’existe pas.") % {"code": said.code}
    if proposed:
        return Found(None, [_doubt_place("code-inconnu", message, said.code_column, proposed)])
    advice = " " + _("Aucune commune ne porte ce nom : corrigez le code.")
    return Found(None, [rejection("code-inconnu", message + advice, said.code_column)])


def _without_code(index: TerritoryIndex, said: Said) -> Found:
    if not said.names:
        return Found(
            None, [rejection("territoire-absent", _("Ni code ni nom de commune."), said.code_column)]
        )
    if proposed := _proposed(index, said):
        return Found(None, [_doubt_place("code-absent", _("Le code manque."), said.code_column, proposed)])
    grouping = next((g for name in said.names for g in index.groupings.get(normalise(name), [])), None)
    if grouping is not None:
        return Found(None, [_doubt_place("code-absent", _("Le code manque."), said.code_column, [grouping])])
    message = _("Le code manque, et « %(name)s » n’est pas le nom d’une commune.") % {"name": said.name}
    return Found(None, [rejection("territoire-inconnu", message, said.name_column)])


def _proposed(index: TerritoryIndex, said: Said) -> list[Ground]:
    """The communes that the name leads to, when they are few enough."""
    grounds: list[Ground] = []
    for departement in dict.fromkeys((said.departement, said.code[:2], "")):
        grounds = [g for name in said.names for g in index.named(name, departement)]
        if grounds:
            break
    unique = list({ground.reference: ground for ground in grounds}.values())
    return unique if len(unique) <= FEW else []


def _doubt_place(code: str, message: str, column: str, grounds: list[Ground]) -> Problem:
    """The doubt with what is proposed: « Proposé : Dijon (21231). »."""
    if grounds:
        message += " " + _("Proposé : %(names)s.") % {
            "names": _(" ou ").join(ground.label for ground in grounds)
        }
    return doubt(code, message, column, tuple((ground.reference, ground.label) for ground in grounds))

"""The territory of a collectivité, or the commune of a seat, from what somebody types: a name or a code."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geo.models import Level, Territory
from geo.names import normalise

CODE_IN_BRACKETS = re.compile(r"\((?P<code>[0-9AB]{2,9})\)\s*$", re.IGNORECASE)
CODE = re.compile(r"^[0-9][0-9AB]?[0-9]{0,7}$", re.IGNORECASE)
LEVELS = (Level.COMMUNE, Level.EPCI, Level.EPT, Level.DEPARTEMENT, Level.REGION)
BY_LENGTH = {
    2: (Level.DEPARTEMENT,),
    3: (Level.DEPARTEMENT,),
    5: (Level.COMMUNE,),
    9: (Level.EPCI, Level.EPT),
}
"""The levels that a code of so many characters may be of."""
MOST_SUGGESTED = 8


def of_siren(siren: str) -> Territory | None:
    """The intercommunalité whose SIREN it is."""
    current = Territory.objects.current().at_level(Level.EPCI, Level.EPT)
    found: Territory | None = current.filter(code=siren).first()
    return found


def place_of(text: str) -> Territory:
    """The one territory that the text names; raises ValidationError with the choices otherwise."""
    bracketed = CODE_IN_BRACKETS.search(text)
    code = (bracketed["code"] if bracketed else text).strip().upper()
    if bracketed or CODE.match(code):
        return _of_code(code)
    found: list[Territory] = list(Territory.objects.current().complete(text, MOST_SUGGESTED, LEVELS))
    same = [territory for territory in found if normalise(territory.name) == normalise(text)]
    if len(same) == 1:
        return same[0]
    if not found:
        raise ValidationError(_("Aucun territoire de ce nom. Donnez le nom complet, ou le code INSEE."))
    raise ValidationError(
        _("Plusieurs territoires peuvent répondre à ce nom : recopiez l’un d’eux. %(choices)s.")
        % {"choices": _(" ; ").join(label_of(one) for one in (same or found))}
    )


def _of_code(code: str) -> Territory:
    for level in BY_LENGTH.get(len(code), ()):
        try:
            found: Territory = Territory.objects.resolve(level, code)
        except Territory.DoesNotExist:
            continue
        return found
    raise ValidationError(
        _("« %(code)s » n’est le code d’aucune commune, intercommunalité ou département.") % {"code": code}
    )


def label_of(territory: Territory) -> str:
    """The name, with the code that tells it apart."""
    if territory.level == Level.REGION:
        return territory.name
    return f"{territory.name} ({territory.code})"

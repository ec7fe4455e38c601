"""Compare the region of a row with its commune: today's regions, those before 2016, the names between.

A region never places a row: it confirms the commune that the row names, or contradicts it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalogue.imports.places.territories import IndexedTerritory, TerritoryIndex, region_key
from catalogue.imports.read.problems import Problem, doubt, notice
from catalogue.imports.read.typography import one_line

FORMER_NAMES = {
    "27": ("Bourgogne", "Franche-Comté"),
    "28": ("Basse-Normandie", "Haute-Normandie"),
    "32": ("Nord-Pas-de-Calais", "Picardie", "Nord-Pas-de-Calais Picardie"),
    "44": ("Alsace", "Champagne-Ardenne", "Lorraine", "Alsace Champagne-Ardenne Lorraine", "ACAL"),
    "75": ("Aquitaine", "Limousin", "Poitou-Charentes", "Aquitaine Limousin Poitou-Charentes", "ALPC"),
    "76": ("Languedoc-Roussillon", "Midi-Pyrénées", "Languedoc-Roussillon Midi-Pyrénées", "LRMP"),
    "84": ("Auvergne", "Rhône-Alpes"),
    "24": ("Centre",),
}
"""The names that are no longer in force, by the code of the region of today."""
FORMER_KEYS: dict[str, str] = {}
for _code, _names in FORMER_NAMES.items():
    FORMER_KEYS |= dict.fromkeys(map(region_key, _names), _code)


def check_region(
    written: str, territory: IndexedTerritory | None, index: TerritoryIndex, column: str, *, named: bool
) -> list[Problem]:
    """Return the remarks on the region of a row: a former name read as today's, or a contradiction.

    ``named``: the name of the commune confirms its code, so that the region is wrong, not the place.
    """
    text = one_line(written)
    if not text or territory is None or not territory.region:
        return []
    key = region_key(text)
    code = index.regions.get(key) or FORMER_KEYS.get(key) or text
    official = index.by_reference.get(f"region:{code}")
    if official is None:
        return [notice("region-inconnue", _("Région inconnue : « %(text)s ».") % {"text": text}, column)]
    if code != territory.region:
        message = _("La région %(region)s contredit %(place)s.")
        message = message % {"region": official.name, "place": territory.label}
        if named:
            return [notice("region-contredite", message + " " + _("Le nom confirme le code, gardé."), column)]
        return [doubt("region-contredite", message, column)]
    if key in FORMER_KEYS:
        message = _("« %(text)s » lu %(region)s : nom d’avant 2016.")
        return [notice("region-ancienne", message % {"text": text, "region": official.name}, column)]
    return []

"""Countries, for what stands abroad: ISO 3166 codes and French names, from django-countries.

The overseas départements and collectivités are part of France, as they are in the territory.
"""

from __future__ import annotations

from django_countries import Countries

FRANCE = "FR"
OVERSEAS = ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")


class NamedCountries(Countries):
    """France first, then the others by their name, which is the usual one where ISO has a longer one."""

    first = [FRANCE]
    override = {
        **dict.fromkeys((*OVERSEAS, "UM")),
        "BQ": "Pays-Bas caribéens",
        "BZ": "Belize",
        "CI": "Côte d’Ivoire",
        "CZ": "Tchéquie",
        "FM": "Micronésie",
        "GT": "Guatemala",
        "GY": "Guyana",
        "IO": "Territoire britannique de l’océan Indien",
        "KG": "Kirghizstan",
        "LR": "Liberia",
        "MH": "Îles Marshall",
        "MK": "Macédoine du Nord",
        "MM": "Birmanie (Myanmar)",
        "PN": "Îles Pitcairn",
        "PS": "Palestine",
        "SA": "Arabie saoudite",
        "SB": "Îles Salomon",
        "SH": "Sainte-Hélène",
        "SJ": "Svalbard et Jan Mayen",
        "SX": "Saint-Martin (Pays-Bas)",
        "SZ": "Eswatini",
        "TL": "Timor oriental",
        "TT": "Trinité-et-Tobago",
        "US": "États-Unis",
        "VA": "Vatican",
        "VC": "Saint-Vincent-et-les Grenadines",
        "XK": "Kosovo",
    }


countries = NamedCountries()

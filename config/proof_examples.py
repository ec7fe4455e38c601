"""The examples of the page on proof: real records, each with what its figure shows and does not.

A record is found by a search for ``words``, so that the page needs no database and no address of it is dead.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from catalogue.models import Indicator

Kind = Indicator.Kind
EXAMPLES = (
    {
        "kind": Kind.EFFECT.label,
        "means": _("Ce qui a changé grâce à elle."),
        "words": "Lumiroute",
        "title": "Lumiroute à Limoges",
        "figure": _("70 % d’énergie d’éclairage en moins que sur une section témoin, suivie par le Cerema."),
        "verdict": _("Comparé et mesuré par un tiers : 4 sur 5."),
    },
    {
        "kind": Kind.PERFORMANCE.label,
        "means": _("Ce qu’elle fournit."),
        "words": "Wattway",
        "title": "Wattway à Tourouvre au Perche",
        "figure": _("53 % de l’électricité que l’on attendait la première année, selon son constructeur."),
        "verdict": _("Comparé à l’objectif annoncé, et loin de lui : 3 sur 5, pour un échec bien mesuré."),
    },
    {
        "kind": Kind.USAGE.label,
        "means": _("Combien s’en servent."),
        "words": "Navly",
        "title": "Navly à Lyon Confluence",
        "figure": _("22 000 passagers en un an."),
        "verdict": _("Montré, sans effet sur la note."),
    },
    {
        "kind": Kind.MEANS.label,
        "means": _("Ce qui a été mis en place."),
        "words": "Carillon",
        "title": "Le Carillon à Paris 11e",
        "figure": _("54 commerces membres dans l’arrondissement en mai 2016."),
        "verdict": _("Montré, sans effet sur la note."),
    },
)
FALLEN = {"words": "Soliguide", "title": "Soliguide"}

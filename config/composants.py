"""The page that shows every template component, for whoever writes templates (DEBUG or LOCAL only)."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


KINDS = ["solution", "experimentation", "operation", "site", "besoin"]


@require_safe
def components_page(request: HttpRequest) -> HttpResponse:
    """All components with plausible content; not found on a public instance."""
    if not (settings.DEBUG or settings.LOCAL):
        raise Http404
    return render(request, "composants/page.html", samples())


def samples() -> dict[str, Any]:
    """One sample of every component's parameters. Nothing here is a real record."""
    factors = [
        {"label": "Preuve", "detail": "4/5 : évaluation indépendante de 2021", "value": 0.8},
        {"label": "Proximité", "detail": "à 12 km", "value": 0.72},
        {"label": "Fraîcheur", "detail": "résultats de 2021", "value": 0.5},
    ]
    card = {
        "url": "#",
        "slug": "exemple-cour",
        "kind": "experimentation",
        "title": "Une cour d’école qui boit la pluie",
        "summary": "Exemple fictif. Le bitume de la cour laisse place à des sols perméables, des arbres et un coin "
        "calme ; l’eau de pluie n’est plus envoyée à l’égout.",
        "place": "Rennes (Ille-et-Vilaine)",
        "proof": 4,
        "status_label": "terminé",
        "period": "2019-2021",
        "figures": [{"value": "−3,1 °C", "label": "en surface"}, {"value": "1 200 m²", "label": "désimperméabilisés"}],
        "programmes": ["Nature en ville"],
        "themes": ["Espace public et cadre de vie"],
        "distance": "à 12 km",
        "verified": "Vérifiée le 3 mai 2024",
        "factors": factors,
        "others": [{"url": "#", "title": "Trois cours d’école", "place": "Vannes", "distance": "à 98 km"}],
    }
    facets = [
        {
            "forme": "cases",
            "titre": "Type de fiche",
            "nom": "type",
            "ouvert": True,
            "actifs": 1,
            "choix": [
                {"valeur": kind, "kind": kind, "nombre": count, "coche": kind == "solution"}
                for kind, count in zip(KINDS, ("128", "412", "560", "37", "249"), strict=True)
            ],
        },
        {
            "forme": "champs",
            "titre": "Années",
            "champs": [
                {"nom": "de", "libelle": "De", "type": "number", "valeur": "2010", "min": 1990, "max": 2040},
                {"nom": "a", "libelle": "À", "type": "number", "valeur": "", "min": 1990, "max": 2040},
            ],
        },
        {
            "forme": "champs",
            "titre": "Distance",
            "champs": [{"nom": "rayon", "libelle": "Rayon", "type": "number", "valeur": "50", "unite": "km"}],
        },
    ]
    return {
        "kinds": KINDS,
        "levels": range(6),
        "card": card,
        "need": {
            "url": "#",
            "slug": "b",
            "kind": "besoin",
            "title": "Savoir où sont les arrêts accessibles",
            "place": "besoin national",
            "proof": None,
        },
        "factors": factors,
        "facets": facets,
        "active": [{"texte": "Solutions", "url": "#"}, {"texte": "Preuve : 3 au moins", "url": "#"}],
        "sorts": [
            {"valeur": "pertinence", "libelle": "Pertinence", "choisi": True},
            {"valeur": "distance", "libelle": "Distance", "choisi": False},
        ],
        "trail": [{"texte": "Accueil", "url": "/"}, {"texte": "Fiches", "url": "#"}, {"texte": "Une cour d’école"}],
        "page": Paginator(range(95), 20).page(2),
        "tips": [{"texte": "Élargir le rayon à 100 km", "url": "#"}, {"texte": "Vérifier l’orthographe du lieu"}],
        "lines": ["Ligne 12 : le code 35999 n’existe pas.", "Ligne 48 : la date de fin précède le début."],
        "steps": [
            {"titre": "Brouillon", "etat": "fait", "texte": "12 mars"},
            {"titre": "Soumise", "etat": "courant", "texte": "en attente de lecture"},
            {"titre": "Publiée"},
        ],
        "columns": ["Label", "Régime", "Étape", "Année"],
        "rows": [
            ["ÉcoQuartier", "2016-2022", "étape 3", "2019"],
            ["ÉcoQuartier", "depuis 2023", "livré", "2024"],
        ],
        "facts": [
            {"terme": "Population", "valeur": "222 485 habitants", "note": "2021"},
            {"terme": "Département", "valeur": "Ille-et-Vilaine", "url": "#"},
        ],
        "tabs": [
            {"libelle": "Solutions", "url": "#", "actif": True, "nombre": "128"},
            {"libelle": "Opérations", "url": "#", "nombre": "56"},
            {"libelle": "Besoins", "url": "#", "nombre": "4"},
        ],
        "point": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"role": "point", "kind": "experimentation", "proof": 4, "title": card["title"]},
                    "geometry": {"type": "Point", "coordinates": [-1.68, 48.11]},
                },
                {
                    "type": "Feature",
                    "properties": {"role": "rayon"},
                    "geometry": {"type": "Point", "coordinates": [-1.68, 48.11]},
                },
            ],
        },
        "form": SampleForm({}),
    }


class SampleForm(forms.Form):
    """Two fields, one of them in error."""

    nom = forms.CharField(label="Nom du site", help_text="Tel que les habitants le connaissent.")
    description = forms.CharField(label="Description", required=False, widget=forms.Textarea)

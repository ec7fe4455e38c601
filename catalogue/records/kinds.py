"""The kinds of rows that can be imported: their columns, by French name, and the attributes they fill.

The French names are the headers of our own files (``fixtures/``, exports) and the keys of a mapping
file. Length, choices and nullability are read from the models, so that they are stated once.
"""

from __future__ import annotations

from catalogue.models import (
    Concept,
    Experiment,
    Indicator,
    IndicatorType,
    LabelAward,
    Need,
    NeedAnswer,
    Operation,
    Organisation,
    Programme,
    Section,
    Solution,
    Source,
    Stake,
    TestSite,
    Theme,
    ThemeCrosswalk,
    Zonage,
    ZonageMember,
)
from catalogue.records.fields import Collection, Field, Form, KindSpec

ROLE_COLUMNS = {
    "porteur": "porteur",
    "partenaires": "partenaire",
    "territoire_hote": "territoire-hote",
    "maitre_ouvrage": "maitre-ouvrage",
    "financeur": "financeur",
    "evaluateur": "evaluateur",
    "fournisseur": "fournisseur",
}

IDENTIFIER = Field("identifiant", "external_id", synonyms=("id", "objectid", "reference interne"))
COMMON = (
    Field("titre", "title", is_required=True, synonyms=("nom", "nom du projet", "nom projet", "intitule")),
    Field("resume", "summary", Form.TEXT, synonyms=("description courte", "chapeau")),
    Field("description", "description", Form.TEXT, synonyms=("description service", "descriptif")),
    Field("themes", "themes", Form.TERMS, "theme", synonyms=("theme", "thematique", "thematiques")),
    Field("enjeux", "stakes", Form.TERMS, "enjeu", synonyms=("enjeu",)),
    Field("programmes", "programmes", Form.TERMS, "programme", synonyms=("programme",)),
    *(
        Field(column, f"organisations.{role}", Form.TERMS, "organisation")
        for column, role in ROLE_COLUMNS.items()
    ),
    Field("debut", "year_start", Form.YEAR, synonyms=("annee", "date de demarrage", "annee de debut")),
    Field("fin", "year_end", Form.YEAR, synonyms=("annee de fin", "date de fin")),
    Field("source", "source", Form.TERM, "source"),
    Field("source_url", "source_url", Form.URL, synonyms=("url", "url service", "lien")),
    Field("reference", "source_citation", Form.TEXT),
    Field("verifiee_le", "verified_on", Form.DATE, synonyms=("date de derniere mise a jour",)),
    Field("a_revoir_avant", "expires_on", Form.DATE),
    Field("langue", "language"),
)
PLACE = (
    Field(
        "territoire",
        "territory",
        Form.PLACE,
        synonyms=("code insee", "insee com", "insee", "code commune", "insee commune", "code geographique"),
    ),
    Field("commune", "", Form.PLACE, synonyms=("nom commune", "lib com", "libelle commune", "ville")),
    Field(
        "departement", "", Form.PLACE, synonyms=("n dept", "dep", "code departement", "insee dep", "num dep")
    ),
    Field("region", "", Form.PLACE, synonyms=("nom region", "lib reg", "nom reg", "ancienne region")),
    Field("lon", "", Form.PLACE, synonyms=("longitude", "x", "lng", "long")),
    Field("lat", "", Form.PLACE, synonyms=("latitude", "y")),
    Field("point", "", Form.PLACE, synonyms=("geo point 2d", "geo point", "coordonnees")),
    Field("emplacement", "", Form.PLACE, synonyms=("geometrie", "geometry", "geom", "the geom", "wkt")),
    Field("precision", "location_precision", Form.PLACE),
    Field("lieu", "place_name"),
    Field("pays", "country"),
)
LABEL_FIELDS = (
    Field("label", "label", is_required=True),
    Field("regime", "regime", Form.CHOICE, is_required=True),
    Field("etape", "step", Form.CHOICE, is_required=True),
    Field("annee", "year", Form.YEAR),
    Field("reference", "source_citation"),
    Field("source_url", "source_url", Form.URL),
    Field("remarque", "note", Form.TEXT),
)
MEASURE_FIELDS = (
    Field("indicateur", "type", Form.TERM, "indicateur"),
    Field("nom", "name", is_required=True),
    Field("nature", "nature", Form.CHOICE, is_required=True),
    Field("objet", "subject", Form.CHOICE),
    Field("classe", "kind", Form.CHOICE),
    Field("valeur", "value", Form.DECIMAL),
    Field("unite", "unit"),
    Field("enonce", "text", Form.TEXT),
    Field("comparaison", "reference", Form.CHOICE),
    Field("valeur_reference", "baseline", Form.DECIMAL, synonyms=("depart",)),
    Field("annee", "year", Form.YEAR),
    Field("periode", "period"),
    Field("methode", "method", Form.TEXT),
    Field("mesure_par", "measured_by"),
    Field("mesureur", "measurer", Form.TERM, "organisation"),
    Field("independance_retiree", "independence_refusal"),
    Field("source_url", "source_url", Form.URL),
    Field("reference", "source_citation"),
)
SECTIONS = Collection(
    "capitalisation",
    "sections",
    Section,
    "record",
    "fiche",
    (
        Field("section", "code", Form.CHOICE, is_required=True),
        Field("texte", "text", Form.TEXT, is_required=True),
    ),
    ("code",),
)
"""The written sections of the capitalisation sheet, which every kind of record has."""
CODE = Field("code", "code", is_required=True)
TERM_FIELDS = (
    Field("libelle", "label", is_required=True),
    Field("description", "description", Form.TEXT),
    Field("rang", "position", Form.WHOLE),
)

KIND_SPECS: dict[str, KindSpec] = {
    spec.name: spec
    for spec in (
        KindSpec(
            "source",
            "sources",
            Source,
            CODE,
            (
                Field("nom", "name", is_required=True),
                Field("editeur", "publisher"),
                Field("url", "url", Form.URL),
                Field("licence", "licence"),
                Field("publiee_en", "published_in"),
                Field("consultee_le", "consulted_on", Form.DATE),
                Field("note", "note", Form.TEXT),
            ),
        ),
        KindSpec(
            "theme",
            "thèmes",
            Theme,
            CODE,
            TERM_FIELDS,
            (
                Collection(
                    "correspondances",
                    "crosswalk",
                    ThemeCrosswalk,
                    "theme",
                    "theme",
                    (
                        Field("liste", "source_list", is_required=True),
                        Field("libelle", "source_label", is_required=True),
                    ),
                    ("source_list", "source_label"),
                ),
            ),
        ),
        KindSpec("enjeu", "enjeux", Stake, CODE, TERM_FIELDS),
        KindSpec(
            "programme",
            "programmes",
            Programme,
            CODE,
            (
                *TERM_FIELDS,
                Field("porteur", "operator"),
                Field("url", "url", Form.URL),
                Field("debut", "year_start", Form.YEAR),
                Field("fin", "year_end", Form.YEAR),
            ),
        ),
        KindSpec(
            "indicateur",
            "indicateurs partagés",
            IndicatorType,
            CODE,
            (
                *TERM_FIELDS,
                Field("unite", "unit", is_required=True),
                Field("sens", "direction", Form.CHOICE),
                Field("ecart", "is_difference", Form.BOOLEAN),
            ),
        ),
        KindSpec(
            "notion",
            "notions",
            Concept,
            CODE,
            (
                Field("libelle", "label", is_required=True),
                Field("synonymes", "synonyms", Form.WORDS),
                Field("plus_large", "broader", Form.TERM, "notion"),
                Field("description", "description", Form.TEXT),
            ),
        ),
        KindSpec(
            "organisation",
            "organisations",
            Organisation,
            Field("identifiant", "slug", is_required=True),
            (
                Field("nom", "name", is_required=True),
                Field("type", "kind", Form.CHOICE),
                Field("siren", "siren"),
                Field("siret", "siret"),
                Field("territoire", "territory", Form.PLACE),
                Field("pays", "country"),
                Field("url", "url", Form.URL),
                Field("description", "description", Form.TEXT),
            ),
        ),
        KindSpec(
            "zonage",
            "zonages",
            Zonage,
            CODE,
            (
                *TERM_FIELDS,
                Field("programme", "programme", Form.TERM, "programme"),
                Field("source", "source", Form.TERM, "source"),
            ),
            (
                Collection(
                    "membres",
                    "members",
                    ZonageMember,
                    "zonage",
                    "zonage",
                    (
                        Field("territoire", "territory", Form.PLACE, is_required=True),
                        Field("commune", "", Form.PLACE),
                        Field("depuis", "since"),
                        Field("reference", "source_citation"),
                    ),
                    ("territory",),
                ),
            ),
        ),
        KindSpec(
            "solution",
            "solutions",
            Solution,
            IDENTIFIER,
            (
                *COMMON,
                Field("trl", "trl", Form.WHOLE),
                Field("couts", "costs", Form.TEXT),
                Field("reemploi", "reuse_conditions", Form.TEXT),
                Field("freins_leves", "obstacles_lifted", Form.TEXT),
                Field("site", "url", Form.URL),
            ),
            (SECTIONS,),
        ),
        KindSpec(
            "experimentation",
            "expérimentations",
            Experiment,
            IDENTIFIER,
            (
                *COMMON,
                *PLACE,
                Field("solution", "solution", Form.TERM, "solution", is_required=True),
                Field("reprise_de", "parent", Form.TERM, "experimentation"),
                Field("avancement", "status", Form.CHOICE, synonyms=("statut", "statut du projet", "etat")),
                Field("constate_en", "status_on"),
                Field("raison_abandon", "abandon_reason", Form.TEXT),
                Field("bilan", "outcome", Form.CHOICE),
                Field("repris", "kept", Form.TEXT),
                Field("change", "changed", Form.TEXT),
                Field("reussite", "success_factors", Form.TEXT),
                Field("obstacles", "obstacles", Form.TEXT),
            ),
            (
                Collection(
                    "mesures",
                    "indicators",
                    Indicator,
                    "experiment",
                    "experimentation",
                    MEASURE_FIELDS,
                    ("nature", "name"),
                ),
                SECTIONS,
            ),
        ),
        KindSpec(
            "operation",
            "opérations d’aménagement",
            Operation,
            IDENTIFIER,
            (
                *COMMON,
                *PLACE,
                Field("type_operation", "operation_type", Form.CHOICE, synonyms=("type d operation",)),
                Field("logements", "dwellings", Form.WHOLE, synonyms=("nombre de logements",)),
                Field(
                    "logements_sociaux",
                    "social_dwellings",
                    Form.WHOLE,
                    synonyms=("nombre de logements sociaux",),
                ),
                Field("surface_ha", "area_ha", Form.HECTARES, synonyms=("surface", "superficie")),
            ),
            (
                Collection(
                    "labels",
                    "awards",
                    LabelAward,
                    "operation",
                    "operation",
                    LABEL_FIELDS,
                    ("label", "regime", "step", "year"),
                ),
                SECTIONS,
            ),
        ),
        KindSpec(
            "site",
            "sites d’expérimentation",
            TestSite,
            IDENTIFIER,
            (
                *COMMON,
                *PLACE,
                Field("disponibilite", "site_state", Form.CHOICE),
                Field("essais_possibles", "allowed_tests", Form.TEXT),
                Field("terrains", "ground_kinds", Form.WORDS),
                Field("surface_m2", "area_m2", Form.WHOLE, synonyms=("surface disponible",)),
                Field("equipements", "equipment", Form.TEXT),
                Field("conditions", "conditions", Form.TEXT),
                Field("disponible_du", "available_from", Form.DATE),
                Field("disponible_jusqu_au", "available_until", Form.DATE),
            ),
            (SECTIONS,),
        ),
        KindSpec(
            "besoin",
            "besoins",
            Need,
            IDENTIFIER,
            (
                *COMMON,
                *PLACE,
                Field("publics", "audiences", Form.CHOICES),
                Field("frequence", "frequency", Form.CHOICE),
                Field("donnees_existantes", "existing_data", Form.TEXT),
                Field("donnees_manquantes", "missing_data", Form.TEXT),
                Field("atelier", "workshop"),
            ),
            (
                Collection(
                    "reponses",
                    "answer_links",
                    NeedAnswer,
                    "need",
                    "besoin",
                    (
                        Field("solution", "solution", Form.TERM, "solution", is_required=True),
                        Field("en_quoi", "how", Form.TEXT),
                    ),
                    ("solution",),
                ),
                SECTIONS,
            ),
        ),
    )
}

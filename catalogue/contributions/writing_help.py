"""The help under each field: what a reader does with it, and a shape to follow that states no fact.

Keys are (kind, attribute); an empty kind is every kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HELP: dict[tuple[str, str], StrOrPromise] = {
    ("", "title"): _(
        "Ce qui se lit dans une liste : ce que c’est, avec les mots de tous les jours. Ni "
        "slogan ni sigle seul."
    ),
    ("experimentation", "title"): _(
        "La solution et le lieu, en une ligne. Par exemple : « [la solution] dans [le quartier ou la rue] »."
    ),
    ("site", "title"): _("Le nom du lieu tel qu’on le connaît sur place."),
    ("besoin", "title"): _("Ce qui manque, en une ligne. Par exemple : « Savoir … », « Réduire … dans … »."),
    ("", "summary"): _(
        "Deux phrases : c’est tout ce que lit celui qui hésite à ouvrir la fiche. Dites ce que "
        "cela fait, pour qui."
    ),
    ("besoin", "summary"): _(
        "Deux phrases : qui rencontre la difficulté, dans quelle situation. La solution viendra des réponses."
    ),
    ("", "source_citation"): _(
        "D’où vient ce que dit la fiche : une délibération, un rapport, un article, avec sa date."
    ),
    ("", "source_url"): _("La page où le lecteur peut le vérifier lui-même."),
    ("", "owner"): _(
        "Ses membres confirmés pourront modifier la fiche avec vous. Une adhésion en attente convient."
    ),
    ("", "description"): _(
        "Ce qu’un confrère demanderait : comment cela fonctionne, ce qu’il faut sur place, qui fait quoi."
    ),
    ("experimentation", "description"): _(
        "Ce qui a été fait, dans l’ordre : le point de départ, l’essai, ce qui s’est passé."
    ),
    ("site", "description"): _(
        "Ce qu’un innovateur verrait en venant : l’usage du lieu, qui y passe, à quel rythme."
    ),
    ("besoin", "description"): _(
        "Le contexte, ce qui a déjà été essayé, ce à quoi on verrait que le besoin est satisfait."
    ),
    ("operation", "description"): _(
        "Le projet urbain en quelques phrases : le site, le parti, l’avancement."
    ),
    ("", "trl"): _("De 1 (principe) à 9 (éprouvé). Une collectivité qui achète cherche plutôt 8 ou 9."),
    ("", "costs"): _(
        "Des ordres de grandeur, et ce qu’ils comprennent : investissement, fonctionnement par an, par unité."
    ),
    ("", "reuse_conditions"): _(
        "Ce qu’il faut pour la reprendre ailleurs : matériel, compétences, autorisations, "
        "licence, taille minimale."
    ),
    ("", "obstacles_lifted"): _(
        "Les règles, les marchés ou les techniques qui bloquaient, et comment cela s’est débloqué."
    ),
    ("solution", "url"): _("L’adresse de la page qui présente la solution, si elle existe."),
    ("", "status"): _("Le lecteur sait ainsi s’il peut venir voir, ou lire un bilan."),
    ("", "abandon_reason"): _(
        "À remplir si l’essai a été abandonné. Un abandon expliqué épargne la même erreur à d’autres."
    ),
    ("experimentation", "year_start"): _("L’année du premier essai sur place."),
    ("experimentation", "year_end"): _("L’année de la fin, si elle est passée ou fixée."),
    ("", "outcome"): _("Votre jugement. Un bilan mitigé ou négatif a la même place dans le catalogue."),
    ("", "success_factors"): _(
        "Ce sans quoi cela n’aurait pas marché : une personne, une règle, un calendrier."
    ),
    ("", "obstacles"): _("Ce qui a retardé ou limité l’essai, et ce que vous feriez autrement."),
    ("", "parent"): _("Si l’essai s’inspire d’un autre, le lecteur pourra remonter de l’un à l’autre."),
    ("", "kept"): _("Si l’essai en reprend un autre : ce qui a été gardé tel quel."),
    ("", "changed"): _("Si l’essai en reprend un autre : ce qui a été adapté, et pourquoi."),
    ("", "site_state"): _(
        "Un site « ouvert aux candidatures » est proposé aux innovateurs qui cherchent un terrain."
    ),
    ("", "allowed_tests"): _("Ce que vous accepteriez : les sujets, le matériel, la durée, le public."),
    ("", "ground_kinds"): _(
        "Les innovateurs cherchent par type de terrain : cochez tous ceux qui conviennent."
    ),
    ("", "equipment"): _(
        "Ce qui est déjà là : électricité, eau, réseau, mâts, capteurs, locaux, gardiennage."
    ),
    ("", "conditions"): _(
        "Ce que vous demandez en retour : assurance, remise en état, données partagées, coût."
    ),
    ("", "available_from"): _("Laissez vide si le site est disponible tout de suite."),
    ("", "available_until"): _("Laissez vide s’il n’y a pas de fin prévue."),
    ("", "audiences"): _("Qui se servirait de la réponse."),
    ("", "frequency"): _("Un usage récurrent intéresse davantage qu’une idée : dites ce qu’il en est."),
    ("", "existing_data"): _("Les données sur lesquelles une réponse pourrait s’appuyer, et qui les tient."),
    ("", "missing_data"): _("Les données qu’il faudrait produire ou ouvrir."),
    ("", "operation_type"): _("Construire sur la ville ou l’étendre : la première question d’un lecteur."),
    ("", "dwellings"): _("Nombre de logements prévus au total, livrés ou non."),
    ("", "social_dwellings"): _("Compris dans le total."),
    ("", "area_ha"): _("Surface de l’opération en hectares."),
    ("operation", "year_start"): _("L’année des premières études ou de la création de la zone."),
    ("operation", "year_end"): _("L’année de la livraison, même prévue."),
    ("", "programmes"): _("Les programmes publics ou labels auxquels la fiche se rattache, s’il y en a."),
    ("", "themes"): _("C’est par là qu’on la trouvera. Un à trois thèmes suffisent."),
    ("", "stakes"): _("À quoi elle contribue d’abord."),
}

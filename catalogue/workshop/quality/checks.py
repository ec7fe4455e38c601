"""The checks, declared: what each looks for in a record, how severe it is, and where it is fixed.

One entry here and one statement in ``statements`` make a check; the nightly job, the pages of the workshop,
the page of the owner and the CSV read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from catalogue.models import QualityFinding
from catalogue.workshop.quality import statements as sql
from catalogue.workshop.quality import words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Detail = dict[str, Any]
BLOCKING, IMPORTANT, MINOR = QualityFinding.Severity


@dataclass(frozen=True)
class Check:
    """One check: ``describe`` puts a finding in words for a curator, ``fix`` is what to do about it.

    ``step`` is the page where it is fixed: a step of the proposal, ``documents``, or one of the pages that
    ``findings.get_fix_url`` knows. ``to_owner`` is what its owner reads; empty: not theirs to fix.
    """

    code: str
    severity: QualityFinding.Severity
    step: str
    statement: str
    label: StrOrPromise
    describe: Callable[[Detail], str]
    fix: StrOrPromise
    to_owner: StrOrPromise = ""


CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        Check(
            "lieu-zero", BLOCKING, "lieu", sql.AT_ZERO,
            _("Emplacement à 0° nord, 0° est"),
            words.always(_("L’emplacement est au large du golfe de Guinée : ses coordonnées sont nulles.")),
            _("Placez la fiche sur la carte."),
            _("L’emplacement sur la carte est faux : replacez-le."),
        ),
        Check(
            "lieu-axes-inverses", BLOCKING, "lieu", sql.SWAPPED,
            _("Latitude et longitude inversées"),
            words.describe_swapped,
            _("Échangez la latitude et la longitude, ou replacez la fiche sur la carte."),
            _("La latitude et la longitude de l’emplacement semblent inversées."),
        ),
        Check(
            "lieu-hors-territoire", BLOCKING, "lieu", sql.OUTSIDE,
            _("Emplacement hors de son territoire"),
            words.describe_outside,
            _("Replacez la fiche, ou choisissez le territoire où elle se trouve."),
            _("L’emplacement sur la carte n’est pas dans le territoire indiqué."),
        ),
        Check(
            "donnees-personnelles", BLOCKING, "essentiel", sql.PERSONAL,
            _("Adresse électronique ou numéro de téléphone dans un texte public"),
            words.describe_personal_data,
            _("Retirez-les : les lecteurs écrivent à l’organisation par le formulaire de la fiche."),
            _("Un texte public contient une adresse électronique ou un numéro de téléphone : retirez-le."),
        ),
        Check(
            "reponse-du-porteur", BLOCKING, "fiche", sql.OWNER_ANSWERED,
            _("Le porteur signale une correction ou demande un retrait"),
            words.describe_owner_answer,
            _("Corrigez la fiche ou archivez-la ; acceptez l’écart s’il n’y a rien à faire."),
        ),
        Check(
            "verification-echue", IMPORTANT, "confirmer", sql.OVERDUE,
            _("Information à confirmer : l’échéance est passée"),
            words.describe_overdue,
            _("Vérifiez auprès du porteur, puis confirmez la fiche."),
            _("L’échéance de vérification est passée : les lecteurs lisent « à confirmer »."),
        ),
        Check(
            "lieu-absent", IMPORTANT, "lieu", sql.NO_PLACE,
            _("Sans emplacement"),
            words.always(_("Sans emplacement, la fiche ne paraît ni sur la carte ni près d’un territoire.")),
            _("Placez la fiche sur la carte."),
            _("La fiche n’a pas d’emplacement : elle ne paraît pas sur la carte."),
        ),
        Check(
            "lieu-mairie", IMPORTANT, "lieu", sql.AT_TOWN_HALL,
            _("Emplacement dit exact, mais posé au point de la commune"),
            words.describe_town_hall,
            _("Placez la fiche là où cela se passe, ou dites que le lieu est au point de la commune."),
            _("L’emplacement est le point de la commune : est-ce bien là que cela se passe ?"),
        ),
        Check(
            "site-sans-perimetre", IMPORTANT, "lieu", sql.SITE_WITHOUT_GROUND,
            _("Site ouvert sans périmètre"),
            words.always(_("Un innovateur ne voit qu’un point : ni la surface ni les limites du terrain.")),
            _("Dessinez le périmètre du terrain."),
            _("Le terrain n’a pas de périmètre : dessinez-le."),
        ),
        Check(
            "resume-absent", IMPORTANT, "essentiel", sql.NO_SUMMARY,
            _("Sans résumé"),
            words.always(_("Rien ne se lit de la fiche dans une liste ou sur la carte.")),
            _("Écrivez le résumé : deux phrases."),
            _("Le résumé manque : c’est ce qui se lit dans les listes."),
        ),
        Check(
            "theme-absent", IMPORTANT, "themes", sql.NO_THEME,
            _("Sans thème"),
            words.always(_("Aucun filtre par thème ne trouve la fiche.")),
            _("Choisissez au moins un thème."),
            _("La fiche n’a pas de thème : aucun filtre ne la trouve."),
        ),
        Check(
            "source-absente", IMPORTANT, "essentiel", sql.NO_SOURCE,
            _("Sans source"),
            words.always(_("Rien ne dit d’où vient ce que la fiche affirme.")),
            _("Donnez la source : une référence, ou l’adresse d’une page que le lecteur peut ouvrir."),
            _("Aucune source n’est donnée : dites laquelle, avec une page que le lecteur peut ouvrir."),
        ),
        Check(
            "annees-contradictoires", IMPORTANT, "essentiel", sql.YEARS,
            _("Années qui se contredisent"),
            words.describe_years,
            _("Corrigez les années, ou l’avancement."),
            _("Des années se contredisent : relisez-les."),
        ),
        Check(
            "sans-resultat", IMPORTANT, "resultats", sql.NO_RESULT,
            _("Expérimentation terminée sans résultat"),
            words.always(_("Elle est terminée, et rien ne dit ce qu’elle a donné.")),
            _("Ajoutez un résultat ou un bilan, même non concluant."),
            _("L’expérimentation est terminée : dites ce qu’elle a donné, même si elle n’a pas marché."),
        ),
        Check(
            "resultat-incomplet", IMPORTANT, "resultats", sql.INCOMPLETE_RESULT,
            _("Résultat sans unité, sans année, sans source, ou dont rien ne dit ce qu’il mesure"),
            words.describe_incomplete_results,
            _("Complétez le résultat."),
            _("Un résultat n’a pas d’unité, d’année, de source ou de classe : il ne prouve rien."),
        ),
        Check(
            "document-sans-licence", IMPORTANT, "documents", sql.NO_LICENCE,
            _("Document sans licence"),
            words.describe_documents,
            _("Indiquez la licence du document."),
            _("Un document n’a pas de licence : le lecteur ne sait pas s’il peut le reprendre."),
        ),
        Check(
            "photo-sans-description", IMPORTANT, "documents", sql.NO_ALTERNATIVE,
            _("Photo sans description"),
            words.describe_documents,
            _("Décrivez la photo pour qui ne la voit pas."),
            _("Une photo n’a pas de description pour qui ne la voit pas."),
        ),
        Check(
            "lien-mort", IMPORTANT, "liens", sql.DEAD_LINK,
            _("Lien mort"),
            words.describe_dead_links,
            _("Remplacez l’adresse, ou retirez-la."),
            _("Un lien de la fiche ne répond plus."),
        ),
        Check(
            "organisation-fermee", IMPORTANT, "acteurs", sql.ORGANISATION_CLOSED,
            _("Organisation disparue"),
            words.describe_closed_organisations,
            _("Indiquez l’organisation qui a pris la suite, ou archivez la fiche."),
        ),
        Check(
            "organisation-sans-membre", IMPORTANT, "confirmer", sql.NOBODY_LEFT,
            _("Plus personne dans l’organisation qui tient la fiche"),
            words.describe_memberless_owner,
            _("Trouvez qui peut la tenir à jour, ou confirmez-la vous-même."),
        ),
        Check(
            "doublon-possible", IMPORTANT, "doublons", sql.DUPLICATE,
            _("Doublon possible"),
            words.describe_duplicates,
            _("Comparez les fiches : fusionnez-les, ou dites qu’elles sont distinctes."),
        ),
        Check(
            "resume-court", MINOR, "essentiel", sql.SHORT_SUMMARY,
            _("Résumé très court"),
            words.describe_short_summary,
            _("Dites en deux phrases ce que c’est et ce que cela change."),
            _("Le résumé est très court : dites aussi ce que cela change."),
        ),
        Check(
            "lieu-imprecis", MINOR, "lieu", sql.IMPRECISE,
            _("Emplacement au point de la commune"),
            words.always(_("On vient voir une rue ou un quartier, pas une commune entière.")),
            _("Placez la fiche à l’adresse, ou dessinez le périmètre."),
            _("L’emplacement est celui de la commune : une adresse aiderait ceux qui veulent venir voir."),
        ),
        Check(
            "mesure-sans-methode", MINOR, "resultats", sql.NO_METHOD,
            _("Mesure sans méthode"),
            words.describe_missing_methods,
            _("Dites comment le résultat a été mesuré."),
            _("Un résultat mesuré ne dit pas comment il l’a été."),
        ),
    )
}  # fmt: skip

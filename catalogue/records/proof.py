"""The niveau de preuve in words. The level itself is decided by the database (migration 0002)."""

from django.utils.translation import gettext_lazy as _

LEVELS = range(6)

LABELS = {
    0: _("déclarée, sans réalisation connue"),
    1: _("réalisation en cours"),
    2: _("réalisation terminée"),
    3: _("résultat mesuré"),
    4: _("mesure indépendante"),
    5: _("confirmée dans plusieurs territoires"),
}

EXPLANATIONS = {
    0: _("Le porteur décrit la solution ; aucune expérimentation n’a commencé."),
    1: _("Une expérimentation ou un déploiement est en cours, sans résultat mesuré publié."),
    2: _("Une expérimentation est allée à son terme, ou a été abandonnée, sans résultat mesuré publié."),
    3: _("Au moins un résultat est mesuré : valeur, unité, année et source sont données."),
    4: _("Au moins un résultat est mesuré par un tiers indépendant du porteur."),
    5: _("Des résultats sont mesurés dans au moins deux intercommunalités différentes."),
}

MEASURED = 3
"""From this level on, a solution is proven."""

"""The niveau de preuve in words. The level itself is decided by the database (migration 0044)."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from catalogue.models import Record

LEVELS = range(6)

LABELS = {
    0: _("déclarée, sans réalisation connue"),
    1: _("réalisation en cours"),
    2: _("réalisation terminée"),
    3: _("résultat mesuré et comparé"),
    4: _("mesure indépendante"),
    5: _("résultat confirmé ailleurs"),
}

EXPLANATIONS = {
    0: _("Le porteur décrit la solution ; aucune expérimentation n’a commencé."),
    1: _("Une expérimentation ou un déploiement est en cours, sans résultat mesuré et comparé."),
    2: _("Une expérimentation est allée à son terme, ou a été abandonnée, sans résultat mesuré et comparé."),
    3: _(
        "Un effet ou une performance de la solution est mesuré et comparé : à avant, à un témoin ou à un "
        "objectif annoncé ; son année et sa source sont données."
    ),
    4: _("Le résultat comparé est mesuré par une organisation sans lien avec la solution."),
    5: _("Le même indicateur est mesuré dans le même sens dans deux intercommunalités ou plus."),
}

_TO_MEASURE = _(
    "Pour le niveau 3 : un effet ou une performance de la solution, mesuré et comparé à la situation "
    "d’avant, à un témoin ou à un objectif annoncé, avec son année et sa source."
)
NEXT = {
    0: _("Pour le niveau 1 : qu’une expérimentation commence."),
    1: _TO_MEASURE,
    2: _TO_MEASURE,
    3: _(
        "Pour le niveau 4 : que ce résultat soit mesuré par une organisation connue du site, qui ne porte, "
        "ne finance, ne fournit ni n’accompagne la solution."
    ),
    4: _(
        "Pour que la solution atteigne le niveau 5 : que le même indicateur partagé soit mesuré, dans le "
        "même sens, dans une autre intercommunalité, sans résultat contraire."
    ),
}
"""What an experiment or a solution of each level lacks for the next."""

MEASURED = 3
"""From this level on, a solution is proven."""


def results_contradict(solution: Record) -> bool:
    """Whether counted results of one shared indicator go in different senses: the level stays below 5."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_results_contradict(%s)", [solution.pk])
        return bool(cursor.fetchone()[0])

"""The figures as tables: rows, columns, numbers, and for each number the URL of the list behind it.

The page, its plots and the CSV files are all read from these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue.models import Record, Theme
from catalogue.records import misses
from catalogue.workshop.dashboard import slices, statements
from catalogue.workshop.dashboard.scope import Scope
from geo.models import Level, Territory

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOWHERE = "aucune"
UNTHEMED = "aucun"
CHANGES = "changements"
KINDS: dict[str, StrOrPromise] = {
    Record.Kind.SOLUTION: gettext_lazy("Solutions"),
    Record.Kind.EXPERIMENT: gettext_lazy("Expérimentations"),
    Record.Kind.OPERATION: gettext_lazy("Opérations"),
    Record.Kind.SITE: gettext_lazy("Sites"),
    Record.Kind.NEED: gettext_lazy("Besoins"),
}
WAITING: dict[str, StrOrPromise] = {
    Record.State.SUBMITTED: gettext_lazy("À instruire"),
    Record.State.IN_REVIEW: gettext_lazy("En instruction"),
    CHANGES: gettext_lazy("Changements proposés"),
    Record.State.TO_COMPLETE: gettext_lazy("À compléter"),
}
"""What waits, in the order of the table; the last waits for contributors, the others for curators."""


@dataclass(frozen=True)
class Cell:
    """A number, and the URL of the list behind it (empty when there is nothing to list)."""

    value: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A table of numbers; the columns from ``drawn`` are those of the plot."""

    code: str
    title: str
    description: str
    heading: str
    columns: list[str]
    rows: list[Row]
    total: Row | None = None
    noted: str = ""
    styles: list[str] = field(default_factory=list)
    """A class for each column that the plot stacks; empty when it draws the first alone."""
    notice: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(any(cell.value for cell in row.cells) for row in self.rows)


class ListUrls:
    """URLs of the lists behind the numbers, in a scope."""

    def __init__(self, scope: Scope) -> None:
        self.parameters = scope.parameters

    def records(self, **filters: str) -> str:
        return self._build_url("catalogue:workshop-dashboard-records", filters)

    def changes(self, **filters: str) -> str:
        return self._build_url("catalogue:workshop-dashboard-changes", filters)

    def imports(self, **filters: str) -> str:
        return f"{reverse('catalogue:workshop-dashboard-imports')}?{urlencode(filters)}"

    def _build_url(self, name: str, filters: dict[str, str]) -> str:
        parameters = {key: value for key, value in filters.items() if value} | self.parameters
        return f"{reverse(name)}?{urlencode(parameters)}" if parameters else reverse(name)


def make_cell(value: int, url: str) -> Cell:
    """Return a number with its list; zero has no link."""
    return Cell(value, url if value else "")


def _list_months(scope: Scope) -> list[tuple[date | None, str, str]]:
    """Return the last months, then what came before (None), each with its code and its label."""
    months = slices.list_last_months(timezone.localdate(scope.now))
    named = [(month, slices.format_month_code(month), slices.format_month(month)) for month in months]
    return [*named, (None, slices.BEFORE, _("avant"))]


def build_publications(scope: Scope) -> Figure:
    found, urls = statements.count_publications(scope), ListUrls(scope)
    rows, sums = [], dict.fromkeys(KINDS, 0)
    for month, code, label in _list_months(scope):
        cells = []
        for kind in KINDS:
            count = found.get((month, kind), 0)
            sums[kind] += count
            cells.append(make_cell(count, urls.records(publiee=code, type=kind)))
        total = sum(cell.value for cell in cells)
        rows.append(Row(label, [make_cell(total, urls.records(publiee=code)), *cells]))
    by_kind = [make_cell(total, urls.records(type=kind)) for kind, total in sums.items()]
    return Figure(
        "publications",
        _("Ce qui a été publié"),
        _("Fiches publiées aujourd’hui, selon le mois de leur dernière mise en ligne et leur nature."),
        _("Mois"),
        [_("Total"), *map(str, KINDS.values())],
        rows,
        Row(_("En tout"), [make_cell(sum(sums.values()), urls.records()), *by_kind]),
        styles=[f"nature-{kind}" for kind in KINDS],
    )


def build_waiting(scope: Scope) -> Figure:
    found, urls = statements.count_ages(scope), ListUrls(scope)
    found[CHANGES] = statements.count_change_ages(scope)
    rows = []
    for state, label in WAITING.items():
        counts, oldest = found.get(state, ([0] * len(slices.WAITED), None))
        total, *cells = [
            make_cell(count, _get_list_url(urls, state, code))
            for count, code in zip([sum(counts), *counts], ["", *slices.WAITED_CODES], strict=True)
        ]
        rows.append(Row(str(label), [total, *cells], _describe_wait(state, scope.now, oldest)))
    return Figure(
        "attente",
        _("Ce qui attend, et qui"),
        _("Dans votre champ, selon l’âge du dernier événement de la fiche ou du changement proposé."),
        _("Attendu"),
        [_("Total"), *(str(band.label) for band in slices.WAITED)],
        rows,
        noted=_("De qui, et depuis quand pour le plus ancien"),
        styles=[f"attente-{n}" for n in range(1, 5)],
    )


def _get_list_url(urls: ListUrls, state: str, code: str) -> str:
    return urls.changes(attend=code) if state == CHANGES else urls.records(etat=state, attend=code)


def _describe_wait(state: str, now: datetime, oldest: datetime | None) -> str:
    whom = _("contributeurs") if state == Record.State.TO_COMPLETE else _("curateurs")
    if oldest is None:
        return whom
    days = (now - oldest).days
    since = ngettext("depuis %(n)d jour", "depuis %(n)d jours", days) % {"n": days}
    return f"{whom}, {since if days else _('depuis aujourd’hui')}"


def build_coverage(scope: Scope) -> Figure:
    found, totals = statements.count_coverage(scope), statements.count_by_region(scope)
    urls = ListUrls(scope)
    used = {theme for _region, theme in found if theme is not None}
    offered = Theme.objects.filter(Q(is_active=True) | Q(pk__in=used))
    themes = [*offered.values_list("pk", "code", "label"), (None, UNTHEMED, _("Sans thème"))]
    rows = []
    for region, code, name in [*_list_regions(scope), (None, NOWHERE, _("Hors région"))]:
        cells = [make_cell(totals.get(region, 0), urls.records(region=code))]
        for theme, theme_code, _label in themes:
            url = urls.records(region=code, theme=theme_code)
            cells.append(make_cell(found.get((region, theme), 0), url))
        rows.append(Row(name, cells))
    sums: Counter[int | None] = Counter()
    for (_region, theme), total in found.items():
        sums[theme] += total
    by_theme = [make_cell(sums[theme], urls.records(theme=code)) for theme, code, _label in themes]
    return Figure(
        "couverture",
        _("Couverture par région et par thème"),
        _("Fiches publiées. Une fiche de deux thèmes compte dans les deux ; le total la compte une fois."),
        _("Région"),
        [_("Total"), *(label for _pk, _code, label in themes)],
        rows,
        Row(_("En tout"), [make_cell(sum(totals.values()), urls.records()), *by_theme]),
        notice=_("« Hors région » : sans territoire, à l’étranger ou dans une collectivité d’outre-mer."),
    )


def _list_regions(scope: Scope) -> list[tuple[int | None, str, str]]:
    rows = Territory.objects.current().filter(level=Level.REGION).order_by("name")
    if scope.regions and not scope.is_everywhere:
        rows = rows.filter(pk__in=scope.regions)
    return list(rows.values_list("pk", "code", "name"))


def build_verification(scope: Scope) -> list[Figure]:
    verified, expires = statements.count_by_verification(scope)
    return [
        Figure(
            "verification",
            _("Âge de la vérité"),
            _("Fiches publiées, selon la date à laquelle elles ont été vérifiées."),
            _("Vérifiées depuis"),
            [_("Fiches")],
            _build_band_rows(scope, slices.VERIFIED, "verifiee", verified),
        ),
        Figure(
            "revision",
            _("Ce qui sera à revoir"),
            _("Fiches publiées, selon la date avant laquelle elles sont à revoir."),
            _("À revoir"),
            [_("Fiches")],
            _build_band_rows(scope, slices.EXPIRES, "revoir", expires),
        ),
    ]


def _build_band_rows(
    scope: Scope, bands: tuple[slices.Band, ...], parameter: str, counts: dict[str, int]
) -> list[Row]:
    rows = []
    for band in bands:
        url = ListUrls(scope).records(**{parameter: band.code})
        rows.append(Row(str(band.label), [make_cell(counts[band.code], url)]))
    return rows


def build_imports(scope: Scope) -> Figure:
    found, urls = statements.sum_imports(scope), ListUrls(scope)
    rows = []
    for month, code, label in _list_months(scope):
        totals = found.get(month, {})
        numbers = [Cell(totals.get(name, 0)) for name in statements.SUMMED]
        rows.append(Row(label, [make_cell(totals.get("files", 0), urls.imports(mois=code)), *numbers]))
    return Figure(
        "imports",
        _("Les imports"),
        _("Fichiers écrits, annulés ensuite ou non, et ce qu’ils contenaient. Toute la France."),
        _("Mois"),
        [
            _("Fichiers"), _("Lignes lues"), _("Fiches créées"), _("Fiches modifiées"),
            _("Fiches inchangées"), _("Lignes douteuses"), _("Lignes rejetées"),
        ],
        rows,
    )  # fmt: skip


def build_misses(scope: Scope) -> Figure:
    """Count the questions of each month that are listed: those searched often enough to be shown."""
    months = _list_months(scope)
    found = misses.count_by_month(next(month for month, _code, _label in reversed(months) if month))
    rows = []
    for month, code, label in months:
        questions, times = found.get(month, (0, 0))
        url = f"{reverse('catalogue:workshop-dashboard-misses')}?{urlencode({'mois': code})}"
        rows.append(Row(label, [make_cell(questions, url), Cell(times)]))
    return Figure(
        "sans-reponse",
        _("Recherches sans réponse"),
        _("Ce qui a été cherché au moins deux fois dans le mois sans rien trouver. Toute la France."),
        _("Mois"),
        [_("Recherches"), _("Fois")],
        rows,
        notice=_("De chaque mot absent, la liste mène au thésaurus."),
    )


FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "publications": build_publications,
    "attente": build_waiting,
    "couverture": build_coverage,
    "verification": lambda scope: build_verification(scope)[0],
    "revision": lambda scope: build_verification(scope)[1],
    "imports": build_imports,
    "sans-reponse": build_misses,
}
"""Each figure by its code in the URL."""


def build_figures(scope: Scope) -> list[Figure]:
    return [
        build_waiting(scope),
        build_publications(scope),
        build_coverage(scope),
        *build_verification(scope),
        build_imports(scope),
        build_misses(scope),
    ]


def format_moment(scope: Scope) -> str:
    return date_format(timezone.localtime(scope.now), "j F Y, H:i")

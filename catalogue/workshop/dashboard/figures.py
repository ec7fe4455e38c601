"""The figures as tables: rows, columns, numbers, and for each number the address of the list behind it.

The page, its plots and the CSV files are all read from these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue.models import Record, Theme
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
"""What waits, in the order of the table; the last is awaited of contributors, the others of curators."""


@dataclass(frozen=True)
class Cell:
    """A number, and where the list behind it is (nowhere when there is nothing to list)."""

    value: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a figure."""

    label: str
    cells: list[Cell]
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A table of numbers; the columns from ``drawn`` are those of the plot."""

    code: str
    title: str
    said: str
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
        """True when every number is nought."""
        return not any(cell.value for row in self.rows for cell in row.cells)


class Addresses:
    """Addresses of the lists behind the numbers, in a scope."""

    def __init__(self, scope: Scope) -> None:
        self._kept = scope.parameters

    def records(self, **filters: str) -> str:
        """The records that the filters let through."""
        return self._address("catalogue:workshop-dashboard-records", filters)

    def changes(self, **filters: str) -> str:
        """The proposed changes that wait."""
        return self._address("catalogue:workshop-dashboard-changes", filters)

    def imports(self, **filters: str) -> str:
        """The imports of a month."""
        return f"{reverse('catalogue:workshop-dashboard-imports')}?{urlencode(filters)}"

    def _address(self, name: str, filters: dict[str, str]) -> str:
        kept = {key: value for key, value in filters.items() if value} | self._kept
        return f"{reverse(name)}?{urlencode(kept)}" if kept else reverse(name)


def cell(value: int, url: str) -> Cell:
    """A number with its list; nothing is not linked."""
    return Cell(value, url if value else "")


def publications(scope: Scope) -> Figure:
    """What was published, by month and kind."""
    found, to = statements.publications(scope), Addresses(scope)
    months: list[date | None] = [*slices.last_months(timezone.localdate(scope.now)), None]
    rows = []
    for month in months:
        code = slices.month_code(month) if month else slices.BEFORE
        counts = [found.get((month, kind), 0) for kind in KINDS]
        cells = [
            cell(count, to.records(publiee=code, type=kind))
            for kind, count in zip(KINDS, counts, strict=True)
        ]
        label = slices.month_words(month) if month else _("avant")
        rows.append(Row(label, [cell(sum(counts), to.records(publiee=code)), *cells]))
    sums = [sum(found.get((month, kind), 0) for month in months) for kind in KINDS]
    by_kind = [cell(n, to.records(type=kind)) for kind, n in zip(KINDS, sums, strict=True)]
    return Figure(
        "publications",
        _("Ce qui a été publié"),
        _("Fiches publiées aujourd’hui, selon le mois de leur dernière mise en ligne et leur nature."),
        _("Mois"),
        [_("Total"), *map(str, KINDS.values())],
        rows,
        Row(_("En tout"), [cell(sum(sums), to.records()), *by_kind]),
        styles=[f"nature-{kind}" for kind in KINDS],
    )


def awaited(scope: Scope) -> Figure:
    """What waits, of whom, and for how long."""
    found, to = statements.ages(scope), Addresses(scope)
    found[CHANGES] = statements.change_ages(scope)
    rows = []
    for state, label in WAITING.items():
        counts, oldest = found.get(state, ([0] * len(slices.WAITED), None))
        listed = _lists_of(to, state)
        cells = [cell(n, listed(band.code)) for n, band in zip(counts, slices.WAITED, strict=True)]
        whom = _("contributeurs") if state == Record.State.TO_COMPLETE else _("curateurs")
        note = whom
        if oldest is not None:
            days = (scope.now - oldest).days
            since = ngettext("depuis %(n)d jour", "depuis %(n)d jours", days) % {"n": days}
            note = f"{whom}, {since if days else _('depuis aujourd’hui')}"
        rows.append(Row(str(label), [cell(sum(counts), listed("")), *cells], note))
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


def _lists_of(to: Addresses, state: str) -> Callable[[str], str]:
    if state == CHANGES:
        return lambda code: to.changes(attend=code)
    return lambda code: to.records(etat=state, attend=code)


def coverage(scope: Scope) -> Figure:
    """Published records by région and theme."""
    found, totals = statements.coverage(scope), statements.totals_by_region(scope)
    to = Addresses(scope)
    used = {theme for _region, theme in found if theme is not None}
    offered = Theme.objects.filter(Q(is_active=True) | Q(pk__in=used))
    themes = [*offered.values_list("pk", "code", "label"), (None, UNTHEMED, _("Sans thème"))]
    rows = []
    for pk, code, name in [*_regions(scope), (None, NOWHERE, _("Hors région"))]:
        cells = [
            cell(found.get((pk, theme), 0), to.records(region=code, theme=word))
            for theme, word, _label in themes
        ]
        rows.append(Row(name, [cell(totals.get(pk, 0), to.records(region=code)), *cells]))
    by_theme = [
        sum(total for (_region, theme), total in found.items() if theme == wanted)
        for wanted, _code, _label in themes
    ]
    whole = [cell(n, to.records(theme=one[1])) for n, one in zip(by_theme, themes, strict=True)]
    return Figure(
        "couverture",
        _("Couverture par région et par thème"),
        _("Fiches publiées. Une fiche de deux thèmes compte dans les deux ; le total la compte une fois."),
        _("Région"),
        [_("Total"), *(label for _pk, _code, label in themes)],
        rows,
        Row(_("En tout"), [cell(sum(totals.values()), to.records()), *whole]),
        notice=_("« Hors région » : sans territoire, à l’étranger ou dans une collectivité d’outre-mer."),
    )


def _regions(scope: Scope) -> list[tuple[int | None, str, str]]:
    rows = Territory.objects.current().filter(level=Level.REGION).order_by("name")
    if scope.regions and not scope.is_everywhere:
        rows = rows.filter(pk__in=scope.regions)
    return list(rows.values_list("pk", "code", "name"))


def truth(scope: Scope) -> list[Figure]:
    """How old what is published is, and when it is to be looked at again."""
    verified, expires = statements.truth(scope)
    to = Addresses(scope)
    return [
        Figure(
            "verification",
            _("Âge de la vérité"),
            _("Fiches publiées, selon la date à laquelle elles ont été vérifiées."),
            _("Vérifiées depuis"),
            [_("Fiches")],
            [
                Row(str(band.label), [cell(verified[band.code], to.records(verifiee=band.code))])
                for band in slices.VERIFIED
            ],
        ),
        Figure(
            "revision",
            _("Ce qui sera à revoir"),
            _("Fiches publiées, selon la date avant laquelle elles sont à revoir."),
            _("À revoir"),
            [_("Fiches")],
            [
                Row(str(band.label), [cell(expires[band.code], to.records(revoir=band.code))])
                for band in slices.EXPIRES
            ],
        ),
    ]


def imports(scope: Scope) -> Figure:
    """What was imported, month by month."""
    found, to = statements.imports(scope), Addresses(scope)
    rows = []
    for month in [*slices.last_months(timezone.localdate(scope.now)), None]:
        code = slices.month_code(month) if month else slices.BEFORE
        totals = found.get(month, {})
        label = slices.month_words(month) if month else _("avant")
        files = totals.get("files", 0)
        numbers = [Cell(totals.get(name, 0)) for name in statements.COUNTED]
        rows.append(Row(label, [cell(files, to.imports(mois=code)), *numbers]))
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


FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "publications": publications,
    "attente": awaited,
    "couverture": coverage,
    "verification": lambda scope: truth(scope)[0],
    "revision": lambda scope: truth(scope)[1],
    "imports": imports,
}
"""Each figure by the word of its address."""


def all_figures(scope: Scope) -> list[Figure]:
    """The figures of the page, in its order."""
    return [awaited(scope), publications(scope), coverage(scope), *truth(scope), imports(scope)]


def told_on(scope: Scope) -> str:
    """The moment of the figures, in words."""
    return date_format(timezone.localtime(scope.now), "j F Y, H:i")

"""The synthesis of a solution in words, and the plot of each indicator, for the page of the solution."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from catalogue.models import Experiment, Indicator, IndicatorType, Record
from catalogue.public.synthesis import Comparison, Synthesis, Value, synthesis_of
from catalogue.records.proof import results_contradict
from catalogue.records.results import COUNTS
from catalogue.records.wording import NBSP

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WIDTH, MARGIN = 240, 8
"""Of the plot, in its own units."""
WHY_LEFT_OUT: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "annonce": (_l("%(n)d chiffre annoncé, non mesuré"), _l("%(n)d chiffres annoncés, non mesurés")),
    "autre-objet": (
        _l("%(n)d résultat qui ne mesure pas la solution"),
        _l("%(n)d résultats qui ne mesurent pas la solution"),
    ),
    "sans-classe": (
        _l("%(n)d résultat dont rien ne dit ce qu’il mesure"),
        _l("%(n)d résultats dont rien ne dit ce qu’ils mesurent"),
    ),
    "sans-valeur": (_l("%(n)d résultat sans valeur"), _l("%(n)d résultats sans valeur")),
    "sans-type": (
        _l("%(n)d résultat hors de la liste des indicateurs partagés"),
        _l("%(n)d résultats hors de la liste des indicateurs partagés"),
    ),
    "sans-source": (
        _l("%(n)d résultat sans année ou sans source"),
        _l("%(n)d résultats sans année ou sans source"),
    ),
    "unite": (_l("%(n)d résultat sans unité comparable"), _l("%(n)d résultats sans unité comparable")),
    "plus-ancienne": (
        _l("%(n)d mesure qu’une autre, indépendante ou plus récente, remplace"),
        _l("%(n)d mesures qu’une autre, indépendante ou plus récente, remplace"),
    ),
    "ambigue": (
        _l("%(n)d mesure d’une même année que rien ne départage"),
        _l("%(n)d mesures d’une même année que rien ne départage"),
    ),
}
"""Why a result is not compared: one of them, several."""
MINUS = "\u2212"
DIGITS = 4
"""Significant digits of a median or a change."""


def synthesis_context(solution: Record) -> dict[str, Any] | None:
    """What catalogue/public/_synthesis.html needs; None where no experiment is published."""
    found = synthesis_of(solution)
    if not found.experiments:
        return None
    return {
        "overview": overview_sentence(found),
        "failures": failures_sentence(found),
        "groups": _groups(found),
        "contradiction": results_contradict(solution),
        "left_out": left_out(found),
    }


def _groups(found: Synthesis) -> list[dict[str, Any]]:
    """The table of effects and performances, then that of usage and means; those that hold something."""
    counts = [one for one in found.comparisons if one.kind in COUNTS]
    proofs = [one for one in found.comparisons if one.kind not in COUNTS]
    groups = (
        ("effet", _("Effet et performance"), "", proofs),
        (
            "usage",
            _("Usage et moyens"),
            _("Ils disent l’ampleur, non l’effet : ils ne prouvent rien."),
            counts,
        ),
    )
    return [
        {"code": code, "title": title, "note": note, "rows": [comparison_line(one) for one in rows]}
        for code, title, note, rows in groups
        if rows
    ]


def overview_sentence(found: Synthesis) -> str:
    """« 3 expérimentations dans 2 territoires. Dernier avancement connu : terminé (1). »"""
    experiments = ngettext("%(n)d expérimentation", "%(n)d expérimentations", found.experiments)
    sentence = experiments % {"n": found.experiments}
    if found.places:
        where = ngettext(" dans %(n)d territoire", " dans %(n)d territoires", found.places)
        sentence += where % {"n": found.places}
    if found.epcis:
        around = ngettext(" (%(n)d intercommunalité)", " (%(n)d intercommunalités)", found.epcis)
        sentence += around % {"n": found.epcis}
    labels = {code: str(label) for code, label in Experiment.Status.choices}
    stages = [f"{labels[code]} ({found.statuses[code]})" for code in labels if code in found.statuses]
    return _("%(what)s. Dernier avancement connu : %(stages)s.") % {
        "what": sentence,
        "stages": ", ".join(stages),
    }


def failures_sentence(found: Synthesis) -> str:
    """How many were abandoned or inconclusive: knowledge like the others; "" for none."""
    if not found.failures:
        return ""
    return ngettext(
        "Dont %(n)d abandonnée ou non concluante, qui compte comme les autres.",
        "Dont %(n)d abandonnées ou non concluantes, qui comptent comme les autres.",
        found.failures,
    ) % {"n": found.failures}


def left_out(found: Synthesis) -> list[str]:
    """What could not be compared, and why: « 2 résultats sans unité comparable »."""
    reasons = {code: WHY_LEFT_OUT[code] for code in WHY_LEFT_OUT if code in found.left_out}
    return [
        str(one if found.left_out[code] == 1 else some) % {"n": found.left_out[code]}
        for code, (one, some) in reasons.items()
    ]


def comparison_line(one: Comparison) -> dict[str, Any]:
    """One indicator of the table."""
    return {
        "code": one.code,
        "label": one.label,
        "kind": Indicator.Kind(one.kind).label,
        "definition": one.description,
        "direction": IndicatorType.Direction(one.direction).label,
        "n": _tried(one),
        "independent": _independent(one),
        **_values_words(one),
        "evolution": _change(one),
        "plot": plot_positions(one),
        "measures": [measure_line(value, one) for value in one.values],
        "truncated": one.is_truncated,
    }


def _values_words(one: Comparison) -> dict[str, str]:
    """The median and the range, or the value alone where a median would mean nothing."""
    unit = f"{NBSP}{one.unit}"
    if one.median is None:
        return {"median": "", "single": f"{number(one.low)}{unit}", "range": ""}
    span = number(one.low) if one.low == one.high else _("%(low)s à %(high)s") % _ends(one)
    return {"median": f"{number(rounded(one.median))}{unit}", "single": "", "range": f"{span}{unit}"}


def _independent(one: Comparison) -> str:
    if not one.independent:
        return ""
    words = ngettext("dont %(n)d indépendant", "dont %(n)d indépendants", one.independent)
    return words % {"n": one.independent}


def _ends(one: Comparison) -> dict[str, str]:
    return {"low": number(one.low), "high": number(one.high)}


def _tried(one: Comparison) -> str:
    return ngettext("%(n)d essai", "%(n)d essais", one.n) % {"n": one.n}


def _change(one: Comparison) -> str:
    if one.change is None:
        return ""
    sign = "+" if one.change > 0 else ""
    sentence = ngettext(
        "%(change)s%% par rapport à la référence (%(n)d essai)",
        "%(change)s%% par rapport à la référence (médiane de %(n)d essais)",
        one.with_change,
    )
    return sentence % {"change": f"{sign}{number(rounded(one.change))}{NBSP}", "n": one.with_change}


def measure_line(value: Value, one: Comparison) -> dict[str, Any]:
    """One value with the experiment behind it."""
    return {
        "value": f"{number(rounded(value.value))}{NBSP}{one.unit}",
        "url": reverse("catalogue:record-detail", args=[value.slug]),
        "title": value.title,
        "place": value.place,
        "year": str(value.year),
        "independent": value.is_independent,
        "failed": value.failed,
    }


def plot_positions(one: Comparison) -> dict[str, Any] | None:
    """Where the values and their median stand on a line, in the units of the drawing; None without median."""
    if one.median is None:
        return None
    span = one.high - one.low

    def at(value: Decimal) -> str:
        part = (value - one.low) / span if span else Decimal("0.5")
        return f"{MARGIN + float(part) * (WIDTH - 2 * MARGIN):.1f}"

    median = one.median
    words = _("%(n)s, de %(low)s à %(high)s %(unit)s, médiane %(median)s")
    return {
        "width": str(WIDTH),
        "start": at(one.low),
        "end": at(one.high),
        "median": at(median),
        "points": [{"x": at(value.value), "failed": value.failed} for value in one.values],
        "words": words
        % {"n": _tried(one), **_ends(one), "unit": one.unit, "median": number(rounded(median))},
    }


def rounded(value: Decimal) -> Decimal:
    """The value with four significant digits, never fewer than its whole part."""
    whole = len(str(abs(int(value))))
    return round(value, max(0, DIGITS - whole))


def number(value: Decimal) -> str:
    """A number in French, without useless zeros."""
    return number_format(value.normalize(), use_l10n=True, force_grouping=True).replace("-", MINUS)

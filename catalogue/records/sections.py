"""The sections of the capitalisation sheet: which kind has which, what each should hold, what it holds.

A section that a kind has a field for (``obstacles`` of an experiment) stands in that field, which its owner
may edit as well; the others are ``Section`` rows. ``written`` gives all of them in order, for the page of the
record, its comparison and its printed sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from catalogue.models import Indicator, Record, Section
from catalogue.records.markdown import render_markdown, strip_markdown
from catalogue.records.wording import NBSP

if TYPE_CHECKING:
    from decimal import Decimal

    from django_stubs_ext import StrOrPromise

Code = Section.Code
Kind = Record.Kind

STANDS_IN: dict[tuple[str, str], str] = {
    (Kind.EXPERIMENT, Code.SUCCESS): "success_factors",
    (Kind.EXPERIMENT, Code.OBSTACLES): "obstacles",
    (Kind.EXPERIMENT, Code.KEPT): "kept",
    (Kind.EXPERIMENT, Code.CHANGED): "changed",
    (Kind.SOLUTION, Code.LIFTED): "obstacles_lifted",
    (Kind.SOLUTION, Code.REUSE): "reuse_conditions",
}
"""The field of a kind in which a section stands."""
CODES: dict[str, tuple[Code, ...]] = {
    Kind.EXPERIMENT: tuple(Code),
    Kind.SOLUTION: (
        Code.CONTEXT, Code.PARTNERS, Code.LIFTED, Code.SOLUTION, Code.RESULTS, Code.SUCCESS, Code.OBSTACLES,
        Code.REUSE, Code.OTHERWISE,
    ),
    Kind.OPERATION: (
        Code.CONTEXT, Code.STAGE, Code.PARTNERS, Code.LIFTED, Code.SOLUTION, Code.RESULTS, Code.SUCCESS,
        Code.OBSTACLES, Code.REUSE, Code.OTHERWISE,
    ),
    Kind.SITE: (Code.CONTEXT, Code.PARTNERS, Code.RESULTS, Code.SUCCESS, Code.OBSTACLES, Code.OTHERWISE),
    Kind.NEED: (Code.CONTEXT, Code.PARTNERS, Code.LIFTED, Code.RESULTS),
}  # fmt: skip
"""The sections of a kind, in the order of the sheet."""
AFTER_RESULTS = frozenset({Code.SUCCESS, Code.OBSTACLES, Code.KEPT, Code.CHANGED, Code.REUSE, Code.OTHERWISE})


@dataclass(frozen=True)
class Expectation:
    """What a section should hold, and an example of how it is built."""

    what: StrOrPromise
    outline: StrOrPromise


EXPECTED: dict[str, Expectation] = {
    Code.CONTEXT: Expectation(
        _l("Le territoire, la situation de départ, ce qui a décidé d’agir."),
        _l("Situation de départ : …\nEnjeu pour la collectivité : …\nDéclencheur : …"),
    ),
    Code.STAGE: Expectation(
        _l("Conception, expérimentation, déploiement ou abandon ; depuis quand, la suite prévue."),
        _l("- année : étape franchie\n- année : étape suivante"),
    ),
    Code.PARTNERS: Expectation(
        _l(
            "Qui a fait quoi, par quelle convention, avec quel financement. Les organisations de la fiche "
            "sont déjà listées."
        ),
        _l("- organisation : son rôle\nMontage : …\nFinancement : …"),
    ),
    Code.LIFTED: Expectation(
        _l("Le frein juridique, technique, financier ou d’usage qui a été levé, et comment."),
        _l("Frein : …\nComment il a été levé : …\nCe qui reste à lever : …"),
    ),
    Code.SOLUTION: Expectation(
        _l("Ce qui a été mis en place, en termes qu’un élu comprend : principe, dimension, coût."),
        _l("Principe : …\nMise en œuvre : …\nCoût et durée : …"),
    ),
    Code.RESULTS: Expectation(
        _l(
            "Comment lire les résultats : leur portée, leur méthode, leurs limites. Les chiffres sont dans "
            "les indicateurs ; dites aussi ce qui n’a pas été mesuré."
        ),
        _l("Ce qui a changé : …\nMéthode : …\nLimites : …"),
    ),
    Code.SUCCESS: Expectation(
        _l("Ce sans quoi cela n’aurait pas marché."),
        _l("- facteur : en quoi il a compté"),
    ),
    Code.OBSTACLES: Expectation(
        _l("Ce qui a gêné, retardé ou fait échouer. Un échec raconté sert autant qu’une réussite."),
        _l("- obstacle : son effet, ce qui a été fait"),
    ),
    Code.KEPT: Expectation(
        _l("Ce qui a été repris tel quel d’une autre expérimentation."),
        _l("- élément repris : d’où il vient"),
    ),
    Code.CHANGED: Expectation(
        _l("Ce qui a été adapté au lieu, et pourquoi."),
        _l("- élément adapté : raison"),
    ),
    Code.REUSE: Expectation(
        _l("Ce qu’il faut réunir pour refaire ailleurs : échelle, compétences, budget, règles."),
        _l("Convient à : …\nIl faut : …\nNe convient pas si : …"),
    ),
    Code.OTHERWISE: Expectation(
        _l("Ce que les acteurs feraient autrement s’ils recommençaient."),
        _l("- à refaire autrement : pourquoi"),
    ),
}  # fmt: skip


class Written(NamedTuple):
    """One section as it is shown: its title, its safe HTML (headings from ``heading`` on), its plain text."""

    code: str
    title: str
    html: SafeString
    text: str


def read_sections(record: Record) -> dict[str, str]:
    """Return the Markdown of each section of the record, in the order of the sheet; "" for an empty one."""
    rows = {section.code: section.text for section in record.sections.all()}
    own = record.proper
    return {
        code.value: _in_field(own, record.kind, code) or rows.get(code.value, "")
        for code in CODES[record.kind]
    }


def _in_field(own: Record, kind: str, code: str) -> str:
    attribute = STANDS_IN.get((kind, code))
    return str(getattr(own, attribute)) if attribute else ""


def list_sections(record: Record, heading: int = 3) -> list[Written]:
    """Return the sections that have a text, in order."""
    return [
        Written(code, str(Code(code).label), render_markdown(text, heading), strip_markdown(text))
        for code, text in read_sections(record).items()
        if text.strip()
    ]


AGAINST: dict[Indicator.Reference, StrOrPromise] = {
    Indicator.Reference.BEFORE: _l("%(value)s, contre %(reference)s avant"),
    Indicator.Reference.CONTROL: _l("%(value)s, contre %(reference)s pour le témoin"),
    Indicator.Reference.TARGET: _l("%(value)s, pour un objectif de %(reference)s"),
    Indicator.Reference.NONE: _l("%(value)s (autre valeur donnée : %(reference)s)"),
}


def describe_measure(row: Indicator) -> str:
    """Return one figure in one line: « Énergie économisée : 35 % (2019, mesuré par la commune) »."""
    value = f"{_number(row.value)}{NBSP}{row.unit}".strip() if row.value is not None else row.text
    if row.baseline is not None and row.value is not None:
        words = AGAINST[Indicator.Reference(row.reference)]
        value = words % {"value": value, "reference": _number(row.baseline)}
    notes = [row.period or (str(row.year) if row.year else "")]
    notes.append(str(row.get_nature_display()) if row.nature == Indicator.Nature.ANNOUNCED else "")
    notes.append(str(row.get_kind_display()) if row.kind else "")
    notes.append(_("mesure indépendante") if row.is_third_party else "")
    notes.append(_("mesuré par %(who)s") % {"who": row.measured_by} if row.measured_by else "")
    details = ", ".join(note for note in notes if note)
    return f"{row.name}{NBSP}: {value}" + (f" ({details})" if details else "")


def _number(value: Decimal) -> str:
    return number_format(value.normalize(), use_l10n=True, force_grouping=True)

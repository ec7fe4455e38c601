"""Two to four records side by side: indicators aligned, facts by row. Called by the comparison page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalogue.models import Indicator, Record
from catalogue.public import record_page as detail
from catalogue.records import sections
from catalogue.records.expiry import verified_words
from catalogue.records.wording import NBSP, format_integer, period_words, place_words
from geo.models import Territory

FEWEST = 2
MOST = 4
PER_RECORD = 60
"""Indicators read for one record at most."""
COMPARED = ("frein", "reussite", "obstacles", "reutilisation")
"""The sections of the sheet that are compared."""

Cell = dict[str, Any]
Row = dict[str, Any]


def records(slugs: Sequence[str]) -> list[Record]:
    """The published records of these slugs, in the order asked for, with what their columns show."""
    published = Record.objects.published().filter(slug__in=slugs).with_detail_relations()
    found = {record.slug: record for record in published}
    return [found[slug] for slug in slugs if slug in found]


def fact_rows(compared: Sequence[Record]) -> list[Row]:
    """The facts, a row a fact and a cell a record; a row that no record fills is left out."""
    columns: list[dict[str, Cell]] = [{} for _record in compared]
    labels: dict[str, None] = {}
    for read in (_common, _own, _closing):
        for record, column in zip(compared, columns, strict=True):
            part = read(record)
            column |= part
            labels |= dict.fromkeys(part)
    rows: list[Row] = [
        {"label": label, "cells": [column.get(label, {}) for column in columns]} for label in labels
    ]
    return [row for row in rows if any(_says(cell) for cell in row["cells"])]


def _says(cell: Cell) -> bool:
    return any(value not in (None, "") for value in cell.values())


def _common(record: Record) -> dict[str, Cell]:
    """What every kind has: nature, proof, place, period."""
    return {
        _("Nature"): {"kind": record.kind},
        _("Niveau de preuve"): {"proof": record.proof_level},
        _("En bref"): {"text": record.summary},
        _("Lieu"): {"text": place_words(record)},
        _("Population"): {"text": _population_words(record.territory)},
        _("Densité"): {"text": _density_words(record.territory)},
        _("Période"): {"text": period_words(record.year_start, record.year_end)},
    }


def _own(record: Record) -> dict[str, Cell]:
    facts = {
        fact["term"]: {"text": fact["value"], "note": fact.get("note", ""), "url": fact.get("url", "")}
        for fact in detail.KIND_FACTS[Record.Kind(record.kind)](record)
    }
    lessons = {
        one.title: {"text": one.text} for one in sections.list_sections(record) if one.code in COMPARED
    }
    return facts | lessons


def _closing(record: Record) -> dict[str, Cell]:
    source = detail.source_line(record)
    themes = [theme.label for theme in record.themes.all()]
    programmes = [programme.label for programme in record.programmes.all()]
    actors = [f"{one['name']} ({one['role']})" for one in detail.organisations(record)]
    return {
        _("Thèmes"): {"text": ", ".join(themes)},
        _("Programmes"): {"text": ", ".join(programmes)},
        _("Qui"): {"text": ", ".join(actors)},
        _("Source"): {"text": source["title"], "url": source["url"]},
        _("Vérification"): {"text": verified_words(record)},
    }


def _population_words(territory: Territory | None) -> str:
    if territory is None or territory.population is None:
        return ""
    return f"{format_integer(territory.population)}{NBSP}hab."


def _density_words(territory: Territory | None) -> str:
    if territory is None or territory.density is None:
        return ""
    return f"{format_integer(territory.density)}{NBSP}hab./km²"


def indicator_rows(compared: Sequence[Record]) -> list[Row]:
    """The indicators, aligned on their shared type or else on name and unit; the shared ones come first.

    A cell holds every measure that a record has of the indicator: an experiment its own, a solution those of
    its published experiments, each with its place.
    """
    columns = [_aligned(held) for held in _held(compared)]
    keys: dict[tuple[str, ...], None] = {}
    for column in columns:
        keys |= dict.fromkeys(column)
    rows = []
    for key in keys:
        cells = [column.get(key, []) for column in columns]
        first = next(cell[0] for cell in cells if cell)
        rows.append(
            {
                "label": first["family"],
                "cells": cells,
                "shared": sum(bool(cell) for cell in cells),
            }
        )
    return sorted(rows, key=lambda row: -row["shared"])


def _held(compared: Sequence[Record]) -> list[list[Indicator]]:
    """The indicators of each record, in one query; only those of published experiments."""
    held: dict[int, list[Indicator]] = {record.pk: [] for record in compared}
    own = [record.pk for record in compared if record.kind == Record.Kind.EXPERIMENT]
    solutions = [record.pk for record in compared if record.kind == Record.Kind.SOLUTION]
    for indicator in _read(own, solutions):
        experiment = indicator.experiment
        for key in {experiment.pk, experiment.solution_id} & held.keys():
            if len(held[key]) < PER_RECORD:
                held[key].append(indicator)
    return [held[record.pk] for record in compared]


def _read(experiments: Iterable[int], solutions: Iterable[int]) -> list[Indicator]:
    published = Indicator.objects.filter(experiment__state=Record.State.PUBLISHED).select_related(
        "type", "experiment__territory__departement"
    )
    chosen = published.filter(experiment__in=experiments) | published.filter(
        experiment__solution__in=solutions
    )
    return list(
        chosen.defer("experiment__geometry", "experiment__territory__geometry").order_by(
            "-nature", "type__position", "name", "-year", "pk"
        )[: MOST * PER_RECORD]
    )


def _aligned(held: list[Indicator]) -> dict[tuple[str, ...], list[Cell]]:
    found: dict[tuple[str, ...], list[Cell]] = {}
    for indicator in held:
        key, family = _family(indicator)
        cell = {
            **detail.indicator_line(indicator),
            "family": family,
            "place": place_words(indicator.experiment),
        }
        found.setdefault(key, []).append(cell)
    return found


def _family(indicator: Indicator) -> tuple[tuple[str, ...], str]:
    """What two indicators must share to stand on one row, and the words of the row."""
    if indicator.type is not None:
        return ("type", indicator.type.code), indicator.type.label
    name, unit = indicator.name.strip(), indicator.unit.strip()
    return ("nom", name.casefold(), unit.casefold()), f"{name} ({unit})" if unit else name

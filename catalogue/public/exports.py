"""Published records as GeoJSON and CSV. One serialisation for every surface that gives data away."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from catalogue.models import Indicator, Record
from catalogue.records.csv_files import csv_lines
from catalogue.records.expiry import newest_day, status_label
from catalogue.records.sections import describe_measure
from catalogue.records.wording import place_words

MAX_ROWS = 1000
COLUMNS = [
    "slug", "nature", "titre", "resume", "lieu", "niveau_territoire", "code_territoire", "precision_lieu",
    "longitude", "latitude", "annee_debut", "annee_fin", "niveau_preuve", "avancement", "themes", "enjeux",
    "programmes", "source", "adresse_source", "licence", "verifiee_le", "a_confirmer_depuis", "adresse",
    "surface_m2", "information_du", "resultats",
]  # fmt: skip


def record_properties(record: Record, base: str) -> dict[str, Any]:
    """The public attributes of a record; ``base`` is the origin of the site."""
    stale = record.is_stale and record.expires_on is not None
    return {
        "slug": record.slug,
        "nature": record.kind,
        "titre": record.title,
        "resume": record.summary,
        **_place_properties(record),
        "annee_debut": record.year_start,
        "annee_fin": record.year_end,
        "niveau_preuve": record.proof_level,
        "avancement": status_label(record),
        **_term_codes(record),
        **_source_properties(record),
        "verifiee_le": _iso_date(record.verified_on),
        "a_confirmer_depuis": _iso_date(record.expires_on) if stale else None,
        "adresse": base + record.get_absolute_url(),
        "surface_m2": record.as_site.area_m2 if record.kind == Record.Kind.SITE else None,
        "information_du": _iso_date(newest_day(record)),
        "resultats": [describe_measure(row) for row in _results(record)],
    }


def _results(record: Record) -> list[Indicator]:
    return list(record.as_experiment.indicators.all()) if record.kind == Record.Kind.EXPERIMENT else []


def result_properties(row: Indicator) -> dict[str, Any]:
    """One result of an experiment: what it measures, against what, by whom; under the names of an import."""
    return {
        "indicateur": row.type.code if row.type else None,
        "nom": row.name,
        "nature": row.nature,
        "objet": row.subject or None,
        "classe": row.kind or None,
        "comparaison": row.reference,
        "valeur_reference": _number(row.baseline),
        "valeur": _number(row.value),
        "unite": row.unit,
        "enonce": row.text,
        "annee": row.year,
        "mesure_par": row.measured_by,
        "mesureur": row.measurer.slug if row.measurer else None,
        "independante": row.is_third_party,
        "compte_comme_preuve": row.is_counted,
        "reference": row.source_citation,
        "source_url": row.source_url,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _place_properties(record: Record) -> dict[str, Any]:
    territory = record.territory
    return {
        "lieu": place_words(record),
        "niveau_territoire": territory.level if territory else None,
        "code_territoire": territory.code if territory else None,
        "precision_lieu": record.location_precision,
    }


def _term_codes(record: Record) -> dict[str, list[str]]:
    return {
        "themes": [theme.code for theme in record.themes.all()],
        "enjeux": [stake.code for stake in record.stakes.all()],
        "programmes": [programme.code for programme in record.programmes.all()],
    }


def _source_properties(record: Record) -> dict[str, Any]:
    source = record.source
    return {
        "source": record.source_citation or (source.name if source else ""),
        "adresse_source": record.source_url,
        "licence": source.licence if source else "",
    }


def _iso_date(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def record_feature(record: Record, base: str) -> dict[str, Any]:
    """A record as a GeoJSON feature (RFC 7946, longitude and latitude in degrees)."""
    geometry = json.loads(record.geometry.json) if record.geometry is not None else None
    return {
        "type": "Feature",
        "id": record.slug,
        "geometry": geometry,
        "properties": {
            **record_properties(record, base),
            "resultats": [result_properties(row) for row in _results(record)],
        },
    }


def record_csv_lines(records: Iterable[Record], base: str) -> Iterator[str]:
    return csv_lines(chain([COLUMNS], (_csv_row(record, base) for record in records)))


def _csv_row(record: Record, base: str) -> list[Any]:
    row = record_properties(record, base)
    row["longitude"] = record.point.x if record.point is not None else None
    row["latitude"] = record.point.y if record.point is not None else None
    return [row[column] for column in COLUMNS]

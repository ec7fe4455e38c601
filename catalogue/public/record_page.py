"""What the page of a record shows, kind by kind, in a bounded number of queries."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from catalogue.models import (
    Document,
    Experiment,
    Indicator,
    LabelAward,
    NeedAnswer,
    Organisation,
    Record,
    TestSite,
)
from catalogue.public import synthesis_wording
from catalogue.public.cards import Card, figures, record_card
from catalogue.public.similar import similar_records
from catalogue.records import attachments, proof, sections
from catalogue.records.content import COMPARED
from catalogue.records.expiry import of_month, status_words, verified_words
from catalogue.records.results import COUNTS
from catalogue.records.wording import NBSP, format_integer, period_words, place_words

Context = dict[str, Any]
NEARBY = 6
NEARBY_KM = 30
"""Kilometres beyond which a record is not near another."""
LISTED = 50
"""Most experiments, answers or needs shown on the page of a record."""


@dataclass
class RecordPage:
    """The page of a record; what belongs to one kind alone stays empty for the others."""

    record: Record
    trail: Sequence[Context]
    tags: Sequence[Context]
    period: str
    proof: Context | None
    facts: Sequence[Context]
    organisations: Sequence[Context]
    source: Context
    verified: str
    source_date: str
    capitalisation: Context
    photos: Sequence[Document]
    documents: Sequence[Document]
    card: Context = field(default_factory=dict)
    geojson: Context | None = None
    extent: str = ""
    precision: str = ""
    neighbours: Sequence[Card] = ()
    counterparts: Sequence[Card] = ()
    """Of a solution, needs that nobody said it answers and whose subject is near; of a need, solutions."""
    alike: Sequence[Card] = ()
    section: str = "fiches"
    preview: bool = False
    synthesis: Context | None = None
    experiments: Sequence[Context] = ()
    needs: Sequence[Context] = ()
    results: Sequence[Context] = ()
    groups: Sequence[Context] = ()
    solution: Record | None = None
    parent: Record | None = None
    labels: Sequence[LabelAward] = ()
    site: TestSite | None = None
    apply_url: str = ""
    answer_url: str = ""
    answers: Sequence[Context] = ()
    answering: list[int] = field(default_factory=list)
    """The keys of the needs that it answers, or of the solutions that answer it."""
    shown: list[int] = field(default_factory=list)
    """The keys of the other records that the page shows."""


def record_page(record: Record) -> RecordPage:
    """The page of a record fetched with ``with_detail_relations()``."""
    photos, documents = attachments.public_attachments(record)
    page = RecordPage(
        record=record,
        trail=trail(record),
        tags=tags(record),
        period=period_words(record.year_start, record.year_end),
        proof=proof_words(record),
        facts=[fact for fact in facts(record) if fact["value"] not in (None, "")],
        organisations=organisations(record),
        source=source_line(record),
        verified=verified_words(record),
        source_date=of_month(record.stated_on) if record.stated_on else "",
        capitalisation=lessons(record),
        photos=photos,
        documents=documents,
    )
    _add_place(page)
    ADD_KIND[record.kind](page)
    return page


def record_context(record: Record) -> Context:
    return vars(record_page(record))


def public_context(record: Record) -> Context:
    """The same for the public page, which adds what else the catalogue has on the subject."""
    page = record_page(record)
    found = similar_records(record, page.answering, page.shown)
    page.counterparts, page.alike = found.counterparts, found.alike
    return vars(page)


def _add_place(page: RecordPage) -> None:
    record = page.record
    page.card = {
        "place": place_words(record),
        "status": status_words(record),
        "figures": figures(record),
    }
    page.geojson = feature_collection(record)
    page.extent = map_window(record)
    page.precision = precision_words(record)
    nearby = nearby_records(record)
    page.neighbours = [record_card(near) for near in nearby]
    page.shown += [near.pk for near in nearby]


def lessons(record: Record) -> Context:
    """The sections that somebody wrote: those before the results, that of the results, those after."""
    found = sections.list_sections(record)
    has_results = record.kind in (Record.Kind.EXPERIMENT, Record.Kind.SOLUTION)
    results = [one for one in found if one.code == "resultats"] if has_results else []
    after = [one for one in found if one.code in sections.AFTER_RESULTS]
    return {
        "before": [one for one in found if one not in (*results, *after)],
        "results": results[0].html if results else "",
        "after": after,
    }


def trail(record: Record) -> list[Context]:
    """The breadcrumb: the list, the kind, the record."""
    address = reverse("catalogue:record-list")
    return [
        {"text": _("Fiches"), "url": address},
        {"text": record.get_kind_display(), "url": f"{address}?type={record.kind}"},
        {"text": record.title},
    ]


def tags(record: Record) -> list[Context]:
    """Themes, stakes and programmes, each with the list of what bears it."""
    address = reverse("catalogue:record-list")
    terms = (("theme", record.themes), ("enjeu", record.stakes), ("programme", record.programmes))
    found: list[Context] = []
    for parameter, manager in terms:
        found += [{"text": term.label, "url": f"{address}?{parameter}={term.code}"} for term in manager.all()]
    return found


def proof_words(record: Record) -> Context | None:
    """The level of a record with its label and its explanation; None for kinds without proof."""
    if record.proof_level is None:
        return None
    return {
        "level": record.proof_level,
        "label": proof.LABELS[record.proof_level],
        "explanation": proof.EXPLANATIONS[record.proof_level],
    }


def precision_words(record: Record) -> str:
    """How precisely the point stands, shown under the map."""
    if record.location_precision == Record.Precision.COMMUNE:
        words = _("Emplacement précis non connu%(nbsp)s: la fiche est placée au point de la commune.")
        return words % {"nbsp": NBSP}
    if record.location_precision == Record.Precision.ADDRESS:
        return _("Placée à l’adresse.")
    return _("Emplacement exact.") if record.location_precision == Record.Precision.EXACT else ""


def facts(record: Record) -> list[Context]:
    """Terms and values common to all kinds, then those of the kind."""
    territory = record.territory
    common: list[Context] = []
    if territory is not None:
        common.append(
            {
                "term": _("Territoire"),
                "value": place_words(record),
                "url": reverse("catalogue:territory-detail", args=[territory.level, territory.code]),
            }
        )
        if territory.epci is not None:
            common.append(
                {
                    "term": _("Intercommunalité"),
                    "value": territory.epci.name,
                    "url": reverse("catalogue:territory-detail", args=["epci", territory.epci.code]),
                }
            )
    common.append({"term": _("Période"), "value": period_words(record.year_start, record.year_end)})
    return common + KIND_FACTS[record.kind](record)


def _operation_facts(record: Record) -> list[Context]:
    operation = record.as_operation
    area = operation.area_ha
    return [
        {
            "term": _("Type d’opération"),
            "value": "" if operation.operation_type == "inconnu" else operation.get_operation_type_display(),
        },
        {"term": _("Logements"), "value": _number(operation.dwellings)},
        {"term": _("dont logements sociaux"), "value": _number(operation.social_dwellings)},
        {
            "term": _("Surface"),
            "value": "" if area is None else f"{number_format(area.normalize())}{NBSP}ha",
        },
    ]


def _experiment_facts(record: Record) -> list[Context]:
    experiment = record.as_experiment
    return [
        {"term": _("Avancement"), "value": status_words(record)},
        {
            "term": _("Bilan"),
            "value": "" if experiment.outcome == "inconnu" else experiment.get_outcome_display(),
        },
        {"term": _("Raison de l’abandon"), "value": experiment.abandon_reason},
    ]


def _solution_facts(record: Record) -> list[Context]:
    solution = record.as_solution
    return [
        {"term": _("Maturité"), "value": f"TRL{NBSP}{solution.trl}" if solution.trl else ""},
        {"term": _("Coûts"), "value": solution.costs},
        {"term": _("Site de la solution"), "value": solution.url, "url": solution.url},
    ]


def _site_facts(record: Record) -> list[Context]:
    site = record.as_site
    area = site.area_m2
    return [
        {"term": _("Disponibilité"), "value": status_words(record)},
        {"term": _("Ce qui peut y être testé"), "value": site.allowed_tests},
        {"term": _("Surface disponible"), "value": f"{_number(area)}{NBSP}m²" if area else ""},
        {"term": _("Équipements et réseaux"), "value": site.equipment},
        {"term": _("Conditions"), "value": site.conditions},
        {"term": _("Disponible du"), "value": _date(site.available_from)},
        {"term": _("Jusqu’au"), "value": _date(site.available_until)},
    ]


def _date(day: datetime.date | None) -> str:
    return date_format(day) if day else ""


def _need_facts(record: Record) -> list[Context]:
    need = record.as_need
    labels = dict(need.Audience.choices)
    audiences = [str(labels.get(audience, audience)) for audience in need.audiences]
    frequency = "" if need.frequency == "inconnu" else need.get_frequency_display()
    return [
        {"term": _("Pour qui"), "value": ", ".join(audiences)},
        {"term": _("Fréquence"), "value": frequency},
        {"term": _("Données qui existent"), "value": need.existing_data},
        {"term": _("Données à produire"), "value": need.missing_data},
        {"term": _("Atelier"), "value": need.workshop},
    ]


KIND_FACTS: dict[str, Callable[[Record], list[Context]]] = {
    Record.Kind.OPERATION: _operation_facts,
    Record.Kind.EXPERIMENT: _experiment_facts,
    Record.Kind.SOLUTION: _solution_facts,
    Record.Kind.SITE: _site_facts,
    Record.Kind.NEED: _need_facts,
}


def _number(value: int | None) -> str:
    return "" if value is None else format_integer(value)


def organisations(record: Record) -> list[Context]:
    """Each organisation with its role, its type and its site."""
    return [
        {
            "name": link.organisation.name,
            "role": link.get_role_display(),
            "type": "" if link.organisation.kind == "inconnu" else link.organisation.get_kind_display(),
            "url": link.organisation.url,
            "contact": _contact(link.organisation, record),
            "records_url": _records_url(link.organisation) if record.is_published else "",
        }
        for link in record.organisation_links.all()
    ]


def _contact(organisation: Organisation, record: Record) -> str:
    if not record.is_published:
        return ""
    return f"{reverse('catalogue:contact-new', args=[organisation.slug])}?fiche={record.slug}"


def _records_url(organisation: Organisation) -> str:
    return f"{reverse('catalogue:record-list')}?organisation={organisation.slug}"


def source_line(record: Record) -> Context:
    found = record.source
    return {
        "title": record.source_citation or (found.name if found else ""),
        "url": record.source_url or (found.url if found else ""),
        "publisher": found.publisher if found and record.source_citation else "",
        "licence": found.licence if found else "",
        "consulted_on": date_format(found.consulted_on) if found and found.consulted_on else "",
    }


def page_feature(geometry: GEOSGeometry, record: Record) -> Context:
    """A GeoJSON-like feature of the map component."""
    return {
        "type": "Feature",
        "geometry": json.loads(geometry.json),
        "properties": {
            "role": "point" if geometry.geom_type == "Point" else "perimetre",
            "kind": record.kind,
            "proof": record.proof_level,
            "title": record.title,
            "url": record.get_absolute_url(),
        },
    }


def feature_collection(record: Record) -> Context | None:
    """The record's own geometry; for a solution, the places where it was tried."""
    if record.kind == Record.Kind.SOLUTION:
        shown = [e for e in published_experiments(record) if e.point is not None]
        features = [page_feature(experiment.point, experiment) for experiment in shown]
    elif record.geometry is not None:
        features = [page_feature(record.geometry, record)]
    else:
        features = []
    return {"type": "FeatureCollection", "features": features} if features else None


def map_window(record: Record) -> str:
    """First window of the record's map, in degrees."""
    if record.kind == Record.Kind.SOLUTION:
        points = [e.point for e in published_experiments(record) if e.point is not None]
        if not points:
            return ""
        lons, lats = [p.x for p in points], [p.y for p in points]
        box = (min(lons), min(lats), max(lons), max(lats))
    elif record.geometry is not None:
        box = record.geometry.extent
    else:
        return ""
    return f"{box[0] - 0.06:.4f},{box[1] - 0.04:.4f},{box[2] + 0.06:.4f},{box[3] + 0.04:.4f}"


def nearby_records(record: Record) -> list[Record]:
    """The nearest published records of any kind, within NEARBY_KM, by KNN."""
    if record.point is None:
        return []
    return list(
        Record.objects.published()
        .near(record.point, NEARBY_KM)
        .exclude(pk=record.pk)
        .with_distance(record.point)
        .nearest_first(record.point)
        .with_card_relations()[:NEARBY]
    )


def published_experiments(record: Record) -> list[Experiment]:
    """The published experiments of a solution, best proof first; fetched once for a page."""
    cached: list[Experiment] | None = getattr(record, "_published_experiments", None)
    if cached is None:
        cached = list(
            Experiment.objects.published()
            .filter(solution_id=record.pk)
            .select_related("territory__departement")
            .defer("territory__geometry", "territory__departement__geometry", "description")
            .prefetch_related("indicators__type")
            .best_proven_first(few=True)[:LISTED]
        )
        record._published_experiments = cached  # type: ignore[attr-defined]
    return cached


def indicator_line(row: Indicator) -> Context:
    source = {"source": row.source_citation or row.source_url, "source_url": row.source_url}
    return (
        source
        | _nature_words(row)
        | {
            "name": row.name,
            "before": _before(row),
            "after": _decimal(row.value) or row.text,
            "unit": row.unit if row.value is not None else "",
            "period": row.period or (str(row.year) if row.year else ""),
            "method": row.method,
            "measured_by": row.measured_by,
            "independent": row.is_third_party,
            "announced": row.nature == Indicator.Nature.ANNOUNCED,
        }
    )


OBSERVED = "observation"


def _nature_words(row: Indicator) -> Context:
    """What was measured, of which class and compared with what; the group in which the figure is shown."""
    proves = row.kind in Indicator.PROVING
    if row.subject == Indicator.Subject.OBSERVED:
        return {"group": OBSERVED, "kind": _("autre chose que la solution"), "reference": ""}
    return {
        "group": "usage" if row.kind in COUNTS else "effet",
        "kind": str(row.get_kind_display()) if row.kind else _("classe non dite"),
        "reference": _reference_words(row) if proves else "",
    }


def _before(row: Indicator) -> str:
    return _decimal(row.baseline) if row.reference == Indicator.Reference.BEFORE else ""


def _reference_words(row: Indicator) -> str:
    """« comparé à l’objectif annoncé (100 %) »; the value of before stands beside that of after."""
    words = str(COMPARED[Indicator.Reference(row.reference)])
    if row.baseline is None or row.reference == Indicator.Reference.BEFORE:
        return words
    return f"{words} ({_decimal(row.baseline)}{NBSP}{row.unit})"


GROUPS = (
    ("effet", _l("Effet et performance"), ""),
    ("usage", _l("Usage et moyens"), _l("Ils disent l’ampleur, non l’effet : ils ne prouvent rien.")),
    (
        OBSERVED,
        _l("Ce que la solution a permis d’observer"),
        _l("Ces chiffres décrivent le lieu : ils ne mesurent pas la solution."),
    ),
)


def group_results(results: Sequence[Context]) -> list[Context]:
    """The results under the name of what they measure; without a heading when all are effects."""
    found = [
        {"title": title, "note": note, "results": [one for one in results if one["group"] == code]}
        for code, title, note in GROUPS
    ]
    return [group for group in found if group["results"]]


def _decimal(value: Any) -> str:
    return "" if value is None else number_format(value.normalize(), use_l10n=True, force_grouping=True)


def experiment_line(experiment: Experiment) -> Context:
    is_known = experiment.outcome != "inconnu"
    return {
        "url": experiment.get_absolute_url(),
        "title": experiment.title,
        "place": place_words(experiment),
        "status": status_words(experiment),
        "outcome": experiment.get_outcome_display() if is_known else "",
        "period": period_words(experiment.year_start, experiment.year_end),
        "proof": experiment.proof_level,
        "failed": experiment.has_failed,
        "results": [indicator_line(row) for row in experiment.indicators.all()],
    }


def _add_solution(page: RecordPage) -> None:
    record = page.record
    needs = list(record.as_solution.needs.published().order_by("title")[:LISTED])
    page.synthesis = synthesis_wording.synthesis_context(record)
    page.experiments = [experiment_line(experiment) for experiment in published_experiments(record)]
    page.needs = [{"title": need.title, "url": need.get_absolute_url()} for need in needs]
    page.answering += [need.pk for need in needs]


def _add_experiment(page: RecordPage) -> None:
    experiment = page.record.as_experiment
    solution, parent = experiment.solution, experiment.parent
    others = [other for other in published_experiments(solution) if other.pk != page.record.pk]
    page.solution = solution if solution.is_published else None
    page.parent = parent if parent is not None and parent.is_published else None
    if page.parent is not None:
        page.shown.append(page.parent.pk)
    page.results = [indicator_line(row) for row in experiment.indicators.all()]
    page.groups = group_results(page.results)
    page.experiments = [experiment_line(other) for other in others]


def _add_operation(page: RecordPage) -> None:
    page.labels = list(page.record.as_operation.awards.all())


def _add_site(page: RecordPage) -> None:
    page.site = page.record.as_site
    if page.site.is_open:
        page.apply_url = reverse("catalogue:application-new", args=[page.record.slug])


def _add_need(page: RecordPage) -> None:
    record = page.record
    published = record.as_need.answer_links.filter(solution__state=Record.State.PUBLISHED)
    links = list(published.select_related("solution")[:LISTED])
    page.answers = [_answer_line(link) for link in links]
    page.answering += [link.solution_id for link in links]
    if record.is_published:
        page.answer_url = reverse("catalogue:answer-new", args=[record.slug])


def _answer_line(link: NeedAnswer) -> Context:
    return {
        "title": link.solution.title,
        "url": link.solution.get_absolute_url(),
        "summary": link.how or link.solution.summary,
        "proof": link.solution.proof_level,
    }


ADD_KIND: dict[str, Callable[[RecordPage], None]] = {
    Record.Kind.SOLUTION: _add_solution,
    Record.Kind.EXPERIMENT: _add_experiment,
    Record.Kind.OPERATION: _add_operation,
    Record.Kind.SITE: _add_site,
    Record.Kind.NEED: _add_need,
}

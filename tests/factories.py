"""Small objects for the tests of the catalogue: one function a model, every field can be given by keyword.

Shapes have four points. Nothing is random: a counter makes codes, slugs and names unique.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from catalogue.models import (
    Concept,
    Curatorship,
    Document,
    Experiment,
    Indicator,
    IndicatorType,
    LabelAward,
    Membership,
    Need,
    Operation,
    Organisation,
    Record,
    RecordMeaning,
    Solution,
    Source,
    TestSite,
    Theme,
)
from catalogue.records import encoder
from catalogue.records.meaning import to_stored
from geo.models import Level, Territory

PASSWORD = "mot de passe d’essai"
_numbers = itertools.count(1)


def square(lon: float = 2.0, lat: float = 47.0, side: float = 0.1) -> Polygon:
    """A square whose south-west corner is (lon, lat); degrees, srid 4326."""
    return Polygon.from_bbox((lon, lat, lon + side, lat + side))


def multi(polygon: Polygon) -> MultiPolygon:
    """The polygon as a multipolygon, srid 4326."""
    return MultiPolygon(polygon, srid=4326)


def territory(
    level: str = Level.COMMUNE, *, lon: float | None = None, lat: float = 47.0, **fields: Any
) -> Territory:
    """A territory: a square of 0.1°, each further east than the one before unless ``lon`` says otherwise."""
    number = next(_numbers)
    digits = {Level.COMMUNE: 5, Level.ARRONDISSEMENT: 5, Level.EPCI: 9, Level.EPT: 9}.get(Level(level), 3)
    code = "FR" if level == Level.COUNTRY else f"{number % 10**digits:0{digits}d}"
    west = (number % 1000) * 0.1 - 60 if lon is None else lon
    outline = fields.pop("geometry", multi(square(west, lat)))
    values = {
        "level": level,
        "code": code,
        "name": f"Territoire {number}",
        "slug": f"territoire-{number}",
        "geometry": outline,
        "point": outline.point_on_surface if outline else None,
        "area_km2": 80.0,
        "population": 1000,
        "millesime": 2025,
        "source": "essai",
    }
    return Territory.objects.create(**{**values, **fields})


def commune(**fields: Any) -> Territory:
    """A commune in an EPCI of its own, unless ``epci`` is given."""
    if "epci" not in fields:
        fields["epci"] = territory(Level.EPCI)
    return territory(Level.COMMUNE, **fields)


def source(**fields: Any) -> Source:
    """A dataset that records come from."""
    number = next(_numbers)
    return Source.objects.create(**{"code": f"source-{number}", "name": f"Source {number}", **fields})


def concept(**fields: Any) -> Concept:
    """A concept of the thesaurus, with its preferred name alone."""
    number = next(_numbers)
    return Concept.objects.create(**{"code": f"notion-{number}", "label": f"Notion {number}", **fields})


def theme(**fields: Any) -> Theme:
    """A theme."""
    number = next(_numbers)
    return Theme.objects.create(**{"code": f"theme-{number}", "label": f"Thème {number}", **fields})


def organisation(**fields: Any) -> Organisation:
    """An organisation without a number."""
    number = next(_numbers)
    return Organisation.objects.create(
        **{"name": f"Organisation {number}", "slug": f"organisation-{number}", **fields}
    )


def user(**fields: Any) -> User:
    """An ordinary account."""
    return User.objects.create_user(**{"username": f"compte-{next(_numbers)}", **fields})


def _record(model: type[Record], word: str, fields: dict[str, Any]) -> Any:
    number = next(_numbers)
    if fields.get("geometry") and "location_precision" not in fields:
        fields["location_precision"] = Record.Precision.EXACT
    values = {"title": f"{word} {number}", "slug": f"fiche-{number}", "state": Record.State.PUBLISHED}
    return model.objects.create(**{**values, **fields})


def solution(**fields: Any) -> Solution:
    """A published solution."""
    return _record(Solution, "Solution", fields)


def experiment(**fields: Any) -> Experiment:
    """A published experiment in exploration, of a new solution and in a new commune unless given."""
    fields.setdefault("solution", None)
    if fields["solution"] is None:
        fields["solution"] = solution()
    if "territory" not in fields:
        fields["territory"] = commune()
    return _record(Experiment, "Expérimentation", fields)


def indicator(of: Experiment, **fields: Any) -> Indicator:
    """A measured effect with all that makes it count, unless fields say otherwise."""
    values = {
        "experiment": of,
        "name": "Eau économisée",
        "nature": Indicator.Nature.MEASURED,
        "subject": Indicator.Subject.SOLUTION,
        "kind": Indicator.Kind.EFFECT,
        "reference": Indicator.Reference.BEFORE,
        "value": 12,
        "unit": "%",
        "year": 2023,
        "source_citation": "Bilan de 2023",
    }
    return Indicator.objects.create(**{**values, **fields})


def saving() -> IndicatorType:
    """The shared indicator of ``measured_experiment``: a difference, the higher the better."""
    values = {"label": "Eau économisée", "unit": "%", "direction": "hausse", "is_difference": True}
    return IndicatorType.objects.get_or_create(code="eau-economisee", defaults=values)[0]


def measured_experiment(**fields: Any) -> Experiment:
    """A finished experiment with one counted result of a shared indicator, by a third party when asked."""
    measurer = organisation() if fields.pop("is_independent", False) else None
    one = experiment(**{"status": Experiment.Status.FINISHED, **fields})
    indicator(one, measurer=measurer, type=saving())
    return one


def operation(**fields: Any) -> Operation:
    """A published operation with a square perimeter."""
    fields.setdefault("geometry", square())
    return _record(Operation, "Opération", fields)


def award(of: Operation, **fields: Any) -> LabelAward:
    """An ÉcoQuartier award, étape 2 of the second regime in 2018."""
    values = {"operation": of, "regime": LabelAward.Regime.R2016, "step": "etape-2", "year": 2018}
    return LabelAward.objects.create(**{**values, **fields})


def test_site(**fields: Any) -> TestSite:
    """A published test site with a square ground."""
    fields.setdefault("geometry", square(side=0.01))
    return _record(TestSite, "Site", fields)


test_site.__test__ = False  # type: ignore[attr-defined]


def need(**fields: Any) -> Need:
    """A published need at a point."""
    fields.setdefault("geometry", Point(2.3, 48.8, srid=4326))
    return _record(Need, "Besoin", fields)


def meaning(of: Record, cosine: float = 1.0) -> None:
    """Give a record a meaning at this cosine of the meaning of those that have 1."""
    vector = np.zeros(encoder.DIMENSIONS, np.float32)
    vector[:2] = cosine, (1 - cosine * cosine) ** 0.5
    RecordMeaning.objects.create(record=of, **to_stored(vector)._asdict())


def document(of: Record, **fields: Any) -> Document:
    """A link to a document."""
    values = {"record": of, "title": f"Document {next(_numbers)}", "url": "https://exemple.fr/document.pdf"}
    return Document.objects.create(**{**values, **fields})


def account(**fields: Any) -> User:
    """An account with a verified e-mail address; its password is « mot de passe d’essai »."""
    number = next(_numbers)
    email = fields.pop("email", f"compte-{number}@exemple.fr")
    one = User.objects.create_user(
        **{"username": f"compte-{number}", "email": email, "password": PASSWORD, **fields}
    )
    EmailAddress.objects.create(user=one, email=email, verified=True, primary=True)
    return one


def membership(of: User, organisation_: Organisation | None = None, **fields: Any) -> Membership:
    """A confirmed place in an organisation, unless ``confirmed_at`` says None."""
    values = {"organisation": organisation_ or organisation(), "confirmed_at": timezone.now()}
    return Membership.objects.create(user=of, **{**values, **fields})


def member(of: Organisation | None = None, **fields: Any) -> User:
    """An account that is a confirmed member of an organisation."""
    one = account()
    membership(one, of, **fields)
    return one


def curator(*, regions: Sequence[Territory] = (), themes: Sequence[Theme] = ()) -> User:
    """A curator, of everything unless regions or themes are given."""
    one = account()
    curatorship = Curatorship.objects.create(user=one)
    curatorship.regions.set(regions)
    curatorship.themes.set(themes)
    return one


def administrator() -> User:
    """An administrator."""
    return account(is_staff=True, is_superuser=True)

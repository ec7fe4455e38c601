"""How the parameters of an address are read: one form field for each shape of value.

Used by ``filters`` and by the forms of the rankings. Every error says in French what is wrong
and what is expected; nothing here raises anything but ``ValidationError``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.gis.geos import Point, Polygon
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from catalogue.models import Organisation, Record
from geo.models import Territory

TERRITORY = re.compile(r"(commune|arrondissement|epci|ept|departement|region):([0-9A-Za-z]{1,9})")


@dataclass(frozen=True)
class Place:
    """A point to measure from (srid 4326), and the territory that it stands for, if any."""

    point: Point
    territory: Territory | None = None

    @property
    def name(self) -> str:
        """What the page calls this place."""
        if self.territory is not None:
            return self.territory.name
        return f"{self.point.y:.4f}, {self.point.x:.4f}".replace(".", ",")


@dataclass(frozen=True)
class Circle:
    """The places within ``radius_km`` kilometres of a place."""

    place: Place
    radius_km: float


def parse_floats(value: str, count: int) -> list[float]:
    """The ``count`` finite numbers of a comma-separated text; raises ValidationError otherwise."""
    parts = value.split(",")
    if len(parts) != count:
        raise ValidationError(
            _("« %(value)s » : il faut %(count)d nombres séparés par des virgules."),
            params={"value": value[:80], "count": count},
        )
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = [math.nan]
    if not all(math.isfinite(number) for number in numbers):
        raise ValidationError(_("« %(value)s » : ce ne sont pas des nombres."), params={"value": value[:80]})
    return numbers


def check_lon_lat(lon: float, lat: float) -> None:
    """Raise ValidationError unless the degrees are on Earth, naming the usual mistakes."""
    if abs(lon) <= 180 and abs(lat) <= 90:
        return
    if abs(lon) > 1000 or abs(lat) > 1000:
        raise ValidationError(
            _(
                "Ces coordonnées semblent être des mètres (Lambert-93) : "
                "donnez des degrés, longitude puis latitude."
            )
        )
    raise ValidationError(
        _(
            "Longitude entre -180 et 180, latitude entre -90 et 90 : "
            "« %(lon)s, %(lat)s » n’est pas sur Terre."
        ),
        params={"lon": lon, "lat": lat},
    )


MAX_VALUES = 50
"""How many values one parameter may repeat."""


def unknown(value: object) -> ValidationError:
    return ValidationError(
        _("« %(value)s » n’existe pas dans cette liste."), params={"value": str(value)[:80]}
    )


def labels(field: forms.Field) -> dict[str, str]:
    """The choices of a field: their label by their value; none for a field without choices."""
    choices: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    return {str(value): str(label) for value, label in choices}


class BoundedIntegerField(forms.IntegerField):
    """An integer of 18 digits at most: the check of ``step_size`` makes a float of it, and overflows."""

    def to_python(self, value: Any) -> int | None:
        if len(str(value)) > 18:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class OneOfField(forms.ChoiceField):
    """One value of a closed list; the error names an unknown one, cut short."""

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            raise unknown(value)


class SomeOfField(forms.MultipleChoiceField):
    """Any values of a closed list; the error names the first that is unknown."""

    def to_python(self, value: Any) -> list[str]:
        values = [text for text in super().to_python(value) if text.strip()]
        if len(values) > MAX_VALUES:
            raise ValidationError(_("%(count)d valeurs au plus."), params={"count": MAX_VALUES})
        return list(dict.fromkeys(values))

    def validate(self, value: Collection[str]) -> None:
        forms.Field.validate(self, value)
        accepted = labels(self)
        for one in value:
            if one not in accepted:
                raise unknown(one)


class FacetField(SomeOfField):
    """A facet: each value ``v`` of the parameter ``p`` is counted, as the term ``p:v`` of a search entry."""


class OrganisationField(forms.CharField):
    """A slug → an organisation that a published record names; one that was merged, its successor."""

    def clean(self, value: str | None) -> Organisation | None:
        slug = super().clean(value)
        if not slug:
            return None
        successor = Organisation.objects.filter(slug=slug).values("merged_into")
        naming = Record.objects.published().filter(organisation_links__organisation=OuterRef("pk"))
        found = Organisation.objects.filter(Q(slug=slug) | Q(pk__in=successor), Exists(naming)).first()
        if found is None:
            raise ValidationError(
                _("Aucune fiche publiée ne nomme une organisation « %(value)s »."), params={"value": slug}
            )
        return found


class TerritoryField(forms.CharField):
    """``<niveau>:<code>`` → Territory; a merged commune answers with its successor."""

    def __init__(self, *, levels: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.levels = levels

    def clean(self, value: str | None) -> Territory | None:
        text = super().clean(value)
        if not text:
            return None
        match = TERRITORY.fullmatch(text)
        if match is None:
            raise ValidationError(
                _("« %(value)s » n’a pas la forme niveau:code, par exemple commune:35238."),
                params={"value": text[:80]},
            )
        if self.levels and match[1] not in self.levels:
            raise ValidationError(
                _("Niveau « %(value)s » : ce filtre connaît seulement %(levels)s."),
                params={"value": match[1], "levels": ", ".join(self.levels)},
            )
        try:
            territory: Territory = Territory.objects.resolve(match[1], match[2].upper())
        except Territory.DoesNotExist as error:
            raise ValidationError(
                _("Aucun territoire « %(value)s » : vérifiez le niveau et le code INSEE ou SIREN."),
                params={"value": text},
            ) from error
        return territory


class PlaceField(forms.CharField):
    """``<lon>,<lat>`` or ``<niveau>:<code>`` → Place."""

    def clean(self, value: str | None) -> Place | None:
        text = super().clean(value)
        if not text:
            return None
        if ":" in text:
            territory = TerritoryField().clean(text)
            if territory is None or territory.point is None:
                raise ValidationError(
                    _("« %(value)s » n’a pas de point connu : donnez une longitude et une latitude."),
                    params={"value": text[:80]},
                )
            return Place(territory.point, territory)
        lon, lat = parse_floats(text, 2)
        check_lon_lat(lon, lat)
        return Place(Point(lon, lat, srid=4326))


class BboxField(forms.CharField):
    """``minlon,minlat,maxlon,maxlat`` → one polygon (srid 4326), or two across the antimeridian."""

    def clean(self, value: str | None) -> tuple[Polygon, ...]:
        text = super().clean(value)
        if not text:
            return ()
        west, south, east, north = parse_floats(text, 4)
        check_lon_lat(west, south)
        check_lon_lat(east, north)
        if south > north:
            raise ValidationError(
                _("Emprise inversée : la latitude du sud (%(south)s) dépasse celle du nord (%(north)s)."),
                params={"south": south, "north": north},
            )
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        boxes = tuple(Polygon.from_bbox((left, south, right, north)) for left, right in spans)
        for box in boxes:
            box.srid = 4326
        return boxes

"""Where a record stands: drawn, pasted, read from a file, or the point of a commune; then confirmed.

Each way works without a map and without a script. The territory is found by PostGIS and shown
(``form.confirming``) until whoever fills the form says « c’est bien là »; a change asks again.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.contributions.place import (
    FAMILIES,
    VALUES,
    InputMethod,
    Precision,
    SubmittedPlace,
    count_words,
    place_initial,
)
from catalogue.contributions.surroundings import Surroundings, describe_surroundings
from catalogue.models import Record
from catalogue.records.wording import distance_words
from geo import uploads
from geo.coordinates import read_coordinates
from geo.countries import FRANCE, countries
from geo.covering import choice_text, covered_share, find_covering, find_named, metres_from
from geo.drawing import PLAN_IGN, TURNED, DrawingField, DrawingInput, seems_swapped, write_geometry
from geo.models import Level, Territory
from geo.uploads import projections

COMMUNAL = (Level.COMMUNE, Level.ARRONDISSEMENT)
MOST_NAMED = 8
MARGIN = 0.01
"""Degrees around the place on the map of the confirmation."""


class PlaceForm(forms.Form):
    """The place of a record; ``cleaned_data`` has the five values named by ``VALUES``.

    ``is_valid`` is False, without any error, while the place found waits to be confirmed.
    """

    way = forms.ChoiceField(
        label=gettext_lazy("Comment indiquez-vous le lieu ?"),
        choices=InputMethod.CHOICES,
        widget=forms.RadioSelect,
        initial=InputMethod.MAP,
    )
    geometry = DrawingField(
        label=gettext_lazy("Tracé"),
        required=False,
        help_text=gettext_lazy(
            "Un point, une ligne ou un polygone, dessiné sur la carte ou écrit en GeoJSON ou en WKT."
        ),
        widget=DrawingInput(attrs={"class": "dessin-texte", "data-dessin-site": ""}),
    )
    coordinates = forms.CharField(
        label=gettext_lazy("Coordonnées"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Latitude puis longitude (48.1113, -1.6800), degrés et minutes (48°06′41″ N 1°40′48″ O) ou "
            "mètres d’une projection légale (352164 6789472, en Lambert-93)."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        required=False,
        help_text=gettext_lazy("GeoJSON, KML, GPX ou Shapefile zippé, 20 Mo au plus."),
    )
    keep = forms.ChoiceField(
        label=gettext_lazy("Si le fichier contient plusieurs sortes de tracés, garder"),
        required=False,
        choices=[
            ("", gettext_lazy("l’unique sorte qu’il contient")),
            *((family, gettext_lazy("seulement les %s") % label) for family, label in FAMILIES.items()),
        ],
    )
    element = forms.CharField(
        label=gettext_lazy("Ou seulement l’élément nommé"), required=False, max_length=100
    )
    projection = forms.TypedChoiceField(
        label=gettext_lazy("Projection, si le fichier ne la dit pas"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("celle du fichier")), *projections.choices()],
    )
    commune = forms.CharField(
        label=gettext_lazy("Commune ou territoire"),
        required=False,
        max_length=160,
        help_text=gettext_lazy(
            "Nom, code postal ou code INSEE. Une intercommunalité, un département ou une région conviennent "
            "aussi. Vide, la commune est trouvée d’après le tracé."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "id_commune_choix"}),
    )
    place_name = forms.CharField(
        label=gettext_lazy("Lieu en clair"),
        required=False,
        max_length=250,
        help_text=gettext_lazy(
            "Adresse, quartier ou lieu-dit : « 12 quai Duguay-Trouin », « ZAC Baud-Chardonnet »."
        ),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Pays"), required=False, choices=lambda: list(countries), initial=FRANCE
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, data: Any = None, files: Any = None, *, record: Record, initial: dict[str, Any] | None = None
    ) -> None:
        self.record = record
        self.confirming = False
        self.homonyms: list[str] = []
        known = {name: getattr(record, name) for name in VALUES} | (initial or {})
        self.before = SubmittedPlace(
            known["geometry"], known["location_precision"], known["territory"], known["country"] or FRANCE
        )
        self.place = self.before
        super().__init__(data, files, initial=place_initial(self.before, known["place_name"]))
        self.fields["commune"].widget.attrs["data-lieux"] = reverse("catalogue:completion")
        if settings.IGN_BASEMAP:
            self.fields["geometry"].widget.attrs["data-ign"] = PLAN_IGN

    def is_valid(self) -> bool:
        """Return True when the place is understood and, when it is new, confirmed."""
        return super().is_valid() and not self.confirming

    def clean_country(self) -> str:
        """Return the country, France when none is chosen."""
        return str(self.cleaned_data.get("country") or FRANCE)

    def clean(self) -> dict[str, Any]:
        """Return the five values of the record, once the place is understood."""
        super().clean()
        if self.errors:
            return self.cleaned_data
        self.place = self._read_place()
        if self.errors:
            return self.cleaned_data
        place_name = self.cleaned_data["place_name"]
        waits = not (self.place.is_nowhere or self.place.same_as(self.before))
        if waits and self.cleaned_data["confirmed"] != self.place.fingerprint():
            self.confirming = True
            self._show_confirmation()
        return {
            "geometry": self.place.geometry,
            "location_precision": self.place.precision,
            "place_name": place_name,
            "territory": self.place.territory,
            "country": self.place.country,
        }

    @cached_property
    def surroundings(self) -> Surroundings:
        """Return what is around the place that was understood."""
        return describe_surroundings(self.place.geometry, self.place.territory, record_key=self.record.pk)

    @property
    def precision_label(self) -> str:
        return str(Precision(self.place.precision).label)

    @property
    def country_label(self) -> str:
        """Return the name of the country when the place is abroad, else nothing."""
        return "" if self.place.country == FRANCE else countries.name(self.place.country)

    @property
    def drawn(self) -> dict[str, Any]:
        """Return the place as a GeoJSON feature, for the small map of the confirmation."""
        shape = json.loads(write_geometry(self.place.geometry)) if self.place.geometry is not None else None
        role = "point" if shape and shape["type"] in {"Point", "MultiPoint"} else "perimetre"
        properties = {"role": role, "kind": self.record.kind, "title": self.record.title}
        return {"type": "Feature", "geometry": shape, "properties": properties}

    @property
    def window(self) -> str:
        """Return the first window of that map, in degrees."""
        if self.place.geometry is None:
            return ""
        west, south, east, north = self.place.geometry.extent
        return f"{west - MARGIN:.4f},{south - MARGIN:.4f},{east + MARGIN:.4f},{north + MARGIN:.4f}"

    def _show_confirmation(self) -> None:
        """Show the form again with the place that was found: a file cannot be given twice."""
        data: Any = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("confirmed")] = self.place.fingerprint()
        if self.cleaned_data["way"] == InputMethod.FILE and self.place.geometry is not None:
            data[self.add_prefix("geometry")] = write_geometry(self.place.geometry)
        self.data = data

    # What was given.

    def _read_place(self) -> SubmittedPlace:
        """Return the place that the fields describe; their faults are added to the form."""
        given = self.cleaned_data
        place = SubmittedPlace(country=given["country"])
        if given["way"] == InputMethod.NOWHERE:
            return SubmittedPlace(country=given["country"])
        chosen = self._find_named_territory()
        self._find_geometry(place)
        if self.errors:
            return place
        if place.geometry is not None:
            place.precision = Precision.EXACT
            self._find_territory(place, place.geometry, chosen)
        elif chosen is not None:
            self._place_at_territory(place, chosen)
        elif given["way"] == InputMethod.TERRITORY and place.country == FRANCE:
            self.add_error("commune", _("Écrivez le nom ou le code de la commune ou du territoire."))
        return place

    def _find_geometry(self, place: SubmittedPlace) -> None:
        """Give the place the geometry of the way that was chosen, or of the only one that is filled in."""
        given = self.cleaned_data
        way = given["way"]
        if way == InputMethod.TERRITORY:
            return
        if given["file"] and (way == InputMethod.FILE or not given["geometry"]):
            self._read_file(place)
        elif given["coordinates"] and (way == InputMethod.COORDINATES or not given["geometry"]):
            self._read_coordinates(place)
        elif given["geometry"] is not None and way != InputMethod.COORDINATES:
            place.geometry = given["geometry"]
            if place.country == FRANCE and seems_swapped(place.geometry):
                self.add_error("geometry", TURNED)
        elif way == InputMethod.COORDINATES:
            self.add_error("coordinates", _("Collez les coordonnées du lieu."))
        elif way == InputMethod.FILE:
            self.add_error("file", _("Choisissez le fichier qui contient le tracé."))

    def _read_coordinates(self, place: SubmittedPlace) -> None:
        try:
            found = read_coordinates(
                self.cleaned_data["coordinates"], in_france=self.cleaned_data["country"] == FRANCE
            )
        except ValidationError as fault:
            self.add_error("coordinates", fault)
            return
        place.geometry = found.point
        place.remarks.append(found.reading)

    def _read_file(self, place: SubmittedPlace) -> None:
        try:
            layer = uploads.read_upload(
                self.cleaned_data["file"],
                srid=self.cleaned_data["projection"],
                in_france=place.country == FRANCE,
            )
        except uploads.UploadRefused as refusal:
            self.add_error("file", str(refusal))
            return
        kept = self._select_features(layer)
        if not kept:
            return
        place.geometry = uploads.merged(kept)
        read = _("Lu dans un fichier %(format)s : %(kept)s.")
        place.remarks.append(read % {"format": layer.format, "kept": count_words(kept[0].family, len(kept))})

    def _select_features(self, layer: uploads.Layer) -> list[uploads.Feature]:
        """Return the features to take, all of one family; none once the form says why."""
        found = layer.features
        wanted = self.cleaned_data["element"].strip().casefold()
        if wanted:
            found = [one for one in found if one.name.casefold() == wanted]
            if not found:
                names = ", ".join(f"« {one.name} »" for one in layer.features[:MOST_NAMED] if one.name)
                self.add_error(
                    "element",
                    _("Aucun élément ne porte ce nom. Le fichier contient : %s.") % (names or _("aucun nom")),
                )
                return []
        if self.cleaned_data["keep"]:
            found = [one for one in found if one.family == self.cleaned_data["keep"]]
        families = {one.family for one in found}
        if len(families) != 1:
            kinds = [one.family for one in layer.features]
            counts = ", ".join(count_words(one, kinds.count(one)) for one in FAMILIES if one in kinds)
            self.add_error(
                "file",
                _("Le fichier contient %s : choisissez ci-dessous ce qu’il faut garder, puis redonnez-le.")
                % counts,
            )
            return []
        return found

    def _find_named_territory(self) -> Territory | None:
        """Return the territory that was named, if one was; the form says why when there is not one of it."""
        text = self.cleaned_data["commune"]
        if not text:
            return None
        found = find_named(text)
        if len(found) == 1:
            return found[0]
        near = found or list(Territory.objects.complete(text, limit=MOST_NAMED).with_parents())
        self.homonyms = [choice_text(one) for one in near[:MOST_NAMED]]
        names = ", ".join(f"« {one} »" for one in self.homonyms)
        if found:
            self.add_error("commune", _("Plusieurs territoires portent ce nom. Lequel : %s ?") % names)
        elif near:
            self.add_error(
                "commune", _("Aucun territoire ne s’appelle ainsi. Vouliez-vous dire %s ?") % names
            )
        else:
            self.add_error("commune", _("Aucune commune, aucun territoire ne porte ce nom ou ce code."))
        return None

    # Where that is.

    def _place_at_territory(self, place: SubmittedPlace, territory: Territory) -> None:
        """Stand at the point of a commune; a larger territory has none that would say anything."""
        if place.country != FRANCE:
            self.add_error(
                "country",
                _("%(territory)s est en France, pas dans ce pays : %(country)s.")
                % {"territory": territory.label, "country": countries.name(place.country)},
            )
            return
        place.territory = territory
        if territory.level in COMMUNAL and territory.point is not None:
            place.geometry, place.precision = territory.point, Precision.COMMUNE
            place.remarks.append(_("Sans tracé, la fiche est placée au point de la commune."))
        else:
            place.remarks.append(_("Sans tracé, la fiche concerne tout le territoire et n’a pas de point."))

    def _find_territory(
        self, place: SubmittedPlace, geometry: GEOSGeometry, chosen: Territory | None
    ) -> None:
        found = find_covering(geometry)
        if place.country != FRANCE:
            if found is not None and found.metres is None:
                self.add_error(
                    "country",
                    _("Ce tracé est %(at)s, en France, alors que le pays choisi est : %(country)s.")
                    % {"at": found.territory.at_name, "country": countries.name(place.country)},
                )
            return
        if chosen is not None and not self._territory_is_unchanged(geometry):
            self._check_chosen(place, geometry, chosen, found.territory if found is not None else None)
            return
        if found is None:
            self.add_error(
                None,
                _(
                    "Aucune commune de France à cet endroit. Si le lieu est à l’étranger, choisissez son "
                    "pays ; sinon, vérifiez que la longitude et la latitude ne sont pas inversées."
                ),
            )
            return
        place.territory = found.territory
        if found.metres is not None:
            place.remarks.append(
                _("Aucune commune ne couvre ce point ; la plus proche est %(name)s, %(distance)s.")
                % {"name": found.territory.label, "distance": distance_words(found.metres)}
            )

    def _territory_is_unchanged(self, geometry: GEOSGeometry) -> bool:
        """Return True when the commune is the one that the form was shown with, and the place has moved."""
        own, before = self.before.territory, self.before.geometry
        return (
            own is not None
            and self.cleaned_data["commune"].strip() == choice_text(own)
            and not (before is not None and before.equals_exact(geometry))
        )

    def _check_chosen(
        self, place: SubmittedPlace, geometry: GEOSGeometry, chosen: Territory, found: Territory | None
    ) -> None:
        """Take the territory that was chosen when some of the geometry is in it; else tell both."""
        if covered_share(geometry, chosen) > 0:
            place.territory = chosen
            return
        metres = metres_from(geometry, chosen)
        where = found.at_name if found is not None else _("hors de France")
        self.add_error(
            "commune",
            _(
                "Le tracé est %(where)s, mais vous avez choisi %(chosen)s, qui est %(distance)s. "
                "Corrigez l’un ou l’autre."
            )
            % {
                "where": where,
                "chosen": chosen.label,
                "distance": distance_words(metres) if metres is not None else _("ailleurs"),
            },
        )

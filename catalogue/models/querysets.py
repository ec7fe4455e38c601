"""The chain that every public surface shares: one adjective a method, each returning a queryset.

``with_*`` annotates, everything else filters. Pages, tiles, API, exports and rankings start from
``published()``; nothing else decides what the public may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.contrib.postgres.search import SearchQuery
from django.db.models.functions import Coalesce, Lower

from catalogue.models.conditions import AnsweringQuerySet, answers
from catalogue.models.title_words import TRIGRAM, TitleWords

if TYPE_CHECKING:
    from catalogue.models import Organisation
    from catalogue.public.search.parameters import Circle
    from geo.models import Territory

STALE = 0.8
"""Weight of a record to be confirmed: one fifth less."""


class TextQuery(SearchQuery):
    """A query of the full text, as its lexemes in the syntax of ``tsquery``: they are not parsed again."""

    template = "%(expressions)s::tsquery"

    def __init__(self, text: str) -> None:
        super().__init__(models.Value(text), search_type="raw")


class TextAnswer(NamedTuple):
    """What words find: the records that a query matches, and ``others``, by their keys."""

    query: TextQuery
    others: tuple[int, ...] = ()


class RecordQuerySet(AnsweringQuerySet):
    def published(self) -> Self:
        """What every visitor may see."""
        return self.filter(state="publiee")

    @answers("type")
    def of_kinds(self, kinds: Sequence[str]) -> Self:
        """Records of any of these kinds; all kinds when the list is empty."""
        return self.filter(kind__in=kinds) if kinds else self

    def bearing(self, terms: Sequence[str]) -> Self:
        """Records that bear any of the facet terms (``theme:eau``); searchentry_terms carries it."""
        return self.filter(search__terms__overlap=list(terms))

    @answers("preuve")
    def at_least_proven(self, level: int) -> Self:
        """Solutions and experiments whose niveau de preuve is at least ``level``."""
        return self.filter(proof_level__gte=level)

    @answers("population_min")
    def with_population_from(self, least: int) -> Self:
        """Records whose territory has at least so many inhabitants."""
        return self.filter(territory__population__gte=least)

    @answers("population_max")
    def with_population_up_to(self, most: int) -> Self:
        """Records whose territory has at most so many inhabitants."""
        return self.filter(territory__population__lte=most)

    @answers("organisation")
    def of_organisation(self, organisation: Organisation) -> Self:
        """Records that name the organisation, whatever its role."""
        links = self.model._meta.get_field("organisation_links").related_model
        return self.filter(pk__in=links.objects.filter(organisation=organisation).values("record"))

    @answers("jumeaux")
    def in_any_of(self, territories: Iterable[Territory]) -> Self:
        keys = [territory.pk for territory in territories] or [0]  # of no territory, yet SQL for the tiles
        territory = self.model._meta.get_field("territory").related_model
        within = models.Q()
        for column in ("pk", "commune", "epci", "departement"):
            within |= models.Q(**{f"{column}__in": keys})
        return self.filter(territory__in=territory.objects.filter(within).values("pk"))

    @answers("de")
    def active_since(self, year: int) -> Self:
        """Records whose period touches that year or a later one; an undated record never does."""
        return self.alias(last_year=Coalesce("year_end", "year_start")).filter(last_year__gte=year)

    @answers("a")
    def active_until(self, year: int) -> Self:
        """Records whose period touches that year or an earlier one; an undated record never does."""
        return self.filter(year_start__lte=year)

    @answers("q")
    def matching(self, answer: TextAnswer) -> Self:
        """Records whose words match the query, or that are among the others (searchentry_document)."""
        found = models.Q(search__document=answer.query)
        if answer.others:
            found |= models.Q(search__pk__in=answer.others)
        return self.filter(found)

    def best_proven_first(self, *, few: bool = False) -> Self:
        """Order by proof, then by last update.

        record_proven_published gives the order of many records; ``few`` ones are sorted instead, since
        walking that index to find them could read the whole catalogue.
        """
        level = models.F("proof_level")
        first = Coalesce(level, -1).desc() if few else level.desc(nulls_last=True)
        return self.order_by(first, "-updated_at", "-pk")

    def located(self) -> Self:
        """Records that stand somewhere on the map."""
        return self.filter(geometry__isnull=False)

    @answers("territoire")
    def in_territory(self, territory: Territory) -> Self:
        return self.filter(territory__in=territory.and_inside())

    @answers("bbox")
    def in_bbox(self, boxes: Sequence[Polygon]) -> Self:
        """Records whose geometry touches one of the boxes (srid 4326): two across the antimeridian."""
        condition = models.Q()
        for box in boxes:
            condition |= models.Q(geometry__bboverlaps=box)
        return self.filter(condition)

    @answers("autour")
    def within(self, circle: Circle) -> Self:
        """Records in the circle, in true metres on the ellipsoid."""
        return self.near(circle.place.point, circle.radius_km)

    def near(self, point: Point, km: float) -> Self:
        """Records within ``km`` kilometres of ``point`` (srid 4326), in true metres on the ellipsoid."""
        return self.filter(geog__dwithin=(point, D(km=km)))

    def with_card_relations(self) -> Self:
        """Fetch what a card shows in a bounded number of queries."""
        return (
            self.defer("geometry", "description")
            .select_related("territory__departement", "as_experiment", "as_site", "as_operation")
            .defer("territory__geometry", "territory__departement__geometry")
            .prefetch_related("themes", "programmes")
        )

    def with_detail_relations(self) -> Self:
        """Fetch what the page of a record shows, whatever its kind."""
        return (
            self.select_related(
                "territory__departement",
                "territory__epci",
                "source",
                "as_solution",
                "as_experiment__solution",
                "as_experiment__parent",
                "as_operation",
                "as_site",
                "as_need",
            )
            .defer("territory__geometry", "territory__departement__geometry", "territory__epci__geometry")
            .prefetch_related(
                "themes",
                "stakes",
                "programmes",
                "documents",
                "sections",
                "organisation_links__organisation",
            )
        )

    def with_export_relations(self) -> Self:
        """Fetch what an export gives, geometry included."""
        return (
            self.defer("description")
            .select_related("territory__departement", "source", "as_experiment", "as_site")
            .defer("territory__geometry", "territory__departement__geometry")
            .prefetch_related(
                "themes",
                "stakes",
                "programmes",
                "as_experiment__indicators__type",
                "as_experiment__indicators__measurer",
            )
        )

    def titled(self, words: str) -> Self:
        """Records whose title has words that begin like these, in any order (record_title_trigrams).

        ``has_whole_words`` says that it has the words themselves: those come first, then the best proven.
        """
        asked = TitleWords.read(words)
        if not asked.stems:
            return self.none()
        title = models.Func(Lower("title"), function="f_unaccent", output_field=models.TextField())
        records = self.alias(plain_title=title).filter(asked.begin("plain_title"))
        if max(map(len, asked.stems)) < TRIGRAM:
            short = " & ".join(f"{stem}:*A" for stem in asked.stems)
            records = records.filter(search__document=SearchQuery(short, config="simple", search_type="raw"))
        records = records.annotate(
            has_whole_words=models.ExpressionWrapper(asked.are_whole("plain_title"), models.BooleanField())
        )
        return records.order_by("-has_whole_words", models.F("proof_level").desc(nulls_last=True), "title")

    def with_distance(self, point: Point) -> Self:
        """Annotate ``distance``, true metres from ``point`` (srid 4326)."""
        return self.annotate(distance=Distance("geog", point))

    def nearest_first(self, point: Point) -> Self:
        """Order by the KNN operator, so that the GiST index on ``geog`` gives the order."""
        return self.order_by(GeometryDistance("geog", point), "pk")

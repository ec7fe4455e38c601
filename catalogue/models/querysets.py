"""The chain that every public surface shares: one adjective a method, each returning a queryset.

``with_*`` annotates, everything else filters. Pages, tiles, API, exports and rankings start from
``published()``; nothing else decides what the public may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchRank
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalogue.models.conditions import AnsweringQuerySet, answers

if TYPE_CHECKING:
    from catalogue.models import Organisation
    from catalogue.public.search.parameters import Circle
    from geo.models import Territory

TextQuery = SearchQuery | CombinedSearchQuery

STALE = 0.8
"""Weight of a record to be confirmed: one fifth less."""
RANKED = 500
"""How many of the records that match are ranked by their words, best proof first: ranking all is linear."""


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
    def matching(self, words: TextQuery | str) -> Self:
        """Records whose words answer a query of ``words.read``, or contain these (searchentry_document)."""
        if isinstance(words, str):
            words = SearchQuery(words, config="francais", search_type="websearch")
        return self.filter(search__document=words)

    def best_proven_first(self, *, few: bool = False) -> Self:
        """Order by proof, then by last update.

        record_proven_published gives the order of many records; ``few`` ones are sorted instead, since
        walking that index to find them could read the whole catalogue.
        """
        level = models.F("proof_level")
        first = Coalesce(level, -1).desc() if few else level.desc(nulls_last=True)
        return self.order_by(first, "-updated_at", "-pk")

    def with_relevance(self, words: TextQuery) -> Self:
        """Annotate ``relevance``: how well the words are answered, times proof; less when to be confirmed."""
        rank = SearchRank(models.F("search__document"), words, cover_density=True, normalization=1)
        trust = 1 + Coalesce(models.F("proof_level"), 1) / models.Value(5.0)
        current = models.Case(
            models.When(expires_on__lt=timezone.localdate(), then=models.Value(STALE)),
            default=models.Value(1.0),
        )
        return self.annotate(relevance=models.ExpressionWrapper(rank * trust * current, models.FloatField()))

    def most_relevant_first(self, words: TextQuery | None = None, *, few: bool = False) -> Self:
        """Order by words × proof when words are given, then by proof, then by last update.

        Only the RANKED best proven records are ranked by their words, the others follow.
        """
        proven = self.best_proven_first(few=few or words is not None)
        if words is None:
            return proven
        ranked = self.with_relevance(words)
        score = models.Case(
            models.When(pk__in=proven.values("pk")[:RANKED], then=models.F("relevance")),
            default=models.Value(0.0),
            output_field=models.FloatField(),
        )
        return ranked.order_by(score.desc(), *proven.query.order_by)

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
        """Records whose title contains the words, accents aside; best proof first."""
        return self.filter(title__unaccent__icontains=words).order_by(
            models.F("proof_level").desc(nulls_last=True), "title"
        )

    def with_distance(self, point: Point) -> Self:
        """Annotate ``distance``, true metres from ``point`` (srid 4326)."""
        return self.annotate(distance=Distance("geog", point))

    def nearest_first(self, point: Point) -> Self:
        """Order by the KNN operator, so that the GiST index on ``geog`` gives the order."""
        return self.order_by(GeometryDistance("geog", point), "pk")

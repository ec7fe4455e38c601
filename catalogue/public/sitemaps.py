"""What search engines index: published records, and the territories that have some."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from catalogue.models import Record
from geo.models import Territory


class PageSitemap(Sitemap):  # type: ignore[type-arg]  # not generic when it runs
    def items(self) -> list[str]:
        return ["home", "map", "record-list", "territory-list"]

    def location(self, item: str) -> str:
        return reverse(f"catalogue:{item}")


class RecordSitemap(Sitemap):  # type: ignore[type-arg]
    limit = 5000

    def items(self) -> QuerySet[Record]:
        return Record.objects.published().filter(is_synthetic=False).only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Record) -> datetime:
        return item.updated_at


class TerritorySitemap(Sitemap):  # type: ignore[type-arg]
    """Régions, départements, and the communes where something published stands."""

    limit = 5000

    def items(self) -> QuerySet[Territory]:
        some = Record.objects.published().filter(territory=OuterRef("pk"))
        wide = Q(level__in=["region", "departement"])
        found: QuerySet[Territory] = Territory.objects.current().filter(wide | Exists(some))
        return found.exclude(level="pays").order_by("pk")

    def location(self, item: Territory) -> str:
        return reverse("catalogue:territory-detail", args=item.url_parts)


SITEMAPS = {"pages": PageSitemap, "fiches": RecordSitemap, "territoires": TerritorySitemap}

"""What search engines are told of: published records, and the territories that have some."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from catalogue.models import Record
from geo.models import Territory

if TYPE_CHECKING:
    PageBase, RecordBase, TerritoryBase = Sitemap[str], Sitemap[Record], Sitemap[Territory]
else:
    PageBase = RecordBase = TerritoryBase = Sitemap


class PageSitemap(PageBase):
    """The entry pages."""

    def items(self) -> list[str]:
        return ["home", "map", "record-list", "territory-list"]

    def location(self, item: str) -> str:
        return reverse(f"catalogue:{item}")


class RecordSitemap(RecordBase):
    """Every published record that is not synthetic."""

    limit = 5000

    def items(self) -> QuerySet[Record]:
        return Record.objects.published().filter(is_synthetic=False).only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Record) -> datetime:
        return item.updated_at


class TerritorySitemap(TerritoryBase):
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

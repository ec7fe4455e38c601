"""All addresses of the site: the only place that names both apps."""

from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path

from catalogue.public.sitemaps import SITEMAPS
from config import composants, discovery, health

handler500 = "config.outage.server_error"

urlpatterns = [
    path("sante/", health.readiness, name="health-readiness"),
    path("sante/vie/", health.liveness, name="health-liveness"),
    path("robots.txt", discovery.robots, name="robots"),
    path(".well-known/security.txt", discovery.security, name="security"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"},
        name="sitemap-index",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("", include("geo.urls")),
    path("", include("catalogue.urls")),
    path("", include("config.pages")),
    path("composants/", composants.components_page, name="components"),
    path("compte/", include("catalogue.accounts.allauth_urls")),
    path("administration/", admin.site.urls),
]

"""All addresses of the site: the only place that names both apps."""

from django.contrib import admin
from django.urls import include, path

from config import composants, health

handler500 = "config.outage.server_error"

urlpatterns = [
    path("sante/", health.readiness, name="health-readiness"),
    path("sante/vie/", health.liveness, name="health-liveness"),
    path("", include("catalogue.urls")),
    path("", include("config.pages")),
    path("composants/", composants.components_page, name="components"),
    path("administration/", admin.site.urls),
]

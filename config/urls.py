"""All addresses of the site: the only place that names both apps."""

from django.contrib import admin
from django.urls import path

from config import health

handler500 = "config.outage.server_error"

urlpatterns = [
    path("sante/", health.readiness, name="health-readiness"),
    path("sante/vie/", health.liveness, name="health-liveness"),
    path("administration/", admin.site.urls),
]

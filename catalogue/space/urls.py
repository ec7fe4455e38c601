"""URLs of the contributor's space."""

from django.urls import path

from catalogue.space.views import home, records

urlpatterns = [
    path("mon-espace/", home.space, name="space"),
    path("mon-espace/fiches/", records.space_records, name="space-records"),
    path("mon-espace/fiches/<slug:slug>/", records.space_record, name="space-record"),
    path("mon-espace/fiches/<slug:slug>/apercu/", records.record_preview, name="record-preview"),
    path(
        "mon-espace/fiches/<slug:slug>/<slug:action>/",
        records.space_record_action,
        name="space-record-action",
    ),
]

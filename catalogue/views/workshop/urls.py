"""Addresses of the curators' workshop."""

from django.urls import path

from catalogue.views.workshop import people, queue, records, revisions

urlpatterns = [
    path("atelier/", queue.workshop, name="workshop"),
    path("atelier/fiches/<slug:slug>/", records.workshop_record, name="workshop-record"),
    path(
        "atelier/fiches/<slug:slug>/<slug:action>/",
        records.workshop_record_action,
        name="workshop-record-action",
    ),
    path("atelier/changements/<int:pk>/", revisions.workshop_revision, name="workshop-revision"),
    path("atelier/membres/", people.workshop_members, name="workshop-members"),
    path("atelier/membres/<int:pk>/", people.workshop_member_decide, name="workshop-member-decide"),
    path("atelier/signalements/", people.workshop_reports, name="workshop-reports"),
    path("atelier/signalements/<int:pk>/", people.workshop_report_decide, name="workshop-report-decide"),
]

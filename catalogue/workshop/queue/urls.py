"""URLs of the queue of the workshop."""

from django.urls import path

from catalogue.workshop.queue.views import bulk, desk, independence, people, queue, records, revisions

urlpatterns = [
    path("atelier/", queue.workshop, name="workshop"),
    path("atelier/lots/", bulk.workshop_bulk, name="workshop-bulk"),
    path("atelier/lots/<uuid:key>/", bulk.workshop_bulk_result, name="workshop-bulk-result"),
    path("atelier/fiches/<slug:slug>/prise-en-charge/", desk.workshop_assign, name="workshop-assign"),
    path("atelier/fiches/<slug:slug>/commentaires/", desk.workshop_comment, name="workshop-comment"),
    path(
        "atelier/fiches/<slug:slug>/commentaires/<int:pk>/retirer/",
        desk.workshop_comment_remove,
        name="workshop-comment-remove",
    ),
    path(
        "atelier/fiches/<slug:slug>/independance/<int:pk>/",
        independence.workshop_independence,
        name="workshop-independence",
    ),
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

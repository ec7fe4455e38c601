"""URLs of the quality of records."""

from django.urls import path

from catalogue.workshop.quality.views import actions, answers, lists

urlpatterns = [
    path("fiche-a-confirmer/<str:token>/", answers.record_confirm, name="record-confirm"),
    path("atelier/qualite/", lists.workshop_quality, name="workshop-quality"),
    path("atelier/qualite.csv", lists.workshop_quality_csv, name="workshop-quality-csv"),
    path(
        "atelier/qualite/<slug:slug>/confirmer/",
        actions.workshop_quality_confirm,
        name="workshop-quality-confirm",
    ),
    path(
        "atelier/qualite/<slug:slug>/<int:pk>/accepter/",
        actions.workshop_quality_waive,
        name="workshop-quality-waive",
    ),
    path(
        "atelier/qualite/<slug:slug>/<int:pk>/retablir/",
        actions.workshop_quality_restore,
        name="workshop-quality-restore",
    ),
]

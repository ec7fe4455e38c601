"""URLs of the duplicates and of the merges."""

from django.urls import path

from catalogue.workshop.duplicates.views import done, lists, pairs

urlpatterns = [
    path("atelier/doublons/", lists.workshop_duplicates, name="workshop-duplicates"),
    path("atelier/doublons/fusions/", lists.workshop_merges, name="workshop-merges"),
    path("atelier/doublons/fusions/<int:pk>/", done.workshop_merge_done, name="workshop-merge-done"),
    path("atelier/doublons/fusions/<int:pk>/annuler/", done.workshop_merge_undo, name="workshop-merge-undo"),
    path("atelier/doublons/<slug:slug>/", pairs.workshop_merge_with, name="workshop-merge-with"),
    path("atelier/doublons/<slug:first>/<slug:second>/", pairs.workshop_merge, name="workshop-merge"),
    path(
        "atelier/doublons/<slug:first>/<slug:second>/distinctes/",
        pairs.workshop_set_apart,
        name="workshop-set-apart",
    ),
    path(
        "atelier/doublons/<slug:first>/<slug:second>/reproposer/",
        pairs.workshop_propose_again,
        name="workshop-propose-again",
    ),
]

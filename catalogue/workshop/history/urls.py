"""URLs of the versions of a record."""

from django.urls import path

from catalogue.workshop.history.views import history, revert

urlpatterns = [
    path("atelier/fiches/<slug:slug>/versions/", history.workshop_history, name="workshop-history"),
    path("atelier/fiches/<slug:slug>/versions/comparer/", history.workshop_compare, name="workshop-compare"),
    path(
        "atelier/fiches/<slug:slug>/versions/<int:number>/retour/",
        revert.workshop_revert,
        name="workshop-revert",
    ),
]

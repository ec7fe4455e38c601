"""URLs of the capitalisation pages of the workshop."""

from django.urls import path

from catalogue.workshop.capitalisation.views import indicators, sheet

urlpatterns = [
    path(
        "atelier/fiches/<slug:slug>/capitalisation/",
        sheet.workshop_capitalisation,
        name="workshop-capitalisation",
    ),
    path("atelier/indicateurs/", indicators.workshop_indicators, name="workshop-indicators"),
    path(
        "atelier/indicateurs/<int:pk>/annuler/",
        indicators.workshop_indicators_undo,
        name="workshop-indicators-undo",
    ),
]

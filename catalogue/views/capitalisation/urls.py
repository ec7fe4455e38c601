"""Addresses of the capitalisation pages of the workshop."""

from django.urls import path

from catalogue.views.capitalisation import sheet

urlpatterns = [
    path(
        "atelier/fiches/<slug:slug>/capitalisation/",
        sheet.workshop_capitalisation,
        name="workshop-capitalisation",
    ),
]

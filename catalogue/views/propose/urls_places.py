"""Addresses of places, duplicates and documents."""

from django.urls import path

from catalogue.views.propose import places

urlpatterns = [
    path("api/lieu/", places.propose_place, name="propose-place"),
]

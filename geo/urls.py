"""Addresses of the ground."""

from django.urls import path

from geo import views

app_name = "geo"
urlpatterns = [
    path("tuiles/territoires/<int:z>/<int:x>/<int:y>.mvt", views.tile_territories, name="tile-territories"),
    path("territoires/<slug:level>/<slug:code>.geojson", views.territory_outline, name="territory-outline"),
]

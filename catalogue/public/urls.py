"""What everybody reads: home, map, list, record, comparison, selection, tiles."""

from django.urls import path

from catalogue.public.views import api, classification, comparisons, pages, printing, tiles

urlpatterns = [
    path("", pages.home, name="home"),
    path("carte/", pages.record_map, name="map"),
    path("fiches/", pages.record_list, name="record-list"),
    path("fiches.geojson", api.record_list_geojson, name="record-list-geojson"),
    path("fiches.csv", api.record_list_csv, name="record-list-csv"),
    path("fiches/<slug:slug>/", pages.record_detail, name="record-detail"),
    path("fiches/<slug:slug>.geojson", api.record_geojson, name="record-geojson"),
    path("fiches/<slug:slug>.pdf", printing.record_pdf, name="record-pdf"),
    path("programmes-et-themes/", classification.classification, name="classification"),
    path("comparer/", comparisons.record_compare, name="record-compare"),
    path("selection/", comparisons.record_selection, name="record-selection"),
    path("selection.csv", comparisons.record_selection_csv, name="record-selection-csv"),
    path("selection.pdf", comparisons.record_selection_pdf, name="record-selection-pdf"),
    path("selection/carte.html", comparisons.record_selection_map, name="record-selection-map"),
    path("api/completion/", api.completion, name="completion"),
    path("tuiles/fiches/<int:z>/<int:x>/<int:y>.mvt", tiles.record_tile, name="tile-records"),
]

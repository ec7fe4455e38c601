"""Public addresses of the catalogue: French, stable, lower case."""

from django.urls import path

from catalogue.accounts.urls import urlpatterns as account_urls
from catalogue.alerts.urls import urlpatterns as alert_urls
from catalogue.contributions.urls import urlpatterns as propose_urls
from catalogue.imports.urls import urlpatterns as import_urls
from catalogue.meetings.urls import urlpatterns as meet_urls
from catalogue.public.views import api, comparisons, pages, printing, tiles
from catalogue.rankings.views import grounds, territories
from catalogue.space.urls import urlpatterns as space_urls
from catalogue.workshop.capitalisation.urls import urlpatterns as capitalisation_urls
from catalogue.workshop.dashboard.urls import urlpatterns as dashboard_urls
from catalogue.workshop.duplicates.urls import urlpatterns as merging_urls
from catalogue.workshop.history.urls import urlpatterns as review_urls
from catalogue.workshop.quality.urls import urlpatterns as quality_urls
from catalogue.workshop.queue.urls import urlpatterns as workshop_urls
from catalogue.workshop.reference.urls import urlpatterns as reference_urls

app_name = "catalogue"
urlpatterns = [
    path("", pages.home, name="home"),
    path("carte/", pages.record_map, name="map"),
    path("fiches/", pages.record_list, name="record-list"),
    path("fiches.geojson", api.record_list_geojson, name="record-list-geojson"),
    path("fiches.csv", api.record_list_csv, name="record-list-csv"),
    path("fiches/<slug:slug>/", pages.record_detail, name="record-detail"),
    path("fiches/<slug:slug>.geojson", api.record_geojson, name="record-geojson"),
    path("fiches/<slug:slug>.pdf", printing.record_pdf, name="record-pdf"),
    path("territoires/", territories.territory_list, name="territory-list"),
    path("territoires/<slug:level>/<str:code>/", territories.territory_detail, name="territory-detail"),
    path("trouver-un-terrain/", grounds.ground_search, name="ground-search"),
    path("comparer/", comparisons.record_compare, name="record-compare"),
    path("selection/", comparisons.record_selection, name="record-selection"),
    path("selection.csv", comparisons.record_selection_csv, name="record-selection-csv"),
    path("selection.pdf", comparisons.record_selection_pdf, name="record-selection-pdf"),
    path("selection/carte.html", comparisons.record_selection_map, name="record-selection-map"),
    path("api/completion/", api.completion, name="completion"),
    path("tuiles/fiches/<int:z>/<int:x>/<int:y>.mvt", tiles.record_tile, name="tile-records"),
    *account_urls,
    *alert_urls,
    *capitalisation_urls,
    *dashboard_urls,
    *import_urls,
    *meet_urls,
    *merging_urls,
    *propose_urls,
    *review_urls,
    *quality_urls,
    *reference_urls,
    *space_urls,
    *workshop_urls,
]

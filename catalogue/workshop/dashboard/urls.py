"""URLs of the dashboard."""

from django.urls import path

from catalogue.workshop.dashboard.views import lists, pages, searches

urlpatterns = [
    path("atelier/tableau-de-bord/", pages.workshop_dashboard, name="workshop-dashboard"),
    path(
        "atelier/tableau-de-bord/<slug:code>.csv", pages.workshop_dashboard_csv, name="workshop-dashboard-csv"
    ),
    path(
        "atelier/tableau-de-bord/liste/", lists.workshop_dashboard_records, name="workshop-dashboard-records"
    ),
    path(
        "atelier/tableau-de-bord/propositions/",
        lists.workshop_dashboard_changes,
        name="workshop-dashboard-changes",
    ),
    path(
        "atelier/tableau-de-bord/sans-reponse/",
        searches.workshop_dashboard_misses,
        name="workshop-dashboard-misses",
    ),
    path(
        "atelier/tableau-de-bord/lots/", lists.workshop_dashboard_imports, name="workshop-dashboard-imports"
    ),
]

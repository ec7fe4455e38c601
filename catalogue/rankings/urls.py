"""The two questions: solutions for a territory, grounds for a solution."""

from django.urls import path

from catalogue.rankings.views import grounds, territories

urlpatterns = [
    path("territoires/", territories.territory_list, name="territory-list"),
    path("territoires/<slug:level>/<str:code>/", territories.territory_detail, name="territory-detail"),
    path(
        "territoires/<slug:level>/<str:code>/<slug:inside>/",
        territories.territory_inside,
        name="territory-inside",
    ),
    path("trouver-un-terrain/", grounds.ground_search, name="ground-search"),
]

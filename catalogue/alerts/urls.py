"""Addresses of the saved searches, their alerts and the feed, included by ``catalogue.urls``."""

from django.urls import URLPattern, path

from catalogue.alerts.views import searches, secret

urlpatterns: list[URLPattern] = [
    path("mon-espace/recherches/", searches.search_list, name="search-list"),
    path("mon-espace/recherches/flux/", searches.feed_renew, name="feed-renew"),
    path("mon-espace/recherches/<int:pk>/", searches.search_edit, name="search-edit"),
    path("mon-espace/recherches/<int:pk>/supprimer/", searches.search_delete, name="search-delete"),
    path("recherches/enregistrer/", searches.search_save, name="search-save"),
    path("alertes/arret/<str:token>/", secret.search_stop, name="search-stop"),
    path("flux/<str:key>.atom", secret.private_feed, name="feed"),
]

"""Addresses of the import wizard."""

from django.urls import path

from catalogue.imports.views import actions, columns, decisions, detail, lists, places

urlpatterns = [
    path("atelier/imports/", lists.import_list, name="import-list"),
    path("atelier/imports/nouveau/", lists.import_new, name="import-new"),
    path("atelier/imports/<int:pk>/", detail.import_detail, name="import-detail"),
    path("atelier/imports/<int:pk>/colonnes/", columns.import_columns, name="import-columns"),
    path("atelier/imports/<int:pk>/couche/", columns.import_layer, name="import-layer"),
    path("atelier/imports/<int:pk>/lignes/<int:line>/", places.import_row, name="import-row"),
    path("atelier/imports/<int:pk>/carte/", places.import_map, name="import-map"),
    path("atelier/imports/<int:pk>/decider/", decisions.import_decide, name="import-decide"),
    path("atelier/imports/<int:pk>/mots/", decisions.import_words, name="import-words"),
    path("atelier/imports/<int:pk>/confirmer/<slug:job>/", actions.import_confirm, name="import-confirm"),
    path("atelier/imports/<int:pk>/lancer/<slug:job>/", actions.import_start, name="import-start"),
    path("atelier/imports/<int:pk>/relancer/", actions.import_again, name="import-again"),
    path("atelier/imports/<int:pk>/abandonner/", actions.import_discard, name="import-discard"),
    path("atelier/imports/<int:pk>/rejets.csv", detail.import_rejects, name="import-rejects"),
    path("atelier/imports/<int:pk>/avancement.json", detail.import_progress, name="import-progress"),
]

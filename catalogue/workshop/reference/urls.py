"""URLs of the reference lists."""

from django.urls import path

from catalogue.workshop.reference.views import concepts, lines, lists, merges, territories

HOME = "atelier/referentiels/"
LINE = HOME + "<slug:code>/ligne/<slug:key>/"

urlpatterns = [
    path(HOME, lists.workshop_reference, name="workshop-reference"),
    path(HOME + "territoires/", territories.workshop_territories, name="workshop-reference-territories"),
    path(HOME + "territoires/<int:pk>/", territories.workshop_vintage, name="workshop-reference-vintage"),
    path(
        HOME + "territoires/<int:pk>/touchees/",
        territories.workshop_vintage_records,
        name="workshop-reference-vintage-records",
    ),
    path(
        HOME + "changements/<int:pk>/retablir/",
        lines.workshop_reference_restore,
        name="workshop-reference-restore",
    ),
    path(
        HOME + "changements/<int:pk>/annuler/",
        merges.workshop_reference_separate,
        name="workshop-reference-separate",
    ),
    path(HOME + "notions/mot/", concepts.workshop_reference_word, name="workshop-reference-word"),
    path(HOME + "<slug:code>/", lists.workshop_reference_list, name="workshop-reference-list"),
    path(HOME + "<slug:code>/ajouter/", lines.workshop_reference_add, name="workshop-reference-add"),
    path(
        HOME + "<slug:code>/historique/", lists.workshop_reference_history, name="workshop-reference-history"
    ),
    path(LINE, lines.workshop_reference_line, name="workshop-reference-line"),
    path(LINE + "usages/", lines.workshop_reference_uses, name="workshop-reference-uses"),
    path(LINE + "reunir/", merges.workshop_reference_merge, name="workshop-reference-merge"),
    path(LINE + "<slug:action>/", lines.workshop_reference_act, name="workshop-reference-act"),
]

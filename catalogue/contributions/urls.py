"""Addresses of what contributors propose, included by ``catalogue.urls``."""

from django.urls import path

from catalogue.contributions.place_urls import urlpatterns as place_urls
from catalogue.contributions.views import editing, items, review, start

RECORD = "proposer/fiche/<slug:slug>/"
urlpatterns = [
    *place_urls,
    path("proposer/", start.propose, name="propose"),
    path("proposer/<slug:kind>/", start.propose_new, name="propose-new"),
    path("api/solutions-essayables/", start.propose_solutions, name="propose-solutions"),
    path("api/organisations/", start.propose_organisations, name="propose-organisations"),
    path(f"{RECORD}verifier/", review.propose_review, name="propose-review"),
    path(f"{RECORD}solution/", editing.propose_solution, name="propose-solution"),
    path(f"{RECORD}supprimer/", review.propose_delete, name="propose-delete"),
    path(f"{RECORD}abandonner/", review.propose_discard, name="propose-discard"),
    path(f"{RECORD}<slug:step>/", editing.propose_step, name="propose-step"),
    path(f"{RECORD}<slug:step>/<slug:ref>/", items.propose_item, name="propose-item"),
]

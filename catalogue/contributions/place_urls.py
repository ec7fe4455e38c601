"""Addresses of places, duplicates and documents."""

from django.urls import path

from catalogue.contributions.views import documents, duplicates, places

urlpatterns = [
    path("api/lieu/", places.propose_place, name="propose-place"),
    path("api/doublons/", duplicates.propose_duplicates, name="propose-twins"),
    path("proposer/fiche/<slug:slug>/documents/", documents.propose_documents, name="propose-documents"),
    path(
        "proposer/fiche/<slug:slug>/documents/<int:pk>/",
        documents.propose_document,
        name="propose-document",
    ),
    path(
        "proposer/fiche/<slug:slug>/documents/<int:pk>/retirer/",
        documents.propose_document_remove,
        name="propose-document-remove",
    ),
    path("documents/<uuid:key>/<str:name>", documents.document_file, name="document-file"),
]

"""Addresses of meetings, included by ``catalogue.urls``."""

from django.urls import URLPattern, path

from catalogue.meetings.views import answers, applications, contacts, lists

urlpatterns: list[URLPattern] = [
    path("fiches/<slug:slug>/candidater/", applications.application_new, name="application-new"),
    path("fiches/<slug:slug>/repondre/", answers.answer_new, name="answer-new"),
    path("organisations/<slug:slug>/contact/", contacts.contact_new, name="contact-new"),
    path("mon-espace/candidatures/", lists.application_list, name="application-list"),
    path("mon-espace/candidatures/<int:pk>/", applications.application_detail, name="application-detail"),
    path(
        "mon-espace/candidatures/<int:pk>/pieces/<uuid:key>/",
        applications.application_document,
        name="application-document",
    ),
    path("mon-espace/reponses/<int:pk>/", answers.answer_detail, name="answer-detail"),
    path("mon-espace/messages/", lists.contact_list, name="contact-list"),
    path("mon-espace/messages/<int:pk>/", contacts.contact_detail, name="contact-detail"),
]

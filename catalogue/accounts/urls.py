"""The addresses of accounts under ``/compte/``; their names are those that allauth expects."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls"))]

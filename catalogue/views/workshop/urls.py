"""Addresses of this part of the site, included by ``catalogue.urls``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

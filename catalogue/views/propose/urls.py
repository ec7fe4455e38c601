"""Addresses of this part of the site, included by ``catalogue.urls``."""

from django.urls import URLPattern

from catalogue.views.propose.urls_places import urlpatterns as place_urls

urlpatterns: list[URLPattern] = [*place_urls]

"""A number of any length, typed where the site expects a number, is answered 400 or 404: never 500."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

import catalogue
from tests import factories

LENGTHS = (19, 20, 310, 4000, 5000)
NUMERIC = (forms.IntegerField, forms.FloatField, forms.DecimalField)
BOUNDED_BY_THE_FORM = {"DocumentForm.published_year"}
"""Fields that get their bounds when the form is made: this year is the last."""
IN_ADDRESSES = [19, 20, 310, 5000]


def forms_of_the_site() -> Iterator[type[forms.BaseForm]]:
    """Each form class of ours, wherever it is."""
    for module in pkgutil.walk_packages(catalogue.__path__, "catalogue."):
        if not module.name.startswith(("catalogue.migrations", "catalogue.management")):
            importlib.import_module(module.name)
    waiting: list[Any] = [forms.BaseForm]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("catalogue."):
            yield one


def test_every_numeric_field_refuses_in_words() -> None:
    fields = [
        (form, name, field)
        for form in forms_of_the_site()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, NUMERIC) and f"{form.__name__}.{name}" not in BOUNDED_BY_THE_FORM
    ]
    assert len(fields) > 20
    numbers = [sign + "9" * length for length in LENGTHS for sign in ("", "-")]
    accepted = [
        f"{form.__module__}.{form.__name__}.{name}: {len(number)} characters"
        for form, name, field in fields
        for number in numbers
        if not refuses(field, number)
    ]
    assert not accepted, "\n".join(accepted)


def refuses(field: forms.Field, number: str) -> bool:
    try:
        field.clean(number)
    except ValidationError:
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("length", [*LENGTHS, 8000])
def test_the_slider_of_a_territory(client: Client, length: int) -> None:
    place = factories.commune()
    path = reverse("catalogue:territory-detail", args=[place.level, place.code])
    answer = client.get(path, {"ressemblance": "1" * length})
    assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("length", [*LENGTHS, 8000])
@pytest.mark.parametrize(
    "name", ["page", "de", "a", "population_min", "population_max", "rayon", "autour", "bbox"]
)
def test_the_filters(client: Client, name: str, length: int) -> None:
    for path in ("catalogue:record-list", "catalogue:map"):
        assert client.get(reverse(path), {name: "1" * length}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("length", IN_ADDRESSES)
def test_the_numbers_of_addresses(length: int, settings: Any) -> None:
    settings.REQUIRE_TOTP = False
    client = Client()
    client.force_login(factories.administrator())
    tried = 0
    for path in patterns():
        if "<int:" not in path or path.startswith("administration/"):
            continue
        tried += 1
        address = "/" + filled(path, "9" * length)
        assert client.get(address).status_code < 500, path
        assert client.post(address).status_code < 500, path
    assert tried > 20


def patterns(resolver: Any = None, before: str = "") -> Iterator[str]:
    """The pattern of each address of the site, whole."""
    for one in (resolver or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path
        else:
            yield from patterns(one, path)


def filled(path: str, number: str) -> str:
    """The address with the number wherever one is expected, and a word elsewhere."""
    parts = []
    for part in path.split("/"):
        if "<int:" in part:
            parts.append(number + part.partition(">")[2])
        elif "<uuid:" in part:
            parts.append("0" * 8 + "-0000-4000-8000-" + "0" * 12)
        else:
            parts.append("mot" if part.startswith("<") else part)
    return "/".join(parts)

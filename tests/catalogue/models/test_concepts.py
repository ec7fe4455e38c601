"""The concepts of the thesaurus: their names follow whatever writes them, and none is above itself."""

from __future__ import annotations

import importlib
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from catalogue.models import Concept, ConceptName
from tests import factories

pytestmark = pytest.mark.django_db


def names() -> set[tuple[str, str]]:
    return set(ConceptName.objects.values_list("name", "phrase"))


def test_each_name_of_a_concept_is_a_phrase_of_stems() -> None:
    factories.concept(
        label="État des chaussées", synonyms=["nids-de-poule", "état des chaussées", "de la", ""]
    )
    assert names() == {("État des chaussées", "'etat' <2> 'chausse'"), ("nids-de-poule", "'nid' <2> 'poul'")}


def test_plurals_and_hyphens_are_one_name() -> None:
    factories.concept(label="Parc relais", synonyms=["parcs-relais", "P+R"])
    assert names() == {("Parc relais", "'parc' <-> 'rel'"), ("P+R", "'p' <-> 'r'")}


def test_names_follow_every_way_of_writing() -> None:
    first, second = Concept.objects.bulk_create(
        [
            Concept(code="noue", label="Noue"),
            Concept(code="compost", label="Compostage", synonyms=["lombricompostage"]),
        ]
    )
    assert {name for name, _phrase in names()} == {"Noue", "Compostage", "lombricompostage"}
    Concept.objects.filter(pk=second.pk).update(synonyms=["composteur"])
    assert {name for name, _phrase in names()} == {"Noue", "Compostage", "composteur"}
    Concept.objects.filter(pk=second.pk).update(is_active=False)
    assert {name for name, _phrase in names()} == {"Noue"}
    Concept.objects.filter(pk=second.pk).update(is_active=True)
    Concept.objects.filter(pk=first.pk).update(merged_into=second)
    assert {name for name, _phrase in names()} == {"Compostage", "composteur"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_concept")
    assert names() == set()


def test_one_word_may_be_the_name_of_two_concepts() -> None:
    factories.concept(label="Station vélo", synonyms=["station"])
    factories.concept(label="Station de métro", synonyms=["stations"])
    assert ConceptName.objects.filter(phrase="'station'").count() == 2


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_concept_is_never_above_itself(depth: int) -> None:
    chain = [factories.concept(label=f"Notion {n}") for n in range(3)]
    for below, above in itertools.pairwise(chain):
        below.broader = above
        below.full_clean()
        below.save()
    top = chain[-1]
    top.broader = chain[-1 - depth]
    with pytest.raises(ValidationError, match="tournerait en rond"):
        top.full_clean()


def test_the_triggers_can_be_undone_and_made_again() -> None:
    names_of, circle = (
        importlib.import_module(f"catalogue.migrations.{name}")
        for name in ("0037_concepts", "0038_search_misses")
    )
    with connection.cursor() as cursor:
        for statements in (circle.ALLOW_CIRCLE, names_of.DROP_NAMES):
            cursor.execute(statements)
        factories.concept(label="Noue")
        assert names() == set()
        for statements in (names_of.NAMES, circle.NO_CIRCLE):
            cursor.execute(statements)
    factories.concept(label="Compostage")
    assert names() == {("Compostage", "'compostag'")}

"""Extracts: the passages of a record that the words of a search hit."""

import pytest

from catalogue.public.search import extracts, words
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_extract_marks_the_hits_and_escapes_the_rest():
    solution = factories.solution(summary="Un <b>toit</b> & des <script>toits</script> \ue000verts")
    extract = extracts.extracts([solution.pk], words.read("toit").query)[solution.pk]
    assert "<mark>toit</mark>" in extract
    assert extract.count("<mark>") == extract.count("</mark>")
    assert "<script>" not in extract
    assert "<b>" not in extract
    assert "&amp;" in extract


def test_a_hit_in_the_title_alone_gives_no_extract():
    solution = factories.solution(title="Toit", summary="Vert")
    assert extracts.extracts([solution.pk], words.read("toit").query) == {}

"""The questions that people ask, on the real records of ``fixtures/``.

``tests/data/questions.csv`` has 116 questions written for records drawn at random, without looking at the
thesaurus nor at the floors; ``hors_sujet.txt`` has questions about which the catalogue has nothing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from catalogue.imports.fixtures import import_fixtures
from catalogue.models import Record
from catalogue.public.search.answers import find_answer
from catalogue.records import meaning
from tests.catalogue.alerts.searches import find_matches, saved
from tests.catalogue.fixture_ground import make_ground

DATA = Path(__file__).parents[3] / "data"
QUESTIONS = DATA / "questions.csv"
ELSEWHERE = (DATA / "hors_sujet.txt").read_text(encoding="utf-8").splitlines()
ALERTS = {
    "vélo": "A08-I05 A08-P03 A08-R02 A08-R03 A08-R09 A08-R12 A10-R07",
    "jardins partagés": "A06-I06 A06-R05",
    "bruit des motos": "exp-enrobes-lecourbe-fremicourt sol-cool-low-noise-asphalt sol-hydre",
    "chaleur fatale": "exp-chaleur-egouts-henry-dunant exp-chaudiere-numerique-butte-aux-cailles"
    " exp-chaudiere-numerique-lyon exp-qrad-bordeaux-florestine exp-radiateurs-launaguet"
    " sol-chaleur-des-egouts sol-chaudiere-numerique sol-qrad-qh1 sol-radiateurs-numeriques",
    "éclairage public": "A02-I04 A07-I04 A07-R02 exp-kara-toulouse-rangueil exp-lumiroute-limoges"
    " exp-lumiroute-toulouse exp-ondijon-dijon sol-kara sol-lumiroute sol-ondijon sol-paris2connect",
    "toit blanc": "exp-cool-roof-quimper sol-cool-roof",
    "navette autonome": "exp-autonomous-lab-madrillet exp-navette-solaire-nantes exp-navly-confluence"
    " site-confluence site-gare-maritime-carriere-misery site-madrillet site-transpolis"
    " sol-navette-chaussee-solaire sol-navly sol-rouen-normandy-autonomous-lab ti-rouen",
    "gaspillage alimentaire": "exp-ia-cantines-nantes exp-iadata-gaspillage-toulouse sol-ia-cantines"
    " sol-iadata-gaspillage",
    "budget participatif": "A05-I05 A06-P03",
    "fuites d'eau": "A05-I03 exp-fuites-eau-labege exp-mission-90-brioude sol-fuites-eau-ia sol-mission-90"
    " sol-smart-saint-sulpice",
    "permis de construire": "A07-I07 A07-P04 A07-R16",
    "réemploi des matériaux": "A01-R10 divd-cycle-terre exp-cycle-up-paris-13 sol-cycle-up",
    "place de stationnement handicapé": "A01-P01 A04-I06 A04-R05 A08-P11",
    "dépôts sauvages": "A01-I01 A01-I03 A01-I04 A01-P05 A01-R03 sol-ramen",
    "sans-abri": "A04-P02 A04-R08 sol-soliguide",
    "imprimante 3D": "exp-yhnova-nantes sol-yhnova",
    "commerces vides": "A09-I03 A10-R04",
    "défibrillateur": "A01-I06 A01-I07 A01-R14",
    "recette de crêpes": "",
    "toilettes -urinoir": "",
}
"""Twenty saved searches, and the records of which each is told."""


class TestRealQuestions(TestCase):
    """What somebody who asks in their own words is answered."""

    @classmethod
    def setUpTestData(cls) -> None:
        make_ground()
        import_fixtures()
        meaning.encode_lacking()

    def evaluated(self, *options: str) -> dict[str, float]:
        """The figures of the command, by their name."""
        out = io.StringIO()
        call_command("evaluate_search", str(QUESTIONS), *options, stdout=out)
        lines = [line.split(" : ") for line in out.getvalue().splitlines() if not line.startswith(" ")]
        return {name: float(figures.split()[0]) for name, figures in lines}

    def test_most_questions_are_answered_among_the_first_five(self) -> None:
        figures = self.evaluated()
        assert figures["hit@5"] >= 0.85
        assert figures["hit@1"] >= 0.6
        assert figures["sans résultat"] <= 0.05

    def test_nothing_is_found_about_what_the_catalogue_does_not_speak_of(self) -> None:
        assert len(ELSEWHERE) >= 60
        answered = {typed: find_answer(typed).ranked for typed in ELSEWHERE}
        assert {typed: keys for typed, keys in answered.items() if keys} == {}

    def test_an_alert_is_sent_for_all_the_words_or_the_very_meaning(self) -> None:
        identifiers = dict(Record.objects.values_list("pk", "external_id"))
        searches = {saved(urlencode({"q": typed})).pk: typed for typed in ALERTS}
        found: dict[str, set[str]] = {typed: set() for typed in ALERTS}
        for search, record in find_matches(list(identifiers)):
            found[searches[search]].add(identifiers[record])
        assert found == {typed: set(expected.split()) for typed, expected in ALERTS.items()}

    def test_zero_is_a_door(self) -> None:
        page = self.client.get("/fiches/", {"q": "recette de crêpes"}).content.decode()
        assert "Aucune fiche ne répond à cette recherche" in page
        assert "Les fiches les moins éloignées de ces mots" in page
        assert "/proposer/besoin/?q=recette+de+cr%C3%AApes" in page
        assert "/fiches/?theme=energie" in page
        assert "être alerté" in page

    def test_a_page_says_what_has_all_the_words_and_what_is_near(self) -> None:
        page = self.client.get("/fiches/", {"q": "végétaliser une cour d’école"}).content.decode()
        assert "2 fiches avec tous ces mots" in page
        assert page.index("Cours Oasis") < page.index("Corolles végétales")
        page = self.client.get("/fiches/", {"q": "pas de bus dans ma commune rurale"}).content.decode()
        assert "Aucune fiche avec tous ces mots ; " in page

    def test_the_set_is_one_on_every_surface(self) -> None:
        for typed in ("livrer sans camion", "faire baisser la facture des écoles", "rues sales la nuit"):
            answer = find_answer(typed)
            assert answer.with_all < 20
            assert answer.others
            context = self.client.get("/fiches/", {"q": typed}).context
            total = context["page"].paginator.count
            kinds = next(facet for facet in context["filters"]["facets"] if facet.get("name") == "type")
            assert total == sum(choice["count"] for choice in kinds["choices"])
            lines = self.client.get("/fiches.csv", {"q": typed})
            rows = list(csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig")), delimiter=";"))
            assert len(rows) - 1 == total == int(lines["X-Total"])
            assert self.client.get("/fiches.geojson", {"q": typed}).json()["numberMatched"] == total

    def test_filters_narrow_the_set_and_never_change_it(self) -> None:
        everything = self.keys({"q": "faire baisser la facture des écoles"})
        needs = self.keys({"q": "faire baisser la facture des écoles", "type": "besoin"})
        assert needs == [slug for slug in everything if slug in needs]
        assert set(needs) < set(everything)

    def keys(self, query: dict[str, Any]) -> list[str]:
        return [card.slug for card in self.client.get("/fiches/", query).context["records"]]


def test_a_file_of_questions_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ce fichier ne se lit pas"):
        call_command("evaluate_search", str(tmp_path / "absent.csv"))
    wrong = tmp_path / "faux.csv"
    wrong.write_text("demande\nvélo\n", encoding="utf-8")
    with pytest.raises(CommandError, match="« question » et « attendus »"):
        call_command("evaluate_search", str(wrong))

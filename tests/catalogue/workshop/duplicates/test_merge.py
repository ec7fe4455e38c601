"""Two records become one, and become two again: nothing of either is lost, nothing is written twice."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from catalogue.models import (
    AlertMatch,
    Application,
    AudienceDay,
    ContactRequest,
    Merge,
    OutgoingMail,
    Record,
    RecordOrganisation,
    Revision,
    SavedSearch,
    Section,
    Theme,
    Transition,
)
from catalogue.records import completeness, workflow
from catalogue.workshop.duplicates import candidates, merge, undo
from catalogue.workshop.duplicates.merge import MergeRefused, PairChanged, Plan
from catalogue.workshop.duplicates.sides import FIRST, SECOND, compare_records
from tests import factories

pytestmark = pytest.mark.django_db

HISTORY = {"merge", "transition", "recordversion", "outgoingmail", "catalogchange", "cataloguechange",
           "facetchange", "mapcell", "duplicatecandidate", "searchword"}  # fmt: skip
"""Tables that only ever grow, or that a search fills."""


def dump() -> dict[str, list[str]]:
    """Every row of the catalogue, as the database writes it."""
    tables = [one._meta.db_table for one in apps.get_app_config("catalogue").get_models()]
    tables += [f"catalogue_record_{name}" for name in ("themes", "stakes", "programmes")]
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables)):
            if table.startswith("catalogue_") and table.removeprefix("catalogue_") not in HISTORY:
                cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
                found[table] = [row[0] for row in cursor.fetchall()]
    return found


@dataclass
class Pair:
    """Two operations that are the same place, with all that may hang from them."""

    keys: tuple[int, int]
    curator: Any

    @property
    def first(self) -> Any:
        return Record.objects.get(pk=self.keys[0])

    @property
    def second(self) -> Any:
        return Record.objects.get(pk=self.keys[1])

    def plan(self, **chosen: Any) -> Plan:
        sides = compare_records(self.first, self.second)
        chosen["lines"] = {line.name: self.fuller(line) for line in sides.lines} | chosen.get("lines", {})
        lists = {one.name: [o.key for o in one.options if o.ticked] for one in sides.lists}
        return Plan(**{"survivor": FIRST, "lists": lists, **chosen})

    @staticmethod
    def fuller(line: Any) -> str:
        return FIRST if line.words[FIRST] else SECOND

    def merge(self, **chosen: Any) -> Merge:
        return merge.merge_records(
            self.first,
            self.second,
            self.plan(**chosen),
            compare_records(self.first, self.second).token,
            self.curator,
        )


@pytest.fixture
def pair() -> Pair:
    commune = factories.commune(name="Rennes", lon=-1.7, lat=48.0)
    mine, theirs = factories.source(), factories.source()
    themes = [factories.theme() for _ in range(3)]
    owner = factories.organisation()
    author = factories.member(owner)
    first = factories.operation(
        title="Écoquartier Baud-Chardonnet", slug="baud", territory=commune, source=mine, external_id="12",
        geometry=factories.square(-1.66, 48.1, 0.004), dwellings=2400, published_at=timezone.now(),
    )  # fmt: skip
    second = factories.operation(
        title="Baud Chardonnet", slug="chardonnet", territory=commune, source=theirs, external_id="b-7",
        geometry=factories.square(-1.65, 48.1, 0.004), summary="Sur les bords de la Vilaine.",
        owner=owner, created_by=author, year_start=2012, published_at=timezone.now(),
    )  # fmt: skip
    first.themes.set(themes[:2])
    second.themes.set(themes[1:])
    for record in (first, second):
        RecordOrganisation.objects.create(record=record, organisation=owner)
        factories.award(record)
        factories.document(record)
        Section.objects.create(record=record, code="contexte", text=f"Le contexte de {record.slug}.")
    factories.award(second, step="etape-3", year=2021)
    partner = factories.organisation()
    RecordOrganisation.objects.create(record=second, organisation=partner, role="partenaire")
    ContactRequest.objects.create(sender=author, organisation=owner, record=second, message="Bonjour")
    Revision.objects.create(record=second, author=author, changes={"title": ["Baud Chardonnet", "Baud"]})
    Revision.objects.create(record=second, author=author, state="refusee", changes={"title": ["x", "y"]})
    today = datetime.date(2026, 11, 20)
    AudienceDay.objects.create(record=first, day=today, views=5)
    AudienceDay.objects.create(record=second, day=today, views=3, contacts=1)
    AudienceDay.objects.create(record=second, day=datetime.date(2026, 11, 19), views=2)
    completeness.measure_records([first.pk, second.pk])
    return Pair((first.pk, second.pk), factories.curator())


def test_values_are_kept_or_chosen_and_what_pointed_to_one_points_to_the_other(pair: Pair) -> None:
    done = pair.merge(lines={"title": SECOND, "place": SECOND}, reason="Deux sources.")

    survivor = pair.first.proper
    assert (survivor.title, survivor.slug, survivor.dwellings) == ("Baud Chardonnet", "baud", 2400)
    assert (survivor.summary, survivor.year_start) == ("Sur les bords de la Vilaine.", 2012)
    assert survivor.point.x == pytest.approx(-1.648, abs=0.001)
    assert (survivor.external_id, survivor.state) == ("12", "publiee")
    assert set(survivor.locked_fields) >= {"title", "geometry", "themes", "awards"}
    assert survivor.themes.count() == 3
    assert set(survivor.organisation_links.values_list("role", flat=True)) == {"porteur", "partenaire"}
    assert sorted(survivor.awards.values_list("step", "year")) == [("etape-2", 2018), ("etape-3", 2021)]
    assert survivor.documents.count() == 2
    assert survivor.sections.get().text == "Le contexte de baud."
    assert survivor.contact_requests.count() == 1
    assert sorted(survivor.revisions.values_list("state", flat=True)) == ["proposee"]
    assert sorted(survivor.audience.values_list("views", "contacts")) == [(2, 0), (8, 1)]

    gone = Record.objects.get(pk=pair.second.pk)
    assert (gone.state, gone.external_id, gone.title) == ("archivee", "b-7", "Baud Chardonnet")
    line = Transition.objects.get(action="merge")
    assert (line.record_id, line.from_state, line.actor) == (gone.pk, "publiee", pair.curator)
    assert line.reason == "Fusionnée dans « Baud Chardonnet ».\nDeux sources."
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to) == ("fiche-fusionnee", pair.second.created_by.email)
    assert "Deux sources." in mail.text
    assert (done.survivor_id, done.loser_id) == (survivor.pk, gone.pk)
    assert survivor.versions.first().origin == "fusion"


def test_a_merge_undone_leaves_the_database_as_it_was(pair: Pair, run_jobs: Any) -> None:
    before = dump()
    documents = [str(pair.second.documents.get().pk)]
    awards = [str(pk) for pk in pair.second.proper.awards.values_list("pk", flat=True)]
    sections = [str(pair.second.sections.get().pk)]
    plan = pair.plan()
    lists = {**plan.lists, "documents": documents, "awards": awards, "sections": sections, "themes": []}

    done = pair.merge(lists=lists, lines={"place": SECOND, "owner": SECOND})
    assert pair.first.proper.sections.get().text == "Le contexte de chardonnet."
    assert pair.first.themes.count() == 0
    assert Record.objects.get(pk=pair.second.pk).documents.count() == 1
    assert dump() != before
    undo.undo_merge(done, pair.curator)

    after = dump()
    assert [table for table in before if before[table] != after[table]] == []
    assert [t.action for t in Transition.objects.order_by("pk")] == ["merge", "unmerge"]
    assert OutgoingMail.objects.order_by("pk").last().kind == "fiche-separee"
    with pytest.raises(undo.MergeUndoRefused, match="déjà été annulée"):
        undo.undo_merge(done, pair.curator)
    assert pair.merge().pk != done.pk


def test_what_was_written_since_is_not_lost_in_silence(pair: Pair) -> None:
    done = pair.merge(lines={"title": SECOND})
    Record.objects.filter(pk=pair.first.pk).update(title="Un titre récrit")
    pair.first.proper.awards.filter(year=2021).update(note="Vérifié")
    with pytest.raises(undo.MergeUndoRefused) as refused:
        undo.undo_merge(done, pair.curator)
    assert refused.value.lost == ["« Titre » de « Un titre récrit » a été récrit."]

    Record.objects.filter(pk=pair.first.pk).update(title="Baud Chardonnet", description="Ajoutée depuis.")
    AudienceDay.objects.filter(record=pair.first.pk, views=8).update(views=9)
    factories.document(pair.first, title="Arrivé depuis")
    undo.undo_merge(done, pair.curator)
    first = Record.objects.get(pk=pair.first.pk)
    assert (first.title, first.description) == ("Écoquartier Baud-Chardonnet", "Ajoutée depuis.")
    assert first.documents.filter(title="Arrivé depuis").exists()
    assert pair.second.proper.awards.get(year=2021).note == "Vérifié"
    assert sorted(first.audience.values_list("views", flat=True)) == [6]
    assert first.locked_fields == []


def test_what_is_gone_since_makes_the_undo_refuse_as_a_whole(pair: Pair) -> None:
    lists = {**pair.plan().lists, "themes": []}
    done = pair.merge(lists=lists)
    pair.second.themes.clear()
    Theme.objects.all().delete()
    with pytest.raises(undo.MergeUndoRefused, match="empêche de rétablir"):
        undo.undo_merge(done, pair.curator)
    assert Record.objects.get(pk=pair.second.pk).state == "archivee"


def test_a_page_that_is_out_of_date_writes_nothing(pair: Pair) -> None:
    token, plan = compare_records(pair.first, pair.second).token, pair.plan()
    factories.award(pair.second.proper, year=2020)
    with pytest.raises(PairChanged):
        merge.merge_records(pair.first, pair.second, plan, token, pair.curator)
    assert not Merge.objects.exists()
    assert Record.objects.get(pk=pair.second.pk).is_published


def test_a_record_is_merged_once_and_the_published_one_stays(pair: Pair) -> None:
    third = factories.operation(title="Baud", state="soumise", territory=pair.first.territory)
    other = Pair((pair.first.pk, third.pk), pair.curator)
    with pytest.raises(MergeRefused, match="publiée"):
        other.merge(survivor=SECOND)
    pair.merge()
    for first, second in ((pair.second, third), (pair.first, pair.second)):
        with pytest.raises(MergeRefused, match="déjà été fusionnée"):
            Pair((first.pk, second.pk), pair.curator).merge()
    with pytest.raises(workflow.TransitionRefused, match="fusionnée dans"):
        workflow.apply(Record.objects.get(pk=pair.second.pk), "publish", pair.curator)


def test_two_rows_that_cannot_stand_together_are_refused_with_a_sentence(pair: Pair) -> None:
    awards = [
        str(pk) for one in (pair.first, pair.second) for pk in one.proper.awards.values_list("pk", flat=True)
    ]
    with pytest.raises(MergeRefused, match="se contredisent"):
        pair.merge(lists={**pair.plan().lists, "awards": awards})
    assert pair.second.proper.awards.count() == 2


def saved_slugs(client: Any, slugs: str) -> list[str]:
    """The records of a selection of these slugs."""
    page = client.get("/selection/", {"fiches": slugs})
    return [card.slug for card in page.context["records"]]


def test_a_chain_of_merges_is_followed_and_undone_from_its_end(pair: Pair, client: Any) -> None:
    third = Record.objects.get(
        pk=factories.operation(title="Baud-Chardonnet, Rennes", slug="rennes", published_at=timezone.now()).pk
    )
    first = pair.merge()
    second = Pair((third.pk, pair.first.pk), pair.curator).merge()
    for old in ("chardonnet", "baud"):
        for suffix in ("/", ".geojson"):
            response = client.get(f"/fiches/{old}{suffix}")
            assert (response.status_code, response["Location"]) == (301, f"/fiches/rennes{suffix}")
    assert saved_slugs(client, "chardonnet,rennes,baud") == ["rennes"]
    with pytest.raises(undo.MergeUndoRefused, match="annulez d’abord"):
        undo.undo_merge(first, pair.curator)
    Record.objects.filter(pk=third.pk).update(state="archivee")
    assert client.get("/fiches/chardonnet/").status_code == 404
    assert saved_slugs(client, "chardonnet,rennes,baud") == []
    Record.objects.filter(pk=third.pk).update(state="publiee")
    undo.undo_merge(second, pair.curator)
    assert client.get("/fiches/chardonnet/")["Location"] == "/fiches/baud/"
    assert saved_slugs(client, "chardonnet,rennes,baud") == ["baud", "rennes"]
    undo.undo_merge(first, pair.curator)
    assert client.get("/fiches/chardonnet/").status_code == 200


def test_the_experiments_and_the_applications_of_a_solution_follow(pair: Pair) -> None:
    survivor, gone = factories.solution(title="Noues"), factories.solution(title="Noues plantées")
    one, two = factories.measured_experiment(solution=gone), factories.experiment(solution=survivor)
    site, organisation = factories.test_site(), factories.organisation()
    sent = [
        Application.objects.create(site=site, solution=of, organisation=organisation, motivation="M")
        for of in (survivor, gone)
    ]
    search = SavedSearch.objects.create(
        user=pair.curator, name="Noues", query_string="q=noues", solution=gone
    )
    AlertMatch.objects.create(search=search, record=gone, matched_at=timezone.now())
    both = Pair((survivor.pk, gone.pk), pair.curator)
    before = dump()
    done = both.merge()

    assert set(survivor.experiments.values_list("pk", flat=True)) == {one.pk, two.pk}
    assert Record.objects.get(pk=survivor.pk).proof_level == 3
    assert [Application.objects.get(pk=a.pk).solution_id for a in sent] == [survivor.pk, gone.pk]
    search.refresh_from_db()
    assert search.solution_id == survivor.pk
    assert AlertMatch.objects.get().record_id == survivor.pk
    undo.undo_merge(done, pair.curator)
    after = dump()
    assert [table for table in before if before[table] != after[table]] == []


def test_pairs_are_found_explained_judged_and_never_proposed_again(pair: Pair, run_jobs: Any) -> None:
    from catalogue.models import DuplicateCandidate
    from catalogue.workshop.duplicates import judgement, words

    far = factories.operation(title="Baud Chardonnet", territory=factories.commune())
    draft = factories.operation(title="Baud Chardonnet", territory=pair.first.territory, state="brouillon")
    twin = factories.operation(
        title="BAUD-CHARDONNET",
        territory=pair.first.territory,
        geometry=pair.second.geometry,
        state="soumise",
    )
    candidates.refresh_all()
    found = {(one.first_id, one.second_id): one for one in DuplicateCandidate.objects.all()}
    assert (pair.second.pk, twin.pk) in found
    assert not any(pk in key for key in found for pk in (far.pk, draft.pk))
    texts = [one["text"] for one in words.describe_factors(found[pair.second.pk, twin.pk].factors)]
    assert "au même endroit" in texts
    assert 50 <= found[pair.second.pk, twin.pk].score <= 100

    judgement.mark_distinct(pair.second, Record.objects.get(pk=twin.pk), pair.curator, "Deux tranches.")
    candidates.refresh_all()
    judged = DuplicateCandidate.objects.get(first=pair.second, second=twin)
    assert (judged.state, judged.reason) == ("distinctes", "Deux tranches.")
    judgement.reopen_pair(Record.objects.get(pk=twin.pk), pair.second)
    assert run_jobs() == ["find_duplicates"]
    assert DuplicateCandidate.objects.get(pk=judged.pk).state == "a-voir"

    Record.objects.filter(pk=twin.pk).update(title="Autre chose")
    candidates.refresh([twin.pk])
    assert not DuplicateCandidate.objects.filter(pk=judged.pk).exists()

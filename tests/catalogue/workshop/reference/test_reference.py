"""The reference lists: changed by those who may, with a history that can be undone; merged and separated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalogue.contributions.forms import ThemesForm
from catalogue.imports.rows.lookup import LOADERS, Vocabulary
from catalogue.models import (
    IndicatorType,
    Membership,
    Organisation,
    Programme,
    Record,
    RecordOrganisation,
    RecordVersion,
    ReferenceChange,
    Theme,
    ThemeCrosswalk,
)
from catalogue.workshop.reference import line_merge
from catalogue.workshop.reference.line_changes import LineChanged, ReferenceRefused
from catalogue.workshop.reference.lists import LISTS
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db

HOME = "/atelier/referentiels/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return client_of(factories.curator())


def seen(client: Client, url: str) -> dict[str, Any]:
    """What the form of a line holds, as it would be sent back unchanged."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: "\n".join(value) if isinstance(value, list) else "" if value is None else value
        for name, value in values.items()
    }


def test_a_change_is_stored_and_can_be_undone(client: Client) -> None:
    theme = factories.theme(code="eau", label="Eau")
    ThemeCrosswalk.objects.create(theme=theme, source_list="LAB2051", source_label="eaux pluviales")
    url = f"{HOME}themes/ligne/eau/"
    form = seen(client, url)
    new = {**form, "label": "Eau en ville", "crosswalk": "Vivapolis : Eau", "reason": "Plus clair"}
    assert client.post(url, new).status_code == 302
    change = ReferenceChange.objects.get()
    assert change.changes == {
        "label": ["Eau", "Eau en ville"],
        "crosswalk": [["LAB2051 : eaux pluviales"], ["Vivapolis : Eau"]],
    }
    assert change.reason == "Plus clair"
    assert "Plus clair" in client.get(f"{HOME}themes/historique/").content.decode()
    for name in ("label", "crosswalk"):
        client.post(f"{HOME}changements/{change.pk}/retablir/", {"champ": name})
    theme.refresh_from_db()
    assert theme.label == "Eau"
    assert ThemeCrosswalk.objects.get().source_label == "eaux pluviales"
    assert ReferenceChange.objects.count() == 3
    assert client.post(f"{HOME}changements/{change.pk}/retablir/", {"champ": "id"}).status_code == 302
    assert ReferenceChange.objects.count() == 3


def test_of_two_curators_the_second_sees_a_conflict(client: Client) -> None:
    factories.theme(code="eau", label="Eau")
    url = f"{HOME}themes/ligne/eau/"
    both = seen(client, url)
    client.post(url, {**both, "label": "Première"})
    late = client.post(url, {**both, "label": "Seconde"})
    assert late.status_code == 422
    assert "a changé depuis" in late.content.decode()
    assert Theme.objects.get().label == "Première"
    again = {**both, "label": "Seconde", "seen": late.context["form"]["seen"].value()}
    assert client.post(url, again).status_code == 302
    assert Theme.objects.get().label == "Seconde"


def test_a_line_is_added_moved_and_archived(client: Client) -> None:
    first = factories.theme(code="eau", label="Eau", position=1)
    record = factories.solution()
    record.themes.add(first)
    client.post(f"{HOME}themes/ajouter/", {"label": "Sol vivant", "reason": ""})
    added = Theme.objects.get(code="sol-vivant")
    assert (added.position, added.is_active) == (2, True)
    client.post(f"{HOME}themes/ligne/sol-vivant/monter/")
    assert list(Theme.objects.values_list("code", flat=True)) == ["sol-vivant", "eau"]
    page = client.get(f"{HOME}themes/ligne/eau/")
    client.post(f"{HOME}themes/ligne/eau/archiver/", {"seen": page.context["seen"]})
    first.refresh_from_db()
    assert not first.is_active
    offered = ThemesForm(initial={}, kind=record.kind).fields["themes"].choices  # type: ignore[attr-defined]
    held = ThemesForm(initial={"themes": ["eau"]}, kind=record.kind).fields["themes"].choices  # type: ignore[attr-defined]
    assert [code for code, _label in offered] == ["sol-vivant"]
    assert [code for code, _label in held] == ["sol-vivant", "eau"]
    for url, values in (("", ["sol-vivant"]), ("?theme=eau", ["sol-vivant", "eau"])):
        page = client.get(f"/trouver-un-terrain/{url}").content.decode()
        assert re.findall(r'type="checkbox"\s+name="theme"\s+value="([^"]*)"', page) == values
    assert "Eau" in client.get(f"/fiches/{record.slug}/").content.decode()
    actions = list(ReferenceChange.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["creation", "rang", "archivage"]


def test_uses_open_the_records_that_may_be_read(client: Client) -> None:
    theme = factories.theme(code="eau", label="Eau")
    region = factories.territory(Level.REGION)
    for state in ("publiee", "soumise", "brouillon"):
        factories.need(state=state, territory=factories.commune(region=region)).themes.add(theme)
    page = client.get(f"{HOME}themes/ligne/eau/")
    assert page.context["usages"][0].count == 2
    assert page.context["hidden"] == 1
    assert client.get(page.context["usages"][0].url).context["page"].paginator.count == 2
    elsewhere = client_of(factories.curator(regions=[factories.territory(Level.REGION)]))
    assert elsewhere.get(f"{HOME}themes/ligne/eau/").context["usages"][0].count == 1


def test_similar_organisations_are_listed_with_why(client: Client) -> None:
    town = factories.organisation(name="Ville de Grenoble", slug="ville-de-grenoble", siren="213801855")
    factories.organisation(name="Métropole du Dauphiné", slug="metropole", siren="213801855")
    factories.organisation(name="VILLE DE  GRENOBLÉ", slug="ville")
    factories.organisation(name="Ville de Vannes", slug="vannes")
    factories.organisation(name="Ville de Grenoble", slug="autre", siren="213800303")
    factories.organisation(name="Mairie de Grenoble", slug="archivee", is_active=False)
    page = client.get(f"{HOME}organisations/ligne/{town.slug}/")
    assert [(one.title, one.reasons) for one in page.context["similar"]] == [
        ("Métropole du Dauphiné", "même SIREN"),
        ("VILLE DE  GRENOBLÉ", "même nom"),
    ]
    effect = client.get(page.context["similar"][1].merge_url)
    assert effect.context["target"].text == "VILLE DE  GRENOBLÉ"
    choice = client.get(f"{HOME}organisations/ligne/{town.slug}/reunir/").context["choices"]
    first, *same, last = [one["key"] for one in choice]
    assert (first, set(same), last) == ("metropole", {"autre", "ville"}, "vannes")
    reader = client_of(factories.curator(regions=[factories.territory(Level.REGION)]))
    assert reader.get(f"{HOME}organisations/ligne/{town.slug}/").context["similar"] == []


def test_two_themes_become_one_and_two_again(client: Client) -> None:
    survivor = factories.theme(code="eau", label="Eau")
    gone = factories.theme(code="pluie", label="Eaux pluviales")
    both, one, draft = factories.solution(), factories.need(), factories.need(state="brouillon")
    both.themes.set([survivor, gone])
    one.themes.set([gone])
    draft.themes.set([gone])
    curator = factories.curator(themes=[gone])
    before = snapshot()
    url = f"{HOME}themes/ligne/pluie/reunir/?avec=eau"
    page = client.get(url)
    assert (page.context["total"], page.context["hidden"]) == (3, 1)
    tokens = {name: page.context["form"][name].value() for name in ("seen", "other")}
    assert client.post(url, tokens).status_code == 302
    assert {t.code for t in both.themes.all()} == {t.code for t in one.themes.all()} == {"eau"}
    assert [theme.code for theme in curator.curatorship.themes.all()] == ["eau"]
    gone.refresh_from_db()
    assert (gone.is_active, gone.merged_into) == (False, survivor)
    assert Vocabulary.build(LOADERS["theme"]()).find_key("Eaux pluviales") == "eau"
    assert RecordVersion.objects.filter(record=one.pk).count() == 2
    change = ReferenceChange.objects.get()
    assert change.record_count == 3
    client.post(f"{HOME}changements/{change.pk}/annuler/")
    assert snapshot() == before
    assert RecordVersion.objects.filter(record=one.pk).count() == 3
    client.post(f"{HOME}changements/{change.pk}/annuler/")
    assert ReferenceChange.objects.count() == 2


def snapshot() -> list[Any]:
    """Which record has which theme, and the state of the themes."""
    links = Record.themes.through.objects.order_by("pk").values_list("pk", "record_id", "theme__code")
    return [*links, *Theme.objects.order_by("pk").values_list("code", "is_active", "merged_into")]


def test_two_organisations_become_one(client: Client) -> None:
    survivor = factories.organisation(name="Ville", slug="ville")
    gone = factories.organisation(name="Mairie", slug="mairie", siret="21350238800019")
    person, other = factories.member(survivor), factories.member(gone)
    factories.membership(person, gone)
    record = factories.solution(owner=gone)
    for one in (survivor, gone):
        RecordOrganisation.objects.create(record=record, organisation=one)
    known = LISTS["organisations"]
    change = line_merge.merge_lines(
        known,
        (gone.pk, survivor.pk),
        line_merge.make_tokens(known, gone, survivor),
        factories.administrator(),
    )
    record.refresh_from_db()
    assert record.owner == survivor
    assert RecordOrganisation.objects.get(record=record).organisation == survivor
    assert {m.user for m in Membership.objects.filter(organisation=survivor)} == {person, other}
    moved = client.get("/organisations/mairie/contact/?fiche=x")
    assert (moved.status_code, moved["Location"]) == (301, "/organisations/ville/contact/?fiche=x")
    line_merge.separate_lines(known, change, factories.administrator())
    record.refresh_from_db()
    assert record.owner == gone
    assert Membership.objects.filter(user=person, organisation=gone).exists()
    assert RecordOrganisation.objects.filter(record=record).count() == 2
    assert Organisation.objects.get(slug="mairie").is_active


def test_what_would_lose_something_is_refused() -> None:
    user, known = factories.administrator(), LISTS["indicateurs"]
    percent = IndicatorType.objects.create(code="a", label="A", unit="%")
    tonnes = IndicatorType.objects.create(code="b", label="B", unit="t")
    with pytest.raises(ReferenceRefused, match="unités"):
        line_merge.merge_lines(
            known, (percent.pk, tonnes.pk), line_merge.make_tokens(known, percent, tonnes), user
        )
    sources = LISTS["sources"]
    one, two = factories.source(), factories.source()
    for source in (one, two):
        factories.need(source=source, external_id="12")
    with pytest.raises(ReferenceRefused, match="des deux côtés"):
        line_merge.merge_lines(sources, (one.pk, two.pk), line_merge.make_tokens(sources, one, two), user)
    stale = line_merge.make_tokens(sources, one, two)
    type(one).objects.filter(pk=two.pk).update(name="Autre nom")
    with pytest.raises(LineChanged):
        line_merge.merge_lines(sources, (one.pk, two.pk), stale, user)
    assert not ReferenceChange.objects.exists()


def test_a_limited_curator_reads_and_changes_nothing() -> None:
    factories.theme(code="eau", label="Eau")
    factories.theme(code="sol", label="Sol")
    limited = client_of(factories.curator(regions=[factories.territory(Level.REGION)]))
    line = f"{HOME}themes/ligne/eau/"
    for url in (HOME, f"{HOME}themes/", line, f"{HOME}themes/historique/", f"{HOME}territoires/"):
        assert limited.get(url).status_code == 200
        assert client_of(factories.account()).get(url).status_code == 404
    assert limited.get(line).context["form"] is None
    for url in (f"{HOME}themes/ajouter/", f"{line}reunir/"):
        assert limited.get(url).status_code == 404
    for url in (line, f"{line}archiver/", f"{line}monter/", f"{line}reunir/?avec=sol"):
        assert limited.post(url, {"label": "Autre"}).status_code == 404
    assert not ReferenceChange.objects.exists()


@pytest.mark.parametrize("code", sorted(LISTS))
def test_every_list_has_its_pages(client: Client, code: str) -> None:
    known = LISTS[code]
    needed = {"unit": "%"} if code == "indicateurs" else {}
    filled = {known.label: "Une ligne", "kind": "pme", "country": "FR", "direction": "neutre", **needed}
    added = client.post(f"{HOME}{code}/ajouter/", filled)
    assert added.status_code == 302, added.context["form"].errors
    for url in (
        f"{HOME}{code}/",
        f"{HOME}{code}/?q=une&voir=tout",
        added["Location"],
        f"{HOME}{code}/ajouter/",
    ):
        assert client.get(url).status_code == 200, url
    form = seen(client, added["Location"])
    same = client.post(added["Location"], form, follow=True)
    assert "Rien n’a changé" in same.content.decode()
    assert ReferenceChange.objects.count() == 1


def test_what_the_administration_changes_is_stored_too() -> None:
    theme = factories.theme(code="eau", label="Eau")
    page = f"/administration/catalogue/theme/{theme.pk}/change/"
    posted = {
        "code": "eau", "label": "Eau claire", "description": "", "position": "0",
        **{f"crosswalk-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")},
    }  # fmt: skip
    administrator = factories.administrator()
    assert client_of(administrator).post(page, posted).status_code == 302
    change = ReferenceChange.objects.get()
    assert change.changes == {"label": ["Eau", "Eau claire"], "is_active": [True, False]}
    assert change.actor == administrator


def test_urls_that_make_no_sense(client: Client) -> None:
    assert client.get(f"{HOME}inconnue/").status_code == 404
    assert client.get(f"{HOME}themes/ligne/rien/").status_code == 404
    assert client.get(f"{HOME}themes/?voir=x").status_code == 400
    Programme.objects.create(code="un", label="Un")
    assert client.post(f"{HOME}programmes/ligne/un/danser/").status_code == 404
    assert client.get(f"{HOME}programmes/ligne/un/usages/?usage=7").status_code == 404

"""The administration: every page answers, costs little, speaks French, and cheats nobody."""

import re
from copy import copy
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.models import (
    AnswerProposal,
    Application,
    Attachment,
    AudienceDay,
    ContactRequest,
    Experiment,
    ImportBatch,
    InactivityNotice,
    Indicator,
    IndicatorType,
    Invitation,
    Membership,
    Message,
    Need,
    NeedAnswer,
    Operation,
    OutgoingMail,
    Programme,
    ProviderIdentity,
    Record,
    RecordOrganisation,
    Revision,
    SavedSearch,
    Solution,
    Stake,
    TestSite,
    ThemeCrosswalk,
    Transition,
    Zonage,
    ZonageMember,
)
from catalogue.queue import defer_task
from geo.models import FormerCommune, TerritoryLoad
from tests import factories

pytestmark = pytest.mark.django_db

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in {"catalogue", "geo"}),
    key=lambda model: model._meta.label,
)
READ_ONLY = {
    *(
        "outgoingmail",
        "inactivitynotice",
        "invitation",
        "provideridentity",
        "answerproposal",
        "message",
        "attachment",
        "savedsearch",
    ),
    *("audienceday", "record", "importbatch", "transition", "revision"),
    *("territory", "formercommune", "territoryload", "job"),
}
WRITTEN = [model for model in OURS if model._meta.model_name not in READ_ONLY]
SQUARE = '{"type": "Polygon", "coordinates": [[[2, 47], [2.1, 47], [2.1, 47.1], [2, 47.1], [2, 47]]]}'
BOW_TIE = "POLYGON((2 47, 3 48, 3 47, 2 48, 2 47))"


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def one_of_everything(admin_user):
    """At least one row of every model, linked to one another."""

    def make() -> None:
        solution, operation, site, need = (
            factories.solution(source=factories.source()),
            factories.operation(),
            factories.test_site(),
            factories.need(),
        )
        organisation, place = factories.organisation(territory=factories.commune()), factories.commune()
        experiment = factories.measured_experiment(
            solution=solution, source=factories.source(), territory=place
        )
        theme = factories.theme()
        number = theme.pk
        experiment.themes.add(theme)
        factories.award(operation)
        factories.document(need)
        RecordOrganisation.objects.create(record=experiment, organisation=organisation)
        Application.objects.create(
            site=site, solution=solution, organisation=organisation, motivation="Essayer"
        )
        NeedAnswer.objects.create(need=need, solution=solution)
        Membership.objects.create(user=factories.user(), organisation=organisation)
        ContactRequest.objects.create(
            sender=admin_user, organisation=organisation, record=need, message="Bonjour"
        )
        SavedSearch.objects.create(
            user=admin_user, name="Eau", query_string=f"q=eau{number}", zone=factories.square()
        )
        ThemeCrosswalk.objects.create(theme=theme, source_list="Liste", source_label="Thème")
        programme = Programme.objects.create(code=f"programme-{number}", label="Programme")
        zonage = Zonage.objects.create(code=f"zonage-{number}", label="Zonage", programme=programme)
        ZonageMember.objects.create(zonage=zonage, territory=place)
        factories.concept(broader=factories.concept())
        Stake.objects.create(code=f"enjeu-{number}", label="Enjeu")
        IndicatorType.objects.create(code=f"type-{number}", label="Eau", unit="m³")
        batch = ImportBatch.objects.create(filename="fiches.csv", sha256="0" * 64, created_by=admin_user)
        Revision.objects.create(
            record=need, changes={"title": ["A", "B"]}, author=admin_user, import_batch=batch
        )
        Transition.objects.create(record=need, from_state="soumise", to_state="publiee", action="publish")
        application, contact = Application.objects.latest("pk"), ContactRequest.objects.latest("pk")
        AnswerProposal.objects.create(need=need, solution=solution, organisation=organisation, how="Testée")
        Message.objects.create(application=application, author=admin_user, text="Bonjour")
        Message.objects.create(contact=contact, author=admin_user, text="Bonjour")
        Attachment.objects.create(application=application, title="Plan", file="candidatures/plan.pdf")
        AudienceDay.objects.create(record=need, day="2026-01-01", views=2)
        factories.curator(themes=[theme])
        OutgoingMail.objects.create(kind="essai", to="a@exemple.fr", subject="Essai", text="Bonjour")
        Invitation.objects.create(
            organisation=organisation, email="b@exemple.fr", token_digest=f"{number:064d}",
            created_by=admin_user, expires_at=timezone.now(),
        )  # fmt: skip
        defer_task("send_mail", mail=0)
        InactivityNotice.objects.create(user=factories.user())
        ProviderIdentity.objects.create(user=admin_user, issuer="https://op.exemple", subject=str(number))
        FormerCommune.objects.create(code=f"{number % 100000:05d}", name="Ancienne", successor=place)
        TerritoryLoad.objects.create(fingerprint=str(number), millesime=2025)

    return make


# Every page


def test_every_model_of_the_catalogue_is_there():
    """Except the tables that the database derives from the others, each in a module of its own."""
    written = {"evidence", "history", "kinds", "meeting", "organisation", "people", "record", "reference"}
    models = apps.get_app_config("catalogue").get_models()
    absent = [one for one in models if one.__module__.rpartition(".")[2] in written and one not in OURS]
    assert absent == []


def test_lists_answer_read_no_shape_and_cost_the_same_for_more_rows(admin_client, one_of_everything):
    one_of_everything()
    few = {model: _queries_of_list(admin_client, model) for model in OURS}
    for _ in range(2):
        one_of_everything()
    many = {model: _queries_of_list(admin_client, model) for model in OURS}
    dearer = {model: many[model] for model in OURS if len(many[model]) > len(few[model])}
    assert dearer == {}
    assert max(len(queries) for queries in many.values()) <= 15
    shapes = re.compile(r'"(geometry|envelope|geog|mercator|zone)"')
    assert [sql for queries in many.values() for sql in queries if shapes.search(sql)] == []


def _queries_of_list(admin_client, model) -> list[str]:
    """The SQL of a list, once its page has answered."""
    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(page(model, "changelist")).status_code == 200, model
    return [query["sql"] for query in queries]


@pytest.mark.parametrize("words", ["a", "d’été %_ '\"\\", "é" * 500])
def test_lists_answer_whatever_is_searched(admin_client, words):
    for model in OURS:
        if admin.site._registry[model].search_fields:
            assert admin_client.get(page(model, "changelist"), {"q": words}).status_code == 200, model


def test_adding_and_editing_answer(admin_client, one_of_everything):
    one_of_everything()
    for model in WRITTEN:
        edited = page(model, "change", model._default_manager.first().pk)
        assert admin_client.get(page(model, "add")).status_code == 200, model
        assert admin_client.get(edited).status_code == 200, model
        assert admin_client.post(page(model, "add"), {}).status_code == 200, model


@pytest.mark.parametrize("model", [Solution, Experiment, Operation, TestSite, Need])
def test_every_field_of_a_kind_is_on_its_page(rf, admin_user, model):
    """Those that no fieldset names stand at the end: a new field is never forgotten."""
    request = rf.get("/")
    request.user = admin_user
    page = copy(admin.site._registry[model])
    page.own_fieldsets = [
        (title, {**options, "fields": options["fields"][:1]}) for title, options in page.own_fieldsets
    ]

    named = flatten_fieldsets(page.get_fieldsets(request))

    own = {field.name for field in model._meta.local_fields if field.editable and not field.primary_key}
    assert own <= set(named)
    assert len(named) == len(set(named))


def test_what_others_write_is_only_looked_at(admin_client, one_of_everything):
    one_of_everything()
    for model in set(OURS) - set(WRITTEN) - {Record}:
        pk = model._default_manager.first().pk
        assert admin_client.get(page(model, "change", pk)).status_code == 200, model
        assert admin_client.get(page(model, "add")).status_code == 403, model
        assert admin_client.post(page(model, "change", pk), {}).status_code == 403, model
        assert admin_client.post(page(model, "delete", pk), {"post": "yes"}).status_code == 403, model


def test_a_record_leads_to_the_page_of_its_kind(admin_client):
    for one in (factories.solution(), factories.experiment(), factories.operation(), factories.test_site()):
        answer = admin_client.get(page(Record, "change", one.pk))
        assert answer.status_code == 302
        assert answer.url == page(type(one), "change", one.pk)
    assert admin_client.get(page(Record, "add")).status_code == 403


def test_visitors_and_members_stay_out(client):
    assert client.get(page(Record, "changelist")).status_code == 302
    client.force_login(factories.user())
    assert client.get(page(Record, "changelist")).status_code == 302


def test_pages_bear_no_inline_script_nor_style(admin_client, one_of_everything):
    one_of_everything()
    for model in WRITTEN:
        text = admin_client.get(page(model, "change", model._default_manager.first().pk)).text
        scripts = re.findall(r"<script\b[^>]*>", text)
        assert all("src=" in tag or "application/json" in tag for tag in scripts), scripts
        assert not re.search(r"\sstyle=|\son\w+=\"|<style", text), model
        assert "//" not in re.sub(r"https?://(testserver|exemple\.fr|www\.w3\.org)", "", " ".join(scripts))


def test_completion_of_territories_ignores_accents_and_puts_the_large_first(admin_client):
    factories.commune(name="Saint-Étienne-du-Grès", slug="saint-etienne-du-gres", population=2000)
    factories.commune(name="Saint-Étienne", slug="saint-etienne", population=170_000)
    answer = admin_client.get(
        reverse("admin:autocomplete"),
        {"app_label": "catalogue", "model_name": "need", "field_name": "territory", "term": "saint etienne"},
    )
    assert [one["text"].split(" (")[0] for one in answer.json()["results"]] == [
        "Saint-Étienne",
        "Saint-Étienne-du-Grès",
    ]


# Saving


def form_of(admin_client, address, **changes):
    """What a browser would send back: the values of the form on the page, with changes."""
    context = admin_client.get(address).context
    data = {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            widget = bound.field.widget
            shown = widget.format_value(value)
            data[bound.html_name] = value if isinstance(value, list) else shown
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


def test_the_map_saves_a_polygon(admin_client):
    need = factories.need(territory=factories.commune())
    address = page(Need, "change", need.pk)
    answer = admin_client.post(address, form_of(admin_client, address, geometry=SQUARE))
    assert answer.status_code == 302, answer.context["errors"]
    need.refresh_from_db()
    assert need.geometry.equals(factories.square(side=0.1).__class__.from_bbox((2, 47, 2.1, 47.1)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"geometry": BOW_TIE}, "se recoupe"),
        ({"geometry": "POINT(652000 6862000)"}, "Lambert-93"),
        ({"geometry": "MULTIPOINT((2 47), EMPTY)"}, "est vide"),
        ({"geometry": "n’importe quoi"}, "pas un tracé"),
        ({"geometry": ""}, "contredit"),
        ({"year_start": "2020", "year_end": "2010"}, "précède"),
        ({"title": ""}, "obligatoire"),
    ],
)
def test_a_fault_is_said_in_french_and_nothing_is_written(admin_client, changes, message):
    need = factories.need()
    address = page(Need, "change", need.pk)
    answer = admin_client.post(address, form_of(admin_client, address, **changes))
    assert answer.status_code == 200
    assert message in answer.text
    assert Record.objects.get(pk=need.pk).updated_at == need.updated_at


def test_a_new_record_is_a_draft_of_its_author(admin_client, admin_user):
    answer = admin_client.post(
        page(Operation, "add"),
        {
            **form_of(admin_client, page(Operation, "add")),
            "title": "Quartier",
            "slug": "quartier",
            "geometry": SQUARE,
            "location_precision": "exacte",
            "state": "publiee",
            "proof_level": "5",
            "is_synthetic": "on",
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    operation = Operation.objects.get(slug="quartier")
    assert (operation.state, operation.kind, operation.created_by) == ("brouillon", "operation", admin_user)
    assert (operation.proof_level, operation.is_synthetic) == (None, False)


def test_an_indicator_added_on_the_page_raises_the_level(admin_client):
    experiment = factories.experiment(status="termine")
    address = page(Experiment, "change", experiment.pk)
    data = form_of(
        admin_client,
        address,
        **{
            "indicators-TOTAL_FORMS": "1",
            "indicators-0-name": "Eau",
            "indicators-0-nature": "mesure",
            "indicators-0-subject": "solution",
            "indicators-0-kind": "effet",
            "indicators-0-reference": "avant",
            "indicators-0-value": "12,5",
            "indicators-0-unit": "%",
            "indicators-0-year": "2022",
            "indicators-0-source_citation": "Bilan",
        },
    )
    answer = admin_client.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert Record.objects.get(pk=experiment.pk).proof_level == 3


@pytest.mark.parametrize("year", ["2018", ""])
def test_the_same_award_twice_on_one_page_is_a_message(admin_client, year):
    operation = factories.operation()
    address = page(Operation, "change", operation.pk)
    award = {"label": "ÉcoQuartier", "regime": "2016-2022", "step": "etape-2", "year": year}
    lines = {f"awards-{n}-{name}": value for n in range(2) for name, value in award.items()}
    answer = admin_client.post(
        address, form_of(admin_client, address, **{"awards-TOTAL_FORMS": "2", **lines}), follow=True
    )
    assert answer.status_code == 200
    assert operation.awards.count() == 0
    assert "déjà attribuée" in answer.text or "en double" in answer.text


def test_a_wrong_siret_is_explained(admin_client):
    from catalogue.models import Organisation

    data = {
        **form_of(admin_client, page(Organisation, "add")),
        "name": "Ville",
        "slug": "ville",
        "siret": "73282932000075",
    }
    answer = admin_client.post(page(Organisation, "add"), data)
    assert "clé de contrôle" in answer.text
    assert not Organisation.objects.exists()


# Corrected by hand


def test_what_is_corrected_on_an_imported_record_is_locked(admin_client):
    theme = factories.theme()
    operation = factories.operation(source=factories.source(), external_id="A1")
    address = page(Operation, "change", operation.pk)
    changes = {"title": "Titre corrigé", "themes": [str(theme.pk)], "verified_on": "2025-01-02"}
    assert admin_client.post(address, form_of(admin_client, address, **changes)).status_code == 302
    operation.refresh_from_db()
    assert operation.locked_fields == ["themes", "title"]
    assert admin_client.post(address, form_of(admin_client, address, dwellings="12")).status_code == 302
    operation.refresh_from_db()
    assert operation.locked_fields == ["dwellings", "themes", "title"]


def test_a_save_without_a_change_and_a_record_of_ours_lock_nothing(admin_client):
    imported = factories.operation(source=factories.source(), external_id="A1", year_start=2019)
    ours = factories.operation()
    for one, changes in ((imported, {}), (ours, {"title": "Nouveau titre"})):
        address = page(Operation, "change", one.pk)
        assert admin_client.post(address, form_of(admin_client, address, **changes)).status_code == 302
        one.refresh_from_db()
        assert one.locked_fields == []


def test_a_stale_page_shows_both_versions_then_writes(admin_client):
    need = factories.need(title="Au départ")
    address = page(Need, "change", need.pk)
    mine = form_of(admin_client, address, title="Le mien")
    Need.objects.get(pk=need.pk).save()
    theirs = Need.objects.get(pk=need.pk)
    theirs.title = "Le leur"
    theirs.save()
    answer = admin_client.post(address, mine)
    assert answer.status_code == 200
    assert "Le mien" in answer.text
    assert "Le leur" in answer.text
    assert Record.objects.get(pk=need.pk).title == "Le leur"
    version = answer.context["adminform"].form["version"].value()
    assert admin_client.post(address, {**mine, "version": version}).status_code == 302
    assert Record.objects.get(pk=need.pk).title == "Le mien"


# Publication


def act(admin_client, record, action, **data):
    return admin_client.post(
        page(Record, "changelist"),
        {"action": action, "_selected_action": [str(record.pk)], **data},
        follow=True,
    )


def test_publishing_is_confirmed_then_leaves_a_line(admin_client, admin_user):
    record = factories.need(state="soumise")
    answer = act(admin_client, record, "publish")
    assert "Motif" in answer.text
    assert Record.objects.get(pk=record.pk).state == "soumise"
    act(admin_client, record, "publish", confirm="1", reason="")
    assert Record.objects.get(pk=record.pk).state == "publiee"
    line = Transition.objects.get(record=record)
    assert (line.action, line.actor) == ("publish", admin_user)


def test_archiving_asks_for_a_reason(admin_client):
    record = factories.need()
    answer = act(admin_client, record, "archive", confirm="1", reason=" ")
    assert "obligatoire" in answer.text
    assert Record.objects.get(pk=record.pk).state == "publiee"
    act(admin_client, record, "archive", confirm="1", reason="Doublon")
    assert Record.objects.get(pk=record.pk).state == "archivee"
    assert Transition.objects.get(record=record).reason == "Doublon"


def test_an_impossible_action_is_explained(admin_client):
    record = factories.need(state="brouillon")
    answer = act(admin_client, record, "publish", confirm="1", reason="")
    assert "n’est pas possible" in answer.text
    assert not Transition.objects.exists()


def test_a_page_offers_what_its_state_allows(admin_client):
    need = factories.need(state="publiee")
    answer = admin_client.get(page(Need, "change", need.pk))
    assert [name for name, _label in answer.context["transitions"]] == ["archive"]
    answer = admin_client.post(
        page(Need, "changelist"), {"action": "archive", "_selected_action": [str(need.pk)]}
    )
    assert need.title in answer.text


def test_history_keeps_a_record_from_being_deleted(admin_client):
    need = factories.need()
    Transition.objects.create(record=need, from_state="soumise", to_state="publiee", action="publish")
    admin_client.post(page(Need, "delete", need.pk), {"post": "yes"})
    assert Record.objects.filter(pk=need.pk).exists()
    draft = factories.need(state="brouillon", geometry=Point(2, 47, srid=4326))
    admin_client.post(page(Need, "delete", draft.pk), {"post": "yes"})
    assert not Record.objects.filter(pk=draft.pk).exists()


def test_a_site_and_an_indicator_are_saved_as_they_were(admin_client):
    """Every field of a page survives a round trip: decimals, lists and dates in French."""
    site = factories.test_site(ground_kinds=["rue", "parking"], year_start=2019)
    experiment = factories.experiment()
    indicator = factories.indicator(experiment, value="1234.5")
    for one in (site, experiment):
        address = page(type(one), "change", one.pk)
        assert admin_client.post(address, form_of(admin_client, address)).status_code == 302
    assert TestSite.objects.get(pk=site.pk).ground_kinds == ["rue", "parking"]
    assert Indicator.objects.get(pk=indicator.pk).value == Decimal("1234.5")
    assert Record.objects.get(pk=site.pk).year_start == 2019

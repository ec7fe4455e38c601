"""Applying to a site: who can, with what, and what each step leaves behind."""

from __future__ import annotations

import datetime
import io
import threading
import uuid
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from catalogue.meetings import applications, results
from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import Application, Attachment, Experiment, OutgoingMail, Record, Revision
from catalogue.records import files, workflow
from catalogue.tasks import ask_results
from tests import factories
from tests.catalogue.meetings.scenes import MOTIVATION, Scene, client_of, counts, sent_to

pytestmark = pytest.mark.django_db

TODAY = datetime.date.today
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def apply_to(scene: Scene, site: Any, client: Client | None = None, **fields: Any) -> Any:
    client = client or client_of(scene.applicant)
    return client.post(f"/fiches/{site.slug}/candidater/", scene.form(**fields))


# Who can apply, and to what


def test_the_page_of_an_open_site_leads_to_the_form(scene: Scene) -> None:
    site = scene.site()
    address = f"/fiches/{site.slug}/candidater/"
    assert f'href="{address}"' in Client().get(site.get_absolute_url()).content.decode()
    asked = Client().get(address)
    assert asked["Location"].startswith("/compte/connexion/?next=")
    assert site.slug in asked["Location"]


@pytest.mark.parametrize(
    "fields",
    [
        {"site_state": "ferme"},
        {"site_state": "reserve"},
        {"site_state": "historique"},
        {"owner": None},
        {"available_until": datetime.date(2020, 1, 1)},
    ],
    ids=str,
)
def test_a_site_that_is_not_open_takes_no_application(scene: Scene, fields: dict[str, Any]) -> None:
    site = scene.site(**fields)
    assert "/candidater/" not in Client().get(site.get_absolute_url()).content.decode()
    before = counts()
    response = apply_to(scene, site)
    assert response["Location"] == site.get_absolute_url()
    assert counts() == before


@pytest.mark.parametrize("state", [state for state in Record.State if state != Record.State.PUBLISHED])
def test_a_site_that_is_not_published_does_not_exist(scene: Scene, state: str) -> None:
    site = scene.site(state=state)
    before = counts()
    assert apply_to(scene, site).status_code == 404
    assert client_of(scene.owner).get(f"/fiches/{site.slug}/candidater/").status_code == 404
    assert counts() == before


def test_another_kind_of_record_takes_no_application(scene: Scene) -> None:
    need = scene.need()
    assert client_of(scene.applicant).get(f"/fiches/{need.slug}/candidater/").status_code == 404


def test_without_an_organisation_one_is_led_to_join_one(scene: Scene) -> None:
    site = scene.site()
    page = client_of(factories.account()).get(f"/fiches/{site.slug}/candidater/").content.decode()
    assert "Il vous faut d’abord une organisation" in page


def test_the_host_cannot_apply_to_its_own_site(scene: Scene) -> None:
    site = scene.site()
    before = counts()
    response = apply_to(scene, site, client_of(scene.owner), organisation=scene.host.pk)
    assert response.status_code == 200
    assert counts() == before
    with pytest.raises(MeetingRefused, match="tenu par cette organisation"):
        applications.send(
            scene.owner, site, scene.solution, scene.host, creation_key=uuid.uuid4(), motivation="Nous-mêmes."
        )


# With which solution


def test_one_chooses_among_own_solutions_and_published_ones(scene: Scene) -> None:
    draft = factories.solution(title="Mon brouillon", state="brouillon", created_by=scene.applicant)
    hidden = factories.solution(title="Brouillon des autres", state="brouillon")
    refused = factories.solution(title="Refusée", state="refusee", owner=scene.company)
    factories.solution(title="Pavé drainant")
    address = f"/fiches/{scene.site().slug}/candidater/"
    client = client_of(scene.applicant)
    page = client.get(address).content.decode()
    assert draft.title in page
    assert scene.solution.title in page
    assert hidden.title not in page
    assert refused.title not in page
    found = client.get(address, {"cherche": "pave"}).content.decode()
    assert "Pavé drainant" in found
    assert "Brouillon des autres" not in client.get(address, {"cherche": "brouillon"}).content.decode()


@pytest.mark.parametrize("state", ["brouillon", "soumise", "refusee", "archivee"])
def test_the_hidden_solution_of_others_is_refused(scene: Scene, state: str) -> None:
    hidden = factories.solution(title="Zéphyrinade", state=state)
    site = scene.site()
    before = counts()
    response = apply_to(scene, site, solution=hidden.slug)
    assert "choisissez-en une" in response.content.decode()
    assert "Zéphyrinade" not in response.content.decode()
    assert counts() == before
    page = client_of(scene.applicant).get(f"/fiches/{site.slug}/candidater/?solution={hidden.slug}")
    assert "Zéphyrinade" not in page.content.decode()


def test_the_organisation_of_others_is_refused(scene: Scene) -> None:
    site, organisation = scene.site(), factories.organisation()
    before = counts()
    response = apply_to(scene, site, organisation=organisation.pk)
    assert response.status_code == 200
    assert counts() == before


def test_what_was_typed_survives_an_ended_session(scene: Scene) -> None:
    site = scene.site()
    client = Client()
    address = f"/fiches/{site.slug}/candidater/"
    away = client.post(address, scene.form(motivation="Un long texte."))
    assert away["Location"].startswith("/compte/connexion/")
    kept_session = client.session.items()
    client.force_login(scene.applicant)
    session = client.session
    session.update(dict(kept_session))
    session.save()
    page = client.get(address).content.decode()
    assert "Un long texte." in page
    assert "Votre session s’était terminée" in page
    assert not Application.objects.exists()


# Sending


def test_sending_tells_both_sides_without_addresses(scene: Scene, run_jobs: Any) -> None:
    response = apply_to(scene, scene.site(), starts_on="2027-01-10", ends_on="2027-06-30")
    sent = Application.objects.get()
    assert response["Location"] == f"/mon-espace/candidatures/{sent.pk}/"
    assert (sent.state, sent.organisation, sent.created_by) == ("envoyee", scene.company, scene.applicant)
    run_jobs()
    [received] = sent_to(scene.owner)
    assert received.subject == "Une candidature pour votre site « Place du marché »"
    assert "Ali Candidat (Fraîcheur SAS)" in received.body
    assert MOTIVATION in received.body
    [kept] = sent_to(scene.applicant)
    assert "Commune de Saint-Essai" in kept.body
    for one in OutgoingMail.objects.all():
        assert "@" not in one.text
        assert one.headers == {}
    assert not any(one.reply_to for one in (received, kept))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("motivation", "", "obligatoire"),
        ("motivation", "a" * 5001, "5000"),
        ("motivation", "a\0b", "nul"),
        ("starts_on", "demain", "date"),
        ("starts_on", "0001-01-01", "entre 2000 et 2100"),
        ("ends_on", "9999-12-31", "entre 2000 et 2100"),
        ("organisation", "99999999999999999999999", "choix"),
        ("organisation", "' OR 1=1", "choix"),
        ("solution", "<script>", "choisissez-en une"),
        ("creation_key", "abc", "abîmé"),
    ],
)
def test_a_wrong_field_is_told_and_nothing_is_lost(scene: Scene, field: str, value: str, said: str) -> None:
    site = scene.site()
    before = counts()
    fields = scene.form(**{"motivation": "Mon texte.", "calendar": "Au printemps.", field: value})
    response = client_of(scene.applicant).post(f"/fiches/{site.slug}/candidater/", fields)
    page = response.content.decode()
    assert response.status_code == 200
    assert said.lower() in page.lower()
    assert "Au printemps." in page
    assert "<script>" not in page.split("</header>", 1)[1].replace('<script type="module"', "")
    assert counts() == before


def test_dates_out_of_order_are_told(scene: Scene) -> None:
    response = apply_to(scene, scene.site(), starts_on="2027-06-30", ends_on="2027-01-10")
    assert "La date de fin précède la date de début." in response.content.decode()


@pytest.mark.parametrize("parameter", ["solution=a b", "solution=%FF", "cherche=" + "a" * 101, "solution=é"])
def test_a_parameter_that_makes_no_sense_is_a_400(scene: Scene, parameter: str) -> None:
    address = f"/fiches/{scene.site().slug}/candidater/?{parameter}"
    assert client_of(scene.applicant).get(address).status_code == 400


def test_a_double_click_sends_one(scene: Scene) -> None:
    site, key = scene.site(), str(uuid.uuid4())
    first = apply_to(scene, site, creation_key=key)
    mails = OutgoingMail.objects.count()
    second = apply_to(scene, site, creation_key=key)
    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1
    assert OutgoingMail.objects.count() == mails


def test_the_key_of_another_account_gives_nothing_away(scene: Scene) -> None:
    theirs = scene.application()
    other = factories.member()
    organisation = other.memberships.get().organisation
    response = apply_to(
        scene,
        scene.site(),
        client_of(other),
        organisation=organisation.pk,
        creation_key=str(theirs.creation_key),
        solution=factories.solution().slug,
    )
    assert "a déjà servi" in response.content.decode()
    assert Application.objects.count() == 1


def test_one_alive_application_for_a_site_and_a_solution(scene: Scene) -> None:
    site = scene.site()
    first = scene.application(site=site)
    response = apply_to(scene, site)
    assert "déjà candidate à ce site" in response.content.decode()
    assert Application.objects.count() == 1
    applications.act(first, "withdraw", scene.applicant)
    assert apply_to(scene, site).status_code == 302
    assert Application.objects.count() == 2


# Documents


def office(kind: str, *names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        if kind == "odt":
            archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
        else:
            word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            archive.writestr("[Content_Types].xml", word)
        for name in names:
            archive.writestr(name, b"x")
    return packed.getvalue()


def image() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(drawn, "JPEG")
    return drawn.getvalue()


DOCX = office("docx", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "given"),
    [
        ("plan.pdf", PDF, "plan.pdf"),
        ("plan.exe", PDF, "plan.pdf"),
        ("../../etc/passwd.pdf", PDF, "passwd.pdf"),
        ("photo.jpg", image(), "photo.jpg"),
        ("note.docx", DOCX, "note.docx"),
        ("note.odt", office("odt", "content.xml"), "note.odt"),
    ],
)
def test_a_document_is_private_and_given_back_as_a_file(
    scene: Scene, name: str, content: bytes, given: str
) -> None:
    apply_to(scene, scene.site(), documents=[SimpleUploadedFile(name, content, "text/html")])
    attachment = Attachment.objects.get()
    application = attachment.application
    address = f"/mon-espace/candidatures/{application.pk}/pieces/{attachment.key}/"
    for one in ("owner", "applicant"):
        response = client_of(getattr(scene, one)).get(address)
        assert response.getvalue() == content
        assert response["Content-Disposition"] == f'attachment; filename="{given}"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
        assert "html" not in response["Content-Type"]
    assert client_of(factories.member()).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert Client().get(f"/media/{attachment.file.name}").status_code == 404
    other = scene.application(site=scene.site())
    elsewhere = f"/mon-espace/candidatures/{other.pk}/pieces/{attachment.key}/"
    assert client_of(scene.owner).get(elsewhere).status_code == 404
    assert name.rsplit("/")[-1].split(".")[0] not in attachment.file.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("programme.pdf", b"MZ\x90\x00"),
        ("macro.docx", office("docx", "word/vbaProject.bin")),
        ("archive.odt", office("odt", "a.txt")),
        ("tronque.docx", DOCX[:40]),
        ("vide.pdf", b""),
    ],
    ids=["html", "svg", "programme", "macro", "autre", "tronque", "vide"],  # an archive holds the hour
)
def test_a_document_of_another_content_is_refused(scene: Scene, name: str, content: bytes) -> None:
    site = scene.site()
    before = counts()
    response = apply_to(scene, site, documents=[SimpleUploadedFile(name, content)])
    assert response.status_code == 200
    assert "champ-erreur" in response.content.decode()
    assert counts() == before
    assert not Attachment.objects.exists()


def test_a_fourth_or_a_heavy_document_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    site = scene.site()
    four = [SimpleUploadedFile(f"{number}.pdf", PDF) for number in range(4)]
    assert "Trois documents au plus." in apply_to(scene, site, documents=four).content.decode()
    monkeypatch.setattr("catalogue.records.file_types.LARGEST", 10)
    heavy = apply_to(scene, site, documents=[SimpleUploadedFile("lourd.pdf", PDF)])
    assert "trop lourd" in heavy.content.decode()
    assert not Application.objects.exists()


def test_a_refused_sending_leaves_no_file(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise MeetingRefused("Trop tard.")

    monkeypatch.setattr("catalogue.meetings.mails.mail_about_application", fail)
    before = {name for year in default_storage.listdir("")[0] for name in files_under(year)}
    apply_to(scene, scene.site(), documents=[SimpleUploadedFile("plan.pdf", PDF)])
    assert {name for year in default_storage.listdir("")[0] for name in files_under(year)} == before
    assert not Attachment.objects.exists()


def files_under(folder: str) -> list[str]:
    folders, files = default_storage.listdir(folder)
    return files + [name for inside in folders for name in files_under(f"{folder}/{inside}")]


# Deciding


def test_acceptance_creates_the_running_experiment(scene: Scene, run_jobs: Any) -> None:
    commune = factories.commune()
    theme = factories.theme()
    scene.solution.themes.add(theme)
    site = scene.site(territory=commune, place_name="Rue du Marché")
    application = scene.application(
        site=site, starts_on=datetime.date(2027, 3, 1), ends_on=datetime.date(2028, 2, 1)
    )
    applications.act(application, "accept", scene.owner)
    application.refresh_from_db()
    experiment = Experiment.objects.get()
    assert application.experiment == experiment
    assert experiment.title == "Toit frais – Place du marché"
    assert (experiment.state, experiment.status) == ("soumise", "experimentation")
    assert (experiment.owner, experiment.created_by) == (scene.company, scene.applicant)
    assert (experiment.territory, experiment.geometry) == (commune, site.geometry)
    assert (experiment.location_precision, experiment.place_name) == ("exacte", "Rue du Marché")
    assert (experiment.year_start, experiment.year_end) == (2027, 2028)
    assert list(experiment.themes.all()) == [theme]
    roles = set(experiment.organisation_links.values_list("organisation", "role"))
    assert roles == {(scene.company.pk, "porteur"), (scene.host.pk, "territoire-hote")}
    assert experiment.transitions.get().to_state == "soumise"
    assert MOTIVATION not in experiment.description + experiment.summary
    assert Client().get(experiment.get_absolute_url()).status_code == 404
    run_jobs()
    for person in (scene.owner, scene.applicant):
        assert any("acceptée" in one.subject and experiment.title in one.body for one in sent_to(person))
    site.refresh_from_db()
    assert site.site_state == "ouvert"


def test_acceptance_may_reserve_the_site_and_leaves_the_others_alone(scene: Scene) -> None:
    site = scene.site()
    other = scene.application(site=site, solution=factories.solution(), organisation=factories.organisation())
    application = scene.application(site=site)
    address = f"/mon-espace/candidatures/{application.pk}/"
    client_of(scene.owner).post(address, {"action": "accept", "accept-reserve": "on"})
    site.refresh_from_db()
    other.refresh_from_db()
    assert (site.site_state, other.state) == ("reserve", "envoyee")
    assert Revision.objects.get().changes == {"site_state": ["ouvert", "reserve"]}
    assert "/candidater/" not in Client().get(site.get_absolute_url()).content.decode()


def test_who_is_not_confirmed_is_examined_but_not_accepted(scene: Scene) -> None:
    newcomer = factories.account()
    factories.membership(newcomer, scene.company, confirmed_at=None)
    site = scene.site()
    response = apply_to(scene, site, client_of(newcomer))
    application = Application.objects.get()
    assert response.status_code == 302
    client, address = client_of(scene.owner), f"/mon-espace/candidatures/{application.pk}/"
    assert "Appartenance à confirmer" in client.get(address).content.decode()
    client.post(address, {"action": "accept"})
    application.refresh_from_db()
    assert application.state == "envoyee"
    assert not Experiment.objects.exists()
    newcomer.memberships.update(confirmed_at=timezone.now())
    client.post(address, {"action": "accept"})
    application.refresh_from_db()
    assert application.state == "acceptee"


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_declining_needs_a_reason(scene: Scene, reason: str) -> None:
    application = scene.application()
    client, address = client_of(scene.owner), f"/mon-espace/candidatures/{application.pk}/"
    response = client.post(address, {"action": "decline", "reason-reason": reason})
    assert "champ-erreur" in response.content.decode()
    application.refresh_from_db()
    assert application.state == "envoyee"


def test_the_reason_of_a_refusal_is_told(scene: Scene, run_jobs: Any) -> None:
    application = scene.application()
    applications.act(application, "decline", scene.owner, reason="Le chantier a commencé.")
    run_jobs()
    assert "Le chantier a commencé." in sent_to(scene.applicant)[-1].body
    page = client_of(scene.applicant).get(f"/mon-espace/candidatures/{application.pk}/").content.decode()
    assert "Le chantier a commencé." in page


def test_each_step_is_told_to_both(scene: Scene, run_jobs: Any) -> None:
    application = scene.application()
    applications.act(application, "examine", scene.owner)
    applications.act(application, "withdraw", scene.applicant)
    run_jobs()
    for person in (scene.owner, scene.applicant):
        subjects = [one.subject.split(" :")[0] for one in sent_to(person)]
        assert subjects == ["Candidature en examen", "Candidature retirée"]


def test_a_message_reaches_the_other_side_by_name(scene: Scene, run_jobs: Any) -> None:
    application = scene.application()
    address = f"/mon-espace/candidatures/{application.pk}/"
    key = str(uuid.uuid4())
    fields = {
        "action": "write",
        "message-text": "Y a-t-il de l’eau ?\nMerci <b>",
        "message-creation_key": key,
    }
    client_of(scene.owner).post(address, fields)
    client_of(scene.owner).post(address, fields)
    run_jobs()
    [received] = sent_to(scene.applicant)
    assert "Odile Hôte (Commune de Saint-Essai) vous écrit" in received.body
    assert "Y a-t-il de l’eau ?" in received.body
    assert scene.owner.email not in received.body + received.subject + str(received.extra_headers)
    assert sent_to(scene.owner) == []
    page = client_of(scene.applicant).get(address).content.decode()
    assert "Odile Hôte (Commune de Saint-Essai)" in page
    assert "Merci &lt;b&gt;" in page
    assert scene.owner.email not in page


def test_erased_authors_are_called_so(scene: Scene) -> None:
    application = scene.application()
    application.messages.create(author=None, text="Adieu.")
    scene.applicant.delete()
    page = client_of(scene.owner).get(f"/mon-espace/candidatures/{application.pk}/").content.decode()
    assert page.count("compte supprimé") == 2


# Two at once


def at_once(times: int, work: Any) -> list[str]:
    outcomes: list[str] = []
    together = threading.Barrier(times)

    def run() -> None:
        try:
            together.wait(20)
            work()
            outcomes.append("done")
        except MeetingRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_at_once_make_one_experiment() -> None:
    scene = Scene()
    application = scene.application()
    assert at_once(2, lambda: applications.act(application, "accept", scene.owner)) == ["done", "refused"]
    assert Experiment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_send_one_application() -> None:
    scene = Scene()
    site, key = scene.site(), uuid.uuid4()

    def send() -> None:
        applications.send(
            scene.applicant, site, scene.solution, scene.company, creation_key=key, motivation=MOTIVATION
        )

    assert at_once(20, send) == ["done"] * 20
    assert Application.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="candidature-recue").count() == 1


# At the end


def accepted(scene: Scene, **fields: Any) -> Application:
    return applications.act(scene.application(**fields), "accept", scene.owner)


def test_the_loop_raises_the_level_of_proof(scene: Scene) -> None:
    levels = []

    def note() -> None:
        scene.solution.refresh_from_db()
        levels.append(scene.solution.proof_level)

    note()
    application = accepted(scene, site=scene.site(territory=factories.commune()))
    note()
    workflow.apply(Record.objects.get(pk=application.experiment_id), "publish", None)
    note()
    factories.indicator(application.experiment)
    note()
    assert levels == [0, 0, 1, 3]


def test_results_are_added_once_the_holder_may_change_the_record(scene: Scene) -> None:
    application = accepted(scene)
    client, address = client_of(scene.applicant), f"/mon-espace/candidatures/{application.pk}/"
    assert "Ajouter des résultats" not in client.get(address).content.decode()
    workflow.apply(Record.objects.get(pk=application.experiment_id), "publish", None)
    page = client.get(address).content.decode()
    form = f"/proposer/fiche/{application.experiment.slug}/resultats/"
    assert form in page
    assert client.get(form).status_code == 200
    assert form not in client_of(scene.owner).get(address).content.decode()


def test_curators_are_told_when_the_host_has_nobody_left(scene: Scene, run_jobs: Any) -> None:
    site = scene.site()
    scene.host.memberships.all().delete()
    assert apply_to(scene, site).status_code == 302
    run_jobs()
    assert len(sent_to(scene.people["curator"])) == 1


def test_results_are_asked_once_at_the_end(scene: Scene, run_jobs: Any) -> None:
    application = accepted(scene, ends_on=TODAY() - datetime.timedelta(days=1))
    OutgoingMail.objects.all().delete()
    ask_results(timestamp=0)
    ask_results(timestamp=0)
    run_jobs()
    [asked] = sent_to(scene.applicant)
    assert asked.subject == "Qu’a donné « Toit frais – Place du marché » ?"
    assert sent_to(scene.owner) == []
    application.refresh_from_db()
    assert application.results_asked_at is not None
    page = client_of(scene.applicant).get(f"/mon-espace/candidatures/{application.pk}/").content.decode()
    assert "ses résultats ont été demandés le" in page


@pytest.mark.parametrize("why", ["running", "undated", "measured", "abandoned", "archived", "declined"])
def test_nothing_is_asked_when_there_is_nothing_to_ask(scene: Scene, why: str) -> None:
    day = None if why == "undated" else TODAY() - datetime.timedelta(days=0 if why == "running" else 9)
    if why == "declined":
        scene.application(ends_on=day, state="declinee")
    else:
        application = accepted(scene, ends_on=day)
        experiment = application.experiment
        if why == "measured":
            factories.indicator(experiment)
        elif why == "abandoned":
            Experiment.objects.filter(pk=experiment.pk).update(
                status="abandonne", abandon_reason="Trop cher."
            )
        elif why == "archived":
            Record.objects.filter(pk=experiment.pk).update(state="archivee")
    assert results.ask_for_results() == 0


# Pages


def test_the_pages_stay_within_their_queries(scene: Scene) -> None:
    site = scene.site(territory=factories.commune())
    for number in range(6):
        company = factories.organisation()
        application = scene.application(
            site=site, solution=factories.solution(), organisation=company,
            created_by=factories.member(company), state=("declinee", "envoyee")[number % 2],
        )  # fmt: skip
        for _message in range(4):
            application.messages.create(author=scene.owner, text="Bonjour.")
            application.messages.create(author=application.created_by, text="Bonjour.")
    client = client_of(scene.owner)
    for address, most in (
        ("/mon-espace/candidatures/", 14),
        (f"/mon-espace/candidatures/{application.pk}/", 20),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= most, [query["sql"][:150] for query in queries]


def test_the_list_is_by_side_by_state_and_by_page(scene: Scene) -> None:
    site = scene.site()
    for number in range(22):
        scene.application(
            site=site, solution=factories.solution(title=f"Solution n°{number:02}"), state="retiree"
        )
    scene.application(site=site, state="envoyee")
    client = client_of(scene.owner)
    first = client.get("/mon-espace/candidatures/").content.decode()
    assert first.count('class="dossier') >= 20
    assert "Page 1 sur 2" in first
    assert "Toit frais" in first
    assert "Solution n°00" in client.get("/mon-espace/candidatures/?vue=recues&page=2").content.decode()
    only = client.get("/mon-espace/candidatures/?vue=recues&etat=envoyee").content.decode()
    assert "Toit frais" in only
    assert "Solution n°" not in only
    assert "Aucune candidature" in client.get("/mon-espace/candidatures/?vue=envoyees").content.decode()
    assert "Toit frais" in client_of(scene.applicant).get("/mon-espace/candidatures/").content.decode()
    stranger = client_of(factories.member()).get("/mon-espace/candidatures/?vue=recues").content.decode()
    assert "Toit frais" not in stranger


@pytest.mark.parametrize(
    ("parameters", "status"),
    [("vue=autre", 400), ("etat=autre", 400), ("page=0", 400), ("page=x", 400), ("page=9", 404)],
)
def test_a_list_parameter_that_makes_no_sense_is_told(scene: Scene, parameters: str, status: int) -> None:
    assert client_of(scene.owner).get(f"/mon-espace/candidatures/?{parameters}").status_code == status


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_an_unknown_application_is_not_found(scene: Scene, number: str) -> None:
    assert client_of(scene.owner).get(f"/mon-espace/candidatures/{number}/").status_code == 404


def test_nothing_of_an_application_is_public(scene: Scene) -> None:
    site = scene.site(territory=factories.commune())
    application = scene.application(site=site, motivation="Zéphyrinade")
    application.messages.create(author=scene.owner, text="Zéphyrinade")
    scene.answer(how="Zéphyrinade", message="Zéphyrinade")
    scene.contact(message="Zéphyrinade", record=site)
    for address in (
        site.get_absolute_url(),
        scene.solution.get_absolute_url(),
        f"/fiches/{site.slug}.geojson",
        "/fiches.csv",
        "/fiches/?q=Toit",
    ):
        assert "Zéphyrinade" not in Client().get(address).getvalue().decode()


def test_a_file_that_no_application_holds_any_more_is_swept(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogue.records.files.GRACE", datetime.timedelta(0))
    apply_to(scene, scene.site(), documents=[SimpleUploadedFile("plan.pdf", PDF)])
    name = Attachment.objects.get().file.name
    files.delete_orphans()
    assert default_storage.exists(name)
    Application.objects.get().delete()
    files.delete_orphans()
    assert not default_storage.exists(name)


# Whose solution it is


def test_the_file_says_when_the_solution_is_carried_by_somebody_else(scene: Scene) -> None:
    own, theirs, unknown = scene.solution, factories.solution(title="Kara"), factories.solution()
    theirs.organisation_links.create(organisation=factories.organisation(name="Kawantech"), role="porteur")
    said = []
    for solution in (own, theirs, unknown):
        application = scene.application(solution=solution)
        for reader in (scene.owner, scene.applicant):
            page = client_of(reader).get(f"/mon-espace/candidatures/{application.pk}/").content.decode()
            said.append(
                (
                    "n’est pas celle du candidat" in page,
                    "Kawantech" in page,
                    "ne dit pas qui la porte" in page,
                )
            )
    assert said == [(False, False, False)] * 2 + [(True, True, False)] * 2 + [(True, False, True)] * 2

"""Every way of writing a record leaves a version, with who wrote and how; two at once follow one another."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalogue.contributions import documents, editing, revisions
from catalogue.contributions.editing import open_copy
from catalogue.imports.run import import_file
from catalogue.imports.undo import undo_batch
from catalogue.meetings import answers, applications
from catalogue.models import Indicator, Operation, Record, RecordVersion, Revision
from catalogue.records import versions
from catalogue.records.file_types import PDF, Content
from catalogue.workshop.history import revert
from tests import factories
from tests.catalogue.admin.test_admin import form_of, page
from tests.catalogue.imports.conftest import ready, territories  # noqa: F401
from tests.catalogue.imports.test_run import ROW, job
from tests.catalogue.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
Origin = versions.Origin


def kept(record: Any) -> list[tuple[int, str, Any]]:
    """Number, origin and author of each version, oldest first."""
    rows = RecordVersion.objects.filter(record=record.pk).order_by("number").select_related("actor")
    return [(one.number, one.origin, one.actor) for one in rows]


def before_and(origin: str, actor: Any) -> list[tuple[int, str, Any]]:
    """The state before, then the one change."""
    return [(1, "constat", None), (2, origin, actor)]


def test_the_forms_of_a_curator_and_documents() -> None:
    """A field, a row, a role, a document: each leaves a version; what changes nothing leaves none."""
    actor, record = factories.curator(), factories.experiment()
    other = factories.organisation(slug="labo")
    editing.save(open_copy(actor, record.slug), {"title": "Autre"}, "")
    editing.save(open_copy(actor, record.slug), {"title": "Autre"}, "")
    row = {"name": "Eau", "nature": "annonce", "text": "moins d’eau"}
    editing.save_item(open_copy(actor, record.slug), "indicators", None, row, "")
    ref = open_copy(actor, record.slug).items("indicators")[0]["ref"]
    editing.delete_item(open_copy(actor, record.slug), "indicators", ref)
    editing.save_role(open_copy(actor, record.slug), "porteur", other.slug, present=True)
    paper = factories.document(record)
    documents.remove_document(open_copy(actor, record.slug), paper.pk)
    assert not documents.visible_documents(open_copy(actor, record.slug)).exists()
    expected = ["constat", *["formulaire"] * 4, "constat", "formulaire"]
    assert [origin for _n, origin, _who in kept(record)] == expected
    assert {who for _n, origin, who in kept(record) if origin == "formulaire"} == {actor}
    with_paper = RecordVersion.objects.get(record=record, number=6)
    revert.revert_record(record, with_paper, actor, revert.plan_revert(record, with_paper).seen, "Il manque.")
    assert documents.visible_documents(open_copy(actor, record.slug)).get() == paper


def test_a_file_that_another_replaced_comes_back_with_its_version(client: Client) -> None:
    """With the result that cites it; what replaced it is taken off, and comes back as well."""
    actor, record = factories.curator(), factories.experiment()
    values = {"kind": "evaluation", "title": "Bilan", "url": "", "licence": "Licence Ouverte 2.0"}

    def given(content: bytes) -> Any:
        return SimpleUploadedFile("bilan.pdf", content), Content(PDF, ".pdf")

    def read() -> Any:
        one = documents.visible_documents(open_copy(actor, record.slug)).get()
        assert Indicator.objects.get(experiment=record).document == one
        page = client.get(reverse("catalogue:document-file", args=[one.key, documents.download_name(one)]))
        return b"".join(page.streaming_content)

    first = documents.add_document(open_copy(actor, record.slug), uuid.uuid4(), values, *given(b"premier"))
    Indicator.objects.create(experiment=record, name="Eau", nature="annonce", text="moins", document=first)
    versions.save_after([record.pk], actor, Origin.FORM)
    before = RecordVersion.objects.filter(record=record).latest("number")
    documents.change_document(open_copy(actor, record.slug), first.pk, values, *given(b"second"))
    assert read() == b"second"
    after = RecordVersion.objects.filter(record=record).latest("number")
    assert after.number == before.number + 1
    for version, expected in ((before, b"premier"), (after, b"second")):
        revert.revert_record(
            record, version, actor, revert.plan_revert(record, version).seen, "Le bon fichier."
        )
        assert read() == expected
    assert not revert.plan_revert(record, before).impossible


def test_an_author_before_publication_and_a_change_accepted() -> None:
    """What was submitted is followed; a draft is not; an accepted change is the curator’s."""
    author = factories.member()
    own = {"owner": author.memberships.get().organisation, "created_by": author}
    asked, draft = factories.need(state="a-completer", **own), factories.need(state="brouillon", **own)
    for record in (asked, draft):
        editing.save(open_copy(author, record.slug), {"summary": "complété"}, "")
    assert kept(asked) == before_and("formulaire", author)
    assert kept(draft) == []
    published, curator = factories.need(**own), factories.curator()
    revision = Revision.objects.create(
        record=published,
        author=author,
        reason="Mise à jour",
        changes={"summary": [published.summary, "neuf"]},
    )
    revisions.accept(revision, curator)
    assert kept(published) == before_and("changement", curator)
    assert RecordVersion.objects.get(record=published, number=2).reason == "Mise à jour"


@pytest.mark.usefixtures("ready")
def test_an_import_and_its_undo() -> None:
    """A creation costs nothing; a change by a newer file and its undo are versions."""
    actor = factories.user()
    import_file(job(ROW, actor=actor))
    record = Operation.objects.get()
    assert kept(record) == []
    batch = import_file(job(ROW.replace(";120;", ";150;"), actor=actor)).batch
    assert kept(record) == before_and("import", actor)
    undo_batch(batch, actor)
    assert kept(record)[2:] == [(3, "import-annule", actor)]
    first, _second, third = RecordVersion.objects.filter(record=record).order_by("number")
    assert first.data == third.data


def test_the_administration(admin_client: Client, admin_user: Any) -> None:
    """A record with its lines is one version, on its page or on that of a part of it."""
    record = factories.measured_experiment()
    address = page(type(record), "change", record.pk)
    data = form_of(admin_client, address, **{"title": "Corrigé", "indicators-0-name": "Renommé"})
    answer = admin_client.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert kept(record) == before_and("administration", admin_user)
    part = record.indicators.get()
    admin_client.post(reverse("admin:catalogue_indicator_delete", args=[part.pk]), {"post": "yes"})
    assert kept(record)[2:] == [(3, "administration", admin_user)]
    (was, now) = (one.data for one in RecordVersion.objects.filter(record=record, number__gt=1))
    assert (was["indicators"], now["indicators"][0]["name"]) == ([], "Renommé")


def test_what_comes_of_a_meeting() -> None:
    """A site that is reserved and a need that is answered."""
    scene = Scene()
    application = scene.application()
    applications.act(application, "accept", scene.owner, reserve=True)
    assert kept(application.site) == before_and("formulaire", scene.owner)
    answer = scene.answer()
    answers.act(answer, "accept", scene.owner)
    assert kept(answer.need) == before_and("formulaire", scene.owner)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_writes_follow_one_another() -> None:
    """Six curators, a field each: six versions that follow one another, and nobody's word is lost."""
    fields = ("title", "summary", "description", "place_name", "source_citation", "workshop")
    record = factories.need()
    people = [factories.curator() for _each in fields]
    together, failures = threading.Barrier(len(fields)), list[BaseException]()

    def at_once(work: Callable[[], None]) -> None:
        try:
            together.wait(30)
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def write(person: Any, name: str) -> None:
        editing.save(open_copy(person, record.slug), {name: f"écrit {name}"}, "")

    threads = [
        threading.Thread(target=at_once, args=[lambda person=person, name=name: write(person, name)])
        for person, name in zip(people, fields, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert [number for number, _origin, _who in kept(record)] == list(range(1, len(fields) + 2))
    assert {who for _n, origin, who in kept(record) if origin == "formulaire"} == set(people)
    last = RecordVersion.objects.filter(record=record).first()
    assert last is not None
    assert all(last.data[name] == f"écrit {name}" for name in fields)
    assert last.data == versions.read_current([record.pk])[record.pk]
    assert Record.objects.get(pk=record.pk).title == "écrit title"

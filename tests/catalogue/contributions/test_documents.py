"""Documents and photos: what is accepted, what becomes of it, who may see it and when."""

import io
import uuid
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from catalogue.contributions import documents
from catalogue.models import Document, Record, Revision
from catalogue.records import files
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def owner():
    return factories.member()


@pytest.fixture
def draft(owner):
    organisation = owner.memberships.get().organisation
    return factories.solution(state=Record.State.DRAFT, owner=organisation, created_by=owner)


@pytest.fixture
def writer(owner):
    client = Client()
    client.force_login(owner)
    return client


def address(record):
    return f"/proposer/fiche/{record.slug}/documents/"


def posted(client, record, content=None, **given):
    values = {
        "key": uuid.uuid4(),
        "kind": "retour-experience",
        "title": "Bilan de 2023",
        "licence": "Licence Ouverte 2.0",
        **given,
    }
    if content is not None:
        values["file"] = SimpleUploadedFile("nom-trompeur.svg", content, "text/html")
    return client.post(address(record), {name: value for name, value in values.items() if value is not None})


def picture(form="JPEG", size=(3000, 2000), *, exif=False):
    written = io.BytesIO()
    image = Image.new("RGB", size, (10, 120, 90))
    options = {}
    if exif:
        data = Image.Exif()
        data[0x010F] = "AppareilSecret"
        data[0x0112] = 6
        data.get_ifd(0x8825)[1] = "N"
        options["exif"] = data
    image.save(written, form, **options)
    return written.getvalue()


def office(names):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return written.getvalue()


DOCX = {
    "[Content_Types].xml": '<Override ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/>',
    "word/document.xml": "<w/>",
}
ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>"}


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PDF, "application/pdf"),
        (office(DOCX), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office(ODT), "application/vnd.oasis.opendocument.text"),
        ("commune;habitants\nRennes;220000\n".encode("utf-8-sig"), "text/csv"),
        ("commune;été\nRennes;1\n".encode("cp1252"), "text/csv"),
    ],
)
def test_a_document_is_kept_under_what_it_is(writer, draft, content, content_type):
    response = posted(writer, draft, content)
    assert response.status_code == 302, response.context["form"].errors
    document = draft.documents.get()
    assert (document.content_type, document.is_ready, document.is_pending) == (content_type, True, False)
    assert "trompeur" not in document.file.name
    given = writer.get(f"/documents/{document.key}/bilan-de-2023.pdf")
    assert b"".join(given.streaming_content) == content
    assert given["Content-Type"] == content_type
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in given["Cache-Control"]


BOMB = (
    b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (50_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + b"\0" * 99
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "format accepté"),
        (b"<!DOCTYPE html><html><body>a;b,c</body></html>", "format accepté"),
        (b"MZ\x90\x00" + b"\0" * 200, "format accepté"),
        (b"\x7fELF" + b"\x02" * 200, "format accepté"),
        (b"#!/bin/sh\necho a;b\n", "format accepté"),
        (b"bonjour tout le monde", "format accepté"),
        (PDF.removesuffix(b"%%EOF\n"), "tronqué"),
        (office({"a.txt": "a"}), "format accepté"),
        (office({**DOCX, "word/vbaProject.bin": "x"}), "macros"),
        (office({**ODT, "Basic/Standard/Module1.xml": "x"}), "macros"),
        (office({"../../etc/passwd": "x", **ODT}), "hors de son dossier"),
        (office({**ODT, "zeros": b"\0" * 3_000_000}), "compressée"),
        (office(DOCX)[:-30], "tronquée"),
        (picture(size=(100, 100))[:400], "tronquée"),
        (BOMB, "image"),
        (b"x" * (20 * 1024 * 1024 + 1), "20 Mo"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(writer, draft, content, said):
    response = posted(writer, draft, content)
    assert response.status_code == 400
    assert said in response.context["form"].errors["file"][0] or not content
    assert not draft.documents.exists()


def test_a_photo_is_reduced_and_loses_its_metadata(
    writer, draft, run_jobs, django_capture_on_commit_callbacks
):
    original = picture(exif=True)
    assert b"AppareilSecret" in original
    response = posted(writer, draft, original, kind="photo", alternative="Une cour plantée")
    assert response.status_code == 302
    document = draft.documents.get()
    first = document.file.name
    assert not document.is_ready
    assert writer.get(f"/documents/{document.key}/x.jpg").status_code == 404, "the original is never given"
    assert "en cours de réduction" in writer.get(address(draft)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert "treat_photo" in run_jobs()
    document.refresh_from_db()
    assert document.is_ready
    assert not default_storage.exists(first)
    for file, longest in ((document.file, 1600), (document.thumbnail, 480)):
        content = file.open().read()
        assert b"AppareilSecret" not in content
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert max(image.size) == longest
        assert image.height > image.width, "turned upright"
    shown = writer.get(f"/documents/{document.key}/cour.jpg")
    assert shown["Content-Type"] == "image/jpeg"
    assert not shown["Content-Disposition"].startswith("attachment")
    thumbnail = writer.get(f"/documents/{document.key}/vignette")
    assert len(b"".join(thumbnail.streaming_content)) == document.thumbnail.size


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_images_keep_their_form(writer, draft, run_jobs, form):
    assert (
        posted(writer, draft, picture(form, (20, 10)), alternative="Un plan", kind="plan").status_code == 302
    )
    run_jobs()
    document = draft.documents.get()
    assert document.content_type == f"image/{form.lower()}"
    assert Image.open(document.file.open()).size == (20, 10)


@pytest.mark.parametrize(
    ("given", "content", "field"),
    [
        ({}, None, "file"),
        ({"url": "https://exemple.fr/a.pdf"}, PDF, "url"),
        ({"url": "javascript:alert(1)"}, None, "url"),
        ({"licence": ""}, PDF, "licence"),
        ({"licence": "inventée"}, PDF, "licence"),
        ({"title": ""}, PDF, "title"),
        ({"published_year": "1066"}, PDF, "published_year"),
        ({"kind": "photo", "alternative": ""}, picture(size=(9, 9)), "alternative"),
        ({"kind": "photo"}, PDF, "kind"),
    ],
)
def test_what_lacks_is_told(writer, draft, given, content, field):
    response = posted(writer, draft, content, **given)
    assert response.status_code == 400
    assert field in response.context["form"].errors


def test_a_link_needs_no_file(writer, draft):
    response = posted(writer, draft, url="https://exemple.fr/bilan.pdf", licence="")
    assert response.status_code == 302
    assert draft.documents.get().url == "https://exemple.fr/bilan.pdf"


def test_a_form_sent_twice_adds_one_document(writer, draft):
    key = uuid.uuid4()
    for _again in range(2):
        assert posted(writer, draft, PDF, key=key).status_code == 302
    assert draft.documents.count() == 1


def test_a_record_has_thirty_documents_at_most(writer, draft):
    for _number in range(documents.MOST):
        factories.document(draft)
    response = posted(writer, draft, PDF)
    assert response.status_code == 400
    assert draft.documents.count() == documents.MOST


def test_a_document_is_changed_and_removed_with_its_files(writer, draft, django_capture_on_commit_callbacks):
    posted(writer, draft, PDF)
    document = draft.documents.get()
    page = f"{address(draft)}{document.pk}/"
    assert "Bilan de 2023" in writer.get(page).content.decode()
    values = {"kind": "evaluation", "title": "Évaluation", "licence": "CC BY 4.0", "key": uuid.uuid4()}
    assert writer.post(page, values).status_code == 302
    document.refresh_from_db()
    assert (document.title, document.kind, bool(document.file)) == ("Évaluation", "evaluation", True)
    first = document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        writer.post(page, {**values, "file": SimpleUploadedFile("a", PDF + b"\n")})
    document.refresh_from_db()
    assert document.file.name != first
    assert not default_storage.exists(first)
    with django_capture_on_commit_callbacks(execute=True):
        assert writer.post(f"{page}retirer/").status_code == 302
    assert not default_storage.exists(document.file.name)
    assert not draft.documents.exists()
    assert writer.get(f"{page}retirer/").status_code == 405
    assert writer.post(f"{page}retirer/").status_code == 404


def test_nobody_else_sees_or_changes_the_documents_of_a_draft(client, writer, draft):
    posted(writer, draft, PDF)
    document = draft.documents.get()
    file = f"/documents/{document.key}/bilan.pdf"
    assert client.get(file).status_code == 404
    assert client.get(f"/documents/{uuid.uuid4()}/bilan.pdf").status_code == 404
    client.force_login(factories.member())
    assert client.get(file).status_code == 404
    assert client.get(address(draft)).status_code == 404
    assert posted(client, draft, PDF).status_code == 404
    assert client.post(f"{address(draft)}{document.pk}/retirer/").status_code == 404
    other = factories.document(factories.solution(state=Record.State.DRAFT))
    assert writer.post(f"{address(draft)}{other.pk}/retirer/").status_code == 404
    assert Document.objects.filter(pk=other.pk).exists()


def test_a_public_file_is_given_to_everybody_while_the_record_is_published(client, draft, writer):
    posted(writer, draft, PDF)
    document = draft.documents.get()
    file = f"/documents/{document.key}/bilan.pdf"
    Record.objects.filter(pk=draft.pk).update(state=Record.State.PUBLISHED)
    response = client.get(file)
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    assert "max-age=60" in response["Cache-Control"]
    assert file.rpartition("/")[0] in client.get(f"/fiches/{draft.slug}/").content.decode()
    Record.objects.filter(pk=draft.pk).update(state=Record.State.ARCHIVED)
    assert client.get(file).status_code == 404


def test_what_is_added_to_a_published_record_waits_for_its_acceptance(client, writer, owner, draft):
    Record.objects.filter(pk=draft.pk).update(state=Record.State.PUBLISHED)
    published = factories.document(draft, title="Déjà publié")
    assert posted(writer, draft, PDF, title="Bilan secret").status_code == 302
    document = draft.documents.get(title="Bilan secret")
    revision = Revision.objects.get(record=draft.pk, author=owner)
    assert document.is_pending
    assert document.revision == revision
    page = client.get(f"/fiches/{draft.slug}/").content.decode()
    assert "Déjà publié" in page
    assert "Bilan secret" not in page
    assert str(document.key) not in page
    file = f"/documents/{document.key}/bilan.pdf"
    assert client.get(file).status_code == 404
    assert writer.get(file).status_code == 200
    assert writer.post(f"{address(draft)}{published.pk}/retirer/").status_code == 404
    assert writer.post(f"{address(draft)}{document.pk}/retirer/").status_code == 302
    curator = Client()
    curator.force_login(factories.curator())
    assert posted(curator, draft, PDF, title="Du curateur").status_code == 302
    assert not draft.documents.get(title="Du curateur").is_pending


def test_a_photo_of_the_public_page_has_its_words(client, writer, draft, run_jobs):
    posted(
        writer,
        draft,
        picture(size=(90, 60)),
        kind="photo",
        alternative="Cour plantée",
        credit="Ville / J. M.",
    )
    Record.objects.filter(pk=draft.pk).update(state=Record.State.PUBLISHED)
    assert "Cour plantée" not in client.get(f"/fiches/{draft.slug}/").content.decode()
    run_jobs()
    page = client.get(f"/fiches/{draft.slug}/").content.decode()
    for words in ('alt="Cour plantée"', "Ville / J. M.", "Licence Ouverte 2.0"):
        assert words in page


def test_files_that_nothing_holds_are_swept(writer, draft, monkeypatch):
    posted(writer, draft, PDF)
    kept = draft.documents.get().file.name
    lost = default_storage.save("documents/2020/perdu.pdf", ContentFile(PDF))
    assert files.delete_orphans() == 0, "an upload may still be on its way"
    monkeypatch.setattr(files, "GRACE", -files.GRACE)
    files.delete_orphans()
    assert default_storage.exists(kept)
    assert not default_storage.exists(lost)


def test_the_page_costs_the_same_whatever_the_number(writer, draft):
    factories.document(draft)
    writer.get(address(draft))
    with CaptureQueriesContext(connection) as few:
        writer.get(address(draft))
    for _number in range(20):
        factories.document(draft)
    with CaptureQueriesContext(connection) as many:
        writer.get(address(draft))
    assert len(many) == len(few)

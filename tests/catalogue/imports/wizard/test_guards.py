"""Who may import, what is refused, what a second click or an old page does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.models import ImportBatch, Record
from tests import factories
from tests.catalogue.imports.wizard.conftest import HEADER, ROW

READ = ("import-detail", "import-columns", "import-map", "import-rejects", "import-progress")
POSTED = ("import-decide", "import-words", "import-again", "import-discard")


def list_urls(pk):
    yield reverse("catalogue:import-list"), "get"
    yield reverse("catalogue:import-new"), "get"
    for name in READ:
        yield reverse(f"catalogue:{name}", args=[pk]), "get"
    yield reverse("catalogue:import-row", args=[pk, 2]), "get"
    yield reverse("catalogue:import-confirm", args=[pk, "ecriture"]), "get"
    for name in POSTED:
        yield reverse(f"catalogue:{name}", args=[pk]), "post"
    yield reverse("catalogue:import-start", args=[pk, "ecriture"]), "post"


def test_only_curators_see_imports(wizard, client):
    batch = wizard.checked(ROW)
    for url, method in list_urls(batch.pk):
        client.force_login(factories.member())
        assert getattr(client, method)(url).status_code == 404, url
        client.logout()
        assert getattr(client, method)(url).status_code == 302, url
    batch.refresh_from_db()
    assert (batch.state, batch.job) == ("verifie", "")


def test_a_batch_that_does_not_exist(wizard):
    for url, method in list_urls(10**7):
        if "atelier/imports/1" in url:
            assert getattr(wizard.client, method)(url).status_code == 404, url


def test_a_wrong_method(wizard):
    batch = wizard.checked(ROW)
    for url, method in list_urls(batch.pk):
        if "nouveau" in url or "colonnes" in url:
            continue
        wrong = "post" if method == "get" else "get"
        assert getattr(wizard.client, wrong)(url).status_code == 405, url


@pytest.mark.parametrize("job", ["licorne", "abandon"])
def test_an_unknown_job(wizard, job):
    batch = wizard.checked(ROW)
    assert wizard.client.get(reverse("catalogue:import-confirm", args=[batch.pk, job])).status_code == 404
    url = reverse("catalogue:import-start", args=[batch.pk, job])
    assert wizard.client.post(url, {"version": batch.version}).status_code == 404


def test_the_same_file_sent_twice_is_one_import(wizard):
    first = wizard.rows(ROW)
    response = wizard.upload((HEADER + ROW).encode())
    assert response.url == reverse("catalogue:import-detail", args=[first.pk])
    assert ImportBatch.objects.count() == 1


def test_a_second_click_asks_for_nothing_more(wizard):
    batch = wizard.checked(ROW)
    url = reverse("catalogue:import-start", args=[batch.pk, "ecriture"])
    for _click in range(3):
        assert wizard.client.post(url, {"version": batch.version}).status_code == 302
    assert wizard.run_jobs().count("import_step") == 1
    assert Record.objects.count() == 1
    wizard.client.post(url, {"version": batch.version})
    assert wizard.run_jobs() == []
    assert Record.objects.count() == 1


def test_two_curators_lose_nothing_and_the_second_on_a_doubt_is_warned(wizard):
    batch = wizard.checked(ROW, "2;a;21232;Dijon;;;;;;\n", "3;b;21232;Dijon;;;;;;\n")
    old = batch.version
    wizard.decide(batch, "ecarter", ligne=3)
    wizard.client.force_login(factories.curator())
    url = reverse("catalogue:import-decide", args=[batch.pk])
    given = {
        "version": old,
        "choix": "corriger",
        "ligne": 3,
        "colonne": "territoire",
        "valeur": "commune:21231",
    }
    message = wizard.client.post(url, given, follow=True).content.decode()
    assert "une autre décision a été prise entre-temps" in message
    assert ": écarter). La vôtre n’a pas été appliquée : lire « commune:21231 »" in message
    wizard.client.post(url, {**given, "ligne": 4})
    wizard.client.post(url, {"version": old, "choix": "proposer", "code": "code-contredit-nom"})
    batch.refresh_from_db()
    lines = batch.setup["decisions"]["lines"]
    assert {line: one["choice"] for line, one in lines.items()} == {"3": "ecarter", "4": "corriger"}


def test_an_old_page_changes_nothing(wizard):
    batch = wizard.checked(ROW, "2;a;21232;Dijon;;;;;;\n")
    old = batch.version
    wizard.decide(batch, "ecarter", ligne=3)
    message = "a changé depuis que vous avez ouvert la page"
    for name in ("import-start", "import-discard"):
        args = [batch.pk, "essai"] if name == "import-start" else [batch.pk]
        page = wizard.client.post(reverse(f"catalogue:{name}", args=args), {"version": old}, follow=True)
        assert message in page.content.decode()
    batch.refresh_from_db()
    assert (batch.job, batch.version) == ("", old + 1)
    batch.version = old
    assert wizard.columns(batch).status_code == 302
    batch.refresh_from_db()
    assert batch.job == ""
    wizard.columns(batch)
    wizard.run_jobs()
    given = {"version": old, "choix": "ecarter", "ligne": 3}
    page = wizard.client.post(reverse("catalogue:import-decide", args=[batch.pk]), given, follow=True)
    assert message in page.content.decode()


def test_a_written_import_takes_no_decision(wizard):
    batch = wizard.checked(ROW)
    wizard.go(batch, "ecriture")
    version = batch.version
    wizard.decide(batch, "ecarter", ligne=2)
    wizard.client.post(reverse("catalogue:import-discard", args=[batch.pk]), {"version": version})
    batch.refresh_from_db()
    assert (batch.version, batch.state, Record.objects.count()) == (version, "ecrit", 1)
    columns = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk]))
    assert columns.status_code == 302


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"version": "x", "choix": "accepter", "ligne": "2"},
        {"version": "1", "choix": "licorne", "ligne": "2"},
        {"version": "1", "choix": "accepter"},
        {"version": "1", "choix": "accepter", "ligne": "99999999999999"},
        {"version": "1", "choix": "accepter", "code": "<script>"},
        {"version": "1", "choix": "corriger", "ligne": "999", "colonne": "titre", "valeur": "a"},
        {"version": "1", "choix": "corriger", "ligne": "2", "colonne": "absente", "valeur": "a"},
        {"version": "1", "choix": "corriger", "colonne": "titre", "texte": "\x00", "valeur": "a"},
    ],
)
def test_a_senseless_decision_breaks_nothing(wizard, given):
    batch = wizard.checked(ROW)
    response = wizard.client.post(reverse("catalogue:import-decide", args=[batch.pk]), given, follow=True)
    assert response.status_code == 200
    wizard.go(batch, "essai")
    assert batch.created_count == 1


@pytest.mark.parametrize("query", ["?voir=licorne", "?page=0", "?page=abc"])
def test_a_senseless_page_is_refused(wizard, query):
    batch = wizard.checked(ROW)
    assert wizard.page(batch, query).status_code == 400
    assert wizard.page(batch, "?page=9").status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "vide"),
        (b"%PDF-1.7 x", "un PDF"),
        (b"PK\x03\x04abc", "abîmé"),
        (b"<OGRVRTDataSource>", "VRT"),
        (b"a;b\n1;2\x00\n", "octets nuls"),
        (b'a;b\n1;"2\n', "guillemets"),
        (b"1;2\n3;4\n", "en-tête manque"),
        ("a;b\n1;2\x00\n".encode("utf-16"), "octets nuls"),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason(wizard, data, message):
    response = wizard.upload(data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\fiches.csv", "fiches.csv"),
        ("a\r\nb\u202e.csv", "a b.csv"),
        ("<script>alert(1)</script>.csv", "script&gt;.csv"),
        ("x" * 200 + ".csv", "x" * 90),
        ("..", ".."),
    ],
)
def test_the_name_of_a_file_is_only_a_name(wizard, name, shown):
    response = wizard.upload((HEADER + ROW).encode(), name="essai.csv")
    batch = ImportBatch.objects.get()
    from catalogue.imports.wizard.batches import clean_name

    ImportBatch.objects.update(filename=clean_name(name))
    page = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk])).content.decode()
    assert response.status_code == 302
    assert shown in page
    assert "<script>alert" not in page
    assert batch.file.name.startswith("imports/")
    assert batch.file.name.endswith(".csv")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nature": ""}, "Dites ce que décrit chaque ligne"),
        ({"nature": "organisation"}, "Sélectionnez un choix valide"),
        ({"source": ""}, "Choisissez une source"),
        ({"source": "licorne"}, "Sélectionnez un choix valide"),
        ({"source": "", "nom": "Essai"}, "déjà connue"),
        ({"source": "", "nom": "!!!"}, "ni lettre ni chiffre"),
        ({"correspondance": b"nature = "}, "TOML"),
        ({"correspondance": b"\xff"}, "UTF-8"),
        ({"correspondance": b'nature = "theme"'}, "pas celle de fiches"),
        ({"correspondance": b'nature = "operation"\nchamps = 3'}, "forme attendue"),
        ({"correspondance": b'nature = "operation"\nlabels = "a"'}, "forme attendue"),
        ({"correspondance": b'nature = "operation"\nx = nan'}, "forme attendue"),
        ({"correspondance": b'nature = "operation"\nx = "\\u0000"'}, "octets nuls"),
    ],
)
def test_what_must_be_given_with_a_file(wizard, fields, message):
    if "correspondance" in fields:
        fields = {"correspondance": SimpleUploadedFile("c.toml", fields["correspondance"])}
    response = wizard.upload((HEADER + ROW).encode(), **fields)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_pages_cost_the_same_queries_whatever_the_rows(wizard, django_assert_max_num_queries):
    rows = [f"{n};Quartier {n:05d};38185;Grenoble;;;theme-eau;;;\n" for n in range(60)]
    batch = wizard.checked(*rows)
    for query in ("?voir=nouvelle", "?voir=douteuse", "?voir=rejetee"):
        with django_assert_max_num_queries(14):
            page = wizard.page(batch, query)
        assert page.status_code == 200
        assert len(page.content) < 150_000
    with django_assert_max_num_queries(12):
        wizard.client.get(reverse("catalogue:import-list"))


def test_the_progress_is_given_to_the_script(wizard):
    batch = wizard.rows(ROW)
    wizard.columns(batch)
    url = reverse("catalogue:import-progress", args=[batch.pk])
    assert wizard.client.get(url).json()["enCours"] is True
    page = wizard.page(batch).content.decode()
    assert "js/rooms/imports.js" in page
    assert "Actualiser" in page
    wizard.run_jobs()
    assert wizard.client.get(url).json()["enCours"] is False

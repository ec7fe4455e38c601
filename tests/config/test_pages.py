"""The pages that say what the site is, and those that say what went wrong."""

import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, override_settings

from config.pages import PAGES
from config.storage import ModuleStaticFilesStorage

STATIC = Path(settings.BASE_DIR) / "static"
IMPORT = re.compile(r"""(?:from\s*|import\()["'](\.[^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.mark.parametrize("page", PAGES)
def test_each_page_answers_without_the_database(client: Client, page: str) -> None:
    answer = client.get(f"/{page}/")

    assert answer.status_code == 200
    assert client.post(f"/{page}/").status_code == 405


@override_settings(OPERATOR={"name": "Ville d’Essai", "contact": ""})
def test_legal_page_names_the_operator_and_says_what_is_missing(client: Client) -> None:
    text = client.get("/mentions-legales/").content.decode()

    assert "Ville d’Essai" in text
    assert "à compléter par l’exploitant" in text


@pytest.mark.parametrize(("local", "status"), [(True, 200), (False, 404)])
def test_component_page_is_for_developers_only(client: Client, local: bool, status: int) -> None:
    with override_settings(LOCAL=local, DEBUG=False):
        assert client.get("/composants/").status_code == status


@pytest.mark.parametrize("name", ["500.html", "503.html", "400.html"])
def test_error_pages_need_no_context(name: str) -> None:
    page = render_to_string(name)

    assert "Place de l’innovation urbaine" in page
    assert "style=" not in page


def test_missing_page_offers_a_search(client: Client) -> None:
    answer = client.get("/nulle-part/")

    assert answer.status_code == 404
    assert 'role="search"' in answer.content.decode()


def test_refused_address_says_why() -> None:
    assert "Rayon : au plus 200 km" in render_to_string("400.html", {"errors": ["Rayon : au plus 200 km"]})


def test_vendored_files_are_the_ones_listed() -> None:
    lines = (STATIC / "vendor" / "VERSIONS").read_text().split("sha256\n")[1].splitlines()

    for digest, name in (line.split() for line in lines):
        assert sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_modules_import_each_other_by_their_hashed_names(tmp_path: Path) -> None:
    shutil.copytree(STATIC / "js", tmp_path / "js")
    shutil.copytree(STATIC / "vendor", tmp_path / "vendor")
    storage = ModuleStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.js")]

    for _name, _hashed, processed in storage.post_process({name: (storage, name) for name in names}):
        assert not isinstance(processed, Exception)

    for name in names:
        module = tmp_path / storage.stored_name(name)
        for address in IMPORT.findall(module.read_text()):
            target = (module.parent / address).resolve()
            assert target.exists()
            assert HASHED.search(target.name), f"{name} imports {address}"

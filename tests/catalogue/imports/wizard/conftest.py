"""A database ready for an import, a curator logged in, and the wizard gone through step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.models import ImportBatch
from tests import factories
from tests.catalogue.imports.conftest import DATA

HEADER = "identifiant;titre;territoire;commune;logements;logements_sociaux;themes;porteur;debut;fin\n"
ROW = "1;Les Rives;38185;Grenoble;120;30;theme-eau;ville-test;2014;2016\n"


@pytest.fixture
def ready(territories: dict[str, Any]) -> dict[str, Any]:
    """A database with a source, a theme and an organisation."""
    factories.source(code="essai", name="Source d’essai")
    factories.theme(code="theme-eau", label="Eau")
    factories.organisation(slug="ville-test", name="Ville test")
    return territories


class Wizard:
    """The wizard as a curator goes through it, by HTTP."""

    def __init__(self, client: Any, run_jobs: Callable[[], list[str]]) -> None:
        self.client, self.run_jobs = client, run_jobs

    def upload(self, data: bytes, name: str = "essai.csv", **fields: Any) -> Any:
        """Give a file."""
        given = {"nature": "operation", "source": "essai", **fields}
        given["fichier"] = SimpleUploadedFile(name, data)
        return self.client.post(reverse("catalogue:import-new"), given)

    def rows(self, *rows: str, header: str = HEADER, **fields: Any) -> ImportBatch:
        """Give a file with our own headers; the batch that prepares it."""
        response = self.upload((header + "".join(rows)).encode(), **fields)
        assert response.status_code == 302, response.context["form"].errors
        return ImportBatch.objects.latest("pk")

    def columns(self, batch: ImportBatch, **changes: str) -> Any:
        """Accept the columns as they are proposed, but for those given by header."""
        url = reverse("catalogue:import-columns", args=[batch.pk])
        form = self.client.get(url).context["form"]
        given = {"version": batch.version, "projection": form["projection"].value()}
        for name in ("programmes", "themes"):
            given[name] = form[name].value() or []
        for number, column in enumerate(batch.setup["columns"]):
            field = f"colonne_{number}"
            given[field] = changes.get(column["header"], form[field].value() or "")
        return self.client.post(url, given)

    def go(self, batch: ImportBatch, job: str, **fields: Any) -> ImportBatch:
        """Ask for a job and let the worker do it."""
        batch.refresh_from_db()
        url = reverse("catalogue:import-start", args=[batch.pk, job])
        response = self.client.post(url, {"version": batch.version, **fields})
        assert response.status_code == 302
        self.run_jobs()
        batch.refresh_from_db()
        return batch

    def checked(self, *rows: str, **fields: Any) -> ImportBatch:
        """A file given, its columns accepted, tried."""
        batch = self.rows(*rows, **fields)
        assert self.columns(batch).status_code == 302
        self.run_jobs()
        batch.refresh_from_db()
        assert batch.failure == ""
        return batch

    def decide(self, batch: ImportBatch, choice: str, **fields: Any) -> Any:
        """Settle a doubt."""
        batch.refresh_from_db()
        given = {"version": batch.version, "choix": choice, **fields}
        response = self.client.post(reverse("catalogue:import-decide", args=[batch.pk]), given)
        batch.refresh_from_db()
        return response

    def page(self, batch: ImportBatch, query: str = "") -> Any:
        """The page of the import."""
        return self.client.get(reverse("catalogue:import-detail", args=[batch.pk]) + query)


@pytest.fixture
def wizard(ready: dict[str, Any], client: Any, run_jobs: Callable[[], list[str]]) -> Wizard:
    """The wizard in the hands of a curator."""
    client.force_login(factories.curator())
    return Wizard(client, run_jobs)


@pytest.fixture
def excerpt() -> bytes:
    """The excerpt of the table of 2016, with its traps, as a spreadsheet saves it: cp1252 and semicolons."""
    return (DATA / "ecoquartiers_extrait.csv").read_bytes()

"""``manage.py prepare``: what ``start`` runs each time, and what it skips."""

import json
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import override_settings

from config.management.commands import prepare
from tests import databases


def test_the_fingerprint_changes_with_a_file_and_not_with_the_order(tmp_path: Path) -> None:
    files = [("a.css", tmp_path / "a.css"), ("b.js", tmp_path / "b.js")]
    for _, path in files:
        path.write_text("x")
    before = prepare.fingerprint(files)

    assert prepare.fingerprint(reversed(files)) == before
    os.utime(files[0][1], (0, 0))
    assert prepare.fingerprint(files) != before


@pytest.mark.django_db
def test_data_is_loaded_once_and_static_files_collected_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def call(name: str, *args: object, **options: object) -> None:
        ran.append(name)

    monkeypatch.setattr(prepare, "call_command", call)
    monkeypatch.setattr(prepare, "get_commands", lambda: {load.command: "geo" for load in prepare.LOADS})
    with override_settings(STATIC_ROOT=tmp_path):
        call_command("prepare")
        first, ran = ran, []
        call_command("prepare")

    loads = [load.command for load in prepare.LOADS]
    assert first == ["migrate", "createcachetable", *loads, "collectstatic"]
    assert ran == ["migrate", "createcachetable", *loads]


def test_a_database_that_refuses_is_told_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OperationalError("could not connect")

    monkeypatch.setattr(prepare, "alone", refuse)

    with pytest.raises(CommandError, match="la base de données ne répond pas"):
        call_command("prepare")


def test_every_static_file_that_a_page_or_a_style_sheet_names_exists() -> None:
    """The storage of production refuses a missing reference, with an error 500 once online."""
    with databases.server() as connection:
        databases.make_static(connection)
    collected = json.loads((databases.STATIC / "staticfiles.json").read_text())["paths"]

    named = {
        name
        for template in (settings.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text())
    }
    assert named - collected.keys() == set()

"""Configuration errors that an operator is told of before they bite."""

from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from config import checks

SAFE = {"LOCAL": False, "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": ["place.example.fr"]}


def _ids(**changes: Any) -> list[str]:
    with override_settings(**{**SAFE, **changes}):
        run = (checks.secret_key, checks.allowed_hosts, checks.trial_mode)
        return [str(message.id) for check in run for message in check()]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"SECRET_KEY": "short"}, ["config.E001"]),
        ({"SECRET_KEY": ""}, ["config.E001"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["config.E002"]),
        ({"ALLOWED_HOSTS": ["localhost"]}, ["config.E002"]),
        ({"LOCAL": True, "SECRET_KEY": "short", "ALLOWED_HOSTS": []}, ["config.W001"]),
    ],
)
def test_each_mistake_has_its_id(changes: dict[str, Any], expected: list[str]) -> None:
    assert _ids(**changes) == expected


def test_static_files_that_were_not_collected_are_said(tmp_path: Any) -> None:
    with override_settings(STATIC_ROOT=tmp_path):
        assert [message.id for message in checks.static_files()] == ["config.I001"]
        (tmp_path / "staticfiles.json").touch()
        assert checks.static_files() == []


@pytest.mark.django_db
def test_this_database_suits() -> None:
    assert checks.database_versions(["default"]) == []


@pytest.mark.django_db
def test_an_old_postgis_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.ops, "spatial_version", (3, 1, 0), raising=False)

    assert [message.id for message in checks.database_versions(["default"])] == ["config.E005"]

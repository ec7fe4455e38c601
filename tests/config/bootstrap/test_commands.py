"""The command line as a person types it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap import commands
from config.bootstrap.layout import Layout
from config.bootstrap.locks import alone_or_none

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def elsewhere(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setattr(Layout, "of_this_checkout", lambda: layout)
    monkeypatch.setattr(commands, "turn_signals_into_stops", lambda: None)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return layout


def test_the_set_up_imports_the_standard_library_only() -> None:
    """Nothing else is there on a bare machine; Django is imported by ``hand_over`` once it is."""
    foreign = set()
    for file in [ROOT / "manage.py", *(ROOT / "config" / "bootstrap").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names}

    assert {name for name in foreign if not name.startswith("config.bootstrap")} == {"django.core.management"}


def test_commands_are_listed_without_anything_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["manage.py"]) == 0
    assert "python3 manage.py start" in capsys.readouterr().out


@pytest.mark.usefixtures("elsewhere")
def test_a_django_command_before_the_installation_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["manage.py", "migrate"]) == 1
    assert "Lancez d’abord : python3 manage.py start" in capsys.readouterr().err


def test_a_second_start_says_that_the_site_runs(
    elsewhere: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone_or_none(elsewhere.var / "server.lock", "1"):
        assert commands.main(["manage.py", "start"]) == 1
        assert "est en train de démarrer" in capsys.readouterr().err
        elsewhere.address.write_text("http://127.0.0.1:8004/")
        assert commands.main(["manage.py", "start"]) == 1
        assert "tourne déjà : http://127.0.0.1:8004/" in capsys.readouterr().err


@pytest.mark.usefixtures("elsewhere")
def test_stop_when_nothing_runs_is_no_error() -> None:
    assert commands.main(["manage.py", "stop"]) == 0


def test_reset_asks_before_it_deletes(
    elsewhere: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = elsewhere.var / "media" / "plan.pdf"
    kept.parent.mkdir()
    kept.touch()
    monkeypatch.setattr(commands.sys.stdin, "isatty", lambda: False, raising=False)

    assert commands.main(["manage.py", "reset"]) == 1
    assert "reset --yes" in capsys.readouterr().err
    assert kept.exists()

    assert commands.main(["manage.py", "reset", "--yes"]) == 0
    assert not kept.exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {**os.environ, "VAR_DIR": str(tmp_path / "file" / "var")}

    done = subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "ne peut pas être créé" in done.stderr
    assert "Traceback" not in done.stderr

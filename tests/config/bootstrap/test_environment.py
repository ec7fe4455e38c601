"""When the Python environment is installed again, and when it is left alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap import environment
from config.bootstrap.layout import Layout
from config.bootstrap.messages import Problem


@pytest.fixture
def installs(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requirements files installed, without installing anything; the environment itself is real."""
    done: list[str] = []
    (layout.root / "requirements.txt").write_text("django==5.2.19\n")
    (layout.root / "requirements-dev.txt").write_text("django==5.2.19\npytest==9.0\n")

    def create(layout: Layout, log: Path) -> None:
        done.append("venv")
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", layout.venv], check=True)

    monkeypatch.setattr(environment, "_create", create)
    monkeypatch.setattr(environment, "_install", lambda layout, file, log: done.append(file.name))
    monkeypatch.setattr(Layout, "check_room", lambda self, needed: None)
    return done


def test_installed_once_then_again_only_when_the_locked_versions_change(
    layout: Layout, installs: list[str]
) -> None:
    environment.ensure(layout, tests=False)
    environment.ensure(layout, tests=False)
    assert installs == ["venv", "requirements.txt"]

    environment.ensure(layout, tests=True)
    assert installs[2:] == ["requirements-dev.txt"]

    (layout.root / "requirements.txt").write_text("django==5.2.20\n")
    environment.ensure(layout, tests=False)
    assert installs[3:] == ["requirements.txt"]


def test_a_full_disk_is_said_before_anything_is_written(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    (layout.root / "requirements.txt").touch()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 10**8))

    with pytest.raises(Problem, match=r"il reste 0.1 Go .* il en faut 1.0"):
        environment.ensure(layout, tests=False)

    assert not layout.venv.exists()


def test_an_interrupted_installation_starts_afresh(
    layout: Layout, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_install", killed)
        with pytest.raises(KeyboardInterrupt):
            environment.ensure(layout, tests=False)

    environment.ensure(layout, tests=False)

    assert installs == ["venv", "venv", "requirements.txt"]


def test_an_environment_whose_python_is_gone_is_made_again(layout: Layout, installs: list[str]) -> None:
    environment.ensure(layout, tests=False)
    layout.python.unlink()

    environment.ensure(layout, tests=False)

    assert installs == ["venv", "requirements.txt"] * 2

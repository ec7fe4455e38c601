"""What happens when the system lacks something."""

import pytest

from config.bootstrap import packages, postgresql
from config.bootstrap.layout import Layout
from config.bootstrap.messages import Problem


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "servers", list)
    monkeypatch.setattr(packages, "_can_make_venv", lambda layout: False)
    monkeypatch.setattr(packages, "browser", lambda: None)
    monkeypatch.setattr(packages, "_has_node", lambda: False)
    monkeypatch.setattr(packages, "_can_load", lambda library: False)


def _only(*names: str):
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.mark.usefixtures("nothing_installed")
def test_without_rights_the_exact_command_is_given(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(packages.shutil, "which", _only("apt-get"))

    with pytest.raises(Problem) as caught:
        packages.ensure(layout, database=True, tests=True)

    said = str(caught.value)
    assert "apt-get install --no-install-recommends python3." in said
    assert "libpango-1.0-0" in said
    assert "postgresql postgresql-postgis nodejs chromium" in said
    assert "libatomic1" in said


def test_without_the_light_browser_the_whole_one_serves(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(layout: Layout, prefix: list[str], wanted: list[str]) -> None:
        raise Problem("apt ne répond pas.")

    monkeypatch.setattr(packages.os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages.shutil, "which", _only("apt-get", "chromium"))
    monkeypatch.setattr(packages, "_browser_package", lambda: packages.LIGHT_BROWSER)
    monkeypatch.setattr(packages, "_apt_install", fails)

    packages.lighten(layout)

    assert packages.browser() == "/usr/bin/chromium"
    assert "plus lent" in "".join(capsys.readouterr())


@pytest.mark.usefixtures("nothing_installed")
def test_sudo_that_asks_for_a_password_never_hangs_a_script(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(packages.shutil, "which", _only("apt-get", "sudo"))
    monkeypatch.setattr(packages, "output_of", lambda command: None)
    monkeypatch.setattr(packages.sys.stdin, "isatty", lambda: False, raising=False)

    with pytest.raises(Problem, match="n’a pas le droit de l’installer"):
        packages.ensure(layout, database=True, tests=False)


@pytest.mark.usefixtures("nothing_installed")
def test_a_system_without_apt_is_told_what_to_install(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.shutil, "which", _only())

    with pytest.raises(Problem, match=r"fichiers PDF.*PostgreSQL et PostGIS ; et il n’a pas apt-get"):
        packages.ensure(layout, database=True, tests=False)


@pytest.mark.usefixtures("nothing_installed")
def test_a_database_of_ones_own_needs_no_server_here(layout: Layout) -> None:
    packages_needed = [
        p for need in packages.needs(layout, database=False, tests=False) for p in need.packages
    ]

    assert not any("postgresql" in package for package in packages_needed)


@pytest.mark.parametrize(
    ("version", "serves"), [("v18.19.0", True), ("v20.1.0", True), ("v12.22.9", False), (None, False)]
)
def test_node_must_have_a_runner_of_its_own(
    monkeypatch: pytest.MonkeyPatch, version: str | None, serves: bool
) -> None:
    monkeypatch.setattr(packages, "output_of", lambda command: version)

    assert packages._has_node() is serves


def test_a_server_that_lacks_postgis_only_gets_postgis(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = postgresql.Server(17, postgresql.Path("/usr/lib/postgresql/17/bin"), has_extensions=False)
    monkeypatch.setattr(postgresql, "servers", lambda: [bare])

    assert packages._postgresql_packages() == ("postgresql-17-postgis-3",)

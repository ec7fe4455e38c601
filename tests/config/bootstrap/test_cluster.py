"""The private PostgreSQL cluster."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.bootstrap import accounts, cluster, postgresql
from config.bootstrap.layout import Layout
from config.bootstrap.messages import Problem


def test_a_path_too_long_for_a_socket_gets_a_short_closed_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("dossier " * 20) / "var"
    layout = Layout(root=deep.parent, var=deep)

    folder = cluster._socket_folder(layout, deep / "pg")

    assert not cluster.fits_a_socket(deep / "pg-socket")
    assert cluster.fits_a_socket(folder)
    assert folder != cluster._socket_folder(Layout(tmp_path, tmp_path / "var2"), tmp_path / ("x" * 120))


def test_a_path_that_postgresql_would_misread_is_not_used_for_its_socket() -> None:
    assert cluster.fits_a_socket(Path("/srv/mon projet/var"))
    assert not cluster.fits_a_socket(Path("/srv/a,b/var"))
    assert not cluster.fits_a_socket(Path("/srv/l'essai/var"))


def test_a_folder_laid_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    trap = tmp_path / "place"
    trap.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Problem, match="n’est pas à nous"):
        accounts.make_closed_folder(trap, None)


def test_a_cluster_of_another_version_says_how_to_keep_it(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = postgresql.Server(18, Path("/usr/lib/postgresql/18/bin"), has_extensions=True)
    monkeypatch.setattr(postgresql, "servers", lambda: [newer])
    data = layout.var / "pg"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")

    with pytest.raises(Problem) as caught:
        cluster._server_for(data)

    said = str(caught.value)
    assert "PostgreSQL 15" in said
    assert "18" in said
    assert "apt-get install postgresql-15 postgresql-15-postgis-3" in said
    assert "manage.py reset" in said


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    """A project in a folder that only its owner can enter, with a space in its name."""
    base = Path(tempfile.mkdtemp(prefix="place test "))
    away = Path(tempfile.mkdtemp(prefix="place-away-"))
    if os.geteuid() == 0:
        shutil.chown(away, accounts.SERVICE)
    monkeypatch.setattr(cluster, "AWAY", away)
    monkeypatch.setattr(Layout, "check_room", lambda self, needed: None)
    layout = Layout(root=base, var=base / "var")
    layout.make()
    yield layout
    cluster.remove_unless_used(layout)
    shutil.rmtree(base)
    shutil.rmtree(away)


def test_the_life_of_a_cluster(project: Layout) -> None:
    """Made, reached by its socket, kept for a second user, stopped by the last, its data found again."""
    with cluster.running(project) as first:
        with psycopg.connect(first.url, autocommit=True) as connection:
            connection.execute('create table kept (word text collate "fr-x-icu")')
            connection.execute("insert into kept values ('zèbre'), ('été'), ('etc')")
            found = {name for (name,) in connection.execute("select extname from pg_extension")}
            assert found >= set(postgresql.EXTENSIONS)
            superuser = connection.execute("select rolsuper from pg_roles where rolname = user").fetchone()
            assert superuser == (False,)
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert first.data.stat().st_mode & 0o777 == 0o700
        assert first.sockets.stat().st_mode & 0o777 == 0o700
        with cluster.running(project) as second:
            assert second == first
        assert first.is_running()
        assert not cluster.remove_unless_used(project)
    assert not first.is_running()

    with cluster.running(project) as again, psycopg.connect(again.url) as connection:
        words = [word for (word,) in connection.execute("select word from kept order by word")]
    assert words == ["etc", "été", "zèbre"]


def test_a_creation_that_was_interrupted_is_made_again(project: Layout) -> None:
    there = cluster.locate(project)
    for half in (there.data, cluster._partial(there.data)):
        half.mkdir()
        (half / "base").mkdir()

    with cluster.running(project) as made, psycopg.connect(made.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)

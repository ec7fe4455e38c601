"""A worker killed in the middle of a write, two imports at once: all the rows or none, and each once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from catalogue.imports.wizard import batches as wizard
from catalogue.imports.wizard import jobs as steps
from catalogue.models import ImportBatch, LabelAward, Operation, Record
from tests import factories
from tests.catalogue.imports.conftest import DATA
from tests.catalogue.workers import PATIENCE_S, worker


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Path]:
    """Files on the disk, where another process finds them."""
    stores = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    with override_settings(STORAGES=stores, MEDIA_ROOT=tmp_path / "media"):
        yield tmp_path


def open_excerpt(actor: Any) -> ImportBatch:
    """The excerpt of the table of 2016, its columns mapped by its mapping file."""
    text = (DATA / "ecoquartiers_extrait.toml").read_text(encoding="utf-8")
    data, _mapping = wizard.parse_mapping_file(text)
    source = {key: str(value) for key, value in data["source"].items()}
    content = (DATA / "ecoquartiers_extrait.csv").read_bytes()
    upload = wizard.Upload(content, "extrait.csv", "operation", source, data)
    batch, _is_new = wizard.open_batch(upload, actor)
    wizard.store_mapping(batch.pk, batch.version, data, actor)
    return batch


def waiting_for_a_lock() -> int:
    """How many sessions wait for the table of labels."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'catalogue_labelaward'::regclass"
        )
        return int(cursor.fetchone()[0])


def cut_sessions() -> None:
    """End every session that waits for the table of labels, as a database that dies does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE NOT granted AND relation = 'catalogue_labelaward'::regclass"
        )


@pytest.mark.parametrize("killed", ["worker", "database"])
@pytest.mark.django_db(transaction=True)
def test_a_worker_or_a_database_killed_in_the_middle_of_a_write_leaves_nothing_half_written(
    territories: Any, on_disk: Path, killed: str
) -> None:
    actor = factories.administrator()
    batch = open_excerpt(actor)
    with worker({"VAR_DIR": str(on_disk)}, "--once") as trial:
        assert trial.wait(PATIENCE_S) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == ("verifie", "")
    wizard.start_job(batch.pk, ImportBatch.Job.WRITE, actor)

    is_waiting, release = threading.Event(), threading.Event()

    def hold() -> None:
        own = connections["default"].copy()
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("LOCK TABLE catalogue_labelaward IN ACCESS EXCLUSIVE MODE")
            is_waiting.set()
            release.wait(PATIENCE_S)
        own.rollback()
        own.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_waiting.wait(PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    with worker({"VAR_DIR": str(on_disk)}) as first:
        while not waiting_for_a_lock() and time.monotonic() < deadline:
            assert first.poll() is None
        assert waiting_for_a_lock()
        batch.refresh_from_db()
        assert batch.job_step  # the page shows how far it is, though nothing is written yet
        if killed == "database":
            cut_sessions()
            while waiting_for_a_lock() and time.monotonic() < deadline:
                assert first.poll() is None
        first.kill()
    release.set()
    holder.join()
    assert not Record.objects.exists()
    batch.refresh_from_db()
    assert (batch.state, batch.job) == ("verifie", "ecriture")
    if killed == "database":  # whether the queue tries again by itself or not, a curator can ask again
        ImportBatch.objects.update(job_at=None)
        wizard.restart_job(batch.pk, actor)
    with worker({"VAR_DIR": str(on_disk)}, "--once", "--dead-after", "0") as second:
        assert second.wait(PATIENCE_S) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.job, batch.failure) == ("ecrit", "", "")
    assert Operation.objects.count() == batch.created_count == 7
    assert LabelAward.objects.count() == 10


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls return, made at the same time, each on a connection of its own."""

    def alone(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(alone, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
def test_a_file_sent_four_times_at_once_is_one_import(territories: Any, on_disk: Path) -> None:
    factories.source(code="essai")
    content = b"identifiant;titre;territoire\n1;Les Rives;38185\n"
    upload = wizard.Upload(content, "essai.csv", "operation", {"code": "essai"})
    actor = factories.administrator()
    opened = at_once(*[lambda: wizard.open_batch(upload, actor)] * 4)
    assert sorted(is_new for _batch, is_new in opened) == [False, False, False, True]
    assert ImportBatch.objects.count() == 1
    assert len(list((on_disk / "media" / "imports").iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_two_writes_of_one_file_at_once_are_one(territories: Any, on_disk: Path) -> None:
    batches = [open_excerpt(factories.administrator()) for _curator in range(2)]
    for batch in batches:
        steps.run_job(batch.pk, "essai")
        batch.refresh_from_db()
        wizard.start_job(batch.pk, ImportBatch.Job.WRITE, batch.created_by)
    at_once(*[lambda pk=batch.pk: steps.run_job(pk, "ecriture") for batch in batches])
    for batch in batches:
        batch.refresh_from_db()
        assert (batch.state, batch.job, batch.failure) == ("ecrit", "", "")
    assert sorted(batch.created_count for batch in batches) == [0, 7]
    assert Operation.objects.count() == 7


@pytest.mark.django_db(transaction=True)
def test_two_undos_at_once_are_one(territories: Any, on_disk: Path) -> None:
    batch = open_excerpt(factories.administrator())
    for job in (ImportBatch.Job.CHECK, ImportBatch.Job.WRITE, ImportBatch.Job.UNDO):
        if job != ImportBatch.Job.CHECK:
            wizard.start_job(batch.pk, job, batch.created_by)
        at_once(*[lambda job=job: steps.run_job(batch.pk, job)] * 2)
    batch.refresh_from_db()
    assert (batch.state, batch.job, batch.failure) == ("annule", "", "")
    assert not Record.objects.exists()

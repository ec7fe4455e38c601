"""The dry run of the largest file that the wizard takes: a table whose every row is doubtful, and outlines.

Each is measured in a process of its own, whose peak of memory is that of the worker.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

from bench.databases import ROOT, environment

ROWS = 100_000
HEADERS = ("identifiant", "titre", "code_insee", "commune", "resume", "logements")
SUMMARY = "Un résumé assez long pour ressembler à celui d’une vraie fiche du catalogue."
SIDES = 8
"""Segments of a quarter of the outlines: 33 vertices each."""


def measure(name: str) -> dict[str, float]:
    """Return the seconds and megabytes of both dry runs; the database is left as it was."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in (("table", _table), ("outlines", _outlines)):
            path = make(Path(folder))
            output = subprocess.run(
                [sys.executable, "-W", "ignore", "-m", "bench.import_paths", str(path)],
                cwd=ROOT,
                env=environment(name),
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            measures = json.loads(output.stdout.splitlines()[-1])
            found |= {f"{kind}_{measured}": value for measured, value in measures.items()}
    return found


def _communes() -> list[Any]:
    from geo.models import Territory

    located = Territory.objects.current().at_level("commune").filter(point__isnull=False, code__lt="96")
    return list(located.order_by("code").values_list("code", "name", "point"))


def _title(number: int) -> str:
    return f"Lieu d’épreuve {number * 7919 % 99991:05d}"


def _table(folder: Path) -> Path:
    """Write a table whose rows bear the code of a commune and the name of the next one."""
    communes = _communes()
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(HEADERS)
        for n in range(ROWS):
            code, other = communes[n % len(communes)][0], communes[(n + 1) % len(communes)][1]
            rows.writerow([n, _title(n), code, other, SUMMARY, n % 900 + 1])
    return path


def _outlines(folder: Path) -> Path:
    """Write circles of 60 m within 300 m of the points of communes, in Lambert-93, without any code."""
    import geopandas
    import shapely

    drawn = random.Random(1)
    points = geopandas.GeoSeries([shapely.Point(*one[2].coords) for one in _communes()], crs=4326).to_crs(
        2154
    )
    here = [points.iloc[n % len(points)] for n in range(ROWS)]
    moved = [shapely.Point(p.x + drawn.uniform(-300, 300), p.y + drawn.uniform(-300, 300)) for p in here]
    texts = {"identifiant": [str(n) for n in range(ROWS)], "titre": [_title(n) for n in range(ROWS)]}
    frame = geopandas.GeoDataFrame(
        {**texts, "resume": SUMMARY}, geometry=shapely.buffer(moved, 60, quad_segs=SIDES), crs=2154
    )
    path = folder / "outlines.gpkg"
    frame.to_file(path, layer="lieux")
    return path


def dry_run(path: Path) -> dict[str, float]:
    """Open the file, map its columns as proposed, try it as the worker does."""
    from django.contrib.auth.models import User

    from catalogue.imports.columns import recognition as columns
    from catalogue.imports.wizard import batches as wizard
    from catalogue.imports.wizard import jobs as steps
    from catalogue.models import Source
    from catalogue.records.kinds import KIND_SPECS

    actor = User.objects.create_user(f"bench-import-{os.getpid()}")
    source = {"code": f"bench-{os.getpid()}", "nom": "Mesure"}
    batch = None
    try:
        began = time.perf_counter()
        upload = wizard.Upload(path.read_bytes(), path.name, "operation", source, None)
        batch, _is_new = wizard.open_batch(upload, actor)
        opened = time.perf_counter() - began
        spec = KIND_SPECS["operation"]
        chosen = columns.propose_fields(spec, batch.setup["columns"], {})
        mapping = columns.compose_mapping(spec, chosen, {}, batch.setup["srid"] or 4326, {})
        wizard.store_mapping(batch.pk, batch.version, mapping, actor)
        began, spent = time.perf_counter(), time.process_time()
        steps.run_job(batch.pk, "essai")
        took = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - spent}
        batch.refresh_from_db()
        tried = batch.created_count + batch.suspicious_count
        if batch.failure or tried != ROWS:
            raise RuntimeError(f"{tried} {batch.failure}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"open_s": opened, **took, "peak_mb": peak}
    finally:
        if batch is not None:
            batch.delete()
        Source.objects.filter(code=source["code"]).delete()
        actor.delete()


if __name__ == "__main__":
    django.setup()
    print(json.dumps(dry_run(Path(sys.argv[1]))))

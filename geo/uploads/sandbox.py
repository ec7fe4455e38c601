"""Files read in a process of their own: no network, little memory, four seconds, one driver, one folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.drawing import flat
from geo.uploads.layers import UploadRefused

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 20
"""Seconds of the clock: the child has four of CPU time, on a machine that may do other things."""
MOST_ELEMENTS = 50_000
TOO_SLOW = gettext_lazy("Ce fichier demande trop de temps à lire : simplifiez-le ou donnez-en une partie.")
DAMAGED = gettext_lazy(
    "Ce fichier est tronqué ou abîmé : il ne se lit pas. Ouvrez-le dans le logiciel d’où il vient et "
    "enregistrez-le à nouveau."
)
REASONS = {
    "another driver": gettext_lazy("Ce fichier n’est pas ce que son contenu annonce : il n’est pas lu."),
    "sqlite": gettext_lazy(
        "Cette base SQLite n’est pas un GeoPackage : enregistrez la couche en GeoPackage ou en GeoJSON."
    ),
    "view": gettext_lazy(
        "Ce GeoPackage ne donne pas ses données mais des vues ou des tables virtuelles, qui ne sont pas "
        "lues : enregistrez la couche elle-même dans un nouveau GeoPackage."
    ),
    "no layer": gettext_lazy("Ce fichier ne contient pas de couche de ce nom : choisissez-en une autre."),
    "fields": gettext_lazy("Cette couche a trop de colonnes : gardez celles qui servent."),
    "broken": DAMAGED,
    "encrypted": gettext_lazy("Ce fichier est chiffré : enregistrez-le sans mot de passe."),
    "codec": gettext_lazy(
        "La compression de ce fichier Parquet n’est pas lue : enregistrez-le avec « snappy », « gzip » ou "
        "« zstd »."
    ),
    "shape": gettext_lazy(
        "Les géométries de ce fichier Parquet ne sont pas en WKB : enregistrez-le en GeoParquet 1.0."
    ),
    "too large": gettext_lazy("Ce fichier se déplie en trop de données : il n’est pas lu."),
}


@dataclass(slots=True)
class Reading:
    """A layer as the child printed it; ``elements`` go with the folder of the file."""

    header: dict[str, Any]
    elements: Iterator[tuple[str | None, list[Any]]]


def read(path: Path, driver: str, most: int = MOST_ELEMENTS, layer: str = "") -> Reading:
    """Return the layer of a file of ours, its coordinates as they are; else raise UploadRefused."""
    printed = path.with_name("lu.jsonl")
    with printed.open("wb") as output:
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD), str(path), driver, str(most), layer],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=path.parent,
                env=_environment(),
                timeout=PATIENCE,
                check=False,
            )
        except (subprocess.TimeoutExpired, ValueError):
            raise UploadRefused(str(TOO_SLOW)) from None
    lines = _lines(printed, most)
    header = next(lines, None)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UploadRefused(str(TOO_SLOW))
    if done.returncode or header is None:
        raise UploadRefused(str(DAMAGED))
    return Reading(header, lines)


def _environment() -> dict[str, str]:
    """Return an environment without the site's secrets: one thread, no listing of folders."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "GDAL_NUM_THREADS": "1",
        "GDAL_CACHEMAX": "32",
        "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_TIMEOUT": "1",
        "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    }


def _lines(printed: Path, most: int) -> Iterator[Any]:
    """Yield what the child printed; UploadRefused where it gives the reason why it stopped."""
    with printed.open(encoding="ascii") as lines:
        for line in lines:
            try:
                content = json.loads(line)
            except ValueError:
                raise UploadRefused(str(DAMAGED)) from None
            if isinstance(content, dict) and "refused" in content:
                if content["refused"] == "many":
                    raise UploadRefused(_("Ce fichier contient trop d’éléments : au plus %d.") % most)
                raise UploadRefused(str(REASONS.get(content["refused"], DAMAGED)))
            yield content


def geometry_of(printed: str) -> GEOSGeometry:
    """Return the geometry that the child printed, flat; UploadRefused when there is none to be made of it."""
    try:
        return flat(GEOSGeometry(memoryview(bytes.fromhex(printed))))
    except (GEOSException, ValueError, KeyError, IndexError):
        raise UploadRefused(_("Une géométrie de ce fichier ne se lit pas.")) from None

"""GDAL in a process of its own: no network, little memory, five seconds, one driver, its own folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _

from geo.uploads.layers import Feature, UploadRefused

CHILD = Path(__file__).with_name("child.py")
SECONDS = 5
MOST_FEATURES = 50_000


def read_vector(path: Path, driver: str, most: int = MOST_FEATURES) -> list[Feature]:
    """The features of a file of ours, its coordinates as they are; UploadRefused when GDAL gives up."""
    printed = path.with_name("lu.jsonl")
    with printed.open("wb") as output:
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD), str(path), driver, str(most)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                cwd=path.parent,
                env=_environment(),
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UploadRefused(
                _("Ce fichier demande trop de temps à lire : simplifiez-le ou donnez-en une partie.")
            ) from None
    if done.returncode:
        raise UploadRefused(_("Ce fichier est tronqué ou abîmé : il ne se lit pas."))
    features = list(_features(printed))
    if len(features) > most:
        raise UploadRefused(_("Ce fichier contient trop d’éléments : au plus %d.") % most)
    return features


def _environment() -> dict[str, str]:
    """Nothing of the site's secrets; one thread, and no listing of folders."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_TIMEOUT": "1",
    }


def _features(printed: Path) -> Iterator[Feature]:
    with printed.open(encoding="utf-8") as lines:
        for line in lines:
            data: dict[str, Any] = json.loads(line)
            if data["wkb"] is None:
                continue
            try:
                geometry = GEOSGeometry(memoryview(bytes.fromhex(data["wkb"])))
            except (GEOSException, ValueError):
                raise UploadRefused(_("Une géométrie de ce fichier ne se lit pas.")) from None
            yield Feature(geometry, data["properties"])

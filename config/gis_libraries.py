"""Where GeoDjango finds GDAL and GEOS: in the wheels of pyogrio and shapely.

Called by the settings only. The wheels are located without importing them (an import
costs seconds and memory); ``GDAL_LIBRARY_PATH`` and ``GEOS_LIBRARY_PATH`` in the
environment fall back to the system's own libraries.
"""

import os
from importlib.util import find_spec
from pathlib import Path


def _wheel_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed; run python3 manage.py start")
    return Path(spec.origin).parent


def _bundled_library(package: str, pattern: str) -> str:
    folder = _wheel_folder(package)
    found = sorted((folder.parent / f"{package}.libs").glob(pattern))
    if not found:
        raise RuntimeError(f"no {pattern} beside {folder}; set GDAL_LIBRARY_PATH / GEOS_LIBRARY_PATH")
    return str(found[0])


def gdal_library_path() -> str:
    """Path of the GDAL shared library."""
    return os.environ.get("GDAL_LIBRARY_PATH") or _bundled_library("pyogrio", "libgdal-*.so*")


def geos_library_path() -> str:
    """Path of the GEOS C shared library."""
    return os.environ.get("GEOS_LIBRARY_PATH") or _bundled_library("shapely", "libgeos_c-*.so*")


def point_gdal_at_its_data() -> None:
    """Set ``GDAL_DATA`` and ``PROJ_DATA`` to the wheel's folders unless the operator chose others."""
    folder = _wheel_folder("pyogrio")
    os.environ.setdefault("GDAL_DATA", str(folder / "gdal_data"))
    os.environ.setdefault("PROJ_DATA", str(folder / "proj_data"))

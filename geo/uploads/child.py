"""Run alone by ``sandbox``: reads one vector file with one named driver, under limits, and prints it.

Arguments: the file, the driver, the most elements, the layer ("" for the first). It prints JSON lines:
what the layer is, then one line an element; or the one word that says why it is not read. It imports
nothing of the site.
"""

from __future__ import annotations

import ctypes
import datetime
import decimal
import json
import os
import re
import resource
import sqlite3
import sys
from importlib import util
from pathlib import Path
from typing import Any

MEMORY = 620_000_000
"""Bytes of address space: 180 MB go to the libraries, so that less than 500 MB are ever held."""
SECONDS = 4
WRITTEN = 400_000_000
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
CHUNK = 2_000
MOST_FIELDS = 250
MOST_LAYERS = 100
LONGEST_TEXT = 100_001
LARGEST_SHAPE = 1_000_000
"""Bytes of a geometry: 20,000 vertices take a third of it; a larger one is said, not printed."""
NOT_NEEDED = ("geopandas", "pandas", "pyarrow", "pyproj", "shapely")
"""What pyogrio would load to make tables: two thirds of its time and half of its memory."""
RTREE = re.compile(r"^\s*CREATE\s+VIRTUAL\s+TABLE\s+.*\bUSING\s+rtree\b", re.IGNORECASE | re.DOTALL)
LATIN = "ISO-8859-1"
"""Bytes of a DBF as they are, for the parent to tell their encoding."""
DRIVERS = (
    "ADBC",
    "AVCBin",
    "AVCE00",
    "AIVector",
    "AmigoCloud",
    "CSV",
    "CSW",
    "Carto",
    "DGN",
    "DXF",
    "EDIGEO",
    "EEDA",
    "ESRI Shapefile",
    "ESRIJSON",
    "Elasticsearch",
    "FlatGeobuf",
    "GDALG",
    "GML",
    "GPKG",
    "GPSBabel",
    "GPX",
    "GTFS",
    "GeoJSON",
    "GeoJSONSeq",
    "GeoRSS",
    "HTTP",
    "Idrisi",
    "JML",
    "JSONFG",
    "KML",
    "LIBKML",
    "LVBAG",
    "MBTiles",
    "MEM",
    "MVT",
    "MapInfo File",
    "MapML",
    "MiraMonVector",
    "NGW",
    "OAPIF",
    "ODS",
    "OGCAPI",
    "OGR_GMT",
    "OGR_PDS",
    "OGR_VRT",
    "OSM",
    "OpenFileGDB",
    "PCIDSK",
    "PDF",
    "PDS4",
    "PGDUMP",
    "PLSCENES",
    "PMTiles",
    "S57",
    "SQLite",
    "SXF",
    "Selafin",
    "TopoJSON",
    "VDV",
    "VFK",
    "VICAR",
    "VRT",
    "WAsP",
    "WFS",
    "XLSX",
)
"""Drivers that GDAL is told to forget, but the one asked for: it recognises files by what they hold."""


class Refused(Exception):
    """The file is not read; the word says why, to the parent."""


def confine() -> None:
    """Bound memory, processor time and what is written; leave the network where the system lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).unshare(NEW_USER | NEW_NETWORK)  # refused in some containers: a driver opens no socket


def say(what: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")


def sound_layers(path: str) -> list[str]:
    """The layers of a GeoPackage, plain tables all of them; Refused when it would run anything else."""
    base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    base.execute("PRAGMA trusted_schema = OFF")
    objects = {name: (kind, sql or "") for kind, name, sql in base.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view') LIMIT 5000"
    )}  # fmt: skip
    if objects.get("gpkg_contents", ("",))[0] != "table":
        raise Refused("sqlite")
    for name, (kind, sql) in objects.items():
        virtual = sql.lstrip().upper().startswith("CREATE VIRTUAL")
        if (kind == "view" and name.lower().startswith(("gpkg", "sqlite"))) or (
            virtual and not RTREE.match(sql)
        ):
            raise Refused("view")
    named = base.execute(
        "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes', 'aspatial') "
        "ORDER BY data_type = 'features' DESC, rowid LIMIT ?",
        [MOST_LAYERS + 1],
    )
    found = [str(name) for (name,) in named]
    base.close()
    if not found:
        raise Refused("no layer")
    tables = [name for name in found if objects.get(name, ("",))[0] == "table"]
    if not tables:
        raise Refused("view")
    return tables[:MOST_LAYERS]


def said_system(path: str, layer: str) -> str:
    """What a layer says of a reference system that GDAL knows nothing of; nothing when it says none."""
    base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    found = base.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", [layer]).fetchone()
    base.close()
    return f"srs_id {found[0]}" if found and found[0] not in (0, -1) else ""


def plain(value: Any) -> Any:
    """The value as JSON holds it; nothing for bytes and for what is not a number."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if value is None or isinstance(value, bytes | memoryview):
        return None
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value[:1000]]
    item = getattr(value, "tolist", None)
    return plain(item()) if item else str(value)[:LONGEST_TEXT]


def print_layer(path: str, driver: str, most: int, layer: str) -> None:
    """Print the layer that GDAL reads: its header, then its elements."""
    layers = sound_layers(path) if driver == "GPKG" else []
    if layer and layer not in layers:
        raise Refused("no layer")
    sys.modules.update(dict.fromkeys(NOT_NEEDED))  # type: ignore[arg-type]
    from pyogrio import raw, read_info

    options: dict[str, Any] = {"encoding": LATIN} if driver == "ESRI Shapefile" else {}
    if layers:
        options["layer"] = layer or layers[0]
    info = read_info(path, **options)
    if info["driver"] != driver:
        raise Refused("another driver")
    if len(info["fields"]) > MOST_FIELDS:
        raise Refused("fields")
    say(
        {
            "names": [str(name) for name in info["fields"]],
            "system": info["crs"] or (said_system(path, options["layer"]) if layers else ""),
            "shape": info["geometry_type"] or "",
            "layers": layers,
            "layer": options.get("layer", ""),
        }
    )
    done = 0
    while True:
        _meta, _fids, shapes, fields = raw.read(
            path, skip_features=done, max_features=CHUNK, datetime_as_string=True, **options
        )
        columns = [field.tolist() for field in fields]
        count = len(shapes) if shapes is not None else len(columns[0]) if columns else 0
        done += count
        if done > most:
            raise Refused("many")
        for number in range(count):
            shape = None if shapes is None else shapes[number]
            say([printed(shape), [plain(column[number]) for column in columns]])
        if count < CHUNK:
            return


def printed(shape: bytes | None) -> str | None:
    """The WKB of a geometry in hexadecimal; « long » for one that nobody could draw."""
    if shape is None:
        return None
    return "long" if len(shape) > LARGEST_SHAPE else bytes(shape).hex()


def print_parquet(path: str, most: int) -> None:
    """Print a Parquet file, read by the module beside this one."""
    parquet = beside("parquet")
    try:
        for line in parquet.read_lines(path, most):
            if isinstance(line, dict):
                say(line)
            else:
                say([printed(line[0]), [plain(value) for value in line[1]]])
    except parquet.Unread as why:
        raise Refused(str(why)) from None


def beside(name: str) -> Any:
    """A module of this folder, under the name that it has in the site, whose packages are not run."""
    spec = util.spec_from_file_location(f"geo.uploads.{name}", Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise Refused("another driver")
    module = sys.modules[spec.name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(path: str, driver: str, most: int, layer: str) -> None:
    """Print the layer, or why not."""
    os.environ["OGR_SKIP"] = ",".join(one for one in DRIVERS if one != driver)
    try:
        if driver == "Parquet":
            print_parquet(path, most)
        else:
            print_layer(path, driver, most, layer)
    except Refused as why:
        say({"refused": str(why)})
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
        say({"refused": "broken"})


if __name__ == "__main__":
    confine()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])

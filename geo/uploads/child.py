"""Run alone by ``sandbox``: reads one vector file with one named driver, under limits, and prints it.

Arguments: the file, the driver, the most elements, the layer ("" for the first). It prints JSON lines:
what the layer is, then one line an element; or the one word why it is not read. It imports
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
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Any, Literal

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
"""Bytes of a geometry: 20,000 vertices take a third of it; a larger one is reported, not printed."""
DRAWN, NESTED, COLLECTION = range(1, 7), range(4, 7), 7
"""Codes of WKB: from point to MultiPolygon, those whose parts have a code too, and the collection."""
NOT_DRAWN = {
    COLLECTION: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
}
NOT_NEEDED = ("geopandas", "pandas", "pyarrow", "pyproj", "shapely")
"""What pyogrio would load to make tables: two thirds of its time and half of its memory."""
RTREE = re.compile(r"^\s*CREATE\s+VIRTUAL\s+TABLE\s+.*\bUSING\s+rtree\b", re.IGNORECASE | re.DOTALL)
LATIN = "ISO-8859-1"
"""Bytes of a DBF as they are, from which the parent guesses their encoding."""
DRIVERS = (
    "ADBC", "AVCBin", "AVCE00", "AIVector", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO",
    "EEDA", "ESRI Shapefile", "ESRIJSON", "Elasticsearch", "FlatGeobuf", "GDALG", "GML", "GPKG",
    "GPSBabel", "GPX", "GTFS", "GeoJSON", "GeoJSONSeq", "GeoRSS", "HTTP", "Idrisi", "JML", "JSONFG",
    "KML", "LIBKML", "LVBAG", "MBTiles", "MEM", "MVT", "MapInfo File", "MapML", "MiraMonVector", "NGW",
    "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF",
    "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin", "TopoJSON", "VDV",
    "VFK", "VICAR", "VRT", "WAsP", "WFS", "XLSX",
)  # fmt: skip
"""Drivers that GDAL must forget, but the one asked for: it recognises files by what they hold."""


class Refused(Exception):
    """The file is not read; the word gives the reason to the parent."""


def confine() -> None:
    """Bound memory, CPU time and what is written; leave the network where the system lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).unshare(NEW_USER | NEW_NETWORK)  # refused in some containers: a driver opens no socket


def write_line(content: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(content) + "\n")


def list_layers(path: str) -> list[str]:
    """Return the layers of a GeoPackage, all plain tables; raise Refused when it would run anything else."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    objects = {name: (kind, sql or "") for kind, name, sql in database.execute(
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
    named = database.execute(
        "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes', 'aspatial') "
        "ORDER BY data_type = 'features' DESC, rowid LIMIT ?",
        [MOST_LAYERS + 1],
    )
    found = [str(name) for (name,) in named]
    database.close()
    if not found:
        raise Refused("no layer")
    tables = [name for name in found if objects.get(name, ("",))[0] == "table"]
    if not tables:
        raise Refused("view")
    return tables[:MOST_LAYERS]


def unknown_system(path: str, layer: str) -> str:
    """Return the code that a layer gives to a reference system unknown to GDAL, empty without any."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    query = "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?"
    found = database.execute(query, [layer]).fetchone()
    database.close()
    return f"srs_id {found[0]}" if found and found[0] not in (0, -1) else ""


def to_json(value: Any) -> Any:
    """Return the value as JSON holds it, None for bytes and for what is not a number."""
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
        return [to_json(one) for one in value[:1000]]
    to_python = getattr(value, "tolist", None)
    return to_json(to_python()) if to_python else str(value)[:LONGEST_TEXT]


def print_layer(path: str, driver: str, most: int, layer: str) -> None:
    """Print the layer that GDAL reads: its header, then its elements."""
    layers = list_layers(path) if driver == "GPKG" else []
    if layer and layer not in layers:
        raise Refused("no layer")
    chosen = layer or next(iter(layers), "")
    options: dict[str, Any] = {"layer": chosen} if chosen else {}
    if driver == "ESRI Shapefile":
        options["encoding"] = LATIN
    sys.modules.update(dict.fromkeys(NOT_NEEDED))  # type: ignore[arg-type]
    from pyogrio import read_info

    info = read_info(path, **options)
    if info["driver"] != driver:
        raise Refused("another driver")
    if len(info["fields"]) > MOST_FIELDS:
        raise Refused("fields")
    system = info["crs"] or (unknown_system(path, chosen) if layers else "")
    header = {"names": info["fields"].tolist(), "system": system, "shape": info["geometry_type"] or ""}
    write_line(header | {"layers": layers, "layer": chosen})
    read = 0
    for shapes, columns in read_chunks(path, options):
        read += len(shapes)
        if read > most:
            raise Refused("many")
        print_elements([describe_shape(shape) for shape in shapes], columns)


def read_chunks(path: str, options: dict[str, Any]) -> Iterator[tuple[list[bytes | None], list[list[Any]]]]:
    """Yield the geometries and the columns of some elements of a layer at a time."""
    from pyogrio import raw

    read = 0
    while True:
        _meta, _fids, shapes, fields = raw.read(
            path, skip_features=read, max_features=CHUNK, datetime_as_string=True, **options
        )
        columns = [field.tolist() for field in fields]
        if shapes is None:
            shapes = [None] * (len(columns[0]) if columns else 0)
        yield list(shapes), columns
        count = len(shapes)
        read += count
        if count < CHUNK:
            return


def print_parquet(path: str, most: int) -> None:
    """Print a Parquet file, read by the module beside this one."""
    parquet = load_beside("parquet")
    try:
        header, batches = parquet.open_table(path, most)
    except parquet.Unread as why:
        raise Refused(str(why)) from None
    write_line(header | {"layers": [], "layer": ""})
    for shapes, columns in batches:
        print_elements(describe_nested(shapes), columns)


def print_elements(shapes: list[Any], columns: list[list[Any]]) -> None:
    """Print one line an element: its geometry, then its values."""
    for shape, *values in zip(shapes, *columns, strict=True):
        write_line([shape, [to_json(value) for value in values]])


def describe_shape(shape: bytes | None) -> str | dict[str, str] | None:
    """Return the WKB of a geometry in hexadecimal, or why nobody could draw it."""
    if shape is None:
        return None
    if len(shape) > LARGEST_SHAPE:
        return {"unread": "long"}
    kind = kind_of(shape)
    if kind in DRAWN:
        return bytes(shape).hex()
    if kind == COLLECTION and not any(shape[5:9]):
        return None
    return {"unread": NOT_DRAWN.get(kind, "broken")}


def describe_nested(shapes: list[bytes | None]) -> list[str | dict[str, str] | None]:
    """Return the same of many geometries, read once by GEOS where their parts have a code of their own.

    Parts nested in parts overflow the stack of GEOS: here, not in the parent, which trusts what is printed.
    """
    described = [describe_shape(shape) for shape in shapes]
    nested = [n for n, shape in enumerate(shapes) if shape and kind_of(shape) in NESTED]
    if nested:
        from shapely import from_wkb

        for n, read in zip(nested, from_wkb([shapes[n] for n in nested], on_invalid="ignore"), strict=True):
            if read is None:
                described[n] = {"unread": "broken"}
    return described


def kind_of(shape: bytes) -> int:
    """Return the code of the kind of a WKB, whatever flags of ISO or of EWKB tell its dimensions."""
    order: Literal["little", "big"] = "little" if shape[:1] == b"\x01" else "big"
    return (int.from_bytes(shape[1:5], order) & 0xFFFF) % 1000


def load_beside(name: str) -> Any:
    """Return a module of this folder, loaded without the packages that hold it."""
    spec = util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise Refused("another driver")
    module = sys.modules[name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(path: str, driver: str, most: int, layer: str) -> None:
    """Print the layer, or the word why it is not read."""
    os.environ["OGR_SKIP"] = ",".join(one for one in DRIVERS if one != driver)
    try:
        if driver == "Parquet":
            print_parquet(path, most)
        else:
            print_layer(path, driver, most, layer)
    except Refused as why:
        write_line({"refused": str(why)})
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
        write_line({"refused": "broken"})


if __name__ == "__main__":
    confine()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])

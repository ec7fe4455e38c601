"""Run alone by ``sandbox``: reads one vector file with one named driver, under limits, and prints it.

Arguments: the file, the driver, the most features. It imports nothing of the site.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys

MEMORY = 1_500_000_000
SECONDS = 5
WRITTEN = 150_000_000
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
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


def confine() -> None:
    """Bound memory, processor time and what is written; leave the network where the system lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).unshare(NEW_USER | NEW_NETWORK)  # refused in some containers: a driver opens no socket


def main(path: str, driver: str, most: int) -> None:
    """Print one JSON line a feature: the geometry as WKB, the properties as texts."""
    os.environ["OGR_SKIP"] = os.environ["GDAL_SKIP"] = ",".join(one for one in DRIVERS if one != driver)
    from pyogrio import raw, read_info

    if read_info(path)["driver"] != driver:
        sys.exit("another driver")
    meta, _fids, geometries, fields = raw.read(path, max_features=most + 1, force_2d=True)
    names = [str(name) for name in meta["fields"]]
    for number, geometry in enumerate(geometries):
        properties = {
            name: None if column[number] is None else str(column[number])[:500]
            for name, column in zip(names, fields, strict=True)
        }
        wkb = None if geometry is None else bytes(geometry).hex()
        sys.stdout.write(json.dumps({"wkb": wkb, "properties": properties}) + "\n")


if __name__ == "__main__":
    confine()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

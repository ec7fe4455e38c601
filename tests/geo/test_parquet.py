"""GeoParquet: every codec and type of value, and Parquet's own geometry type."""

import datetime
import json
import struct

import pytest
import shapely
from arro3.core import Array, DataType, Table, list_array
from arro3.io import write_parquet

from geo.uploads.layers import UploadRefused
from geo.uploads.tables import read_table
from tests.catalogue.imports.hostile import parquets

GEO = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": "EPSG:2154"}}}
PLACES = [shapely.Point(652_000 + n, 6_862_000.25) for n in range(5_000)]


@pytest.fixture
def geoparquet(tmp_path):
    """Make a GeoParquet of points in Lambert-93 with other columns."""

    def make(count=2, **options):
        columns = options.pop("columns", {})
        geometry = Array([bytes(one) for one in shapely.to_wkb(PLACES[:count])], DataType.binary())
        path = tmp_path / "lieux.parquet"
        metadata = {"geo": json.dumps(GEO)}
        write_parquet(Table({**columns, "geometry": geometry}), path, key_value_metadata=metadata, **options)
        return path.read_bytes()

    return make


def timestamps(unit, **options):
    return Array([1_700_000_000, None], DataType.int64()).cast(DataType.timestamp(unit, **options))


@pytest.mark.parametrize(
    "codec", ["uncompressed", "snappy", "gzip(6)", "brotli(3)", "lz4", "lz4_raw", "zstd(1)"]
)
@pytest.mark.parametrize("version", ["parquet_1_0", "parquet_2_0"])
def test_every_codec_is_read_batch_after_batch(geoparquet, codec, version):
    table = read_table(geoparquet(5_000, compression=codec, writer_version=version), most=5_000)
    assert (table.srid, len(table.rows)) == (2154, 5_000)
    assert table.shapes[0] == "POINT (652000 6862000.25)"
    assert table.shapes[-1] == "POINT (656999 6862000.25)"


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (Array(["Îlot", None], DataType.large_utf8()), "Îlot"),
        (Array([True, None], DataType.bool()), True),
        (Array([2**64 - 1, None], DataType.uint64()), 2**64 - 1),
        (Array([1.5, None], DataType.float32()), 1.5),
        (Array([float("inf"), None], DataType.float64()), None),
        (Array([b"\x00", None], DataType.binary()), None),
        (Array([12, None], DataType.int64()).cast(DataType.decimal128(20, 2)), 12.0),
        (Array([20_000, None], DataType.int32()).cast(DataType.date32()), "2024-10-04"),
        (Array([2**31 - 1, None], DataType.int32()).cast(DataType.date32()), None),
        (Array([3600, None], DataType.int32()).cast(DataType.time32("s")), "01:00:00"),
        (timestamps("s"), "2023-11-14T22:13:20"),
        (timestamps("s", tz="UTC"), "2023-11-14T22:13:20"),
        (timestamps("ns"), datetime.datetime(1970, 1, 1, 0, 0, 1, 700_000).isoformat()),  # noqa: DTZ001
    ],
    ids=lambda one: str(one.type).strip() if isinstance(one, Array) else "",
)
def test_values_are_what_json_holds(geoparquet, array, value):
    table = read_table(geoparquet(columns={"valeur": array}), most=10)
    assert (table.names, table.rows) == (["valeur"], [[value], [None]])


def test_lists_are_left_out_and_named(geoparquet):
    flat = Array([1, 2], DataType.int64())
    offsets = Array([0, 1, 2], DataType.int32())
    table = read_table(geoparquet(columns={"n": flat, "listes": list_array(offsets, flat)}), most=10)
    assert (table.names, table.rows) == (["n"], [[1], [2]])
    assert "listes" in table.remarks[0]


def test_more_rows_than_allowed_are_refused(geoparquet):
    with pytest.raises(UploadRefused, match="au plus 4"):
        read_table(geoparquet(5), most=4)


@pytest.mark.parametrize(("announced", "srid"), [({}, 4326), ({1: b"EPSG:2154"}, 2154)])
def test_the_geometry_type_of_parquet_itself_is_read(announced, srid):
    point = struct.pack("<BIdd", 1, 1, *((2, 47) if srid == 4326 else (652_000, 6_862_000)))
    column = {1: 6, 3: 0, 4: b"geometry", 10: {17: announced}}
    footer = {2: [{4: b"schema", 5: 1}, column], 5: [{1: b"auteur", 2: b"essai"}]}
    table = read_table(parquets.file([point], footer=footer), most=10)
    assert (table.srid, table.is_spatial, len(table.shapes)) == (srid, True, 1)

"""GeoParquet in the confined child: the footer is checked here, then arro3 reads the rows batch by batch.

arro3 believes what a footer says of sizes, of encryption and of numbers of rows, and does not give the
geometry type of Parquet itself: the footer is Thrift, in its compact protocol, with the field numbers of
parquet.thrift. A panic of arro3 ends the child. It imports nothing of the site.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from arro3.core import DataType, RecordBatchReader
from arro3.io import read_parquet

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
BATCH = 2_000
DEEPEST = 24
LARGEST_PAGE = 64 * 1024 * 1024
LARGEST_WHOLE = 300 * 1024 * 1024
"""Bytes of all the values once unpacked."""
MOST_COLUMNS = 250
DEGREES = "EPSG:4326"
SCHEMA, ROWS, GROUPS, ENCRYPTION = 2, 3, 4, 8
"""Fields of FileMetaData."""
NAME, CHILDREN, LOGICAL, GEOMETRY = 4, 5, 10, 17
"""Fields of SchemaElement, then of its logical type."""
CODEC, PATH, WHOLE_SIZE, PACKED_SIZE, DATA_PAGE, DICTIONARY_PAGE = 4, 3, 6, 7, 9, 11
"""Fields of ColumnMetaData."""
CODECS = frozenset({0, 1, 2, 4, 5, 6, 7})
"""None, Snappy, gzip, Brotli, LZ4 with and without frame, Zstandard: all but LZO."""
Batches = Iterator[tuple[list[bytes | None], list[list[Any]]]]
BROKEN = (struct.error, LookupError, ValueError, TypeError, EOFError, AttributeError, RecursionError)
"""What a footer that is damaged, or made up, makes this module raise."""


class Unread(Exception):
    """The file is not read; the word gives the reason to the parent."""


class CompactReader:
    """Thrift's compact protocol: a struct is a dictionary by number of field."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        if at < 0:
            raise ValueError(at)
        self.data, self.at = data, at

    def read_byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def read_bytes(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise EOFError
        self.at += size
        return piece

    def read_varint(self) -> int:
        """Return the next number, written seven bits a byte."""
        number = 0
        for shift in range(0, 64, 7):
            one = self.read_byte()
            number |= (one & 0x7F) << shift
            if one < 0x80:
                return number
        raise ValueError(number)

    def read_signed(self) -> int:
        """Return the next number, whose sign is in the last bit."""
        number = self.read_varint()
        return (number >> 1) ^ -(number & 1)

    def read_struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > DEEPEST:
            raise ValueError(depth)
        fields: dict[int, Any] = {}
        number = 0
        while head := self.read_byte():
            number = number + (head >> 4) if head >> 4 else self.read_signed()
            fields[number] = self.read_value(head & 15, depth)
        return fields

    def read_value(self, kind: int, depth: int) -> Any:
        """Return a value of a field, by the code of its type."""
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.read_byte()
        if kind in (4, 5, 6):
            return self.read_signed()
        if kind == 7:
            return self.read_bytes(8)
        if kind == 8:
            return self.read_bytes(self.read_varint())
        if kind in (9, 10):
            return self.read_list(depth)
        if kind == 12:
            return self.read_struct(depth + 1)
        raise ValueError(kind)

    def read_list(self, depth: int) -> list[Any]:
        head = self.read_byte()
        count, kind = head >> 4, head & 15
        count = self.read_varint() if count == 15 else count
        if count > len(self.data) - self.at:
            raise ValueError(count)
        if kind in (1, 2):
            return [self.read_byte() == 1 for _ in range(count)]
        return [self.read_value(kind, depth + 1) for _ in range(count)]


def open_table(path: str, most: int) -> tuple[dict[str, Any], Batches]:
    """Return what a file says of its columns, then the geometries and the columns of each batch of rows."""
    try:
        native = check_footer(Path(path).read_bytes(), most)
        reader = read_parquet(path, batch_size=BATCH)
        names, kinds = reader.schema.names, reader.schema.types
        nested = [name for name, kind in zip(names, kinds, strict=True) if DataType.is_nested(kind)]
        columns = {name: n for n, name in enumerate(names) if name not in nested}
        shape, system = find_geometry(reader.schema.metadata.get(b"geo"), native, set(columns))
    except BROKEN:
        raise Unread("broken") from None
    if len(columns) > MOST_COLUMNS:
        raise Unread("fields")
    shape_at = columns.pop(shape, None)
    header = {"names": list(columns), "system": system, "shape": shape}
    return header | {"nested": [name[:80] for name in nested]}, read_batches(
        reader, shape_at, columns.values()
    )


def read_batches(reader: RecordBatchReader, shape_at: int | None, columns: Collection[int]) -> Batches:
    """Yield the geometries and the columns of each batch of rows."""
    for batch in reader:
        values: list[Any] = [column.to_pylist() for column in batch.columns]
        shapes = [None] * batch.num_rows if shape_at is None else values[shape_at]
        yield shapes, [values[n] for n in columns]


def check_footer(data: bytes, most: int) -> dict[str, str]:
    """Return the native geometries and their systems; raise Unread for a file that arro3 must not open."""
    if ENCRYPTED in (data[:4], data[-4:]):
        raise Unread("encrypted")
    size = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != MAGIC or size > len(data) - 12:
        raise Unread("broken")
    footer = CompactReader(data[-8 - size : -8]).read_struct()
    if ENCRYPTION in footer:
        raise Unread("encrypted")
    if footer[ROWS] > most or sum(group[3] for group in footer.get(GROUPS, [])) > most:
        raise Unread("many")
    names = {element[NAME] for element in footer[SCHEMA]}
    spent = 0
    for group in footer.get(GROUPS, []):
        for chunk in group[1]:
            spent += chunk[3][WHOLE_SIZE]
            if spent > LARGEST_WHOLE:
                raise Unread("too large")
            check_chunk(data, chunk[3], names)
    return dict(native_geometries(footer[SCHEMA]))


def native_geometries(schema: list[dict[int, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the columns of Parquet's own geometry type, each with its reference system."""
    for element in schema:
        geometry = element.get(LOGICAL, {}).get(GEOMETRY)
        if geometry is not None:
            system = geometry.get(1, DEGREES.encode()).decode()
            yield element[NAME].decode(), system.replace("OGC:CRS84", DEGREES)


def check_chunk(data: bytes, chunk: dict[int, Any], names: set[bytes]) -> None:
    """Raise Unread for a piece of a column that is not of the schema, or that unpacks into too much."""
    if not names.issuperset(chunk[PATH]):
        raise Unread("broken")
    if chunk[CODEC] not in CODECS:
        raise Unread("codec")
    start = chunk[DATA_PAGE]
    reader = CompactReader(data, min(start, chunk.get(DICTIONARY_PAGE) or start))
    end = reader.at + chunk[PACKED_SIZE]
    while reader.at < end:
        page = reader.read_struct()
        if not 0 <= page[2] <= LARGEST_PAGE:
            raise Unread("too large")
        reader.read_bytes(page[3])


def find_geometry(geo: bytes | None, native: dict[str, str], columns: set[str]) -> tuple[str, str]:
    """Return the column of the geometries and the text of its system; two empty texts without any."""
    if geo is None:
        return next(iter(native.items()), ("", ""))
    described = json.loads(geo)
    name = described["primary_column"]
    column = described["columns"][name]
    if name not in columns or column.get("encoding") != "WKB":
        raise Unread("shape")
    return name, name_system(column.get("crs", DEGREES))


def name_system(system: Any) -> str:
    """Return the text of a reference system written as PROJJSON."""
    if system is None or isinstance(system, str):
        return system or ""
    code = system.get("id")
    if not code:
        return f'PROJCRS["{system.get("name", "?")}"'
    return DEGREES if code.get("code") == "CRS84" else f"{code['authority']}:{code['code']}"

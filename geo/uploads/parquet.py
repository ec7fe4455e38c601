"""GeoParquet in plain Python, for the confined child: PyArrow would weigh 150 MB for one format.

Flat columns alone are read; those that hold lists or structures are left out, and named. It imports
nothing of the site but the module beside it.
"""

from __future__ import annotations

import datetime
import decimal
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.uploads.parquet_pages import (
    BOOLEAN,
    BYTES,
    DEEPEST,
    DICTIONARY,
    DOUBLE,
    FLOAT,
    INT96,
    Compact,
    Unread,
    decoded,
    hybrid,
    plain,
    unpacked,
)

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
LARGEST_WHOLE = 300 * 1024 * 1024
MOST_COLUMNS = 250
TEXTS = {0, 4, 19}
DATE, MILLIS, MICROS, DECIMAL = 6, 9, 10, 5
EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 # a time of the file, whose zone is not said
BROKEN = (
    struct.error, LookupError, ValueError, TypeError, ArithmeticError, EOFError, AttributeError,
    RecursionError, MemoryError, zlib.error,
)  # fmt: skip
"""What a file that is damaged, or made up, makes this module raise."""


@dataclass(slots=True)
class Column:
    """A flat column of the schema."""

    name: str
    kind: int
    width: int
    is_optional: bool
    meaning: int | None
    logical: dict[int, Any]
    scale: int
    is_shape: bool = False

    def values(self, raw: list[Any]) -> list[Any]:
        """The values as JSON holds them; geometries stay what they are."""
        is_text = bool(self.meaning in TEXTS or {1, 4, 12} & set(self.logical))
        if self.is_shape or self.kind in (BOOLEAN, FLOAT, DOUBLE):
            return raw
        if is_text and self.kind == BYTES:
            return [one.decode("utf-8", "replace") for one in raw]
        return [self.value(one) for one in raw]

    def value(self, raw: Any) -> Any:
        """The value as JSON holds it; nothing for bytes that are neither text nor number."""
        if isinstance(raw, bytes):
            return self._bytes(raw)
        if self.meaning == DECIMAL or 5 in self.logical:
            return float(decimal.Decimal(raw).scaleb(-self.scale))
        if self.meaning == DATE or 6 in self.logical:
            return (EPOCH.date() + datetime.timedelta(days=raw)).isoformat()
        units = {1: 1000, 2: 1, 3: 0.001}
        stamp = self.logical.get(8)
        unit = next(iter(stamp.get(2, {1: 0})), 1) if stamp else None
        if unit or self.meaning in (MILLIS, MICROS):
            micros = raw * (units[unit] if unit else 1000 if self.meaning == MILLIS else 1)
            return (EPOCH + datetime.timedelta(microseconds=micros)).isoformat()
        return raw

    def _bytes(self, raw: bytes) -> Any:
        if self.kind == INT96:
            nanos, day = struct.unpack("<qi", raw)
            return (EPOCH + datetime.timedelta(days=day - 2440588, microseconds=nanos // 1000)).isoformat()
        if self.meaning == DECIMAL or 5 in self.logical:
            number = int.from_bytes(raw, "big", signed=True)
            return float(decimal.Decimal(number).scaleb(-self.scale))
        return None


def chunk_values(data: bytes, meta: dict[int, Any], column: Column, rows: int) -> list[Any]:
    """The values of a column in a group of rows, nulls included."""
    reader = Compact(data, min(meta[9], meta.get(11) or meta[9]))
    words: list[Any] = []
    found: list[Any] = []
    while len(found) < rows:
        head = reader.struct()
        page = reader.take(head[3])
        if 7 in head:
            content = unpacked(meta[4], page, head[2])
            words = column.values(plain(content, column.kind, head[7][1], column.width))
        elif 5 in head:
            found += _page(unpacked(meta[4], page, head[2]), head[5][1], head[5][2], column, words)
        elif 8 in head:
            second = head[8]
            levels = page[second[6] : second[6] + second[5]]
            skipped = second[5] + second[6]
            body = page[skipped:]
            if second.get(7, True):
                body = unpacked(meta[4], body, head[2] - skipped)
            present = hybrid(levels, 1, second[1]) if column.is_optional else [1] * second[1]
            found += _spread(present, body, second[4], column, words)
        elif not page:
            raise ValueError(head)
    return found


def _page(data: bytes, count: int, encoding: int, column: Column, words: list[Any]) -> list[Any]:
    if count > len(data) * 64 + 1_000_000:
        raise ValueError(count)
    if not column.is_optional:
        return _read(data, encoding, column, count, words)
    size = int.from_bytes(data[:4], "little")
    return _spread(hybrid(data[4 : 4 + size], 1, count), data[4 + size :], encoding, column, words)


def _spread(present: list[int], data: bytes, encoding: int, column: Column, words: list[Any]) -> list[Any]:
    values = iter(_read(data, encoding, column, sum(present), words))
    return [next(values, None) if here else None for here in present]


def _read(data: bytes, encoding: int, column: Column, count: int, words: list[Any]) -> list[Any]:
    """The values of a page that are not null; those of a dictionary are read already."""
    found = decoded(data, encoding, column.kind, column.width, count, words)
    return found if encoding in DICTIONARY else column.values(found)


def lines(path: str, most: int) -> Iterator[dict[str, Any] | tuple[bytes | None, list[Any]]]:
    """The header of a file, then the geometry and the values of each row."""
    try:
        yield from _lines(Path(path).read_bytes(), most)
    except BROKEN:
        raise Unread("broken") from None


def _footer(data: bytes) -> dict[int, Any]:
    """What the end of the file says of the rest."""
    size = int.from_bytes(data[-8:-4], "little")
    if ENCRYPTED in (data[:4], data[-4:]):
        raise Unread("encrypted")
    if data[-4:] != MAGIC or size > len(data) - 12:
        raise Unread("broken")
    found = Compact(data[-8 - size : -8]).struct()
    if 8 in found:
        raise Unread("encrypted")
    return found


def _lines(data: bytes, most: int) -> Iterator[Any]:
    footer = _footer(data)
    if footer[3] > most:
        raise Unread("many")
    columns, nested = _columns(footer[2])
    shape, system = _shape(footer, columns)
    if shape:
        columns[shape].is_shape = True
    names = [column.name for column in columns.values() if column.name != shape]
    yield {"names": names, "system": system, "shape": shape, "nested": nested, "layers": [], "layer": ""}
    spent = 0
    for group in footer.get(4, []):
        read: dict[str, list[Any]] = {}
        for chunk in group[1]:
            meta = chunk[3]
            spent += meta[6]
            if spent > LARGEST_WHOLE:
                raise Unread("too large")
            path = [name.decode("utf-8") for name in meta[3]]
            if len(path) == 1 and path[0] in columns:
                read[path[0]] = chunk_values(data, meta, columns[path[0]], group[3])
        shapes = read.pop(shape) if shape else [None] * group[3]
        rows = zip(*[read[name] for name in names], strict=True) if names else ((),) * group[3]
        for place, values in zip(shapes, rows, strict=True):
            yield place, list(values)


def _columns(schema: list[dict[int, Any]]) -> tuple[dict[str, Column], list[str]]:
    """The flat columns by name, and the names of the others."""
    flat: dict[str, Column] = {}
    nested: list[str] = []
    at = 1
    for _ in range(schema[0][5]):
        one = schema[at]
        name = one[4].decode("utf-8", "replace")
        if one.get(5) or one.get(3) == 2:
            nested.append(name[:80])
        else:
            logical = one.get(10) or {}
            scale = one.get(7) or logical.get(5, {}).get(1, 0)
            flat[name] = Column(name, one[1], one.get(2, 0), one.get(3) == 1, one.get(6), logical, scale)
        at = _after(schema, at)
    if len(flat) > MOST_COLUMNS:
        raise Unread("fields")
    return flat, nested


def _after(schema: list[dict[int, Any]], at: int, depth: int = 0) -> int:
    """Where the element that follows this one, and all it holds, begins."""
    if depth > DEEPEST:
        raise ValueError(depth)
    after = at + 1
    for _ in range(schema[at].get(5) or 0):
        after = _after(schema, after, depth + 1)
    return after


def _shape(footer: dict[int, Any], columns: dict[str, Column]) -> tuple[str, str]:
    """The column of the geometries and the text of its reference system; empty when there is none."""
    pairs = {pair[1]: pair.get(2, b"") for pair in footer.get(5, [])}
    if b"geo" in pairs:
        said = json.loads(pairs[b"geo"])
        name = said["primary_column"]
        about = said["columns"][name]
        if name not in columns or about.get("encoding") != "WKB":
            raise Unread("shape")
        return name, _system(about.get("crs", "EPSG:4326"))
    for name, column in columns.items():
        if 17 in column.logical:
            return name, column.logical[17].get(1, b"EPSG:4326").decode("utf-8").replace(
                "OGC:CRS84", "EPSG:4326"
            )
    return "", ""


def _system(said: Any) -> str:
    if said is None or isinstance(said, str):
        return said or ""
    known = said.get("id") or {}
    if known.get("code") == "CRS84":
        return "EPSG:4326"
    return f"{known['authority']}:{known['code']}" if known else f'PROJCRS["{said.get("name", "?")}"'

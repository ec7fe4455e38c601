"""How the pages of a Parquet file are packed and written: Thrift, codecs, encodings. Used by ``parquet``.

It imports nothing of the site.
"""

from __future__ import annotations

import ctypes
import struct
import sysconfig
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEEPEST = 24
LARGEST_PAGE = 64 * 1024 * 1024
BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTES, FIXED = range(8)
PLAIN, RLE, DELTA, DELTA_LENGTHS, DELTA_BYTES, SPLIT = 0, 3, 5, 6, 7, 9
DICTIONARY = (2, 8)
FORMATS = {INT32: "<i", INT64: "<q", FLOAT: "<f", DOUBLE: "<d"}


class Unread(Exception):
    """The file is not read; the word says why, to the parent."""


class Compact:
    """Thrift's compact protocol: a struct is a dictionary by number of field."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        """The next number, seven bits a byte."""
        number = shift = 0
        while True:
            one = self.byte()
            number |= (one & 0x7F) << shift
            if one < 0x80:
                return number
            shift += 7
            if shift > 63:
                raise ValueError(shift)

    def signed(self) -> int:
        """The next number, its sign in the last bit."""
        number = self.varint()
        return (number >> 1) ^ -(number & 1)

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of the struct that begins here."""
        if depth > DEEPEST:
            raise ValueError(depth)
        found: dict[int, Any] = {}
        last = 0
        while head := self.byte():
            last = last + (head >> 4) if head >> 4 else self.signed()
            found[last] = self.value(head & 15, depth)
        return found

    def value(self, kind: int, depth: int) -> Any:
        """A value of a field, by its kind."""
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self.signed()
        if kind == 7:
            return struct.unpack("<d", self.take(8))[0]
        if kind == 8:
            return self.take(self.varint())
        if kind in (9, 10):
            return self.items(depth)
        if kind == 12:
            return self.struct(depth + 1)
        raise ValueError(kind)

    def items(self, depth: int) -> list[Any]:
        """The items of a list."""
        head = self.byte()
        count, kind = head >> 4, head & 15
        count = self.varint() if count == 15 else count
        if count > len(self.data) - self.at:
            raise ValueError(count)
        if kind in (1, 2):
            return [self.byte() == 1 for _ in range(count)]
        return [self.value(kind, depth + 1) for _ in range(count)]

    def take(self, size: int) -> bytes:
        """The next bytes, all of them."""
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise EOFError
        self.at += size
        return piece


# What pages are packed with.


def unpacked(codec: int, data: bytes, size: int) -> bytes:
    """The bytes of a page, ``size`` of them."""
    if not 0 <= size <= LARGEST_PAGE:
        raise Unread("too large")
    if codec not in CODECS:
        raise Unread("codec")
    found = CODECS[codec](data, size) if size else b""
    if len(found) != size:
        raise ValueError(size)
    return found


def _copied(made: bytearray, offset: int, length: int, size: int) -> None:
    """Repeat what was written ``offset`` bytes ago, which may overlap what it writes."""
    start = len(made) - offset
    if offset <= 0 or start < 0 or len(made) + length > size:
        raise ValueError(offset)
    piece = bytes(made[start : start + length])
    while len(piece) < length:
        piece += piece[: length - len(piece)]
    made += piece


def snappy(data: bytes, size: int) -> bytes:
    """Snappy, as Parquet writes it."""
    head = Compact(data)
    if head.varint() != size:
        raise ValueError(size)
    at, made = head.at, bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                wide = length - 59
                length = int.from_bytes(data[at : at + wide], "little")
                at += wide
            made += data[at : at + length + 1]
            at += length + 1
            if len(made) > size:
                raise ValueError(size)
        elif tag & 3 == 1:
            _copied(made, (tag >> 5) << 8 | data[at], (tag >> 2 & 7) + 4, size)
            at += 1
        else:
            wide = 2 if tag & 3 == 2 else 4
            _copied(made, int.from_bytes(data[at : at + wide], "little"), (tag >> 2) + 1, size)
            at += wide
    return bytes(made)


def lz4(data: bytes, size: int) -> bytes:
    """An LZ4 block."""
    at, made = 0, bytearray()

    def long(length: int) -> int:
        nonlocal at
        while length and (more := data[at]) is not None:
            at += 1
            length += more
            if more < 255 or length > size:
                break
        return length

    while at < len(data):
        tag = data[at]
        at += 1
        literal = tag >> 4 if tag >> 4 < 15 else long(15)
        made += data[at : at + literal]
        at += literal
        if at >= len(data):
            break
        offset = int.from_bytes(data[at : at + 2], "little")
        at += 2
        _copied(made, offset, (tag & 15 if tag & 15 < 15 else long(15)) + 4, size)
    return bytes(made)


def gzip(data: bytes, size: int) -> bytes:
    """Gzip, never more than announced."""
    return zlib.decompressobj(47).decompress(data, size)


def brotli(data: bytes, size: int) -> bytes:
    """Brotli, when the library is there."""
    try:
        from brotli import Decompressor  # type: ignore[import-untyped]
    except ImportError:
        raise Unread("codec") from None
    return bytes(Decompressor().process(data, output_buffer_limit=size))


def zstd(data: bytes, size: int) -> bytes:
    """Zstandard, by the library that Pillow brings, or that of the system."""
    beside = sorted(Path(sysconfig.get_path("purelib"), "pillow.libs").glob("libzstd*.so*"))
    try:
        library = ctypes.CDLL(str(beside[0]) if beside else "libzstd.so.1")
    except OSError:
        raise Unread("codec") from None
    library.ZSTD_decompress.restype = ctypes.c_size_t
    made = ctypes.create_string_buffer(size)
    done = library.ZSTD_decompress(made, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)))
    if done != size:
        raise ValueError(done)
    return made.raw


CODECS: dict[int, Callable[[bytes, int], bytes]] = {
    0: lambda data, size: data[:size],
    1: snappy,
    2: gzip,
    4: brotli,
    6: zstd,
    7: lz4,
}


# How values are written in a page.


def hybrid(data: bytes, width: int, count: int) -> list[int]:
    """Numbers of ``width`` bits, in runs and in packs of eight."""
    if not 0 <= width <= 32:
        raise ValueError(width)
    if width == 0:
        return [0] * count
    reader, found, mask = Compact(data), list[int](), (1 << width) - 1
    shifts = [width * n for n in range(8)]
    while len(found) < count:
        head = reader.varint()
        if head & 1:
            for _ in range(min(head >> 1, (count - len(found) + 7) // 8)):
                pack = int.from_bytes(reader.take(width), "little")
                found += [pack >> shift & mask for shift in shifts]
        else:
            value = int.from_bytes(reader.take((width + 7) // 8), "little")
            found += [value] * min(head >> 1, count - len(found))
            if not head:
                raise ValueError(head)
    return found[:count]


def deltas(reader: Compact) -> list[int]:
    """Numbers written as differences."""
    size, minis, count, value = reader.varint(), reader.varint(), reader.varint(), reader.signed()
    if not minis or size % minis or size > 1 << 16 or count > len(reader.data) * size:
        raise ValueError(size)
    each, found = size // minis, [value] if count else []
    while len(found) < count:
        least = reader.signed()
        for width in list(reader.take(minis)):
            if len(found) >= count:
                break
            pack = int.from_bytes(reader.take(width * each // 8), "little")
            mask = (1 << width) - 1
            for n in range(min(each, count - len(found))):
                value += least + (pack >> width * n & mask)
                value = (value + (1 << 63)) % (1 << 64) - (1 << 63)
                found.append(value)
    return found


def plain(data: bytes, kind: int, count: int, width: int) -> list[Any]:
    """Values one after the other."""
    if kind == BOOLEAN:
        return [bool(data[n >> 3] >> (n & 7) & 1) for n in range(count)]
    if kind in FORMATS:
        size = struct.calcsize(FORMATS[kind])
        if count * size > len(data):
            raise EOFError
        return [one for (one,) in struct.iter_unpack(FORMATS[kind], data[: count * size])]
    reader = Compact(data)
    if kind == BYTES:
        return [reader.take(int.from_bytes(reader.take(4), "little")) for _ in range(count)]
    return [reader.take(12 if kind == INT96 else width) for _ in range(count)]


def decoded(data: bytes, encoding: int, kind: int, width: int, count: int, words: list[Any]) -> list[Any]:
    """The values of a page, those that are not null."""
    if encoding in DICTIONARY:
        if not count:
            return []
        return [words[n] for n in hybrid(data[1:], data[0], count)]
    if encoding == PLAIN:
        return plain(data, kind, count, width)
    if encoding == RLE and kind == BOOLEAN:
        return list(map(bool, hybrid(data[4:], 1, count)))
    reader = Compact(data)
    if encoding == DELTA and kind in (INT32, INT64):
        return deltas(reader)[:count]
    if encoding == DELTA_LENGTHS:
        return [reader.take(size) for size in deltas(reader)[:count]]
    if encoding == DELTA_BYTES:
        shared, rest, found, last = deltas(reader), deltas(reader), [], b""
        for kept, size in zip(shared[:count], rest, strict=False):
            last = last[:kept] + reader.take(size)
            found.append(last)
        return found
    if encoding == SPLIT and kind in FORMATS:
        size = len(data) // max(count, 1)
        whole = bytes(data[n % size * count + n // size] for n in range(size * count))
        return plain(whole, kind, count, width)
    raise Unread("codec")

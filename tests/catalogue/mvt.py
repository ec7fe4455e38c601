"""A reader of vector tiles for the tests: layers and the properties of their features, nothing more."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The number and the value of each field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
        else:
            length, at = _varint(data, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def _value(data: bytes) -> Any:
    for number, value in _fields(data):
        if number == 1:
            return value.decode()
        if number in {2, 3}:
            return struct.unpack("<f" if number == 2 else "<d", value)[0]
        if number == 6:
            return (value >> 1) ^ -(value & 1)
        return bool(value) if number == 7 else value
    return None


def _packed(data: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(data):
        number, at = _varint(data, at)
        numbers.append(number)
    return numbers


def decode(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    """For each layer, the properties of its features."""
    layers = {}
    for _, layer in _fields(tile):
        parts = list(_fields(layer))
        name = next(value for number, value in parts if number == 1).decode()
        keys = [value.decode() for number, value in parts if number == 3]
        values = [_value(value) for number, value in parts if number == 4]
        features = []
        for tags in (dict(_fields(value)).get(2, b"") for number, value in parts if number == 2):
            pairs = _packed(tags)
            features.append({keys[k]: values[v] for k, v in zip(pairs[::2], pairs[1::2], strict=True)})
        layers[name] = features
    return layers

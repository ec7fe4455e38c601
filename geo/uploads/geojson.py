"""GeoJSON, read by our own builder: GDAL would follow the links that it may hold."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geo.drawing import UNREADABLE, build_geometry
from geo.uploads.layers import Feature, UploadRefused
from geo.uploads.projections import WGS84, from_urn, to_degrees


def read(content: bytes) -> tuple[list[Feature], int]:
    """Return the features of a GeoJSON text and the SRID that it was in."""
    data = _parsed(content)
    srid = _srid(data)
    features = [_feature(one, srid) for one in _members(data)]
    return [feature for feature in features if feature is not None], srid


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise UploadRefused(_("Ce fichier GeoJSON n’est pas en UTF-8.")) from None
    except (ValueError, RecursionError):
        raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé.")) from None
    if not isinstance(data, dict) or "type" not in data:
        raise UploadRefused(_("Ce fichier JSON n’est pas du GeoJSON."))
    return data


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _srid(data: dict[str, Any]) -> int:
    crs = data.get("crs")
    if crs is None:
        return WGS84
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    srid = from_urn(name) if isinstance(name, str) else None
    if srid is None:
        raise UploadRefused(
            _("La projection de ce fichier GeoJSON n’est pas lue : enregistrez-le en WGS 84 (EPSG:4326).")
        )
    return srid


def _members(data: dict[str, Any]) -> list[Any]:
    if data["type"] != "FeatureCollection":
        return [data]
    members = data.get("features")
    if not isinstance(members, list):
        raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé."))
    return members


def _feature(data: Any, srid: int) -> Feature | None:
    """Return the feature of a member, None for one without geometry."""
    try:
        properties: Any = {}
        if data["type"] == "Feature":
            properties = data.get("properties") or {}
            data = data.get("geometry")
        if data is None:
            return None
        geometry = to_degrees(build_geometry(data), srid)
    except ValidationError as fault:
        raise UploadRefused(fault.messages[0]) from None
    except (*UNREADABLE, GDALException):
        raise UploadRefused(_("Une géométrie de ce fichier GeoJSON ne se lit pas.")) from None
    return Feature(geometry, properties if isinstance(properties, dict) else {})

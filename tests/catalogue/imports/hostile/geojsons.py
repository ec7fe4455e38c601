"""Hostile GeoJSON: cut, deep, endless, without a place, or with one that makes no sense."""

import json

SQUARE = [[[2, 47], [2.1, 47], [2.1, 47.1], [2, 47]]]
POINT = {"type": "Point", "coordinates": [2.35, 48.85]}
WRONG = {
    "texte": "POINT(2 47)",
    "liste": [2, 47],
    "nombre": 12,
    "vide": {},
    "type-nombre": {"type": 3, "coordinates": [2, 47]},
    "cercle": {"type": "Circle", "coordinates": [2, 47], "radius": 3},
    "collection": {"type": "GeometryCollection", "geometries": [POINT]},
    "sans-coordonnees": {"type": "Point"},
    "coordonnees-textes": {"type": "Point", "coordinates": ["2", "47"]},
    "coordonnees-nulles": {"type": "Point", "coordinates": [None, None]},
    "coordonnees-vraies": {"type": "Point", "coordinates": [True, False]},
    "une-coordonnee": {"type": "Point", "coordinates": [2]},
    "dictionnaire": {"type": "Point", "coordinates": {"x": 2, "y": 47}},
    "point-comme-ligne": {"type": "LineString", "coordinates": [2, 47]},
    "ligne-comme-polygone": {"type": "Polygon", "coordinates": [[2, 47], [3, 48]]},
    "anneau-ouvert": {"type": "Polygon", "coordinates": [[[2, 47], [3, 48], [3, 47], [2.5, 47]]]},
    "anneau-court": {"type": "Polygon", "coordinates": [[[2, 47], [3, 48], [2, 47]]]},
    "anneau-vide": {"type": "Polygon", "coordinates": [[]]},
    "noeud-papillon": {"type": "Polygon", "coordinates": [[[2, 47], [3, 48], [3, 47], [2, 48], [2, 47]]]},
    "ligne-sans-longueur": {"type": "LineString", "coordinates": [[2, 47], [2, 47]]},
    "ligne-d-un-point": {"type": "LineString", "coordinates": [[2, 47]]},
    "axes-inverses": {"type": "Point", "coordinates": [48.85, 2.35]},
    "polygone-inverse": {"type": "Polygon", "coordinates": [[[47, 2], [47, 2.1], [47.1, 2.1], [47, 2]]]},
    "hors-du-monde": {"type": "Point", "coordinates": [2, 95]},
    "tres-loin": {"type": "Point", "coordinates": [1e300, 1e300]},
}


def collection(*geometries, properties=None, **members):
    """A collection of elements."""
    features = [
        {
            "type": "Feature",
            "properties": {"nom": "Un"} if properties is None else properties,
            "geometry": one,
        }
        for one in geometries
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def line(vertices, kind="LineString"):
    """A line, or a polygon, of so many vertices."""
    positions = ",".join(["[2.1,47.1],[2.2,47.2]"] * (vertices // 2))
    brackets = ("[", "]") if kind == "LineString" else ("[[", "]]")
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":'
        f'{{"type":"{kind}","coordinates":{brackets[0]}{positions}{brackets[1]}}}}}]}}'
    ).encode()


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    whole = collection(POINT, POINT)
    for share in range(1, 10):
        yield f"coupe-{share}0", whole[: len(whole) * share // 10]
    for name, geometry in WRONG.items():
        yield f"geometrie-{name}", collection(geometry)
    yield from _texts(whole)
    yield from _members()
    yield from _systems()
    yield from _sizes()


def _texts(whole):
    yield "latin", whole.replace(b"Un", "Îlot".encode("latin-1"))
    yield "utf-16", b"{" + whole.decode().encode("utf-16-le")
    yield "deux-objets", whole + whole
    yield "suite", whole + b" et la suite"
    yield "virgule", whole.replace(b'"Feature"', b'"Feature" "b"', 1)
    for word in ("NaN", "Infinity", "-Infinity"):
        yield f"nombre-{word}", whole.replace(b"48.85", word.encode())
    for digits in (4_301, 1_000_000):
        yield f"nombre-de-{digits}-chiffres", whole.replace(b"48.85", b"1" * digits)
    yield "nombre-1e400", whole.replace(b"48.85", b"1e400")
    yield "octet-nul", whole.replace(b"Un", b"U\x00n")


def _members():
    for name, content in {
        "sans-features": {"type": "FeatureCollection"},
        "features-nombre": {"type": "FeatureCollection", "features": 3},
        "features-null": {"type": "FeatureCollection", "features": None},
        "features-objet": {"type": "FeatureCollection", "features": {"a": 1}},
        "features-vides": {"type": "FeatureCollection", "features": []},
        "features-nombres": {"type": "FeatureCollection", "features": [1, 2]},
        "feature-sans-type": {"type": "FeatureCollection", "features": [{"geometry": POINT}]},
        "proprietes-liste": {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": [1]}],
        },
        "type-absent": {"features": []},
        "type-inconnu": {"type": "Feuille", "features": []},
        "objet": {"a": 1},
        "topojson": {"type": "Topology", "objects": {}, "arcs": []},
        "esri": {"geometryType": "esriGeometryPoint", "features": [{"attributes": {}}]},
        "vide": {},
    }.items():
        yield name, json.dumps(content).encode()
    yield "sans-geometrie", collection(None, None)
    for kind in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"):
        yield f"vide-{kind}", collection({"type": kind, "coordinates": []})


def _systems():
    for name, crs in {
        "lien": {"type": "link", "properties": {"href": "http://127.0.0.1/"}},
        "adresse": {"type": "name", "properties": {"name": "http://127.0.0.1/2154"}},
        "inconnue": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "texte": "EPSG:2154",
        "nombre": {"type": "name", "properties": {"name": 2154}},
        "vsi": {"type": "name", "properties": {"name": "/vsicurl/http://127.0.0.1/"}},
        "metres-annonces": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}},
    }.items():
        yield f"projection-{name}", collection(POINT, crs=crs)


def _sizes():
    deep = 100_000
    yield "profond", lambda: b'{"type":"FeatureCollection","features":' + b"[" * deep
    yield (
        "profond-listes",
        lambda: b'{"type":"FeatureCollection","features":[' + b"[" * deep + b"]" * deep + b"]}",
    )
    yield "profond-coordonnees", lambda: b'{"type":"Point","coordinates":' + b"[" * deep + b"]" * deep + b"}"
    yield "profond-proprietes", lambda: (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":' + b'{"a":' * deep + b"1"
        + b"}" * deep + b"}]}"
    )  # fmt: skip
    yield "un-million-de-sommets", lambda: line(1_000_000)
    yield "polygone-d-un-million", lambda: line(1_000_000, "Polygon")
    yield "21000-sommets", lambda: line(21_000)
    yield "trop-d-elements", lambda: collection(*[POINT] * 5_001)
    yield "mille-proprietes", collection(POINT, properties={f"p{n}": n for n in range(1000)})
    yield "150-proprietes", collection(POINT, properties={f"p{n}": n for n in range(150)})
    yield (
        "proprietes-qui-changent",
        lambda: (
            b'{"type":"FeatureCollection","features":['
            + b",".join(
                b'{"type":"Feature","properties":{"p%d":1},"geometry":null}' % number
                for number in range(50_000)
            )
            + b"]}"
        ),
    )
    yield "propriete-enorme", lambda: collection(POINT, properties={"a": "y" * 200_000})
    yield "propriete-de-5-mo", lambda: collection(POINT, properties={"a": "y" * 5_000_000})

"""The terms that complete a place: every way of writing it, with the weight that puts big places first."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator

from geo.importers.nomenclature import Former, Named
from geo.names import bare_names, inner_names, normalise

LEVEL_WEIGHT = {
    "commune": 1.0, "arrondissement": 0.02, "epci": 0.06, "ept": 0.05, "departement": 0.15,
    "region": 0.3, "pays": 0.02,
}  # fmt: skip
KIND_WEIGHT = {"nom": 1.0, "mot": 0.1, "ancien": 0.05, "code": 1.0, "postal": 1.0}
HIDDEN_CODE_WEIGHT = 1e-6
"""The code of a région is never typed: 75 is Paris before it is Nouvelle-Aquitaine."""
EXACT_WEIGHT = 200.0
"""What a whole name typed is worth against one that goes on; the same in ``geo.completion.BEGINNING``."""
PREFIX_BEST = 20
"""Terms stored for a crowded prefix; also the largest number of suggestions."""

Term = tuple[str, str, str, str, str, float]
"""(level, code, kind, term, alias shown, weight)."""


def terms(named: tuple[Named, ...], former: tuple[Former, ...]) -> Iterator[Term]:
    """Yield every term of every territory, each written once a territory."""
    by_code = {n.code: n for n in named if n.level == "commune"}
    formers: dict[str, list[Former]] = {}
    for gone in former:
        formers.setdefault(gone.successor, []).append(gone)
    for place in named:
        seen: set[str] = set()
        own = formers.get(place.code, []) if by_code.get(place.code) is place else []
        for kind, term, alias in written(place, own):
            if term and term not in seen:
                seen.add(term)
                weight = ((place.population or 0) + 1) * LEVEL_WEIGHT[place.level] * KIND_WEIGHT[kind]
                if kind == "code" and place.level in ("region", "pays"):
                    weight *= HIDDEN_CODE_WEIGHT
                yield place.level, place.code, kind, term, alias, weight


def written(place: Named, former: list[Former]) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, term, alias) of the ways to write one territory, the best first."""
    name = normalise(place.name)
    yield "nom", name, ""
    yield "nom", normalise(place.name.replace("’", "")), ""
    for bare in bare_names(name):
        yield "nom", bare, ""
    yield "code", place.code.lower(), ""
    for postal in place.postal_codes:
        yield "postal", postal, ""
    for inner in inner_names(name):
        yield "mot", inner, ""
    for gone in former:
        yield "code", gone.code.lower(), gone.name
        if gone.name:
            old = normalise(gone.name)
            yield "ancien", old, gone.name
            for bare in bare_names(old):
                yield "ancien", bare, gone.name


def crowded_prefixes(rows: list[Term]) -> dict[str, list[int]]:
    """Return the best terms (positions in ``rows``) of each prefix with more than ``PREFIX_BEST`` of them."""
    order = sorted(range(len(rows)), key=lambda i: -rows[i][5])
    found: dict[str, list[int]] = {}
    crowd = {"": list(order)}
    length = 0
    while crowd:
        length += 1
        longer: dict[str, list[int]] = {}
        for members in crowd.values():
            for index in members:
                if len(rows[index][3]) >= length:
                    longer.setdefault(rows[index][3][:length], []).append(index)
        crowd = {prefix: members for prefix, members in longer.items() if len(members) > PREFIX_BEST}
        for prefix, members in crowd.items():
            exact = [i for i in members if rows[i][3] == prefix and rows[i][2] != "mot"]
            best = heapq.merge(
                ((-rows[i][5] * EXACT_WEIGHT, i) for i in exact),
                ((-rows[i][5], i) for i in members[: 2 * PREFIX_BEST]),
            )
            found[prefix] = list(dict.fromkeys(i for _weight, i in itertools.islice(best, 2 * PREFIX_BEST)))
    return found

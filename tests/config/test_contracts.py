"""Each contract of import-linter fails when it is broken, whatever way: one forbidden import at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph, build_graph
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))
SESSION, CONTRACTS = CONFIGURATION["session_options"], CONFIGURATION["contracts_options"]
TYPES: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
Import = tuple[str, str]
"""The module that imports, and the one that it must not."""


@pytest.fixture(scope="module")
def project() -> ImportGraph:
    return build_graph(
        *SESSION["root_packages"],
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


@pytest.mark.parametrize("options", CONTRACTS, ids=lambda options: options["name"])
def test_a_contract_fails_when_it_is_broken(project: ImportGraph, options: dict[str, Any]) -> None:
    contract = TYPES[options["type"]](options["name"], SESSION, options)
    assert holds(contract, project)
    tried = list(forbidden_imports(project, options))
    assert tried
    for imported in tried:
        graph = deepcopy(project)
        graph.add_import(importer=imported[0], imported=imported[1])
        assert not holds(contract, graph), imported


@pytest.mark.parametrize(
    "options",
    [options for options in CONTRACTS if options.get("exhaustive") == "True"],
    ids=lambda options: options["name"],
)
def test_a_module_without_a_layer_is_refused(project: ImportGraph, options: dict[str, Any]) -> None:
    for container in options["containers"]:
        graph = deepcopy(project)
        graph.add_module(f"{container}.helpers")
        assert not holds(LayersContract(options["name"], SESSION, options), graph), container


def holds(contract: Contract, graph: ImportGraph) -> bool:
    return contract.check(deepcopy(graph), verbose=False).kept


def forbidden_imports(graph: ImportGraph, options: dict[str, Any]) -> Iterator[Import]:
    ways = {
        "acyclic_siblings": round_trips,
        "forbidden": escapes,
        "layers": climbs,
        "protected": intrusions,
    }
    return ways[options["type"]](graph, options)


def climbs(graph: ImportGraph, options: dict[str, Any]) -> Iterator[Import]:
    """From each layer to the one above it, and between those that stand apart in one."""
    for container in options.get("containers", [""]):
        prefix = f"{container}." if container else ""
        layers = []
        for layer in options["layers"]:
            names = [prefix + name.strip(" ()") for name in re.split(r"[|:]", layer)]
            layers.append([name for name in names if name in graph.modules])
            if "|" in layer:
                yield from combinations(layers[-1], 2)
        filled = [names for names in layers if names]
        for above, below in pairwise(filled):
            yield below[0], above[0]


def intrusions(graph: ImportGraph, options: dict[str, Any]) -> Iterator[Import]:
    """To each module that is protected, from one that may not and that does not hold it."""
    for pattern in options["protected_modules"]:
        expression = re.compile(re.escape(pattern).replace(r"\*", r"[^.]+"))
        for name in sorted(filter(expression.fullmatch, graph.modules)):
            yield "catalogue.tasks", name


def escapes(graph: ImportGraph, options: dict[str, Any]) -> Iterator[Import]:
    for source in options["source_modules"]:
        inside = sorted(graph.find_descendants(source))[0]
        for target in options["forbidden_modules"]:
            yield inside, target


def round_trips(graph: ImportGraph, options: dict[str, Any]) -> Iterator[Import]:
    """Under each ancestor, back along an import that goes from one child to another."""
    for ancestor in options["ancestors"]:
        for importer, imported in combinations(sorted(graph.find_children(ancestor)), 2):
            if graph.direct_import_exists(importer=importer, imported=imported, as_packages=True):
                yield imported, importer
                break

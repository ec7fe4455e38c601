"""The walks of docs/architecture.md are those of the code, and enter few rooms."""

import re
from itertools import chain
from pathlib import Path

import pytest
from grimp import ImportGraph, build_graph

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WALKS = dict(re.findall(r"^### (.+?)\n(.+?)(?=^### |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
BY_NAME = {"catalogue.tasks"}
"""What a job reaches without an import."""
MOST = {"A filter": 5, "A submission": 8, "A merge": 8, "A file": 8}


def modules_of(walk: str) -> list[str]:
    """The modules named in the numbered steps, in their order."""
    steps = re.findall(r"^\d+\. .+?(?=^\d+\. |^$)", WALKS[walk], re.MULTILINE | re.DOTALL)
    paths = re.findall(r"`([\w/]+)\.py`", "".join(steps))
    return [path if path.startswith("geo/") else f"catalogue/{path}" for path in dict.fromkeys(paths)]


def rooms_of(modules: list[str]) -> set[str]:
    parts = [path.split("/") for path in modules]
    return {names[1] if names[0] == "catalogue" else names[0] for names in parts}


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    return build_graph("catalogue", "geo", exclude_type_checking_imports=True, cache_dir=None)


@pytest.mark.parametrize("walk", WALKS)
def test_each_module_of_a_walk_is_imported_by_one_before_it(graph: ImportGraph, walk: str) -> None:
    modules = modules_of(walk)
    assert [path for path in modules if not (ROOT / f"{path}.py").exists()] == []
    names = [path.replace("/", ".") for path in modules]
    for number, name in enumerate(names[1:], start=1):
        doors = {name, name.rpartition(".")[0]}  # a package gives its modules' names on
        used = chain.from_iterable(map(graph.find_modules_directly_imported_by, names[:number]))
        assert doors & set(used) or name in BY_NAME, name


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_enters_the_rooms_that_it_says_and_no_more_than_it_may(walk: str) -> None:
    rooms = rooms_of(modules_of(walk))
    said = re.search(r": (\d+) rooms$", walk)
    listed = re.search(r"^(?:`.+`: )?(\w[\w, ]+)\.", WALKS[walk].strip())

    assert said
    assert listed
    assert set(listed[1].split(", ")) == rooms
    assert int(said[1]) == len(rooms) <= MOST[walk.partition(",")[0]]

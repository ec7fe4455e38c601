"""How ``manage.py test`` adds to what is asked, and what it says of the scripts and of the coverage."""

from pathlib import Path

import pytest

from config.bootstrap import testing
from config.bootstrap.messages import Problem

WORKERS = ["-n", "2", "--dist", "worksteal"]
SLOWEST = ["--durations=10"]


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 2)


@pytest.mark.parametrize(
    "given",
    [[], ["tests/geo"], ["-q", "-p", "no:randomly"], ["-x", "tests/geo", "-k", "tiles"], ["--cov"]],
)
def test_arguments_are_added_to_the_usual_ones(given: list[str]) -> None:
    assert testing.pytest_arguments(given) == [*WORKERS, *SLOWEST, *given]


@pytest.mark.parametrize(
    "given",
    [
        ["-n", "0"],
        ["-n4", "tests/geo"],
        ["--numprocesses=3"],
        ["-p", "no:xdist"],
        ["--collect-only", "-q"],
        ["-x", "--pdb"],
        ["-s", "tests/geo"],
        ["tests/geo/test_tiles.py::test_one"],
    ],
)
def test_one_process_runs_what_is_watched_chosen_or_alone(given: list[str]) -> None:
    assert testing.pytest_arguments(given) == [*SLOWEST, *given]


def test_the_number_of_slow_tests_can_be_chosen() -> None:
    assert testing.pytest_arguments(["--durations=3"]) == [*WORKERS, "--durations=3"]


def test_one_core_has_no_second_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)

    assert testing.pytest_arguments([]) == SLOWEST


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ([], True),
        (["-q", "-p", "no:randomly", "--durations=20"], True),
        (["tests/geo"], False),
        (["-q", "tests/geo/test_tiles.py::test_one"], False),
        (["-k", "tiles"], False),
        (["--lf"], False),
        (["--collect-only"], False),
    ],
)
def test_the_scripts_are_tested_with_the_whole_suite(tmp_path: Path, given: list[str], whole: bool) -> None:
    (tmp_path / "tests" / "geo").mkdir(parents=True)
    (tmp_path / "tests" / "geo" / "test_tiles.py").touch()

    assert testing.is_whole_suite(tmp_path, given) is whole


def write_unit(root: Path, body: str) -> None:
    folder = root / "tests" / "js"
    folder.mkdir(parents=True)
    (folder / "a.test.mjs").write_text(
        f'import assert from "node:assert";\nimport test from "node:test";\ntest("a", () => {body});\n'
    )


def test_the_units_that_pass_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_unit(tmp_path, "{}")

    testing.run_javascript(tmp_path)

    assert capsys.readouterr().err == "JavaScript : 1 tests passent.\n"


def test_a_unit_that_fails_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_unit(tmp_path, 'assert.equal("found", "wanted")')

    with pytest.raises(Problem, match="JavaScript"):
        testing.run_javascript(tmp_path)

    assert "wanted" in capsys.readouterr().out


def summary(statements: int, missing: int, branches: int = 0, missing_branches: int = 0) -> dict[str, object]:
    numbers = {"num_statements": statements, "missing_lines": missing}
    return {"summary": {**numbers, "num_branches": branches, "missing_branches": missing_branches}}


def test_the_coverage_is_said_by_room_then_by_module() -> None:
    files = {
        "catalogue/imports/undo.py": summary(30, 0, 10, 10),
        "catalogue/imports/compare/diff.py": summary(60, 5),
        "catalogue/urls.py": summary(4, 0),
        "geo/tiles.py": summary(10, 5),
        "config/empty.py": summary(0, 0),
    }
    totals = {"percent_covered": 87.5}

    lines = [" ".join(line.split()) for line in testing.coverage_lines({"files": files, "totals": totals})]

    assert lines[:4] == ["100.0 % catalogue", "85.0 % catalogue/imports", "100.0 % config", "50.0 % geo"]
    assert lines[5] == "75.0 % catalogue/imports/undo.py"
    assert lines[-1] == "87.5 % au total (lignes et branches)"

"""A person is told what is wrong and what to do."""

from pathlib import Path

import pytest

from config.bootstrap.messages import Problem, probable_cause
from config.bootstrap.tools import run_logged


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("E: Failed to fetch http://…  Temporary failure resolving 'deb.example'", "réseau"),
        ("error sending request for url: dns error: failed to lookup address information", "réseau"),
        ("OSError: [Errno 28] No space left on device", "disque"),
        ("could not create directory: Permission denied", "écriture"),
    ],
)
def test_a_known_cause_is_named(output: str, word: str) -> None:
    assert word in (probable_cause(output) or "")


def test_an_unknown_cause_is_not_invented() -> None:
    assert probable_cause("E: Unable to correct problems, you have held broken packages.") is None


def test_a_failed_tool_shows_its_last_lines_the_cause_and_where_the_rest_is(tmp_path: Path) -> None:
    log = tmp_path / "tool.log"

    with pytest.raises(Problem) as caught:
        run_logged(
            ["sh", "-c", "seq 100; echo No space left on device >&2; exit 3"], log, "l’outil a échoué."
        )

    said = str(caught.value)
    assert said.startswith("Erreur : l’outil a échoué.")
    assert "    100" in said
    assert "    98" not in said
    assert "plus de place" in said
    assert str(log) in said


def test_an_absent_tool_is_a_problem_and_not_a_trace(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="l’outil a échoué"):
        run_logged(["/nonexistent/tool"], tmp_path / "tool.log", "l’outil a échoué.")

"""What ``config.density`` finds, and what it lets pass."""

from pathlib import Path

import pytest

from config import density


def found(source: str) -> list[str]:
    return [what for _, what in density.find_in_python(source)]


def call(nodes: int) -> str:
    """An expression of ``nodes`` nodes: a name and its call, then arguments."""
    return f"f({', '.join('x' * (nodes - 2))})"


def test_a_statement_counts_its_expressions_without_contexts_and_operators() -> None:
    [assignment] = density.ast.parse("a = b + c").body

    # The assignment, its target, the addition and its two terms.
    assert density.count_nodes(assignment) == 5


def test_a_statement_has_at_most_sixty_nodes() -> None:
    # The expression statement is a node itself.
    assert found(call(59)) == []
    assert found(call(60)) == ["61 nodes in a statement (at most 60)"]


def test_statements_count_apart_from_those_that_hold_them() -> None:
    held = f"if a:\n    {call(40)}\n    {call(40)}\nelse:\n    {call(40)}"

    assert found(f"try:\n    {call(40)}\nexcept E:\n    {call(40)}") == []
    assert found(held) == []
    assert found(f"match a:\n    case 1:\n        {call(40)}\n    case _:\n        {call(40)}") == []
    assert found(f"if {call(70)}:\n    pass") == ["71 nodes in a statement (at most 60)"]


def test_plain_entries_count_as_one() -> None:
    plain = ", ".join(f"'k{n}': row.value(one, 'two')" for n in range(50))
    folded = ", ".join(f"'k{n}': a if b else c" for n in range(20))

    assert found(f"def f():\n    return {{{plain}}}") == []
    assert found(f"def f():\n    return g({', '.join(f'k{n}=row.value' for n in range(50))})") == []
    assert found(f"def f():\n    return {{{folded}}}") == ["102 nodes in a statement (at most 60)"]


@pytest.mark.parametrize(
    "table",
    [
        f"URLS = [{call(40)}, {call(40)}]",
        f"NAMES: dict[str, str] = {{1: {call(70)}}}",
        f"class A:\n    field = {call(70)}",
        f"class A:\n    class Meta:\n        indexes = [{call(70)}]",
        f"BY_CODE = {{one.code: one for one in ({call(40)}, {call(40)})}}",
        f"WAYS = {{'a': lambda row: {call(30)}, 'b': lambda row: {call(30)}}}",
        f"from a import ({', '.join(f'name_{n}' for n in range(80))})",
    ],
)
def test_tables_and_imports_are_exempt(table: str) -> None:
    assert found(table) == []


@pytest.mark.parametrize(
    "source",
    [
        f"def f():\n    urls = [{call(70)}]",
        f"TOTAL = a + {call(70)}",
        f"WAYS = {{'a': lambda row: {call(70)}}}",
        f"CHOSEN = [{call(30)} if a else {call(30)}]",
        f"SQUARES = [{call(70)} for x in range(3)]",
    ],
)
def test_what_decides_is_no_table(source: str) -> None:
    assert [what.partition(" ")[2] for what in found(source)] == ["nodes in a statement (at most 60)"]


def test_no_ternary_stands_in_another() -> None:
    nested = ["a ternary inside a ternary"]

    assert found("x = a if b else c\ny = d if e else f") == []
    assert found("x = a if b else c if d else e") == nested
    assert found("x = f(a if b else c) if d else e") == nested


@pytest.mark.parametrize("brackets", ["[{}]", "{{{}}}", "f({})"])
def test_a_comprehension_has_one_for_and_at_most_one_if(brackets: str) -> None:
    tangled = ["a comprehension has one « for » and at most one « if »"]

    assert found(brackets.format("x for x in y if x")) == []
    assert found(brackets.format("x for y in z for x in y")) == tangled
    assert found(brackets.format("x for x in y if a if b")) == tangled
    assert found("{x: x for y in z for x in y}") == tangled


def test_a_function_has_at_most_forty_lines() -> None:
    assert found("@wrapped\ndef f():\n" + "    pass\n" * 39) == []
    assert found("async def f():\n" + "    pass\n" * 40) == ["41 lines in « f » (at most 40)"]


def test_a_line_of_a_template_is_measured_in_characters() -> None:
    assert list(density.find_in_template("é" * 120)) == []
    assert list(density.find_in_template("<p>\n" + "é" * 121)) == [
        (2, "121 characters in a line (at most 120)")
    ]


def test_the_places_of_a_project_are_read_without_its_migrations(tmp_path: Path) -> None:
    tangled = "x = a if b else c if d else e\n"
    for place in ("catalogue/records", "catalogue/migrations", "tests", "templates"):
        (tmp_path / place).mkdir(parents=True)
    for file in ("manage.py", "catalogue/records/a.py", "catalogue/migrations/0001.py", "tests/a.py"):
        (tmp_path / file).write_text(tangled)
    (tmp_path / "templates/a.html").write_text("x" * 121)

    assert list(density.find_in_project(tmp_path)) == [
        "manage.py:1: a ternary inside a ternary",
        "catalogue/records/a.py:1: a ternary inside a ternary",
        "templates/a.html:1: 121 characters in a line (at most 120)",
    ]

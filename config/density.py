"""Find what is written too densely: ``python -m config.density``, one of the checks of ``manage.py quality``.

- A statement has at most 60 nodes: itself and its expressions. Contexts and operators do not count, and a
  statement inside another counts on its own.
- An entry of a dictionary or a keyword argument that decides nothing and has at most 8 nodes counts as one:
  a list of plain entries, one a line, is read at a glance. What is folded into an entry counts whole.
- Imports and tables are exempt. A table is an assignment in the body of a module or of a class whose value is
  a container, a call, or a comprehension over a container: data, lists of URLs, fields, constraints. What
  decides inside it (condition, comparison, comprehension, lambda) is held to 60 nodes by itself, the
  containers over which it loops apart.
- No ternary stands in another; a comprehension has one ``for`` and at most one ``if``.
- A function has at most 40 lines, a line of a template at most 120 characters. Migrations are exempt.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("manage.py", "config", "geo", "catalogue", "bench")
TEMPLATES = "templates"
STATEMENT_NODES = 60
ENTRY_NODES = 8
FUNCTION_LINES = 40
TEMPLATE_COLUMNS = 120

UNCOUNTED = (ast.expr_context, ast.operator, ast.boolop, ast.cmpop, ast.unaryop)
INNER = (ast.stmt, ast.excepthandler, ast.match_case)
CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DECISIONS = (ast.IfExp, ast.BoolOp, ast.Compare, ast.Lambda, ast.NamedExpr, *COMPREHENSIONS)
Fault = tuple[int, str]
"""A line and what is wrong there."""


def find_in_python(source: str) -> Iterator[Fault]:
    """Yield what is too dense in a module."""
    tree = ast.parse(source)
    tables = set(_tables(tree))
    for node in ast.walk(tree):
        yield from _tangled_expression(node)
        yield from _long_function(node)
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom):
            nodes = count_decisions(node) if node in tables else count_nodes(node)
            if nodes > STATEMENT_NODES:
                yield node.lineno, f"{nodes} nodes in a statement (at most {STATEMENT_NODES})"


def find_in_template(source: str) -> Iterator[Fault]:
    """Yield the lines of a template that are too long, in characters."""
    for number, line in enumerate(source.splitlines(), start=1):
        if len(line) > TEMPLATE_COLUMNS:
            yield number, f"{len(line)} characters in a line (at most {TEMPLATE_COLUMNS})"


def count_nodes(node: ast.AST, apart: tuple[type[ast.AST], ...] = INNER) -> int:
    """Count a statement and its expressions, without the statements that it holds."""
    children = [child for child in ast.iter_child_nodes(node) if not isinstance(child, UNCOUNTED)]
    total = 1 + sum(count_nodes(child, apart) for child in children if not isinstance(child, apart))
    if isinstance(node, ast.Dict):
        return total - sum(_spared(key, value) for key, value in zip(node.keys, node.values, strict=True))
    return total - _spared(node) if isinstance(node, ast.keyword) else total


def _spared(*entry: ast.AST | None) -> int:
    """Count the nodes of an entry that do not weigh: all but one when it is plain."""
    parts = [part for part in entry if part is not None]
    nodes = sum(_every_node(part) for part in parts)
    decides = any(map(_decides, parts))
    return 0 if decides or nodes > ENTRY_NODES else nodes - 1


def _decides(node: ast.AST) -> bool:
    return any(isinstance(inner, DECISIONS) for inner in ast.walk(node))


def _every_node(node: ast.AST) -> int:
    return sum(not isinstance(inner, UNCOUNTED) for inner in ast.walk(node))


def count_decisions(table: ast.AST) -> int:
    """Count the nodes of what decides most in a table, other containers apart."""
    decisions = (node for node in ast.walk(table) if isinstance(node, DECISIONS))
    return max((count_nodes(node, CONTAINERS) for node in decisions), default=0)


def _tables(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the tables that stand directly in a module or in its classes."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Module | ast.ClassDef):
            for statement in parent.body:
                if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_table(statement.value):
                    yield statement


def _is_table(value: ast.expr | None) -> bool:
    if isinstance(value, COMPREHENSIONS):
        value = value.generators[0].iter
        return isinstance(value, CONTAINERS)
    return isinstance(value, (ast.Call, *CONTAINERS))


def _tangled_expression(node: ast.AST) -> Iterator[Fault]:
    if isinstance(node, ast.IfExp) and sum(isinstance(inner, ast.IfExp) for inner in ast.walk(node)) > 1:
        yield node.lineno, "a ternary inside a ternary"
    if isinstance(node, COMPREHENSIONS):
        conditions = sum(len(generator.ifs) for generator in node.generators)
        if len(node.generators) > 1 or conditions > 1:
            yield node.lineno, "a comprehension has one « for » and at most one « if »"


def _long_function(node: ast.AST) -> Iterator[Fault]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES:
            yield node.lineno, f"{lines} lines in « {node.name} » (at most {FUNCTION_LINES})"


def find_in_project(root: Path) -> Iterator[str]:
    """Yield one line for each fault."""
    for path in _modules(root):
        yield from _lines(root, path, find_in_python(path.read_text(encoding="utf-8")))
    for path in sorted((root / TEMPLATES).rglob("*.*")):
        yield from _lines(root, path, find_in_template(path.read_text(encoding="utf-8")))


def _modules(root: Path) -> Iterator[Path]:
    for place in SOURCES:
        path = root / place
        for module in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if "migrations" not in module.parts:
                yield module


def _lines(root: Path, path: Path, faults: Iterator[Fault]) -> Iterator[str]:
    for line, what in sorted(faults):
        yield f"{path.relative_to(root)}:{line}: {what}"


if __name__ == "__main__":
    found = list(find_in_project(Path(__file__).resolve().parents[1]))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)

"""The checks of ``manage.py quality``, which the test suite runs too, and what ``--fix`` does."""

from dataclasses import dataclass

PRODUCTION = {
    "DEBUG": "0",
    "LOCAL": "0",
    "SECRET_KEY": "only-for-this-check-" + "aZ3-kL9_qW7xN2vB8mC4tR6yU1oP5sD0" * 2,
    "ALLOWED_HOSTS": "place.example.fr",
    "CSRF_TRUSTED_ORIGINS": "https://place.example.fr",
}
"""An environment such as a production server has."""


@dataclass(frozen=True)
class Check:
    """One tool, run from the root of the project with the environment's Python."""

    name: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


def _program(*command: str) -> str:
    """Code that runs a program installed beside the interpreter, for tools that are no module."""
    name, *arguments = command
    return (
        "import os, pathlib, sys; "
        f"program = str(pathlib.Path(sys.executable).with_name({name!r})); "
        f"os.execv(program, [program, *{arguments!r}])"
    )


CHECKS = (
    Check("ruff", ("-m", "ruff", "check", ".")),
    Check("format", ("-m", "ruff", "format", "--check", ".")),
    Check(
        "mypy",
        ("-m", "mypy"),
    ),
    Check("imports", ("-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])")),
    Check("templates", ("-m", "djlint", "templates", "--lint", "--quiet")),
    Check("template format", ("-c", _program("djangofmt", "--quiet", "--check", "templates"))),
    Check("density", ("-m", "config.density")),
    Check("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
    Check(
        "production",
        ("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        tuple(PRODUCTION.items()),
    ),
)

FIXES = (
    Check("ruff", ("-m", "ruff", "check", "--fix", ".")),
    Check("format", ("-m", "ruff", "format", ".")),
    Check("template format", ("-c", _program("djangofmt", "--quiet", "templates"))),
)

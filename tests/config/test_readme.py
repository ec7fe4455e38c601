"""What the documents list is what there is: commands, variables, rooms, the version."""

import re
import tomllib
from pathlib import Path

from config.bootstrap import commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
READ = re.compile(r'(?:environ\.get|env_bool|env_list|env_secret)\(\s*"([A-Z_]+)"')
SECRET = re.compile(r'env_secret\("([A-Z_]+)"\)')


def first_cells(heading: str) -> list[str]:
    """The names between backquotes in the first cells of the table below a heading, options left out."""
    table = README.partition(heading)[2].split("\n\n", 2)[1]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [name.split()[0] for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_command_is_listed_once() -> None:
    listed = first_cells("are added to the usual ones of pytest.")
    ours = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    of_the_set_up = set(re.findall(r"manage\.py (\w+)", commands.SUMMARY)) - {"help"}

    assert sorted(listed) == sorted(ours | of_the_set_up | {"createsuperuser"})


def test_every_variable_is_listed_once() -> None:
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    libraries = (ROOT / "config" / "gis_libraries.py").read_text(encoding="utf-8")
    read = set(READ.findall(settings + libraries))
    files = {f"{name}_FILE" for name in SECRET.findall(settings)}
    elsewhere = {"OIDC_SCOPES", "OIDC_ACR_VALUES", "OIDC_NAME"}  # docs/comptes.md
    listed = first_cells("Environment variables; all have a default that suits a local trial.")

    assert sorted(listed) == sorted((read | files) - elsewhere)


def test_the_chapter_on_architecture_is_the_listing_of_the_catalogue() -> None:
    listed = first_cells("`ls catalogue` tells the rest:")
    there = [path for path in (ROOT / "catalogue").iterdir() if not path.name.startswith("_")]

    assert sorted(listed) == sorted(f"{path.name}/" if path.is_dir() else path.name for path in there)


def test_there_is_one_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    said = re.search(r'^softwareVersion: "(.+)"$', (ROOT / "publiccode.yml").read_text(), re.MULTILINE)
    released = re.search(r"^## (\d\S*) \(", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert said
    assert released
    assert said[1] == released[1] == version

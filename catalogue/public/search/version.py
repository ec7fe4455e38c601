"""What names the public state of the catalogue: it changes with every change that the public can see."""

from __future__ import annotations

from catalogue.public.search.prepared import run_prepared

VERSION = "SELECT coalesce(max(id), 0), count(*) FROM catalogue_cataloguechange"


def read_version() -> str:
    last, count = run_prepared(VERSION, {})
    return f"{last}-{count}"

"""Make a synthetic catalogue on the real ground, or take it away."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from catalogue.management import synthetic

LARGEST = 5_000_000


class Command(BaseCommand):
    """For trying and measuring the site; never for a catalogue that people rely on."""

    help = "Ajoute au catalogue des fiches de synthèse, marquées comme telles, ou les enlève (--remove)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--records", type=int, default=10_000, help="nombre de fiches (10 000)")
        parser.add_argument("--seed", type=int, default=1, help="la même graine donne les mêmes fiches (1)")
        parser.add_argument("--remove", action="store_true", help="enlève toutes les fiches de synthèse")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast("IO[str] | None", getattr(self.stdout, "_out", None)))
        began = time.monotonic()
        if not 1 <= options["records"] <= LARGEST:
            raise CommandError(f"Le nombre de fiches va de 1 à {LARGEST}.")

        def step(name: str) -> None:
            if options["verbosity"]:
                console.print(f"{time.monotonic() - began:6.1f} s  {name}")

        try:
            if options["remove"]:
                count, word = synthetic.remove(step), "enlevées"
            else:
                count, word = synthetic.generate(options["records"], options["seed"], step), "ajoutées"
        except synthetic.AlreadyThere as error:
            raise CommandError(
                "La base contient déjà des fiches de synthèse : enlevez-les d’abord (--remove)."
            ) from error
        except synthetic.NoGround as error:
            raise CommandError("Aucune commune : lancez d’abord « manage.py import_territories ».") from error
        step(f"{count} fiches de synthèse {word}.")

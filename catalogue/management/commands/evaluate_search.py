"""Measure what the search finds: questions, each with the records that answer it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.http import urlencode

from catalogue.models import Record
from catalogue.public.search import feedback, results
from catalogue.public.search.filters import RecordFilterForm
from catalogue.records import meaning

DEPTHS = (1, 5, 10)
COLUMNS = {"question", "attendus"}


class Command(BaseCommand):
    help = (
        "Mesure la recherche sur des questions : un CSV de colonnes « question » et « attendus », "
        "identifiants des fiches qui y répondent, séparés par « ; »."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="questions.csv")
        parser.add_argument(
            "--missed", action="store_true", help="nomme les questions sans réponse dans les cinq"
        )

    def handle(self, *args: Any, file: Path, missed: bool, **options: Any) -> None:
        questions = read_questions(file)
        meaning.encode_lacking()
        found = [
            (question, first_results(question, max(DEPTHS)), expected) for question, expected in questions
        ]
        places = [first_hit(keys, expected) for _question, keys, expected in found]
        for depth in DEPTHS:
            hits = sum(place is not None and place <= depth for place in places)
            self.stdout.write(f"hit@{depth} : {hits / len(found):.2f} ({hits}/{len(found)})")
        empty = sum(not keys for _question, keys, _expected in found)
        self.stdout.write(f"sans résultat : {empty / len(found):.2f} ({empty}/{len(found)})")
        for (question, keys, _expected), place in zip(found, places, strict=True):
            if missed and (place is None or place > 5):
                self.stdout.write(f"  {question} : {place or '—'} {' '.join(keys[:5])}")


def read_questions(file: Path) -> list[tuple[str, set[str]]]:
    """The questions of a file, each with the identifiers of the records that answer it."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} : ce fichier ne se lit pas ({error}).") from error
    if not rows or not set(rows[0]) >= COLUMNS:
        raise CommandError(
            f"{file} : il faut les colonnes « question » et « attendus », et une ligne au moins."
        )
    return [(row["question"] or "", set((row["attendus"] or "").split(";"))) for row in rows]


def first_results(question: str, count: int) -> list[str]:
    """The identifiers of the first results of the list for a question, as the page would order them."""
    query = {"q": question}
    form = _form(query)
    reading = feedback.place_in_words(form.search)
    if reading is not None:
        form = _form(reading.parameters)
    records = form.search.narrow(Record.objects.published())
    keys = results.page_keys(form.search, records, records.count(), 0, count)
    identifiers = dict(Record.objects.filter(pk__in=keys).values_list("pk", "external_id"))
    return [identifiers[key] or str(key) for key in keys]


def _form(parameters: dict[str, Any]) -> RecordFilterForm:
    form = RecordFilterForm(QueryDict(urlencode({k: v for k, v in parameters.items() if v is not None})))
    if not form.is_valid():
        raise CommandError(f"{parameters} : {form.errors.as_text()}")
    return form


def first_hit(keys: list[str], expected: set[str]) -> int | None:
    """The place, from 1, of the first result that answers."""
    return next((place for place, key in enumerate(keys, 1) if key in expected), None)

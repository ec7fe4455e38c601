"""Lists, nearest records, words, facets, ranking: what the site asks of the database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models.functions import MD5
from django.http import QueryDict
from django.test import Client

from catalogue.models import Record
from catalogue.public.search import answers
from catalogue.public.search.counts import count_terms
from catalogue.public.search.filters import RecordFilterForm
from catalogue.public.search.record_search import RecordSearch
from catalogue.public.search.results import sort
from catalogue.rankings.solutions import rank_solutions
from catalogue.records import meaning
from geo.models import Territory

PLACES = 15
RARE = """
SELECT 'programme=' || p.code
FROM catalogue_record_programmes l JOIN catalogue_programme p ON p.id = l.programme_id
GROUP BY p.code ORDER BY abs(count(*) - (SELECT count(*) FROM catalogue_record) / 1000.0) LIMIT 1
"""

# One GROUP BY for each facet of the whole catalogue, as a first version would write them.
PLAIN_FACETS = (
    "SELECT kind, count(*) FROM catalogue_record WHERE state = 'publiee' GROUP BY 1",
    *(
        f"SELECT l.{column}_id, count(*) FROM catalogue_record_{table} l"
        " JOIN catalogue_record r ON r.id = l.record_id WHERE r.state = 'publiee' GROUP BY 1"
        for table, column in (("themes", "theme"), ("stakes", "stake"), ("programmes", "programme"))
    ),
    "SELECT status, count(*) FROM catalogue_experiment e JOIN catalogue_record r ON r.id = e.record_ptr_id"
    " WHERE r.state = 'publiee' GROUP BY 1",
    "SELECT density_class, count(*) FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id"
    " WHERE r.state = 'publiee' GROUP BY 1",
    "SELECT count(*) FROM catalogue_record WHERE state = 'publiee' AND proof_level >= 3",
    "SELECT count(DISTINCT d.record_id) FROM catalogue_document d"
    " JOIN catalogue_record r ON r.id = d.record_id WHERE r.state = 'publiee'",
)

QUESTIONS = (
    "réseau de chaleur",
    "végétaliser une cour d’école",
    "livrer sans camion",
    "pas de bus dans ma commune rurale",
    "recette de crêpes",
)
# The nearest by the signs of their meaning, whatever their state: what a search by meaning costs at least.
SIGNS = """
SELECT record_id FROM catalogue_recordmeaning ORDER BY bit_count(signs # %s::bit(512)) LIMIT 300
"""
NEAREST = """
SELECT id FROM catalogue_record WHERE state = 'publiee' ORDER BY geog <-> %s::geography LIMIT 20
"""


def search_of(query: str) -> RecordSearch:
    """Return the search of a query string."""
    form = RecordFilterForm(QueryDict(query))
    if not form.is_valid():
        raise ValueError(f"{query}: {form.errors}")
    return form.search


def first_page_query(query: str) -> Callable[[], list[Any]]:
    """Return a function that reads the keys of the first page of the list, the form being parsed already."""
    search = search_of(query)
    records = search.narrow(Record.objects.published())
    page = sort(search, records, records.count()).values_list("pk", flat=True)[:20]
    sql, parameters = page.query.sql_with_params()
    return lambda: fetch_all(sql, list(parameters))


def answer_anew(question: str) -> Callable[[], Any]:
    """Return a function that answers a question, which the process has not kept."""

    def run() -> Any:
        answers._kept.cache_clear()
        return answers.find_answer(question)

    return run


def scan_signs(question: str) -> Callable[[], list[Any]]:
    """Return a function that finds the nearest signs by plain SQL."""
    stored = meaning.stored_text(question)
    signs = stored.signs if stored is not None else "0" * 512
    return lambda: fetch_all(SIGNS, [signs])


def facets_ms(query: str) -> float:
    """Return the milliseconds of the counts of every facet."""
    search, published = search_of(query), Record.objects.published()
    return median_ms([lambda: count_terms(search, published)] * 3)


def median_ms(tasks: Iterable[Callable[[], Any]]) -> float:
    """Return the median of the tasks in milliseconds, each run once before it counts."""
    times = []
    for task in tasks:
        task()
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def fetch_all(sql: str, parameters: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def measure() -> dict[str, Any]:
    """Measure the queries on the database of this process."""
    located = Territory.objects.current().at_level("commune").filter(point__isnull=False)
    communes = list(located.order_by(MD5("code"))[:PLACES])
    places = [f"{commune.point.x:.5f},{commune.point.y:.5f}" for commune in communes]
    rare = fetch_all(RARE)[0][0]

    def pages(query: str) -> float:
        return median_ms([first_page_query(query.format(place=place)) for place in places])

    def boxed(commune: Territory) -> str:
        x, y = commune.point.x, commune.point.y
        return f"bbox={x - 0.3:.4f},{y - 0.2:.4f},{x + 0.3:.4f},{y + 0.2:.4f}"

    paths = {
        "near": pages("autour={place}&rayon=200&tri=distance"),
        "near_rare": pages(f"autour={{place}}&rayon=200&tri=distance&{rare}"),
        "near_none": pages("autour={place}&rayon=200&tri=distance&type=besoin&statut=termine"),
        "list": median_ms([first_page_query("")] * 5),
        "list_kind": median_ms([first_page_query("type=operation")] * 5),
        "list_bbox": median_ms([first_page_query(boxed(c)) for c in communes]),
        "words": median_ms(map(answer_anew, QUESTIONS)),
        "signs": median_ms(map(scan_signs, QUESTIONS)),
        "words_near": pages("q=ombri%C3%A8res&autour={place}&rayon=50"),
    }
    nearest = [lambda c=c: fetch_all(NEAREST, [c.point.ewkt]) for c in communes]
    return {
        **paths,
        "knn": median_ms(nearest),
        "facets": facets_ms(""),
        "facets_kind": facets_ms("type=operation"),
        "facets_plain": median_ms([lambda: [fetch_all(sql) for sql in PLAIN_FACETS]] * 3),
        "ranking": median_ms([lambda c=c: rank_solutions(c, c.point) for c in communes]),
        **measure_territory_page(communes),
    }


def measure_territory_page(communes: list[Territory]) -> dict[str, float]:
    """Measure a territory page, and its own queries in the database."""
    client = Client(headers={"host": "localhost"})
    spent = [0.0]

    def timed(execute: Any, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent[0] += time.perf_counter() - began

    totals, queries = [], []
    with connection.execute_wrapper(timed):
        for commune in communes[:8]:
            url = f"/territoires/commune/{commune.code}/"
            client.get(url)
            spent[0], began = 0.0, time.perf_counter()
            client.get(url)
            totals.append(time.perf_counter() - began)
            queries.append(spent[0])
    return {
        "territory_page": 1000 * statistics.median(totals),
        "territory_queries": 1000 * statistics.median(queries),
    }

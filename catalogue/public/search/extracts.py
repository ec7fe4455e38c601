"""Passages of a record that the words of a search hit, for the cards of a page of results.

A passage comes from one field only, and from one paragraph of it; « … » stands where it is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from catalogue.models import SearchEntry
from catalogue.models.querysets import TextQuery
from catalogue.records.wording import NBSP

START, STOP, CUT, LESS_THAN = "\ue000", "\ue001", "\ue002", "\ue003"
"""Marks of a hit and of a cut in an extract: private characters, removed from the text beforehand. LESS_THAN
stands for « < » meanwhile: a passage loses what looks like a tag, and no longer is in the text."""

CRUMB = 12
"""Characters that an end of text keeps rather than « … »: an article, a full stop."""
INTRODUCTIONS = {
    18: gettext_lazy("Indicateur"),
    19: gettext_lazy("Mesuré par"),
    21: gettext_lazy("Document"),
    22: gettext_lazy("Source"),
}
"""What comes before a passage that would not be understood alone, by the place of its field in FIELDS."""

# What catalogue_search_texts concatenates, a row a field, the best to read first. Primary and foreign keys
# carry it. A record is read up to 20,000 characters.
FIELDS = r"""
SELECT r.id AS record_id, f.place, f.is_markdown, f.text
FROM catalogue_record r
LEFT JOIN catalogue_solution solution ON solution.record_ptr_id = r.id
LEFT JOIN catalogue_experiment e ON e.record_ptr_id = r.id
LEFT JOIN catalogue_testsite s ON s.record_ptr_id = r.id
LEFT JOIN catalogue_need need ON need.record_ptr_id = r.id,
LATERAL (VALUES
    (1, false, r.summary), (2, true, r.description),
    (4, true, solution.reuse_conditions), (5, true, solution.obstacles_lifted),
    (6, true, e.kept), (7, true, e.changed), (8, true, e.success_factors), (9, true, e.obstacles),
    (10, false, e.abandon_reason), (11, false, s.allowed_tests), (12, false, s.equipment),
    (13, false, s.conditions),
    (14, false, need.existing_data), (15, false, need.missing_data), (16, false, solution.costs),
    (20, false, array_to_string(s.ground_kinds, ', ')), (22, false, r.source_citation)
) AS f (place, is_markdown, text)
WHERE r.id = ANY (%s)
UNION ALL
SELECT record_id, 3, true, text FROM catalogue_section WHERE record_id = ANY (%s)
UNION ALL
SELECT i.experiment_id, f.place, false, f.text
FROM catalogue_indicator i,
LATERAL (VALUES (17, i.text), (18, i.name), (19, i.measured_by)) AS f (place, text)
WHERE i.experiment_id = ANY (%s)
UNION ALL
SELECT record_id, 21, false, title FROM catalogue_document
WHERE record_id = ANY (%s) AND is_ready AND NOT is_pending
"""
PARAGRAPHS = r"""
SELECT record_id, place, number, trim(regexp_replace(
           translate(CASE WHEN is_markdown THEN catalogue_plain_text(part) ELSE part END, %s, %s),
           '\s+', ' ', 'g'
       )) AS text
FROM (
    SELECT *, sum(length(text)) OVER (
        PARTITION BY record_id ORDER BY place, text ROWS UNBOUNDED PRECEDING
    ) AS read
    FROM fields WHERE text <> ''
) AS bounded,
regexp_split_to_table(left(text, 20000), '\n\s*\n|\n(?=\s*(?:[-*+>#|]|\d+[.)]\s))')
    WITH ORDINALITY AS parts (part, number)
WHERE read - length(text) < 20000
"""

# ``any_word`` is the query with « or » between its words, without what it excludes: a field that has some of
# the words shows them. A rank on a document without positions counts the different words.
EXTRACTS = """
WITH asked AS (
    SELECT query, replace(coalesce(nullif(querytree(query), 'T'), ''), ' & ', ' | ')::tsquery AS any_word
    FROM (SELECT {query} AS query) AS given
),
fields AS ({fields}),
paragraphs AS ({paragraphs}),
best AS (
    SELECT DISTINCT ON (record_id) *
    FROM paragraphs, asked, to_tsvector('francais', text) AS document
    WHERE document @@ any_word
    ORDER BY record_id, ts_rank(strip(document), any_word) DESC, place, number
)
SELECT record_id, place, number = 1, text, ts_headline(
    'francais', text, CASE WHEN document @@ query THEN query ELSE any_word END,
    'StartSel="{start}", StopSel="{stop}", FragmentDelimiter="{cut}", '
    || CASE WHEN length(text) <= 200 THEN 'HighlightAll=true'
            ELSE 'MaxFragments=2, MinWords=12, MaxWords=28' END)
FROM best
"""
STATEMENT = EXTRACTS.format(
    query="{query}", fields=FIELDS, paragraphs=PARAGRAPHS, start=START, stop=STOP, cut=CUT
)


def extracts(keys: Iterable[int], query: TextQuery) -> dict[int, SafeString]:
    """For each record of a page, the passages that the query hits; none when only title or names do."""
    sql, parameters = _compile(query)
    with connection.cursor() as cursor:
        read = ["<" + START + STOP + CUT + LESS_THAN, LESS_THAN]
        cursor.execute(STATEMENT.replace("{query}", sql), [*parameters, *[list(keys)] * 4, *read])
        return {key: marked(_passage(*row)) for key, *row in cursor.fetchall()}


def _passage(place: int, begins: bool, text: str, extract: str) -> str:
    introduction = INTRODUCTIONS.get(place)
    passage = put_ellipses(extract, text, begins=begins)
    return (f"{introduction}{NBSP}: {passage}" if introduction else passage).replace(LESS_THAN, "<")


def put_ellipses(extract: str, text: str, *, begins: bool) -> str:
    """The fragments of ``extract``, « … » wherever ``text`` goes on; ``begins`` when it begins a field."""
    fragments = [fragment.strip() for fragment in extract.split(CUT)]
    bare = [re.sub(f"[{START}{STOP}]", "", fragment) for fragment in fragments]
    left, right = _find_rest(text, bare[0], bare[-1])
    before = left if len(left) <= CRUMB else "… "
    after = right if len(right) <= CRUMB else " …"
    return ("" if begins or before == "… " else "… ") + before + " … ".join(fragments) + after


def _find_rest(text: str, first: str, last: str) -> tuple[str, str]:
    """What stands before the first fragment and after the last; the text when a fragment is not in it."""
    start, stop = text.find(first), text.rfind(last)
    return (text[:start] if start >= 0 else text), (text[stop + len(last) :] if stop >= 0 else text)


def marked(text: str) -> SafeString:
    """The text as HTML, escaped, with <mark> around each hit."""
    parts = re.split(f"{START}([^{STOP}]*){STOP}", text)
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", part) if index % 2 else part,) for index, part in enumerate(parts)),
    )


def _compile(query: TextQuery) -> tuple[str, list[Any]]:
    context = Query(SearchEntry)
    sql, parameters = context.get_compiler(connection=connection).compile(query.resolve_expression(context))
    return sql, list(parameters)

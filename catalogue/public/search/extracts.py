"""Passages of a record that the words of a search hit, for the cards of a page of results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalogue.models import SearchEntry
from catalogue.models.querysets import TextQuery

# catalogue_search_texts reads the rows of one page by their keys.
EXTRACTS = r"""
SELECT record_id, ts_headline(
    'francais',
    left(regexp_replace(translate(concat_ws(' ', summary, body), %s, ''), '\s+', ' ', 'g'), 20000),
    {query},
    'StartSel="{start}", StopSel="{stop}", MaxFragments=2, MinWords=12, MaxWords=28, FragmentDelimiter=" … "')
FROM catalogue_search_texts(%s)
"""
START, STOP = "\ue000", "\ue001"
"""Marks of a hit inside an extract: private characters, removed from the text beforehand."""


def extracts(keys: Iterable[int], query: TextQuery) -> dict[int, SafeString]:
    """For each record of a page, the passages that the query hits; none when only title or names do."""
    sql, parameters = _compile(query)
    statement = EXTRACTS.replace("{query}", sql).replace("{start}", START).replace("{stop}", STOP)
    with connection.cursor() as cursor:
        cursor.execute(statement, [START + STOP, *parameters, list(keys)])
        return {key: marked(text) for key, text in cursor.fetchall() if START in text}


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

"""How much a record is read: counted by day, without a trace of anybody, never at the cost of the page."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import AudienceDay, Record
from catalogue.records import audience
from catalogue.records.wording import format_integer
from tests import factories

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROBOTS = [
    "",
    "curl/8.5.0",
    "python-requests/2.32",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 (Windows NT 10.0) HeadlessChrome/120.0",
    "Mastodon/4.3 (http.rb/5.2; +https://mastodon.social/) Bot",
]


@pytest.fixture
def reader() -> Client:
    return Client(headers={"user-agent": FIREFOX})


def views(record) -> int:
    return sum(AudienceDay.objects.filter(record=record).values_list("views", flat=True))


def test_each_view_counts_in_one_line_a_day(reader):
    record = factories.need()
    for _ in range(3):
        response = reader.get(record.get_absolute_url())
    line = AudienceDay.objects.get()
    assert (line.day, line.views, line.contacts) == (timezone.localdate(), 3, 0)
    assert not response.cookies


def test_counting_takes_one_query(reader):
    record = factories.need()
    reader.get(record.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        reader.get(record.get_absolute_url())
    written = [
        one["sql"] for one in queries if not one["sql"].lstrip().upper().startswith(("SELECT", "SAVE", "REL"))
    ]
    assert len(written) == 1, written


@pytest.mark.parametrize("agent", ROBOTS)
def test_robots_do_not_count(client, agent):
    record = factories.need()
    assert client.get(record.get_absolute_url(), headers={"user-agent": agent}).status_code == 200
    assert views(record) == 0


def test_neither_a_head_nor_a_page_fetched_ahead_counts(reader):
    record = factories.need()
    reader.head(record.get_absolute_url())
    reader.get(record.get_absolute_url(), headers={"sec-purpose": "prefetch;prerender"})
    assert views(record) == 0


def test_those_who_keep_or_publish_the_record_do_not_count(reader):
    organisation = factories.organisation()
    author, member = factories.account(), factories.member(organisation)
    factories.membership(author, organisation)
    record = factories.need(owner=organisation, created_by=author)
    for user in (author, member, factories.curator(), factories.administrator()):
        reader.force_login(user)
        assert reader.get(record.get_absolute_url()).status_code == 200
    assert views(record) == 0
    reader.force_login(factories.account())
    reader.get(record.get_absolute_url())
    assert views(record) == 1


def test_what_is_not_published_does_not_count(reader):
    record = factories.need(state=Record.State.DRAFT)
    assert reader.get(record.get_absolute_url()).status_code == 404
    assert views(record) == 0


def test_the_page_answers_on_a_base_that_only_reads(reader):
    record = factories.need()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        assert reader.get(record.get_absolute_url()).status_code == 200
        transaction.set_rollback(True)


def test_a_contact_counts_apart():
    record = factories.need()
    audience.count_contact(record)
    audience.count_contact(record)
    assert audience.sum_audience(record) == {"views": 0, "contacts": 2}


def test_twelve_weeks_none_left_out():
    record = factories.need()
    today = timezone.localdate()
    for ago, seen in ((0, 5), (7, 3), (200, 40)):
        AudienceDay.objects.create(
            record=record, day=today - datetime.timedelta(days=ago), views=seen, contacts=1
        )
    weeks = audience.list_weeks(record)
    assert len(weeks) == 12
    assert all(week.monday.weekday() == 0 for week in weeks)
    assert [week.views for week in weeks[-2:]] == [3, 5]
    assert sum(week.views for week in weeks) == 8
    assert audience.sum_audience(record) == {"views": 48, "contacts": 3}


def test_its_owners_read_the_figures(client):
    organisation = factories.organisation()
    member = factories.member(organisation)
    record = factories.need(owner=organisation)
    AudienceDay.objects.create(record=record, day=timezone.localdate(), views=1234, contacts=2)
    client.force_login(member)
    text = client.get(f"/mon-espace/fiches/{record.slug}/").content.decode()
    assert "Les douze dernières semaines" in text
    assert format_integer(1234) in text

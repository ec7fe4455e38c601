"""The e-mails of alerts: at the rhythm asked, once, with the reason and the way to stop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalogue import mailing
from catalogue.alerts import matching, saving, sending
from catalogue.models import AlertMatch, OutgoingMail, Record, SavedSearch
from tests import factories
from tests.catalogue.alerts.searches import saved

pytestmark = pytest.mark.django_db
Rhythm = SavedSearch.Rhythm


def publish(n: int = 1, **fields):
    needs = [factories.need(**fields) for _ in range(n)]
    matching.match_published([need.pk for need in needs])
    return needs


def test_at_once_one_mail_for_each_search_with_its_reason_and_its_headers(run_jobs, user, eau):
    saved("type=besoin", user=user, name="Les besoins", rhythm=Rhythm.IMMEDIATE)
    saved("", user=user, name="Tout", rhythm=Rhythm.IMMEDIATE)
    needs = publish(2)
    assert sending.send_immediate() == 2
    run_jobs()
    assert len(mail.outbox) == 2
    first = next(one for one in mail.outbox if "Les besoins" in one.subject)
    assert first.subject == "« Les besoins » : 2 fiches publiées"
    assert first.to == [user.email]
    for need in needs:
        assert need.title in first.body
        assert need.get_absolute_url() in first.body
    assert first.body.count("Pourquoi : besoins") == 2
    stop = first.extra_headers["List-Unsubscribe"].strip("<>")
    assert stop in first.body
    assert first.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "{{" not in first.body
    assert "\n\n\n" not in first.body


def test_a_mail_names_twenty_records_and_links_to_the_others(user):
    search = saved("type=besoin", user=user, rhythm=Rhythm.IMMEDIATE)
    publish(23)
    sending.send_immediate()
    text = OutgoingMail.objects.get().text
    assert text.count("/fiches/fiche-") == sending.MOST_LISTED
    assert "Et 3 autres" in text
    assert f"/mon-espace/recherches/{search.pk}/" in text
    assert not AlertMatch.objects.filter(sent_at__isnull=True).exists()


@pytest.mark.parametrize("rhythm", [Rhythm.DAILY, Rhythm.WEEKLY])
def test_a_digest_is_one_mail_for_each_account_grouped_by_search(run_jobs, user, rhythm):
    saved("type=besoin", user=user, name="Les besoins", rhythm=rhythm)
    saved("", user=user, name="Tout", rhythm=rhythm)
    saved("type=besoin", name="Ceux d’un autre", rhythm=rhythm)
    saved("q=besoin", user=user, name="Un autre rythme", rhythm=Rhythm.IMMEDIATE)
    publish()
    assert sending.send_digests(rhythm) == 2
    assert sending.send_digests(rhythm) == 0
    text = OutgoingMail.objects.get(to=user.email).text
    assert "« Les besoins »" in text
    assert "« Tout »" in text
    assert "Ceux d’un autre" not in text
    assert "Un autre rythme" not in text
    assert str(Rhythm(rhythm).label) in text
    assert "\n\n\n" not in text


def test_the_tasks_send_what_is_due(run_jobs, user):
    from procrastinate.contrib.django import app

    saved("", user=user, rhythm=Rhythm.DAILY)
    publish()
    app.tasks["send_weekly_alerts"].func(timestamp=0)
    assert not OutgoingMail.objects.exists()
    app.tasks["send_daily_alerts"].func(timestamp=0)
    assert OutgoingMail.objects.get().kind == "alerte-resume"
    app.tasks["read_searches_again"].func(timestamp=0)


def test_a_record_unpublished_before_the_digest_is_dropped(user):
    saved("", user=user)
    need, other = publish(2)
    Record.objects.filter(pk=need.pk).update(state=Record.State.ARCHIVED)
    sending.send_digests(Rhythm.DAILY)
    text = OutgoingMail.objects.get().text
    assert other.title in text
    assert f"/fiches/{need.slug}/" not in text


def test_a_worker_that_dies_before_the_end_repeats_nothing(user, monkeypatch):
    saved("type=besoin", user=user, rhythm=Rhythm.IMMEDIATE, name="Une")
    saved("", user=user, rhythm=Rhythm.IMMEDIATE, name="Deux")
    publish()
    post, told = mailing.queue_mail, []

    def dying(kind, to, context, headers=None):
        if told:
            raise SystemExit
        told.append(context["groups"][0]["name"])
        return post(kind, to, context, headers)

    monkeypatch.setattr(mailing, "queue_mail", dying)
    with pytest.raises(SystemExit):
        sending.send_immediate()
    monkeypatch.setattr(mailing, "queue_mail", post)
    assert sending.send_immediate() == 1
    assert sending.send_immediate() == 0
    assert len({one.subject for one in OutgoingMail.objects.all()}) == 2


def test_a_rhythm_that_begins_tells_nothing_of_what_was_found_before(user):
    search = saved("", user=user, rhythm=Rhythm.NEVER)
    publish()
    saving.set_rhythm(search, Rhythm.DAILY)
    search.save()
    assert sending.send_digests(Rhythm.DAILY) == 0
    publish()
    assert sending.send_digests(Rhythm.DAILY) == 1
    assert AlertMatch.objects.filter(sent_at__isnull=False).count() == 1


def test_nothing_goes_to_an_account_that_is_closed_or_without_address(user):
    saved("", user=user)
    publish()
    user.is_active = False
    user.save()
    assert sending.send_digests(Rhythm.DAILY) == 0
    user.is_active, user.email = True, ""
    user.save()
    assert sending.send_digests(Rhythm.DAILY) == 0


def stop_address(text: str) -> str:
    return re.search(r"http://\S+(/alertes/arret/\S+)", text)[1]


def test_the_link_of_a_mail_stops_its_search_without_login(client, user):
    one = saved("type=besoin", user=user, name="Les besoins", rhythm=Rhythm.IMMEDIATE)
    other = saved("", user=user, name="Tout", rhythm=Rhythm.NEVER)
    publish()
    sending.send_immediate()
    address = stop_address(OutgoingMail.objects.get().text)
    page = client.get(address)
    assert page.status_code == 200
    assert "Les besoins" in page.text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "private, no-store"
    one.refresh_from_db()
    assert one.rhythm == Rhythm.IMMEDIATE  # a scanner that follows links stops nothing
    assert client.head(address).status_code == 200
    done = client.post(address)
    assert done.status_code == 200
    assert "Cette alerte est arrêtée" in done.text
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.rhythm, one.alerted_since) == (Rhythm.NEVER, None)
    assert "plus rien à arrêter" in client.get(address).text
    assert client.post(address).status_code == 200
    one.delete()
    assert client.get(address).status_code == 200
    assert client.put(address).status_code == 405


def test_one_click_of_a_mail_program_needs_no_cookie(user):
    saved("type=besoin", user=user)
    saved("", user=user)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/alertes/arret/{sending.stop_token(user.pk)}/", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert set(SavedSearch.objects.values_list("rhythm", flat=True)) == {Rhythm.NEVER}


def test_a_link_stops_nothing_of_another_account_and_a_forged_one_does_not_exist(client, user):
    other = saved("")
    own = saved("", user=user)
    assert client.post(f"/alertes/arret/{sending.stop_token(user.pk, other.pk)}/").status_code == 200
    other.refresh_from_db()
    assert other.rhythm == Rhythm.DAILY
    token = sending.stop_token(user.pk, own.pk)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "1:2:3"):
        assert client.get(f"/alertes/arret/{forged}/").status_code == 404
        assert client.post(f"/alertes/arret/{forged}/").status_code == 404


def test_pending_matches_wait_for_their_rhythm(user):
    search = saved("", user=user)
    publish()
    AlertMatch.objects.update(matched_at=timezone.now() - timedelta(days=9))
    SavedSearch.objects.update(alerted_since=timezone.now() - timedelta(days=10))
    assert sending.send_immediate() == 0
    assert sending.send_digests(Rhythm.WEEKLY) == 0
    search.refresh_from_db()
    saving.set_rhythm(search, Rhythm.WEEKLY)
    search.save()
    assert sending.send_digests(Rhythm.WEEKLY) == 1

"""Sign-up, login, forgotten password: they work, and say nothing of who has an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from catalogue.models import OutgoingMail
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
GOOD = "une phrase assez longue 7"
LinkSentTo = Callable[[str], str]


def sign_up(client: Client, email: str, password: str = GOOD):
    return client.post(reverse("account_signup"), {"email": email, "password1": password})


def log_in(client: Client, email: str, password: str = PASSWORD, **headers):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


def test_one_signs_up_confirms_and_is_in(client: Client, link_sent_to: LinkSentTo):
    answer = sign_up(client, "Nouvelle@Exemple.fr")
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert "Consultez votre messagerie" in client.get(answer.headers["Location"]).content.decode()
    link = link_sent_to("nouvelle@exemple.fr")
    assert "nouvelle@exemple.fr" in client.get(link).content.decode()
    assert not EmailAddress.objects.get().verified, "reading the link is not following it"
    assert client.post(link).headers["Location"] == reverse("catalogue:space")
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_the_name_of_an_account_says_nothing_of_its_address(client: Client):
    sign_up(client, "marie.curie@exemple.fr")
    assert "marie" not in User.objects.get().username


def test_who_does_not_confirm_does_not_come_in(client: Client):
    sign_up(client, "nouvelle@exemple.fr")
    answer = log_in(Client(), "nouvelle@exemple.fr", GOOD)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")


def test_a_link_serves_once(client: Client, link_sent_to: LinkSentTo):
    sign_up(client, "nouvelle@exemple.fr")
    link = link_sent_to("nouvelle@exemple.fr")
    client.post(link)
    other = Client()
    assert "n’est plus valable" in other.get(link).content.decode()
    assert other.post(link).status_code == 404


def test_sign_up_answers_alike_for_a_known_address(client: Client):
    factories.account(email="connue@exemple.fr")
    known, new = sign_up(Client(), "connue@exemple.fr"), sign_up(Client(), "inconnue@exemple.fr")
    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert known.cookies.keys() == new.cookies.keys()
    assert User.objects.filter(email="connue@exemple.fr").count() == 1
    told = OutgoingMail.objects.get(to="connue@exemple.fr")
    assert "déjà un compte" in told.subject


def test_login_answers_alike_for_a_known_address(client: Client):
    factories.account(email="connue@exemple.fr")
    known, new = log_in(Client(), "connue@exemple.fr", "faux"), log_in(Client(), "autre@exemple.fr", "faux")
    assert known.status_code == new.status_code == 200
    assert "inexact" in known.content.decode()
    without = [a.content.decode().replace("connue@", "x@").replace("autre@", "x@") for a in (known, new)]
    assert _without_token(without[0]) == _without_token(without[1])


def _without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_forgotten_password_answers_alike(client: Client):
    factories.account(email="connue@exemple.fr")
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in ("connue@exemple.fr", "autre@exemple.fr")
    ]
    assert len({(a.status_code, a.headers["Location"]) for a in answers}) == 1
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {"connue@exemple.fr", "autre@exemple.fr"}


def test_a_forgotten_password_is_changed_once(client: Client, link_sent_to: LinkSentTo):
    one = factories.account()
    elsewhere = Client()
    elsewhere.force_login(one)
    client.post(reverse("account_reset_password"), {"email": one.email})
    link = link_sent_to(one.email)
    form = client.get(link, follow=True)
    target = form.redirect_chain[-1][0]
    client.post(target, {"password1": GOOD, "password2": GOOD})
    one.refresh_from_db()
    assert one.check_password(GOOD)
    assert elsewhere.get(reverse("account_email")).status_code == 302, "other sessions are closed"
    assert "n’est plus valable" in Client().get(link, follow=True).content.decode()


def test_links_never_carry_the_host_of_the_request(settings, client: Client):
    settings.ALLOWED_HOSTS = ["*"]
    one = factories.account()
    client.post(reverse("account_reset_password"), {"email": one.email}, headers={"host": "pirate.example"})
    sign_up(client, "nouvelle@exemple.fr")
    assert not any("pirate.example" in mail.text for mail in OutgoingMail.objects.all())


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "abcabcabcabc", "azertyuiop12", "123456789012", "motdepasse", "court", "password1234"],
)
def test_weak_passwords_are_refused(client: Client, password: str):
    answer = sign_up(client, "nouvelle@exemple.fr", password)
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_login_goes_on_to_where_one_was_going(client: Client):
    one = factories.account()
    path = reverse("account_email")
    asked = client.get(path)
    assert asked.headers["Location"] == f"{reverse('account_login')}?next=%2Fcompte%2Fadresse%2F"
    data = {"login": one.email, "password": PASSWORD, "next": path}
    assert client.post(reverse("account_login"), data).headers["Location"] == path


@pytest.mark.parametrize("elsewhere", ["https://pirate.example/", "//pirate.example/", "javascript:alert(1)"])
def test_login_never_leads_off_the_site(client: Client, elsewhere: str):
    one = factories.account()
    data = {"login": one.email, "password": PASSWORD, "next": elsewhere}
    assert client.post(reverse("account_login"), data).headers["Location"] == reverse("catalogue:space")


def test_logging_out_is_a_post(client: Client):
    client.force_login(factories.account())
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_a_changed_password_closes_the_other_sessions(client: Client):
    one = factories.account()
    elsewhere = Client()
    elsewhere.force_login(one)
    client.force_login(one)
    data = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    assert client.get(reverse("account_email")).status_code == 200
    assert elsewhere.get(reverse("account_email")).status_code == 302
    assert OutgoingMail.objects.filter(to=one.email, subject="Votre mot de passe a changé").exists()


def test_a_password_typed_after_the_session_ended_is_not_kept(client: Client):
    client.post(
        reverse("account_change_password"), {"oldpassword": "secret-1", "password1": "secret-2", "reste": "x"}
    )
    assert "secret" not in str(dict(client.session))


def test_an_address_is_changed_once_the_new_one_is_confirmed(client: Client, link_sent_to: LinkSentTo):
    one = factories.account()
    log_in(client, one.email)
    path = reverse("account_email")
    asked = client.post(path, {"email": "neuve@exemple.fr", "action_add": "1"})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked.headers["Location"], {"password": PASSWORD, "next": path})
    one.refresh_from_db()
    assert one.email != "neuve@exemple.fr"
    client.post(link_sent_to("neuve@exemple.fr"))
    one.refresh_from_db()
    assert one.email == "neuve@exemple.fr"
    assert EmailAddress.objects.get(user=one).email == "neuve@exemple.fr"


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
     "account_reset_password_from_key_done", "account_email_verification_sent", "account_inactive"],
)  # fmt: skip
def test_pages_for_anybody_are_in_french(client: Client, name: str):
    page = client.get(reverse(name)).content.decode()
    assert "<h1>" in page
    for word in ("Password", "Sign", "Email", "password:", "Mot de passe :"):
        assert word not in page


def test_a_dead_link_is_a_page(client: Client):
    path = reverse("account_reset_password_from_key", args=["1", "abc-def"])
    assert "n’est plus valable" in client.get(path).content.decode()
    assert "n’est plus valable" in client.get(reverse("account_confirm_email", args=["x"])).content.decode()


def test_a_closed_account_does_not_come_in(client: Client):
    one = factories.account(is_active=False)
    assert log_in(client, one.email).status_code in {200, 302}
    assert "_auth_user_id" not in client.session

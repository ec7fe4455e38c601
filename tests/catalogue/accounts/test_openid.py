"""Agents come by an OpenID provider: what it says is checked, and opens the right account only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from catalogue.models import Membership, OutgoingMail, ProviderIdentity
from tests import factories
from tests.catalogue.accounts.provider import CLIENT, SECRET, Provider, running

pytestmark = pytest.mark.django_db
START, RETURN = "/compte/agents/", "/compte/agents/retour/"
SIRET = "21380185500015"


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(served: Provider, settings) -> Provider:
    """The provider, saying the truth again, and named in the settings."""
    fresh = Provider()
    for name in ("person", "id_token", "userinfo", "is_signed", "algorithm"):
        setattr(served, name, getattr(fresh, name))
    served.signing_key = served.key
    settings.OIDC_ISSUER = served.issuer
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, SECRET
    return served


def come(client: Client, provider: Provider, start: str = START):
    """Go to the provider and come back."""
    away = client.get(start)
    assert away.status_code == 302, away.status_code
    return client.get(RETURN, provider.consent(away.headers["Location"]))


def vouched(client: Client, one: User) -> None:
    """Log in, and say again who one is."""
    client.force_login(one)
    data = {"password": factories.PASSWORD, "next": "/"}
    assert client.post(reverse("account_reauthenticate"), data).status_code == 302


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_without_a_provider_nothing_shows(client: Client, settings):
    assert "ProConnect" not in client.get(reverse("account_login")).content.decode()
    assert client.get(START).status_code == client.get(RETURN).status_code == 404


def test_the_login_page_offers_it(client: Client, provider: Provider):
    page = client.get(reverse("account_login") + "?next=/mon-espace/organisations/").content.decode()
    assert "Se connecter avec ProConnect" in page
    assert "/compte/agents/?next=/mon-espace/organisations/" in page


def test_what_is_asked_from_the_provider(client: Client, provider: Provider, settings):
    settings.OIDC_ACR_VALUES = "eidas2"
    address = urlsplit(client.get(START).headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/authorize"
    assert asked["redirect_uri"] == f"{settings.SITE_URL}{RETURN}"
    assert asked["acr_values"] == "eidas2"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 32


def test_an_agent_whose_address_is_vouched_for_is_in(client: Client, provider: Provider):
    provider.person |= {"email_verified": True, "given_name": "Ada", "usual_name": "Lovelace"}
    assert come(client, provider).headers["Location"] == reverse("catalogue:space")
    one = User.objects.get()
    assert (one.first_name, one.last_name, one.email) == ("Ada", "Lovelace", "agent@ville.exemple.fr")
    assert not one.has_usable_password()
    assert ProviderIdentity.objects.get().subject == "agent-1"
    assert is_in(client)
    again = Client()
    come(again, provider)
    assert is_in(again)
    assert User.objects.count() == 1


def test_an_agent_whose_address_is_not_vouched_for_confirms_it(client: Client, provider: Provider):
    answer = come(client, provider)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert not is_in(client)
    assert OutgoingMail.objects.get().to == "agent@ville.exemple.fr"


def test_the_identity_follows_the_subject_not_the_address(client: Client, provider: Provider):
    provider.person |= {"email_verified": True}
    come(client, provider)
    provider.person |= {"email": "autre@ville.exemple.fr"}
    come(Client(), provider)
    assert User.objects.count() == 1
    provider.person = {"sub": "agent-2", "email": "agent@ville.exemple.fr"}
    other = Client()
    come(other, provider)
    assert not is_in(other), "another subject with the same address is somebody else"


def test_plain_user_information_is_read_as_well(client: Client, provider: Provider):
    provider.is_signed = False
    provider.person |= {"email_verified": True}
    come(client, provider)
    assert is_in(client)


def other_key(provider: Provider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def shared_secret(provider: Provider) -> None:
    provider.signing_key, provider.algorithm = SECRET, "HS256"


def unsigned(provider: Provider) -> None:
    provider.signing_key, provider.algorithm = None, "none"


def says(**claims):
    def change(provider: Provider) -> None:
        provider.id_token = claims

    return change


def informs(**claims):
    def change(provider: Provider) -> None:
        provider.userinfo = claims

    return change


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(other_key, id="signed by somebody else"),
        pytest.param(shared_secret, id="signed with the shared secret"),
        pytest.param(unsigned, id="not signed"),
        pytest.param(says(nonce="autre"), id="another nonce"),
        pytest.param(says(nonce=None), id="no nonce"),
        pytest.param(says(aud="un-autre-site"), id="made for another site"),
        pytest.param(says(aud=[CLIENT, "autre"], azp="autre"), id="asked by another site"),
        pytest.param(says(iss="https://pirate.example"), id="another issuer"),
        pytest.param(says(exp=int(time.time()) - 3600), id="expired"),
        pytest.param(says(sub=""), id="nobody"),
        pytest.param(informs(sub="agent-2"), id="information about somebody else"),
        pytest.param(informs(aud="un-autre-site"), id="information for another site"),
        pytest.param(informs(iss="https://pirate.example"), id="information of another issuer"),
        pytest.param(informs(email=""), id="no address"),
        pytest.param(informs(email="pas une adresse"), id="not an address"),
    ],
)
def test_a_lie_opens_nothing(client: Client, provider: Provider, lie):
    provider.person |= {"email_verified": True}
    lie(provider)
    answer = come(client, provider)
    assert answer.headers["Location"] == reverse("account_login")
    assert not is_in(client)
    assert not User.objects.exists()
    assert "n’a pas abouti" in client.get(answer.headers["Location"]).content.decode()


def test_a_state_serves_once(client: Client, provider: Provider):
    provider.person |= {"email_verified": True}
    back = provider.consent(client.get(START).headers["Location"])
    client.get(RETURN, back)
    client.post(reverse("account_logout"))
    assert client.get(RETURN, back).headers["Location"] == reverse("account_login")
    assert not is_in(client)


def test_the_state_of_another_browser_is_refused(client: Client, provider: Provider):
    provider.person |= {"email_verified": True}
    back = provider.consent(client.get(START).headers["Location"])
    other = Client()
    other.get(RETURN, back)
    assert not is_in(other)


@pytest.mark.parametrize("query", [{}, {"state": "x"}, {"code": "x"}, {"error": "access_denied"}])
def test_coming_back_with_nothing_is_no_error(client: Client, provider: Provider, query):
    assert client.get(RETURN, query).headers["Location"] == reverse("account_login")


def test_a_provider_that_does_not_answer_is_no_error(client: Client, provider: Provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert client.get(START).headers["Location"] == reverse("account_login")


def test_an_account_of_the_same_address_is_opened_when_both_sides_vouch(client: Client, provider: Provider):
    one = factories.account(email="agent@ville.exemple.fr")
    provider.person |= {"email_verified": True}
    come(client, provider)
    assert client.session["_auth_user_id"] == str(one.pk)


@pytest.mark.parametrize("role", ["curator", "administrator"])
def test_an_account_with_a_role_is_linked_from_inside_only(client: Client, provider: Provider, role: str):
    one = getattr(factories, role)()
    EmailAddress.objects.filter(user=one).update(email="agent@ville.exemple.fr")
    User.objects.filter(pk=one.pk).update(email="agent@ville.exemple.fr")
    provider.person |= {"email_verified": True}
    come(client, provider)
    assert not is_in(client)
    assert OutgoingMail.objects.filter(subject__contains="déjà un compte").exists()
    vouched(client, one)
    assert come(client, provider).headers["Location"] == reverse("catalogue:account-settings")
    assert ProviderIdentity.objects.get().user == one
    assert "associé à ProConnect" in OutgoingMail.objects.latest("pk").subject


def test_an_address_that_is_not_vouched_for_opens_no_account(client: Client, provider: Provider):
    factories.account(email="agent@ville.exemple.fr")
    answer = come(client, provider)
    assert answer.headers["Location"] == reverse("account_email_verification_sent"), "as for a sign-up"
    assert not is_in(client)
    assert not ProviderIdentity.objects.exists()
    assert "déjà un compte" in OutgoingMail.objects.get().subject


def test_an_identity_is_of_one_account(client: Client, provider: Provider):
    provider.person |= {"email_verified": True}
    come(Client(), provider)
    vouched(client, factories.account())
    page = client.get(come(client, provider).headers["Location"]).content.decode()
    assert "déjà associée à un autre compte" in page
    assert ProviderIdentity.objects.count() == 1


def test_an_open_session_is_not_enough_to_link(client: Client, provider: Provider):
    client.force_login(factories.account())
    assert client.get(START).headers["Location"].startswith(reverse("account_reauthenticate"))


def test_one_unlinks_unless_it_is_the_only_way_in(client: Client, provider: Provider):
    one = factories.account()
    vouched(client, one)
    come(client, provider)
    path = reverse("catalogue:provider-unlink")
    assert "Dissocier" in client.get(reverse("catalogue:account-settings")).content.decode()
    User.objects.filter(pk=one.pk).update(password="!")
    client.force_login(User.objects.get(pk=one.pk))
    client.post(path)
    assert ProviderIdentity.objects.exists()
    one.set_password(factories.PASSWORD)
    one.save()
    vouched(client, one)
    client.post(path)
    assert not ProviderIdentity.objects.exists()


def test_who_left_logged_out_does_not_link_the_account_that_came_meanwhile(
    client: Client, provider: Provider
):
    back = provider.consent(client.get(START).headers["Location"])
    one = factories.account()
    client.post(reverse("account_login"), {"login": one.email, "password": factories.PASSWORD})
    client.get(RETURN, back)
    assert not ProviderIdentity.objects.exists()


def test_the_siret_asks_for_a_place(client: Client, provider: Provider):
    known = factories.organisation(siret=SIRET, siren=SIRET[:9])
    provider.person |= {"email_verified": True, "siret": SIRET}
    assert come(client, provider).headers["Location"].endswith(f"/{known.slug}/")
    assert Membership.objects.get().confirmed_at is None


def test_an_unknown_siret_leads_to_its_description(client: Client, provider: Provider):
    provider.person |= {"email_verified": True, "siret": SIRET}
    path = come(client, provider).headers["Location"]
    assert path == f"{reverse('catalogue:organisation-join')}?siret={SIRET}"
    assert SIRET in client.get(path).content.decode()


def test_logging_out_closes_the_session_of_the_provider(client: Client, provider: Provider, settings):
    provider.person |= {"email_verified": True}
    come(client, provider)
    address = urlsplit(client.post(reverse("account_logout")).headers["Location"])
    asked = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/logout"
    assert asked["post_logout_redirect_uri"] == [f"{settings.SITE_URL}/"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert not is_in(client)


def test_the_second_factor_is_asked_all_the_same(client: Client, provider: Provider):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    provider.person |= {"email_verified": True}
    come(client, provider)
    TOTP.activate(User.objects.get(), generate_totp_secret())
    other = Client()
    assert come(other, provider).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(other)


def test_explicit_endpoints_ask_no_discovery(client: Client, provider: Provider, settings):
    settings.OIDC_ENDPOINTS = {
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"{provider.issuer}/token",
        "userinfo_endpoint": f"{provider.issuer}/userinfo",
        "jwks_uri": f"{provider.issuer}/jwks",
        "end_session_endpoint": "",
    }
    provider.asked.clear()
    provider.person |= {"email_verified": True}
    come(client, provider)
    assert is_in(client)
    assert "/.well-known/openid-configuration" not in provider.asked
    assert client.post(reverse("account_logout")).headers["Location"] == "/"

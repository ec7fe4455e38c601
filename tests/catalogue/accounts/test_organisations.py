"""Joining an organisation, and what its members may do: the table of rights through HTTP."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.accounts import membership as places
from catalogue.accounts import rights
from catalogue.accounts.rights import Tie
from catalogue.models import Invitation, Membership, Organisation, OutgoingMail
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db
Role = Membership.Role
JOIN = "/mon-espace/organisations/rejoindre/"
SIRET = "21380185500015"
EPCI_SIRET = "24380081000013"


def manager_of(organisation: Organisation, **fields) -> User:
    return factories.member(organisation, role=Role.MANAGER, **fields)


def page_of(organisation: Organisation, name: str = "organisation-detail", *arguments) -> str:
    return reverse(f"catalogue:{name}", args=[organisation.slug, *arguments])


def place(user: User) -> Membership:
    return Membership.objects.get(user=user)


@pytest.fixture
def me(client: Client) -> User:
    one = factories.account(first_name="Ada", last_name="Lovelace")
    client.force_login(one)
    return one


def siret(number: int) -> str:
    """A SIRET with a right key."""
    from catalogue.models.organisation import luhn_is_valid

    stem = f"732829320{number:04d}"
    return next(stem + str(key) for key in range(10) if luhn_is_valid(stem + str(key)))


# Joining


def test_a_known_organisation_is_asked_for(client: Client, me: User):
    known = factories.organisation(siret=SIRET, siren=SIRET[:9])
    boss = manager_of(known)
    answer = client.post(JOIN, {"siret": "213 801 855 00015"})
    assert answer.headers["Location"] == page_of(known)
    assert place(me).confirmed_at is None
    told = OutgoingMail.objects.get()
    assert told.to == boss.email
    assert "Ada Lovelace" in told.text
    assert me.email not in told.text
    assert "attend d’être confirmée" in client.get(page_of(known)).content.decode()
    client.post(JOIN, {"siret": SIRET})
    assert Membership.objects.filter(user=me).count() == 1
    assert OutgoingMail.objects.count() == 1, "asking twice tells once"


def test_the_first_of_an_organisation_is_told_to_the_curators_of_its_region(client: Client, me: User):
    here, elsewhere = factories.territory(Level.REGION), factories.territory(Level.REGION)
    factories.organisation(siret=SIRET, territory=factories.commune(region=here))
    near, everywhere = factories.curator(regions=[here]), factories.curator()
    factories.curator(regions=[elsewhere])
    client.post(JOIN, {"siret": SIRET})
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {near.email, everywhere.email}
    assert "/atelier/membres/" in OutgoingMail.objects.first().text


def test_the_only_one_of_a_siren_is_found(client: Client, me: User):
    known = factories.organisation(siren=SIRET[:9])
    client.post(JOIN, {"siret": SIRET})
    assert place(me).organisation == known


@pytest.mark.parametrize("typed", ["", "abc", "12345678901234", "2138018550001", "213801855000155"])
def test_what_is_no_siret_is_said_so(client: Client, me: User, typed: str):
    answer = client.post(JOIN, {"siret": typed})
    assert answer.status_code == 200
    assert "champ-erreur" in answer.content.decode()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("typed", ["73282932100007", "21380185600005"])
def test_a_siret_whose_siren_has_a_wrong_key_is_said_so(client: Client, me: User, typed: str):
    """Its fourteen digits pass Luhn's check, its first nine do not."""
    described = {"siret": typed, "name": "Atelier", "kind": "pme", "place": ""}
    for data in ({"siret": typed}, described):
        answer = client.post(JOIN, data)
        assert answer.status_code == 200
        assert "champ-erreur" in answer.content.decode()
        assert "n’est pas un numéro SIRET" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_an_unknown_organisation_is_described(client: Client, me: User):
    town = factories.commune(name="Sully", code="45315")
    first = client.post(JOIN, {"siret": SIRET}).content.decode()
    assert "ne connaît pas encore" in first
    data = {"siret": SIRET, "name": "Atelier", "kind": "pme", "place": "45315"}
    client.post(JOIN, data)
    made = Organisation.objects.get()
    assert (made.name, made.siret, made.siren, made.territory) == ("Atelier", SIRET, SIRET[:9], town)
    assert place(me).confirmed_at is None


def test_a_collectivite_is_tied_to_its_territory(client: Client, me: User):
    data = {"siret": SIRET, "name": "Ville", "kind": "collectivite", "place": ""}
    assert "Dites de quel territoire" in client.post(JOIN, data).content.decode()
    assert not Organisation.objects.exists()


def test_an_intercommunalite_is_recognised_by_its_siren(client: Client, me: User):
    epci = factories.territory(Level.EPCI, code=EPCI_SIRET[:9], name="Métropole d’essai")
    number = next(EPCI_SIRET[:12] + f"{n:02d}" for n in range(100) if _valid(EPCI_SIRET[:12] + f"{n:02d}"))
    page = client.post(JOIN, {"siret": number}).content.decode()
    assert "Métropole d’essai (243800810)" in page
    data = {"siret": number, "name": "M", "kind": "collectivite", "place": "Métropole d’essai (243800810)"}
    client.post(JOIN, data)
    assert Organisation.objects.get().territory == epci


def _valid(number: str) -> bool:
    from catalogue.models.organisation import luhn_is_valid

    return luhn_is_valid(number)


def test_an_unknown_place_is_said_so(client: Client, me: User):
    for typed in ("99999", "Nulle-Part-les-Bains", "(000)"):
        data = {"siret": SIRET, "name": "Ville", "kind": "collectivite", "place": typed}
        assert "champ-erreur" in client.post(JOIN, data).content.decode()


def test_fields_that_are_not_offered_change_nothing(client: Client, me: User):
    forged = {"slug": "pirate", "is_active": "", "confirmed_at": "2020-01-01", "role": "responsable"}
    client.post(JOIN, {"siret": SIRET, "name": "Atelier", "kind": "pme", "place": "", **forged})
    made = Organisation.objects.get()
    assert made.slug != "pirate"
    assert place(me).role == Role.MEMBER
    assert place(me).confirmed_at is None


def test_one_cannot_ask_everywhere(client: Client, me: User):
    for number in range(6):
        factories.organisation(siret=siret(number))
        client.post(JOIN, {"siret": siret(number)})
    assert Membership.objects.filter(user=me).count() == places.MOST_WAITING


def test_what_was_typed_before_the_session_ended_is_given_back(client: Client):
    client.post(JOIN, {"siret": SIRET})
    client.force_login(factories.account())
    assert SIRET in client.get(JOIN).content.decode()


# The table of rights


GRANTED = {
    "view": {Tie.PENDING, Tie.MEMBER, Tie.MANAGER, Tie.CURATOR, Tie.ADMINISTRATOR},
    "edit": {Tie.MANAGER, Tie.ADMINISTRATOR},
    "invite": {Tie.MANAGER, Tie.ADMINISTRATOR},
    "confirm": {Tie.MANAGER, Tie.CURATOR, Tie.ADMINISTRATOR},
    "role": {Tie.MANAGER, Tie.ADMINISTRATOR},
    "remove": {Tie.MANAGER, Tie.ADMINISTRATOR},
    "transfer": {Tie.MANAGER},
    "leave": {Tie.PENDING, Tie.MEMBER, Tie.MANAGER},
}
"""What is wanted, written by hand."""


def holder(tie: Tie, organisation: Organisation) -> User:
    if tie == Tie.PENDING:
        return factories.member(organisation, confirmed_at=None)
    if tie == Tie.CURATOR:
        return factories.curator()
    if tie == Tie.ADMINISTRATOR:
        return factories.administrator()
    if tie in {Tie.MEMBER, Tie.MANAGER}:
        return factories.member(organisation, role=Role.MANAGER if tie == Tie.MANAGER else Role.MEMBER)
    return factories.account()


def attempt(client: Client, action: str, organisation: Organisation):
    """Do the action through HTTP, as well as it can be done."""
    post = {
        "edit": ("organisation-edit", {"description": "x"}),
        "invite": ("organisation-invite", {"email": "x@exemple.fr", "role": "membre"}),
        "leave": ("organisation-leave", {}),
    }
    if action == "view":
        return client.get(page_of(organisation))
    if action in post:
        name, data = post[action]
        return client.post(page_of(organisation, name), data)
    waiting = factories.membership(factories.account(), organisation, confirmed_at=None)
    member = factories.membership(factories.account(), organisation)
    word, target, data = {
        "confirm": ("confirmer", waiting, {}),
        "role": ("role", member, {"role": "responsable"}),
        "remove": ("retirer", member, {}),
        "transfer": ("transmettre", member, {}),
    }[action]
    return client.post(page_of(organisation, "member-action", target.pk, word), data)


@pytest.mark.parametrize(("tie", "action"), list(itertools.product(Tie, GRANTED)))
def test_each_cell_of_the_table(client: Client, tie: Tie, action: str):
    organisation = factories.organisation()
    manager_of(organisation)
    client.force_login(holder(tie, organisation))
    answer = attempt(client, action, organisation)
    done = 200 if action == "view" else 302
    assert answer.status_code == (done if tie in GRANTED[action] else 404)


@pytest.mark.parametrize("tie", list(Tie))
def test_addresses_are_for_members_only(client: Client, tie: Tie):
    organisation = factories.organisation()
    boss = manager_of(organisation)
    client.force_login(holder(tie, organisation))
    shown = boss.email in client.get(page_of(organisation)).content.decode()
    assert shown is (tie in {Tie.MEMBER, Tie.MANAGER})


def test_every_action_has_a_cell():
    assert set(rights.GRANTS) == {*GRANTED, "members"}


@pytest.mark.parametrize(
    "name", ["organisation-detail", "organisation-edit", "organisation-leave", "organisation-invite"]
)
def test_a_visitor_is_asked_to_log_in(client: Client, name: str):
    organisation = factories.organisation()
    post = name == "organisation-invite"
    answer = client.post(page_of(organisation, name)) if post else client.get(page_of(organisation, name))
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_what_changes_something_is_a_post(client: Client, me: User):
    organisation = factories.organisation()
    own = factories.membership(me, organisation, role=Role.MANAGER)
    for action in ("confirmer", "refuser", "role", "retirer", "transmettre"):
        assert client.get(page_of(organisation, "member-action", own.pk, action)).status_code == 405
    assert client.get(page_of(organisation, "organisation-invite")).status_code == 405
    assert client.post(page_of(organisation, "member-action", own.pk, "autre")).status_code == 404


def test_a_member_of_another_organisation_is_out_of_reach(client: Client, me: User):
    own, other = factories.organisation(), factories.organisation()
    factories.membership(me, own, role=Role.MANAGER)
    target = place(factories.member(other))
    for action in ("role", "retirer", "transmettre"):
        answer = client.post(page_of(own, "member-action", target.pk, action), {"role": "responsable"})
        assert answer.status_code == 404
    assert place(target.user).role == Role.MEMBER


def test_the_list_costs_the_same_for_more(client: Client, me: User, django_assert_max_num_queries):
    organisation = factories.organisation()
    factories.membership(me, organisation)
    for _ in range(30):
        factories.member(organisation)
    with django_assert_max_num_queries(16):
        page = client.get(page_of(organisation)).content.decode()
    assert "Page 1 sur 2" in page.replace("\u00a0", " ")
    assert client.get(page_of(organisation) + "?page=2").status_code == 200
    assert client.get(page_of(organisation) + "?page=9").status_code == 404
    assert client.get(page_of(organisation) + "?page=x").status_code == 400


# What becomes of a request, and of members


def test_the_first_is_confirmed_by_a_curator_and_answers_for_it(client: Client):
    organisation = factories.organisation()
    first = factories.member(organisation, confirmed_at=None)
    curator = factories.curator()
    client.force_login(curator)
    client.post(page_of(organisation, "member-action", place(first).pk, "confirmer"))
    assert place(first).role == Role.MANAGER
    assert place(first).confirmed_by == curator
    assert OutgoingMail.objects.get(to=first.email).subject.startswith("Vous êtes de")


def test_nobody_confirms_oneself(client: Client):
    organisation = factories.organisation()
    curator = factories.curator()
    own = factories.membership(curator, organisation, confirmed_at=None)
    client.force_login(curator)
    client.post(page_of(organisation, "member-action", own.pk, "confirmer"))
    assert place(curator).confirmed_at is None


def test_a_refusal_says_why(client: Client, me: User):
    organisation = factories.organisation()
    factories.membership(me, organisation, role=Role.MANAGER)
    asking = factories.member(organisation, confirmed_at=None)
    path = page_of(organisation, "member-action", place(asking).pk, "refuser")
    assert client.post(path, {"reason": " "}).status_code == 400
    client.post(path, {"reason": "Inconnu au service."})
    assert not Membership.objects.filter(user=asking).exists()
    assert "Inconnu au service." in OutgoingMail.objects.get(to=asking.email).text


@pytest.mark.parametrize("way", ["leave", "role", "remove"])
def test_the_last_responsable_does_not_leave_others_alone(client: Client, way: str):
    organisation = factories.organisation()
    boss = manager_of(organisation)
    factories.member(organisation)
    own = place(boss)
    if way == "leave":
        client.force_login(boss)
        client.post(page_of(organisation, "organisation-leave"))
    else:
        client.force_login(factories.administrator())
        word, data = ("role", {"role": "membre"}) if way == "role" else ("retirer", {})
        client.post(page_of(organisation, "member-action", own.pk, word), data)
    assert place(boss).role == Role.MANAGER


def test_who_is_alone_may_leave(client: Client, me: User):
    organisation = factories.organisation()
    factories.membership(me, organisation, role=Role.MANAGER)
    assert client.get(page_of(organisation, "organisation-leave")).status_code == 200
    client.post(page_of(organisation, "organisation-leave"))
    assert not Membership.objects.exists()
    assert client.get(page_of(organisation)).status_code == 404


def test_the_responsibility_is_handed_over(client: Client, me: User):
    organisation = factories.organisation()
    factories.membership(me, organisation, role=Role.MANAGER)
    other = factories.member(organisation)
    client.post(page_of(organisation, "member-action", place(other).pk, "transmettre"))
    assert (place(other).role, place(me).role) == (Role.MANAGER, Role.MEMBER)


def test_a_description_is_changed_and_nothing_else(client: Client, me: User):
    organisation = factories.organisation(name="Atelier")
    factories.membership(me, organisation, role=Role.MANAGER)
    path = page_of(organisation, "organisation-edit")
    assert client.get(path).status_code == 200
    assert client.post(path, {"url": "pas une adresse"}).status_code == 200
    data = {"url": "https://exemple.fr", "description": "Nous.", "name": "Pirate", "siret": SIRET}
    client.post(path, data)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.description, organisation.siret) == ("Atelier", "Nous.", "")


# Invitations


def invited(client: Client, organisation: Organisation, email: str, role: str = "membre") -> str:
    """Invite somebody; the path of the link."""
    client.post(page_of(organisation, "organisation-invite"), {"email": email, "role": role})
    text = OutgoingMail.objects.filter(to=email).latest("pk").text
    return next(word for word in text.split() if "/invitation/" in word).removeprefix(settings.SITE_URL)


@pytest.fixture
def mine(me: User) -> Organisation:
    organisation = factories.organisation()
    factories.membership(me, organisation, role=Role.MANAGER)
    return organisation


def test_an_invitation_makes_a_member_once(client: Client, mine: Organisation):
    one = factories.account(email="collegue@exemple.fr")
    link = invited(client, mine, "Collegue@exemple.fr".lower(), "responsable")
    other = Client()
    assert "Connectez-vous" in other.get(link).content.decode()
    assert other.post(link).headers["Location"].startswith(reverse("account_login"))
    other.force_login(one)
    assert "Accepter" in other.get(link).content.decode()
    assert not Membership.objects.filter(user=one).exists(), "reading the link accepts nothing"
    assert other.post(link).headers["Location"] == page_of(mine)
    assert place(one).role == Role.MANAGER
    assert place(one).confirmed_at is not None
    Membership.objects.filter(user=one).delete()
    other.post(link)
    assert not Membership.objects.filter(user=one).exists()
    assert "déjà servi" in other.get(link).content.decode()


def test_the_base_does_not_keep_the_link(client: Client, mine: Organisation):
    token = invited(client, mine, "collegue@exemple.fr").strip("/").rpartition("/")[2]
    assert token not in str(Invitation.objects.values().get())


def test_an_invitation_is_for_its_address(client: Client, mine: Organisation):
    link = invited(client, mine, "collegue@exemple.fr")
    other = Client()
    one = factories.account()
    other.force_login(one)
    page = other.get(link).content.decode()
    assert "autre adresse" in page
    assert "collegue@exemple.fr" not in page
    other.post(link)
    assert not Membership.objects.filter(user=one).exists()


def test_an_invitation_expires_and_is_cancelled(client: Client, mine: Organisation):
    one = factories.account(email="collegue@exemple.fr")
    link = invited(client, mine, one.email)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    other = Client()
    other.force_login(one)
    other.post(link)
    assert not Membership.objects.filter(user=one).exists()
    assert "expiré" in other.get(link).content.decode()
    client.post(page_of(mine, "invitation-cancel", Invitation.objects.get().pk))
    assert other.get(link).status_code == 404
    assert other.get("/invitation/inconnu/").status_code == 404


def test_the_same_address_is_not_invited_again_at_once(client: Client, mine: Organisation, me: User):
    invited(client, mine, "collegue@exemple.fr")
    path = page_of(mine, "organisation-invite")
    assert client.post(path, {"email": "collegue@exemple.fr", "role": "membre"}).status_code == 400
    assert client.post(path, {"email": me.email, "role": "membre"}).status_code == 400
    assert client.post(path, {"email": "x", "role": "chef"}).status_code == 400
    assert Invitation.objects.count() == 1


def test_an_invitation_accepts_a_request_that_waits(client: Client, mine: Organisation):
    one = factories.account(email="collegue@exemple.fr")
    factories.membership(one, mine, confirmed_at=None)
    link = invited(client, mine, one.email)
    other = Client()
    other.force_login(one)
    other.post(link)
    assert place(one).confirmed_at is not None


# At the same moment


def at_once(*calls) -> list[object]:
    """What the calls raise or return, made together."""
    results: list[object] = []
    barrier = threading.Barrier(len(calls))

    def run(call) -> None:
        barrier.wait()
        try:
            results.append(call())
        except places.NotPossible as refusal:
            results.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_from_two_places_is_accepted_once():
    organisation = factories.organisation()
    boss = manager_of(organisation)
    one = factories.account(email="collegue@exemple.fr")
    invitation = places.invite_member(organisation, one.email, Role.MEMBER, boss)
    results = at_once(*[lambda: places.accept_invitation(invitation, one)] * 4)
    assert sum(isinstance(result, Membership) for result in results) == 1
    assert Membership.objects.filter(user=one).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_two_last_responsables_do_not_both_leave():
    organisation = factories.organisation()
    first, second = place(manager_of(organisation)), place(manager_of(organisation))
    factories.member(organisation)
    at_once(lambda: places.leave_organisation(first), lambda: places.leave_organisation(second))
    assert places.managers(organisation).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_organisation_described_twice_is_made_once():
    users = [factories.account() for _ in range(4)]

    def describe(user: User):
        fields = {"name": "Atelier", "slug": f"atelier-{SIRET}", "siret": SIRET, "siren": SIRET[:9]}
        return lambda: places.create_organisation(user, Organisation(**fields))

    at_once(*[describe(user) for user in users])
    assert Organisation.objects.count() == 1
    assert Membership.objects.count() == 4

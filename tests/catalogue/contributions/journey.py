"""What the tests of proposals do as a browser does: open a page, post it with what it showed."""

from django.urls import reverse

from catalogue.models import Record
from tests import factories

State = Record.State
SUMMARY = "Un revêtement qui laisse passer l’eau de pluie, pour les places et les cours d’école."
TEXT = "Comment cela fonctionne, ce qu’il faut sur place et qui fait quoi. " * 5


def step(record, code):
    return reverse("catalogue:propose-step", args=[record.slug, code])


def page(response):
    return response.content.decode()


def hidden(response, name):
    """The value of a hidden field of the page."""
    return page(response).split(f'name="{name}" value="')[1].split('"')[0]


def draft(author, **fields):
    maker = fields.pop("maker", factories.solution)
    owner = author.memberships.get().organisation if author.memberships.exists() else None
    return maker(**{"state": State.DRAFT, "created_by": author, "owner": owner, **fields})


def post(client, record, code, **fields):
    """Post a step as the page gives it, with other values for some fields."""
    response = client.get(step(record, code))
    return client.post(step(record, code), {"version": hidden(response, "version"), **fields})

"""What the tests of accounts share: the mails that wait, and the links in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from catalogue.models import OutgoingMail


@pytest.fixture(autouse=True)
def _no_failure_counted_yet(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def link_sent_to() -> Callable[[str], str]:
    """The path of the first link of the last e-mail to an address."""

    def find(email: str) -> str:
        mail = OutgoingMail.objects.filter(to=email).order_by("-pk").first()
        assert mail is not None, f"nothing was sent to {email}"
        found = re.search(r"https?://[^/\s]+(/\S+/\S+)", mail.text)
        assert found, mail.text
        return found[1]

    return find

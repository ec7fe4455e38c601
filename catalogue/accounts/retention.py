"""How long accounts are kept without being used: two years, a warning a month before the end."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from catalogue.accounts import personal
from catalogue.mailing import absolute_url, queue_mail
from catalogue.models import InactivityNotice

UNUSED = timedelta(days=730)
NOTICE = timedelta(days=30)
"""Between the warning and the erasure."""
UNCONFIRMED = timedelta(days=30)
"""How long an account whose address was never confirmed is kept."""


def last_used() -> Coalesce:
    return Coalesce(F("last_login"), F("date_joined"))


def _unused_for(time: timedelta) -> QuerySet[User]:
    used = User.objects.filter(is_active=True).annotate(used=last_used())
    return used.filter(used__lt=timezone.now() - time)


def tidy_accounts() -> dict[str, int]:
    """Warn, erase, forget; how many of each."""
    SessionStore.clear_expired()
    _forget_notices_of_who_came_back()
    return {"warned": warn_unused_accounts(), "erased": erase_unused(), "forgotten": forget_unconfirmed()}


def _forget_notices_of_who_came_back() -> None:
    InactivityNotice.objects.filter(user__last_login__gte=F("sent_at")).delete()


def warn_unused_accounts() -> int:
    """Tell each account unused for two years less a month, once; how many."""
    warned_count = 0
    accounts = _unused_for(UNUSED - NOTICE).exclude(email="")
    for user in accounts.exclude(pk__in=InactivityNotice.objects.values("user")):
        with transaction.atomic():
            notice, is_new = InactivityNotice.objects.get_or_create(user=user)
            if not is_new:
                continue
            queue_mail(
                "compte-inactif",
                user.email,
                {"erased_on": notice.sent_at + NOTICE, "link": absolute_url(reverse("account_login"))},
            )
            warned_count += 1
    return warned_count


def erase_unused() -> int:
    """Erase the accounts unused for two years that were warned a month ago; how many."""
    warned = InactivityNotice.objects.filter(sent_at__lte=timezone.now() - NOTICE)
    found = list(_unused_for(UNUSED).filter(Q(pk__in=warned.values("user")) | Q(email="")))
    for user in found:
        personal.erase_account(user)
    return len(found)


def forget_unconfirmed() -> int:
    """Delete the accounts that nobody ever confirmed, which hold nothing; how many."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    waiting = EmailAddress.objects.filter(user=OuterRef("pk"))
    old = User.objects.filter(
        Exists(waiting),
        ~Exists(confirmed),
        date_joined__lt=timezone.now() - UNCONFIRMED,
        last_login__isnull=True,
        is_staff=False,
    )
    count = old.count()
    old.delete()
    return count

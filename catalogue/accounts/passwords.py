"""Which passwords are refused beyond Django's own validators."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

FEWEST_CHARACTERS = 5
"""Different characters that a password must have."""
LONGEST_PERIOD = 4
"""A password made of a group of so many characters or fewer, repeated, is refused."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "0123456789",
)
SHORTEST_REST = 4
"""Characters that must remain once the runs of the keyboard and of the alphabet are taken away."""


def is_periodic(password: str) -> bool:
    """True when the password is a short group repeated to its end (« abcabcabcabc », « aaaaaaaaaaaa »)."""
    return any(
        password == (password[:length] * len(password))[: len(password)]
        for length in range(1, LONGEST_PERIOD + 1)
    )


def without_runs(password: str) -> str:
    """What is left of the password once the runs of four keys or more are taken away."""
    rest = password
    for run in RUNS:
        for line in (run, run[::-1]):
            for length in range(len(line), 3, -1):
                for start in range(len(line) - length + 1):
                    rest = rest.replace(line[start : start + length], "")
    return rest


class VariedPasswordValidator:
    """Refuses what length alone would let through: « aaaaaaaaaaaa », « abcabcabcabc », « azertyuiop12 »."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        typed = password.casefold()
        if len(set(typed)) < FEWEST_CHARACTERS or is_periodic(typed):
            raise ValidationError(_("Ce mot de passe est trop répétitif."), code="password_repetitive")
        if len(without_runs(typed)) < SHORTEST_REST:
            raise ValidationError(
                _("Ce mot de passe est une suite de touches ou de lettres."), code="password_run"
            )

    def get_help_text(self) -> str:
        return ngettext(
            "Votre mot de passe ne peut être répétitif : au moins %(n)d caractère différent.",
            "Votre mot de passe ne peut être répétitif : au moins %(n)d caractères différents.",
            FEWEST_CHARACTERS,
        ) % {"n": FEWEST_CHARACTERS}

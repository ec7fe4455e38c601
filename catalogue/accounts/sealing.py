"""Secrets of second factors, sealed before they are stored: a copy of the database alone opens no account.

Fernet (AES-128 in CBC mode with HMAC-SHA256) under a key drawn from ``SECRET_KEY``; what former keys sealed
is opened while they stand in ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

import logging
import secrets
from base64 import b32encode, urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)
SEALED = "f1:"
"""What a sealed text begins with; another was kept before texts were sealed."""
SALT = "catalogue.accounts.sealing"


def seal_secret(text: str) -> str:
    """The text as the database may store it."""
    return SEALED + _keys().encrypt(text.encode()).decode()


def unseal_secret(kept: str) -> str:
    """The text that was sealed; where no key opens it, a secret that nobody knows: no code is right."""
    if not kept.startswith(SEALED):
        return kept
    try:
        return _keys().decrypt(kept.removeprefix(SEALED)).decode()
    except InvalidToken:
        logger.error("A second factor was sealed under a SECRET_KEY that is not known any more.")
        return b32encode(secrets.token_bytes(20)).decode()


def _keys() -> MultiFernet:
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    drawn = (salted_hmac(SALT, "", secret=key, algorithm="sha256").digest() for key in known)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in drawn])

"""HTML of ours made into a PDF file, one at a time: it takes a second of processor, and pages come first."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

PATIENCE_S = 8.0
"""Seconds that a request waits for the file before it."""
_ONE_AT_A_TIME = threading.Lock()


class Busy(Exception):
    """Another file is being made, and took longer than one may wait."""


def render_pdf(template: str, context: Mapping[str, Any], pictures: Mapping[str, tuple[bytes, str]]) -> bytes:
    """The PDF/UA-1 file of a template; ``pictures`` are {name: (bytes, media type)} for ``impression:name``.

    Raises Busy when the file before is not done in time.
    """
    from catalogue.public.printing.typesetting import SCHEME, typeset_pdf

    page = render_to_string(template, {**context, "scheme": SCHEME})
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE_S):
        raise Busy
    try:
        return typeset_pdf(page, pictures)
    finally:
        _ONE_AT_A_TIME.release()

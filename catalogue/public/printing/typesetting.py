"""The typesetter and the files that it may read; imported by the first file asked for: it takes a second."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "impression"
"""What the addresses of a printed page begin with; each names a static file or a picture given with it."""
FILES = {"css/rooms/printing.css": "text/css", "fonts/radio-canada.woff2": "font/woff2"}
Pictures = Mapping[str, tuple[bytes, str]]


class Fetcher(URLFetcher):  # type: ignore[misc]
    """Gives the files that are listed, and refuses every other address."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(allowed_protocols=[SCHEME])
        self.pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The file of an address of ours; raises ValueError for any other."""
        scheme, _colon, name = url.partition(":")
        if scheme != SCHEME:
            raise ValueError(f"not fetched: {url}")
        if name in self.pictures:
            body, kind = self.pictures[name]
        elif name in FILES:
            body, kind = _static(name), FILES[name]
        else:
            raise ValueError(f"not listed: {url}")
        return URLFetcherResponse(url, body, {"Content-Type": kind})


def _static(name: str) -> bytes:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path).read_bytes()


def typeset_pdf(page: str, pictures: Pictures) -> bytes:
    """The tagged PDF (PDF/UA-1, ISO 14289-1) of a page of HTML."""
    document = HTML(string=page, base_url=f"{SCHEME}:", url_fetcher=Fetcher(pictures))
    written: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return written

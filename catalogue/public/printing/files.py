"""What is printed of published records: their sheets, their maps, their sources."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Record
from catalogue.public import record_page as detail
from catalogue.public.printing import pdf
from catalogue.public.printing.static_map import Spot, draw_maps, map_alternative, map_spot

MOST_PHOTOS = 4
Pictures = dict[str, tuple[bytes, str]]


def of_record(record: Record, base: str) -> bytes:
    """The PDF of one published record, fetched with ``with_detail_relations()``.

    ``base`` is the origin of the site, for the addresses. Raises ``pdf.Busy``.
    """
    pictures: Pictures = {}
    context = {"title": record.title, "record": _sheet(record, base, pictures), **_common(base)}
    return pdf.render_pdf("catalogue/public/printing/record.html", context, pictures)


def of_selection(records: Sequence[Record], base: str, address: str) -> bytes:
    """The PDF of several: what they are, where they are, then each; ``address`` leads to the same online."""
    pictures: Pictures = {}
    numbers = {record.pk: str(number) for number, record in enumerate(records, 1)}
    everywhere = list(chain.from_iterable(_spots(record, numbers[record.pk]) for record in records))
    sheets = [_sheet(record, base, pictures, numbers[record.pk]) for record in records]
    count = len(records)
    context = {
        "title": _("Fiches gardées"),
        "subtitle": ngettext("%(n)d fiche", "%(n)d fiches", count) % {"n": count},
        "records": sheets,
        "maps": _charts("ensemble", everywhere, pictures),
        "address": base + address,
        **_common(base),
    }
    return pdf.render_pdf("catalogue/public/printing/selection.html", context, pictures)


def _common(base: str) -> dict[str, Any]:
    return {"base": base, "site": base.partition("//")[2], "printed_on": timezone.localdate()}


def _sheet(record: Record, base: str, pictures: Pictures, number: str = "") -> dict[str, Any]:
    """What the sheet of a record shows; its drawings and photos are added to ``pictures``."""
    shown = detail.record_context(record)
    own = _spots(record, number, shaped=True)
    return {
        **shown,
        "number": number,
        "anchor": f"fiche-{record.pk}",
        "address": base + record.get_absolute_url(),
        "maps": _charts(f"{record.pk}", own, pictures),
        "map_sources": record.territory.source.split(",")[0] if record.territory else "",
        "images": _photos(shown["photos"], pictures),
    }


def _spots(record: Record, number: str, *, shaped: bool = False) -> list[Spot]:
    """Where a record is: at its own place, or where the solution was tried."""
    if record.kind == Record.Kind.SOLUTION:
        return [
            map_spot(one, number) for one in detail.published_experiments(record) if one.point is not None
        ]
    return [map_spot(record, number, shaped=shaped)] if record.point is not None else []


def _charts(name: str, spots: list[Spot], pictures: Pictures) -> list[dict[str, str]]:
    charts = []
    for place, drawing in enumerate(draw_maps(spots) if spots else []):
        key = f"carte-{name}-{place}.svg"
        pictures[key] = (drawing.encode(), "image/svg+xml")
        charts.append({"image": key, "text": map_alternative(len(spots))})
    return charts


def _photos(photos: Sequence[Any], pictures: Pictures) -> list[dict[str, Any]]:
    images = []
    for photo in photos[:MOST_PHOTOS]:
        key = f"photo-{photo.key}"
        with photo.thumbnail.open("rb") as file:
            pictures[key] = (file.read(), "image/jpeg")
        images.append({"image": key, "photo": photo})
    return images

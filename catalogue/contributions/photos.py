"""Images made fit to be shown: upright, reduced, with nothing but their pixels. Run by the worker."""

from __future__ import annotations

import io
import warnings

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps

from catalogue.models import Document
from catalogue.records.file_types import IMAGES, MOST_PIXELS
from catalogue.records.files import delete_file, random_name

LONGEST_SIDE = 1600
THUMBNAIL_SIDE = 480
QUALITY = 85


def reduce_photo(document_id: int) -> None:
    """Replace the file of a document by its reduced image and its thumbnail; nothing when that is done."""
    document = Document.objects.filter(pk=document_id, is_ready=False).first()
    if document is None:
        return
    with document.file.open("rb") as original:
        image, form = _read_pixels(original.read())
    reduced, thumbnail = _encode(image, LONGEST_SIDE, form), _encode(image, THUMBNAIL_SIDE, form)
    content_type, suffix = IMAGES[form]
    with transaction.atomic():
        document = Document.objects.select_for_update().filter(pk=document_id, is_ready=False).first()
        if document is None:
            return
        delete_file(document.file)
        document.file.save(random_name(suffix), ContentFile(reduced), save=False)
        document.thumbnail.save(random_name(suffix), ContentFile(thumbnail), save=False)
        document.content_type, document.size, document.is_ready = content_type, len(reduced), True
        document.save(update_fields=["file", "thumbnail", "content_type", "size", "is_ready"])


def _read_pixels(content: bytes) -> tuple[Image.Image, str]:
    """Return the image upright, with nothing but its pixels, and the form it came in."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        opened = Image.open(io.BytesIO(content), formats=list(IMAGES))
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    form = str(opened.format)
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened)
    has_alpha = form != "JPEG" and ("A" in upright.getbands() or "transparency" in upright.info)
    converted = upright.convert("RGBA" if has_alpha else "RGB")
    bare = Image.new(converted.mode, converted.size)
    bare.paste(converted)
    return bare, form


def _encode(image: Image.Image, longest: int, form: str) -> bytes:
    smaller = image.copy()
    smaller.thumbnail((longest, longest))
    written = io.BytesIO()
    options = {"optimize": True} if form == "PNG" else {"quality": QUALITY}
    smaller.save(written, form, **options)
    return written.getvalue()

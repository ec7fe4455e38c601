"""A zip that somebody gave: its members are checked before one is read, and none chooses its place."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from geo.uploads.layers import UploadRefused

MOST_MEMBERS = 60
LARGEST = 100 * 1024 * 1024
"""Bytes of all the members once unpacked."""
BEST_RATIO = 100
"""Times that a member may be larger than it is packed."""
SMALL = 1024 * 1024
"""Bytes under which the ratio means nothing: a small text of zeros packs well."""
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CHUNK = 1024 * 1024
BROKEN = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError,
    zlib.error,
)  # fmt: skip
"""What an archive that is damaged, or that lies, makes the standard library raise."""


def members(
    file: IO[bytes], most: int = MOST_MEMBERS, largest: int = LARGEST
) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Return the archive and its members by lower-case name, all checked; else raise UploadRefused."""
    try:
        archive = zipfile.ZipFile(file)
        found = archive.infolist()
    except BROKEN:
        raise UploadRefused(_("Cette archive zip est tronquée ou abîmée.")) from None
    if len(found) > most:
        raise UploadRefused(_("Cette archive contient trop de fichiers : au plus %d.") % most)
    if sum(one.file_size for one in found) > largest:
        raise UploadRefused(
            _("Cette archive est trop volumineuse une fois ouverte : au plus %d Mo.") % (largest // CHUNK)
        )
    for one in found:
        _check_member(one)
    plain = [one for one in found if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    by_name = {one.filename.lower(): one for one in plain}
    if len(by_name) != len(plain):
        raise UploadRefused(_("Cette archive contient deux fois le même nom."))
    return archive, by_name


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name)
    if "\\" in name or "\0" in name or path.is_absolute() or ".." in path.parts or ":" in name:
        raise UploadRefused(_("Cette archive veut écrire hors de son dossier : elle n’est pas lue."))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UploadRefused(_("Cette archive contient un lien : elle n’est pas lue."))
    if member.flag_bits & ENCRYPTED:
        raise UploadRefused(_("Cette archive est protégée par un mot de passe."))
    if member.compress_type not in METHODS:
        raise UploadRefused(_("La compression de cette archive n’est pas lue : refaites un zip ordinaire."))
    if member.file_size > SMALL and member.file_size > BEST_RATIO * max(member.compress_size, 1):
        raise UploadRefused(_("Cette archive est anormalement compressée : elle n’est pas lue."))


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a member, never more than it declares."""
    return b"".join(pieces(archive, member))


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Write the bytes of a member at a place of ours, never more than it declares."""
    with path.open("wb") as file:
        for piece in pieces(archive, member):
            file.write(piece)


def pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of a member, some at a time; UploadRefused when they are not what it declares."""
    left = member.file_size
    try:
        with archive.open(member) as opened:
            while piece := opened.read(CHUNK):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
    except BROKEN:
        left = -1
    if left < 0:
        raise UploadRefused(_("Cette archive zip est tronquée ou abîmée."))

"""An upload -> the images in it: the file itself, or the members of a zip archive, in memory alone.

Nothing is unpacked to a disk. An archive is read strictly (see
`xraylib.datasets.archives.strict_zip`), one member at a time, so that memory holds the archive and
one image.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xraylib.datasets.archives.strict_zip import (
    ArchiveLimits,
    Member,
    content,
    members,
    refuse_archive,
)
from xraylib.datasets.names import is_clutter, is_picture_name
from xraylib.errors import DatasetError
from xraylib.images.formats import FORMAT_WORDS, HEAD_BYTES, image_format
from xraylib.images.radiograph import MAX_BYTES

LIMITS: Final = ArchiveLimits(
    archive_bytes=MAX_BYTES, entries=2_000, unpacked_bytes=2**30, ratio=100
)
_ZIP: Final = (b"PK\3\4", b"PK\5\6")


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does, whatever the file's name says."""
    return data.startswith(_ZIP)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A zip archive in memory whose directory was checked.

    Attributes:
        data: The archive.
        images: Its members that are or may be images, in the archive's order; what computers add
            by themselves (``__MACOSX``, ``.DS_Store``, ``Thumbs.db``) is left out.
    """

    data: bytes
    images: tuple[Member, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The images' names as the archive has them, with ``/`` between folders."""
        return tuple(member.name for member in self.images)

    def read(self, place: int) -> bytes:
        """The content of one image, checked against the length and sum that the archive states.

        Raises:
            DatasetError: codes ``archive-ratio``, ``archive-unpacked``, ``archive-damaged`` and
                ``archive-nested``: it is an archive itself.
        """
        member = self.images[place]
        if member.size > MAX_BYTES:
            what = f"unpacks to {member.size / 2**20:.1f} MiB, more than one image may have"
            raise refuse_archive("archive-unpacked", what, LIMITS, member.name)
        data = b"".join(content(io.BytesIO(self.data), member, LIMITS))
        if is_archive(data):
            raise refuse_archive("archive-nested", "is an archive itself", LIMITS, member.name)
        return data


def open_archive(data: bytes) -> Archive:
    """Checks an archive's directory and finds its images.

    A member counts as an image by its name's ending, or by its first bytes where the name has
    none. Letters and tables that lie beside the images are passed over; an archive in the archive
    is not, but refused when it is read.

    Raises:
        DatasetError: One of the codes ``archive-…``, or ``no-films``.
    """
    file = io.BytesIO(data)
    found = members(file, LIMITS)
    if sum(member.size for member in found) > LIMITS.unpacked_bytes:
        raise refuse_archive("archive-unpacked", "unpacks to more than that", LIMITS)
    images = tuple(member for member in found if _is_image(file, member))
    if not images:
        raise DatasetError(
            f"There are no images among the {len(found):,} entries of the archive",
            expected=f"{FORMAT_WORDS} files",
            remedy="pack the images themselves",
            code="no-films",
        )
    return Archive(data=data, images=images)


def _is_image(file: io.BytesIO, member: Member) -> bool:
    parts = member.name.split("/")
    if member.is_folder or any(is_clutter(part) for part in parts):
        return False
    if parts[-1].lower().endswith(".zip"):
        return True
    return is_picture_name(parts[-1]) or image_format(_head(file, member)) is not None


def _head(file: io.BytesIO, member: Member) -> bytes:
    """The first bytes of a member; none where it cannot be unpacked (reading it says why)."""
    pieces: Iterator[bytes] = content(file, member, LIMITS)
    try:
        return next(pieces, b"")[:HEAD_BYTES]
    except DatasetError:
        return b""

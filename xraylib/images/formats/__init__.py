"""The formats that are read, one file each; a new file here is a new format."""

from __future__ import annotations

from typing import Final

from xraylib.discovery import declared
from xraylib.images.format import ImageFormat

FORMATS: Final[dict[str, ImageFormat]] = {
    one.name: one
    for one in sorted(
        declared("xraylib.images.formats", ImageFormat, name="name"),
        key=lambda one: (one.order, one.name),
    )
}
"""Every format by its name, in the order in which they are named."""

HEAD_BYTES: Final[int] = max(one.offset + len(one.signature) for one in FORMATS.values())
"""How much of a file's beginning says what it is."""

_NAMES: Final = tuple(FORMATS)
FORMAT_WORDS: Final = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
"""All of them in words: ``PNG, JPEG, TIFF, WebP, BMP or DICOM``."""


def image_format(head: bytes) -> ImageFormat | None:
    """What a file is, from at least its first `HEAD_BYTES`; None if it is no image.

    Letters that stand farther behind decide: what is before them is anybody's, and in DICOM files
    for pathology and from some viewers it is the beginning of a TIFF (PS3.10, 7.1).
    """
    begun = (one for one in FORMATS.values() if one.begins(head))
    return max(begun, key=lambda one: one.offset, default=None)

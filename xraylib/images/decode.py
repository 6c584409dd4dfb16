"""Bytes -> Radiograph, by the format that a file is of; see `formats`.

What a file is, its first bytes say; its name is never asked. Bytes from strangers go through
`decoder`, which has a capped child process run this same module.
"""

from __future__ import annotations

import os
from dataclasses import replace

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import ImageError
from xraylib.images.formats import FORMAT_WORDS, FORMATS, HEAD_BYTES, image_format
from xraylib.images.grey_range import uses_little
from xraylib.images.radiograph import (
    IMAGE_ERROR_CODES,
    MAX_BYTES,
    MAX_PIXELS,
    Radiograph,
    check_size,
    refuse,
)
from xraylib.images.stored.bare import may_be_dicom
from xraylib.images.unread import unread
from xraylib.regular import open_regular

__all__ = [
    "IMAGE_ERROR_CODES",
    "MAX_BYTES",
    "MAX_PIXELS",
    "Radiograph",
    "image_format",
    "read_bytes",
    "read_image",
]


def read_bytes(path: PathLike) -> bytes:
    """The content of a regular file of at most `MAX_BYTES`.

    Raises:
        ImageError: codes ``missing``, ``cannot-open`` and ``too-large``.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise refuse("too-large", f"The file has {size / 2**20:.1f} MiB")
            data = file.read()
    except FileNotFoundError:
        raise refuse("missing", "The file is no longer there") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refuse("cannot-open", f"The file cannot be opened ({reason})") from None
    return data


@checked
def read_image(source: PathLike | bytes) -> Radiograph:
    """Decodes one file of a format that is read; see `FORMATS`.

    Args:
        source: The file's path, as text or ``os.PathLike``; or, as bytes, its content.

    Raises:
        ImageError: The file cannot be read, or its content does not become a radiograph; ``code``
            is in `IMAGE_ERROR_CODES`.
        PathError: code ``not-a-path``.
    """
    data = source if isinstance(source, bytes) else read_bytes(as_path(source, "source"))
    if not data:
        raise refuse("empty", "The file is empty")
    if len(data) > MAX_BYTES:
        raise refuse("too-large", f"The file has {len(data) / 2**20:.1f} MiB")
    form = image_format(data[:HEAD_BYTES])
    if form is None:
        other = unread(data)
        remedy = (other and other.remedy) or "export the image"
        raise ImageError(
            f"The file is {other.name if other else _describe(data)}",
            expected=f"a {FORMAT_WORDS} file",
            remedy=f"{remedy} as {FORMAT_WORDS}",
            code="not-an-image",
        )
    try:
        image = form.read(data)
    except ImageError:
        raise
    except MemoryError:
        raise refuse("too-large", f"Decoding this {form.name} file takes too much memory") from None
    except Exception as error:  # decoders raise whatever they like on damaged input
        raise refuse("damaged", f"The {form.name} file is damaged ({_reason(error)})") from error
    check_size(image.width, image.height)  # whatever a format's own reader looked at
    lowest, highest = (int(end()) for end in (image.pixels.min, image.pixels.max))
    if lowest < highest and uses_little(lowest, highest, image.bit_depth):
        image = replace(image, notes=(*image.notes, "low-range"))
    return image


def _describe(data: bytes) -> str:
    if may_be_dicom(data[:HEAD_BYTES]):
        return "perhaps DICOM, without the beginning that would make it certain"
    if any(form.may_begin(data) for form in FORMATS.values()):
        return "too short to be an image"
    try:
        text = data[:512].decode()
    except UnicodeDecodeError:
        return "of an unknown kind"
    return "text" if text.isprintable() or "\n" in text else "of an unknown kind"


def _reason(error: Exception) -> str:
    """The decoder's own words, on one line, short and without a full stop."""
    words = " ".join(str(error).split())[:160].rstrip(".")
    return words or "its header makes no sense"

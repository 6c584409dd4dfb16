"""Files that hold pictures, or look like it, and are not read: named, with what helps.

Nobody should wonder why a picture is not a picture. Standard library only.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Unread(NamedTuple):
    """One kind of file that is not read.

    Attributes:
        name: With its article.
        pattern: What its first bytes are.
        endings: Of file names that mean such a picture: listed in a scan, with the reason.
        remedy: What to do, where exporting from the program that made it is not all one can say.
    """

    name: str
    pattern: re.Pattern[bytes]
    endings: tuple[str, ...] = ()
    remedy: str = ""


def _kind(name: str, pattern: bytes, *endings: str, remedy: str = "") -> Unread:
    return Unread(name, re.compile(pattern, re.DOTALL), endings, remedy)


_SLICE: Final = "export each slice that is an X-ray"

UNREAD: Final = (
    _kind("a GIF image", b"GIF8[79]a", "gif"),
    _kind("an HEIC image", b".{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", "heic", "heif"),
    _kind("an AVIF image", b".{4}ftypavi[fs]", "avif"),
    _kind("a JPEG XL image", b"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    _kind(
        "a JPEG 2000 image outside DICOM",
        b"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
        *("jp2", "j2k", "j2c", "jpx"),
    ),
    _kind("a NIfTI volume", b".{344}(n\\+1|ni1)\0|\x5c\x01\0\0.{36}r?\0", "nii", remedy=_SLICE),
    _kind("a MetaImage file", rb"ObjectType *= *Image|NDims *= *\d", "mha", "mhd", remedy=_SLICE),
    _kind("an NRRD file", b"NRRD000", "nrrd", "nhdr", remedy=_SLICE),
    _kind(
        "a Netpbm image", rb"P[1-7]\s+(#.*?\n\s*)?(\d+\s|WIDTH )", "pgm", "ppm", "pbm", "pnm", "pam"
    ),
    _kind("a NumPy array", rb"\x93NUMPY", "npy", remedy="save the picture"),
    _kind("a FITS image", b"SIMPLE  =", "fits"),
    _kind("an OpenEXR image", rb"v/1\x01", "exr"),
    _kind("a JPEG XR image", rb"II\xbc[\0\1]", "jxr", "wdp"),
    # Raw pixels, or those of an Analyze volume: nothing in the file says so.
    _kind("a file of raw pixels", b"(?!)", "img"),
    _kind("a Targa image", b"(?!)", "tga"),
    _kind("a Photoshop document", b"8BPS", "psd"),
    _kind("a PDF document", b"%PDF"),
    _kind("a zip archive", b"PK\x03\x04"),
    _kind("a gzip archive", b"\x1f\x8b"),
)
"""In the order in which they are asked."""

UNREAD_ENDINGS: Final = frozenset(ending for kind in UNREAD for ending in kind.endings)


def is_unread_picture(head: bytes) -> bool:
    """Whether a file that begins so is a picture of a kind that is not read."""
    kind = unread(head)
    return kind is not None and bool(kind.endings)


def unread(data: bytes) -> Unread | None:
    """Which of them a file's content is."""
    return next((kind for kind in UNREAD if kind.pattern.match(data)), None)

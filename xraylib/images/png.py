"""The chunks of a PNG file: checked whole, and those kept that say what the pixels are.

ISO/IEC 15948, 5.3: a chunk is a length, a name of four letters, data, and the CRC of the last two.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xraylib.images.radiograph import refuse

_SIGNATURE_BYTES: Final = 8

_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT"})
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
# 8 bits a sample; the one compression and filtering there is; not interlaced.
_PLAIN: Final = frozenset(bytes((8, colour, 0, 0, 0)) for colour in (GREY, COLOUR, COLOUR_ALPHA))
DRAWN: Final = "Synthetic chest phantom drawn by a program. Not a patient."
"""What the ``Description`` of a phantom of `xraylib.samples` says."""


class Png(NamedTuple):
    """A PNG file as its chunks say it is.

    Attributes:
        data: The file with the chunks alone that say what its pixels are.
        depth: Bits of a sample.
        colour: `GREY`, `COLOUR`, `PALETTE`, `GREY_ALPHA` or `COLOUR_ALPHA`.
        plain: Whether it has 8 bits of grey or colour, with an alpha channel or without, in the
            order of its rows, and no other transparency.
        transparent: The samples of the one grey or colour that is transparent, if any.
        exif: The block that says how the picture lies, if any.
        square: Whether its pixels are said to be as high as wide, or nothing is said.
        drawn: Whether it says that it is one of our phantoms.
    """

    data: bytes
    depth: int
    colour: int
    plain: bool
    transparent: tuple[int, ...]
    exif: bytes
    square: bool
    drawn: bool


def read_chunks(data: bytes) -> Png:
    """What a PNG file says of its pixels.

    Texts, profiles, dates and the like are left out: no pixel depends on them, and decoders
    refuse files for their sake. Of the texts only that of our phantoms is looked for.

    Raises:
        ImageError: code ``damaged``: the file is cut off or a checksum is wrong. (Pillow's
            ``load`` accepts both; its ``verify`` does not, but then wants the file opened anew.)
            Code ``several-frames``: it is an animation.
    """
    depth, colour = data[24], data[25]
    kept: list[tuple[int, int]] = []
    place = _SIGNATURE_BYTES
    transparent, exif, square, drawn = b"", b"", True, False
    for name, start, end in _chunks(data):
        content = data[start + 8 : end - 4] if name not in _PIXELS else b""
        if name in _PIXELS or (name == b"tRNS" and colour == PALETTE):
            if kept and kept[-1][1] == start:
                kept[-1] = (kept[-1][0], end)
            else:
                kept.append((start, end))
        elif name == b"tRNS":
            transparent = content
        elif name == b"eXIf":
            exif = content
        elif name == b"pHYs":
            square = content[:4] == content[4:8]
        elif name == b"tEXt":
            drawn |= content == b"Description\0" + DRAWN.encode()
        elif name == b"acTL" and int.from_bytes(content[:4], "big") > 1:
            raise refuse("several-frames", "The PNG file is an animation")
        place = end
    if kept != [(_SIGNATURE_BYTES, place)]:
        parts = [data[start:end] for start, end in kept]
        data = b"".join((data[:_SIGNATURE_BYTES], *parts, data[place:]))
    samples = struct.unpack(f">{len(transparent) // 2}H", transparent[: len(transparent) // 2 * 2])
    return Png(
        data=data,
        depth=depth,
        colour=colour,
        plain=data[24:29] in _PLAIN and not transparent,
        transparent=samples if len(samples) == {GREY: 1, COLOUR: 3}.get(colour) else (),
        exif=exif,
        square=square,
        drawn=drawn,
    )


def decoded(png: Png, width: int, height: int) -> NDArray[Any] | None:
    """Pixels of a plain or any 16-bit file by OpenCV; None: ask Pillow.

    OpenCV decodes pictures of 8 bits a tenth to a sixth faster than Pillow, which in turn knows 16
    bits of plain grey alone.

    Returns:
        uint8 or uint16 ``(height, width)``, ``(height, width, 3)`` or, with the alpha channel
        last, ``(height, width, 4)``.
    """
    import cv2

    pixels: Any = cv2.imdecode(np.frombuffer(png.data, np.uint8), cv2.IMREAD_UNCHANGED)
    if (
        pixels is None
        or pixels.shape[:2] != (height, width)
        or pixels.dtype.itemsize * 8 != png.depth
    ):
        return None
    if pixels.ndim == 3:  # OpenCV has blue first
        order = cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
        pixels = cv2.cvtColor(pixels, order)
    found: NDArray[Any] = pixels
    return found


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk before the last."""
    whole, place = memoryview(data), _SIGNATURE_BYTES
    while True:
        length, name = struct.unpack(">I4s", data[place : place + 8].ljust(8, b"\0"))
        end = place + 12 + length
        if name == b"IEND":
            return
        if not name.isalnum() or end > len(data):
            raise refuse("damaged", "The PNG file is damaged (it is cut off)")
        if zlib.crc32(whole[place + 4 : end - 4]) != int.from_bytes(whole[end - 4 : end], "big"):
            raise refuse("damaged", f"The PNG file is damaged (bad checksum in {name.decode()})")
        yield name, place, end
        place = end

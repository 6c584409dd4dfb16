"""The chunks of a PNG file: checked whole, and the plainest kind decoded at once.

ISO/IEC 15948, 5.3: a chunk is a length, a name of four letters, data, and the CRC of the last two.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.images.radiograph import refuse

_SIGNATURE_BYTES: Final = 8

# 8 bits a pixel, grey; the one compression and filtering there is; not interlaced.
_GREY: Final = bytes((8, 0, 0, 0, 0))
_NO_PIXELS: Final = frozenset({b"IHDR", b"IDAT", b"pHYs", b"tIME", b"tEXt"})
_ORIENTED: Final = (b"Raw profile", b"XML:")  # texts that Pillow reads a picture's orientation from


def check_chunks(data: bytes) -> bool:
    """Whether a PNG file is a grey picture of 8 bits and nothing else.

    Raises:
        ImageError: code ``damaged``: the file is cut off or a checksum is wrong. (Pillow's
            ``load`` accepts both; its ``verify`` does not, but then wants the file opened anew.)
    """
    plain = data[24:29] == _GREY
    for name, content in _chunks(data):
        plain &= name in _NO_PIXELS
        plain &= name != b"tEXt" or not bytes(content[:16]).startswith(_ORIENTED)
    return plain


def grey_pixels(data: bytes) -> NDArray[np.uint8] | None:
    """Pixels ``(height, width)`` of what `check_chunks` calls plain; None: ask Pillow.

    OpenCV decodes these a sixth faster, and to the same pixels.
    """
    import cv2

    width, height = struct.unpack(">II", data[16:24])
    pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.shape != (height, width) or pixels.dtype != np.uint8:
        return None
    found: NDArray[np.uint8] = pixels
    return found


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of each chunk before the end."""
    whole, place = memoryview(data), _SIGNATURE_BYTES
    while True:
        length, name = struct.unpack(">I4s", data[place : place + 8].ljust(8, b"\0"))
        end = place + 8 + length
        if name == b"IEND":
            return
        if not name.isalnum() or end + 4 > len(data):
            raise refuse("damaged", "The PNG file is damaged (it is cut off)")
        if zlib.crc32(whole[place + 4 : end]) != int.from_bytes(whole[end : end + 4], "big"):
            raise refuse("damaged", f"The PNG file is damaged (bad checksum in {name.decode()})")
        yield name, whole[place + 8 : end]
        place = end + 4
